/* Which shelves other nodes are kept off when the registry changes (store_fence). Where a store is
 * not shared nothing is fenced. For registry_keeper. */
#ifndef CALL_REGISTRY_FENCE_H
#define CALL_REGISTRY_FENCE_H

#include "registry/registry.h"
#include "store/store.h"

/* Fences the shelves that a prepared change closes: what it takes away, what is carried from, and
 * what a warehouse that leaves a group will sell from. Gives what store_add_fenced() wants. ERR_IO,
 * ERR_MEMORY. */
MUST_USE enum err registry_fence_closed(struct store *store, const struct registry_change *change,
                                        int64_t *fence);

/* Fences the shelves that something was carried to, before they are opened: of nodes that carry the
 * same nothing comes late. Otherwise as above. */
MUST_USE enum err registry_fence_targets(struct store *store, const struct registry_move *moves,
                                         uint32_t moves_count, int64_t *fence);

#endif
