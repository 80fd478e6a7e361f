/* A shelf may be named several times; fencing it again changes nothing. */
#include "call/registry_fence.h"

#include <stdlib.h>

/* ids: room for them; NULL: there was no memory. Freed. */
static enum err fence_all(struct store *store, int64_t *ids, uint32_t count, int64_t *fence)
{
    enum err error = ERR_MEMORY;
    if (ids != NULL)
        error = store_fence(store, ids, count, fence);
    free(ids);
    return error;
}

enum err registry_fence_closed(struct store *store, const struct registry_change *change,
                               int64_t *fence)
{
    const size_t most = 2 * (size_t)change->moves_count + change->vacated_count + 1;
    int64_t *ids = calloc(most, sizeof(*ids));
    uint32_t count = 0;
    *fence = 0;
    for (uint32_t i = 0; i < change->moves_count && ids != NULL; i++) {
        const struct registry_move *move = &change->moves[i];
        ids[count++] = move->from_shelf_id;
        if (!move->joins && !move->marks_only)
            ids[count++] = move->to_shelf_id;
    }
    for (uint32_t i = 0; i < change->vacated_count && ids != NULL; i++)
        ids[count++] = change->vacated[i].shelf_id;
    return fence_all(store, ids, count, fence);
}

enum err registry_fence_targets(struct store *store, const struct registry_move *moves,
                                uint32_t moves_count, int64_t *fence)
{
    int64_t *ids = calloc((size_t)moves_count + 1, sizeof(*ids));
    *fence = 0;
    for (uint32_t i = 0; i < moves_count && ids != NULL; i++)
        ids[i] = moves[i].to_shelf_id;
    return fence_all(store, ids, moves_count, fence);
}
