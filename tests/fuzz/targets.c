/* The table of targets, in the order in which they are replayed. */
#include "fuzz.h"

#define ROW(name, is_text, what) {#name, is_text, fuzz_##name},

const struct fuzz_target fuzz_targets[] = {FUZZ_TARGETS(ROW)};

size_t fuzz_targets_count(void)
{
    return sizeof(fuzz_targets) / sizeof(fuzz_targets[0]);
}

const struct fuzz_target *fuzz_target_find(const char *name)
{
    for (size_t i = 0; i < fuzz_targets_count(); i++) {
        if (strcmp(fuzz_targets[i].name, name) == 0)
            return &fuzz_targets[i];
    }
    return NULL;
}
