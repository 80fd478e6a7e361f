/* The registry at start: what documents of an older stockd left open is completed, and a file of
 * the operator is applied over what the store kept (DESIGN §7). */
#ifndef SERVER_REGISTRY_FILE_H
#define SERVER_REGISTRY_FILE_H

#include "call/registry_keeper.h"
#include "os/os.h"

/* Completes what is kept, once, before requests. Problems are logged, then nothing changed. */
MUST_USE enum err registry_complete(struct registry_keeper *keeper);

/* Applies a file. Every problem is logged with the line or the path in the file; then nothing
 * changed and an error is returned. */
MUST_USE enum err registry_apply_file(struct os *os, const char *path,
                                      struct registry_keeper *keeper);

#endif
