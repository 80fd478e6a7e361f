/* The registry at start: what documents of an older stockd left open is completed, and a file of
 * the operator is applied over what the store kept (DESIGN §7), once: a file that was applied at an
 * earlier start and did not change since says nothing new, and would undo what was changed through
 * the operator's API meanwhile. */
#ifndef SERVER_REGISTRY_FILE_H
#define SERVER_REGISTRY_FILE_H

#include "base/sha256.h"
#include "call/registry_keeper.h"
#include "os/os.h"

/* The file that was applied last. Zero: none was. */
struct registry_file {
    bool applied;
    struct sha256 hash;
};

/* Takes a kept document: store_take_document of those named REGISTRY_FILE_DOCUMENT. */
#define REGISTRY_FILE_DOCUMENT "registry file"
MUST_USE enum err registry_file_take(struct registry_file *file, struct bytes content);

/* Completes what is kept, once, before requests. Problems are logged, then nothing changed. */
MUST_USE enum err registry_complete(struct registry_keeper *keeper);

/* Where a file is applied to. */
struct registry_target {
    struct os *os;
    struct store *store;
    struct registry_keeper *keeper;
};

/* Applies a file, unless it is the one that was applied last, and remembers it. Every problem is
 * logged with the line or the path in the file; then nothing changed and an error is returned. */
MUST_USE enum err registry_file_apply(struct registry_file *file, const char *path,
                                      const struct registry_target *target);

#endif
