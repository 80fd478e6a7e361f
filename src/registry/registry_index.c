/* Maps by id first; what needs sound references comes after the checks. */
#include "registry/registry_index.h"

#include <stdlib.h>
#include <string.h>

void registry_index_init(struct registry_index *index)
{
    *index = (struct registry_index){.group_first_member = NULL};
    map_init(&index->business_by_id);
    map_init(&index->campaign_by_id);
    map_init(&index->group_by_id);
    map_init(&index->warehouse_by_id);
    map_init(&index->market_warehouse_by_id);
    map_init(&index->warehouse_by_campaign);
}

void registry_index_deinit(struct registry_index *index)
{
    map_deinit(&index->business_by_id);
    map_deinit(&index->campaign_by_id);
    map_deinit(&index->group_by_id);
    map_deinit(&index->warehouse_by_id);
    map_deinit(&index->market_warehouse_by_id);
    map_deinit(&index->warehouse_by_campaign);
}

enum err registry_index_fill(struct registry_index *index, const struct registry_document *document)
{
    enum err error = OK;
    for (uint32_t i = 0; i < document->businesses_count && error == OK; i++)
        error = map_set(&index->business_by_id, document->businesses[i].id, i);
    for (uint32_t i = 0; i < document->campaigns_count && error == OK; i++)
        error = map_set(&index->campaign_by_id, document->campaigns[i].id, i);
    for (uint32_t i = 0; i < document->groups_count && error == OK; i++)
        error = map_set(&index->group_by_id, document->groups[i].id, i);
    for (uint32_t i = 0; i < document->warehouses_count && error == OK; i++)
        error = map_set(&index->warehouse_by_id, document->warehouses[i].id, i);
    for (uint32_t i = 0; i < document->market_warehouses_count && error == OK; i++)
        error = map_set(&index->market_warehouse_by_id, document->market_warehouses[i].id, i);
    return error;
}

static int compare_warehouses(const void *left, const void *right, void *document)
{
    const struct registry_warehouse *warehouses =
        ((const struct registry_document *)document)->warehouses;
    const int64_t left_id = warehouses[*(const uint32_t *)left].id;
    const int64_t right_id = warehouses[*(const uint32_t *)right].id;
    return (left_id > right_id) - (left_id < right_id);
}

/* Tells each group its first member, and each business that it has a group. */
static void index_members(struct registry_index *index, const struct registry_document *document)
{
    for (uint32_t i = 0; i < document->warehouses_count; i++) {
        if (document->warehouses[i].group_id == 0)
            continue;
        const uint32_t group_at = map_get(&index->group_by_id, document->warehouses[i].group_id);
        ASSERT(group_at != MAP_ABSENT);
        if (index->group_first_member[group_at] != MAP_ABSENT)
            continue;
        index->group_first_member[group_at] = i;
        const uint32_t business_at =
            map_get(&index->business_by_id, document->groups[group_at].business_id);
        ASSERT(business_at != MAP_ABSENT);
        index->business_has_groups[business_at] = true;
    }
}

enum err registry_index_complete(struct registry_index *index,
                                 const struct registry_document *document, struct arena *arena)
{
    const uint32_t warehouses_count = document->warehouses_count;
    index->group_first_member =
        arena_allocate(arena, (document->groups_count + 1) * sizeof(*index->group_first_member));
    index->warehouses_sorted =
        arena_allocate(arena, (warehouses_count + 1) * sizeof(*index->warehouses_sorted));
    index->business_has_groups = arena_allocate(arena, (document->businesses_count + 1) *
                                                           sizeof(*index->business_has_groups));
    if (index->group_first_member == NULL || index->warehouses_sorted == NULL ||
        index->business_has_groups == NULL)
        return ERR_MEMORY;
    for (uint32_t i = 0; i < document->groups_count; i++)
        index->group_first_member[i] = MAP_ABSENT;
    for (uint32_t i = 0; i < document->businesses_count; i++)
        index->business_has_groups[i] = false;
    for (uint32_t i = 0; i < warehouses_count; i++)
        index->warehouses_sorted[i] = i;
    if (warehouses_count > 0) {
        struct registry_document lent = *document; /* qsort_r() takes no const. */
        qsort_r(index->warehouses_sorted, warehouses_count, sizeof(*index->warehouses_sorted),
                compare_warehouses, &lent);
    }
    index_members(index, document);
    return OK;
}

bool placement_is_sellers_own(enum placement placement)
{
    return placement == PLACEMENT_FBS || placement == PLACEMENT_DBS;
}

bool placement_uses_market_warehouse(enum placement placement, bool returns)
{
    return returns == placement_is_sellers_own(placement);
}
