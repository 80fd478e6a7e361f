/* The fuzzer's way in (libFuzzer): the environment variable FUZZ_TARGET names the target. */
#include <stdio.h>
#include <stdlib.h>

#include "fuzz.h"
#include "mutate.h"

static const struct fuzz_target *target;

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t size_max);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t size_max, unsigned int seed);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    const char *name = getenv("FUZZ_TARGET");
    target = name == NULL ? NULL : fuzz_target_find(name);
    if (target != NULL)
        return 0;
    (void)fprintf(stderr, "%s: FUZZ_TARGET must name one of:\n", (*argv)[0]);
    for (size_t i = 0; i < fuzz_targets_count(); i++)
        (void)fprintf(stderr, "  %s\n", fuzz_targets[i].name);
    exit(2);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    target->run((struct bytes){data, size});
    return 0;
}

/* Every second time a text is changed in its own shape, otherwise as bytes. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t size_max, unsigned int seed)
{
    const size_t changed =
        target->is_text && seed % 2 == 0 ? mutate_text(data, size, size_max, seed) : 0;
    return changed > 0 ? changed : LLVMFuzzerMutate(data, size, size_max);
}
