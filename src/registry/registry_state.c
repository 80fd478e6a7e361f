/* Following references, which hold because the document was checked. */
#include "registry/registry_state.h"

#include <stdlib.h>

struct registry_state *registry_state_create(void)
{
    struct registry_state *state = calloc(1, sizeof(*state));
    if (state == NULL)
        return NULL;
    arena_init(&state->tables);
    registry_index_init(&state->index);
    map_init(&state->token_by_hash);
    return state;
}

void registry_state_destroy(struct registry_state *state)
{
    if (state == NULL)
        return;
    registry_index_deinit(&state->index);
    map_deinit(&state->token_by_hash);
    arena_deinit(&state->tables);
    free(state);
}

void registry_lock(const struct registry *registry)
{
    const int failed = pthread_rwlock_rdlock(&registry->locks->known);
    ASSERT(failed == 0);
}

void registry_unlock(const struct registry *registry)
{
    const int failed = pthread_rwlock_unlock(&registry->locks->known);
    ASSERT(failed == 0);
}

const struct registry_warehouse *campaign_warehouse(const struct registry_state *state,
                                                    const struct registry_campaign *campaign)
{
    const uint32_t at = map_get(&state->index.warehouse_by_campaign, campaign->id);
    return at == MAP_ABSENT ? NULL : &state->document.warehouses[at];
}

const struct registry_group *warehouse_group(const struct registry_state *state,
                                             const struct registry_warehouse *warehouse)
{
    if (warehouse->group_id == 0)
        return NULL;
    const uint32_t at = map_get(&state->index.group_by_id, warehouse->group_id);
    ASSERT(at != MAP_ABSENT);
    return &state->document.groups[at];
}

int64_t campaign_stock_shelf(const struct registry_state *state,
                             const struct registry_campaign *campaign)
{
    const struct registry_warehouse *warehouse = campaign_warehouse(state, campaign);
    if (warehouse == NULL)
        return campaign->shelf_id;
    const struct registry_group *group = warehouse_group(state, warehouse);
    return group == NULL ? warehouse->shelf_id : group->shelf_id;
}

int64_t campaign_own_shelf(const struct registry_state *state,
                           const struct registry_campaign *campaign)
{
    const struct registry_warehouse *warehouse = campaign_warehouse(state, campaign);
    return warehouse == NULL ? campaign->shelf_id : warehouse->shelf_id;
}

int64_t token_key(const struct sha256 *hash)
{
    struct cursor cursor = cursor_begin((struct bytes){hash->data, sizeof(hash->data)});
    return (int64_t)cursor_u64(&cursor);
}

const struct registry_campaign *state_campaign(const struct registry_state *state, int64_t id)
{
    const uint32_t at = map_get(&state->index.campaign_by_id, id);
    return at == MAP_ABSENT ? NULL : &state->document.campaigns[at];
}

const struct registry_warehouse *state_warehouse(const struct registry_state *state, int64_t id)
{
    const uint32_t at = map_get(&state->index.warehouse_by_id, id);
    return at == MAP_ABSENT ? NULL : &state->document.warehouses[at];
}

const struct registry_market_warehouse *state_market_warehouse(const struct registry_state *state,
                                                               int64_t id)
{
    const uint32_t at = map_get(&state->index.market_warehouse_by_id, id);
    return at == MAP_ABSENT ? NULL : &state->document.market_warehouses[at];
}
