/* The registry at start: what the store keeps is replayed into it, and a file of the operator is
 * applied over that and kept (DESIGN §5). */
#ifndef SERVER_REGISTRY_FILE_H
#define SERVER_REGISTRY_FILE_H

#include "registry/registry.h"
#include "store/store.h"

/* Takes a document that the store kept; `context` is the registry. For store_*_open(). */
enum err registry_take_document(void *context, struct bytes name, struct bytes content);

/* Applies a file, carries units where warehouses joined or left groups, and keeps the document in
 * the store. Every problem is logged with the line or the path in the file; then nothing changed
 * and an error is returned. */
MUST_USE enum err registry_apply_file(struct os *os, const char *path, struct registry *registry,
                                      struct store *store);

#endif
