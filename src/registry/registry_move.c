/* A warehouse that leaves a group keeps a copy; one that joins brings what it has (C60). All leave
 * before any joins, so that nobody takes along what another one brings. Then a shelf that nobody
 * sold from before gets the marks that its business has in common, from one that somebody did. */
#include "registry/registry_change.h"

enum err registry_step_close(struct registry_step *step, int64_t shelf_id, uint32_t set)
{
    const uint32_t before = map_get(step->closed, shelf_id);
    return map_set(step->closed, shelf_id, before == MAP_ABSENT ? set : before | set);
}

static int64_t group_shelf(const struct registry_state *state,
                           const struct registry_warehouse *warehouse)
{
    const struct registry_group *group = warehouse_group(state, warehouse);
    ASSERT(group != NULL);
    return group->shelf_id;
}

/* Adds the moves out of groups that are left, or those into groups that are joined. */
static enum err add_moves(struct registry_step *step, bool joining, struct map *targets)
{
    const struct registry_document *known = &step->before->document;
    enum err error = OK;
    for (uint32_t i = 0; i < known->warehouses_count && error == OK; i++) {
        const struct registry_warehouse *before = &known->warehouses[i];
        const struct registry_warehouse *after = state_warehouse(step->after, before->id);
        if (after == NULL || before->group_id == after->group_id)
            continue;
        if ((joining ? after->group_id : before->group_id) == 0)
            continue;
        const int64_t own = after->shelf_id;
        const struct registry_move move =
            joining ? (struct registry_move){own, group_shelf(step->after, after), false, true}
                    : (struct registry_move){group_shelf(step->before, before), own, false, false};
        step->change->moves[step->change->moves_count++] = move;
        error = registry_step_close(step, move.from_shelf_id, CLOSED_FOR_ALL);
        if (error == OK && !joining) /* What it had before it joined is no number to sell by. */
            error = registry_step_close(step, move.to_shelf_id, CLOSED_FOR_ALL);
        if (error == OK)
            error = map_set(targets, move.to_shelf_id, 0);
    }
    return error;
}

/* Where marks come from: a shelf that each business sold from, and all of them together. */
struct sources {
    struct map by_business; /* Id → index of a campaign. */
    struct map shelves;
};

static enum err find_sources(const struct registry_state *before, struct sources *sources)
{
    enum err error = OK;
    for (uint32_t i = 0; i < before->document.campaigns_count && error == OK; i++) {
        const struct registry_campaign *campaign = &before->document.campaigns[i];
        const int64_t shelf_id = campaign_stock_shelf(before, campaign);
        if (shelf_id == 0)
            continue;
        error = map_set(&sources->shelves, shelf_id, 0);
        if (error == OK && map_get(&sources->by_business, campaign->business_id) == MAP_ABSENT)
            error = map_set(&sources->by_business, campaign->business_id, i);
    }
    return error;
}

static enum err add_marks_moves(struct registry_step *step, const struct sources *sources,
                                struct map *targets)
{
    const struct registry_document *after = &step->after->document;
    enum err error = OK;
    for (uint32_t i = 0; i < after->campaigns_count && error == OK; i++) {
        const struct registry_campaign *campaign = &after->campaigns[i];
        const int64_t shelf_id = campaign_stock_shelf(step->after, campaign);
        const uint32_t from_at = map_get(&sources->by_business, campaign->business_id);
        if (shelf_id == 0 || from_at == MAP_ABSENT ||
            map_get(&sources->shelves, shelf_id) != MAP_ABSENT ||
            map_get(targets, shelf_id) != MAP_ABSENT)
            continue;
        const int64_t from =
            campaign_stock_shelf(step->before, &step->before->document.campaigns[from_at]);
        step->change->moves[step->change->moves_count++] =
            (struct registry_move){from, shelf_id, true, false};
        error = registry_step_close(step, from, CLOSED_FOR_COMMON_MARKS);
        if (error == OK)
            error = map_set(targets, shelf_id, 0);
    }
    return error;
}

enum err registry_collect_moves(struct registry_step *step)
{
    const size_t moves_max = 2 * (size_t)step->before->document.warehouses_count +
                             step->after->document.campaigns_count + 1;
    step->change->moves =
        arena_allocate(&step->after->tables, moves_max * sizeof(*step->change->moves));
    if (step->change->moves == NULL)
        return ERR_MEMORY;
    struct map targets;
    struct sources sources;
    map_init(&targets);
    map_init(&sources.by_business);
    map_init(&sources.shelves);
    enum err error = add_moves(step, false, &targets);
    if (error == OK)
        error = add_moves(step, true, &targets);
    if (error == OK)
        error = find_sources(step->before, &sources);
    if (error == OK)
        error = add_marks_moves(step, &sources, &targets);
    map_deinit(&targets);
    map_deinit(&sources.by_business);
    map_deinit(&sources.shelves);
    return error;
}
