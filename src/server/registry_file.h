/* The registry at start: what documents of an older stockd left open is completed, and a file of
 * the operator is applied over what the store kept (DESIGN §7), once: a file that was applied at an
 * earlier start and did not change since says nothing new, and would undo what was changed through
 * the operator's API meanwhile. */
#ifndef SERVER_REGISTRY_FILE_H
#define SERVER_REGISTRY_FILE_H

#include <pthread.h>

#include "base/sha256.h"
#include "call/registry_keeper.h"
#include "os/os.h"

/* The file that was applied last. `lock` guards the rest, is held while it is kept, and comes
 * behind the registry keeper's. */
struct registry_file {
    pthread_mutex_t lock;
    bool applied; /* False: none was. */
    struct sha256 hash;
};

void registry_file_init(struct registry_file *file);
void registry_file_deinit(struct registry_file *file);

/* Takes a kept document of that name (struct store_documents). */
#define REGISTRY_FILE_DOCUMENT "registry file"
MUST_USE enum err registry_file_take(struct registry_file *file, struct bytes content);

/* Holds back who would keep another one, until the release, and gives what is kept meanwhile. */
void registry_file_hold(struct registry_file *file);
void registry_file_release(struct registry_file *file);
MUST_USE enum err registry_file_give(const struct registry_file *file,
                                     const struct store_document_sink *sink);

/* Completes what is kept, once, before requests. Problems are logged, then nothing changed. */
MUST_USE enum err registry_complete(struct registry_keeper *keeper);

/* Where a file is applied to. */
struct registry_target {
    struct os *os;
    struct store *store;
    struct registry_keeper *keeper;
};

/* Applies a file, unless it is the one that was applied last, and remembers it. Every problem is
 * logged with the line or the path in the file; then nothing changed and an error is returned.
 * ERR_BUSY, which is not logged: another node was faster, and what it added has to be taken before
 * this is tried again. */
MUST_USE enum err registry_file_apply(struct registry_file *file, const char *path,
                                      const struct registry_target *target);

#endif
