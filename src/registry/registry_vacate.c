/* Shelves that a change takes away. A warehouse that goes may leave no unit behind, unless others
 * of its group stay; a campaign that goes, or sells from elsewhere, may leave no order; and none of
 * its places in the Market's warehouses may hold anything when it loses them. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/stock.h"
#include "registry/registry_change.h"

enum { WHAT_BYTES_MAX = 128 };

/* The list in the making. */
struct vacating {
    struct registry_step *step;
    uint32_t entries_max;
    struct map emptied; /* Shelves that have to be empty: nothing more is to be said of them. */
    enum err error;     /* ERR_MEMORY once there was none. */
};

/* Copies a text into the arena. Without memory there is none, and the error is noted. */
static struct bytes keep_what(struct vacating *vacating, const char *what)
{
    const struct bytes text = bytes_from_text(what);
    uint8_t *copy = arena_allocate(&vacating->step->after->tables, text.size);
    if (copy == NULL) {
        vacating->error = ERR_MEMORY;
        return (struct bytes){NULL, 0};
    }
    memcpy(copy, text.data, text.size);
    return (struct bytes){copy, text.size};
}

static bool make_room(struct vacating *vacating)
{
    struct registry_change *change = vacating->step->change;
    if (change->vacated_count < vacating->entries_max)
        return true;
    const uint32_t entries_max = vacating->entries_max == 0 ? 16 : vacating->entries_max * 2;
    struct registry_vacated *entries =
        arena_allocate(&vacating->step->after->tables, entries_max * sizeof(*entries));
    if (entries == NULL) {
        vacating->error = ERR_MEMORY;
        return false;
    }
    for (uint32_t i = 0; i < change->vacated_count; i++)
        entries[i] = change->vacated[i];
    change->vacated = entries;
    vacating->entries_max = entries_max;
    return true;
}

/* `campaign_id`: its orders may not be open on the shelf; 0: the shelf has to be empty. */
static void vacate(struct vacating *vacating, int64_t shelf_id, int64_t campaign_id,
                   struct bytes what)
{
    if (shelf_id == 0 || map_get(&vacating->emptied, shelf_id) != MAP_ABSENT ||
        !make_room(vacating))
        return;
    struct registry_change *change = vacating->step->change;
    change->vacated[change->vacated_count++] =
        (struct registry_vacated){shelf_id, campaign_id, campaign_id != 0, what};
    enum err error = registry_step_close(vacating->step, shelf_id, CLOSED_FOR_ALL);
    if (error == OK && campaign_id == 0)
        error = map_set(&vacating->emptied, shelf_id, 0);
    if (error != OK)
        vacating->error = error;
}

/* Whether a known group has no warehouse left, and none that took its units along. */
static bool group_is_stranded(const struct registry_step *step, int64_t group_id)
{
    const struct registry_document *before = &step->before->document;
    for (uint32_t i = 0; i < before->warehouses_count; i++) {
        if (before->warehouses[i].group_id == group_id &&
            state_warehouse(step->after, before->warehouses[i].id) != NULL)
            return false;
    }
    const uint32_t at = map_get(&step->after->index.group_by_id, group_id);
    return at == MAP_ABSENT || step->after->index.group_first_member[at] == MAP_ABSENT;
}

static void vacate_warehouses(struct vacating *vacating)
{
    const struct registry_step *step = vacating->step;
    const struct registry_document *before = &step->before->document;
    for (uint32_t i = 0; i < before->warehouses_count; i++) {
        const struct registry_warehouse *warehouse = &before->warehouses[i];
        if (state_warehouse(step->after, warehouse->id) != NULL)
            continue;
        char what[WHAT_BYTES_MAX];
        const struct registry_group *group = warehouse_group(step->before, warehouse);
        if (group == NULL) {
            (void)snprintf(what, sizeof(what), "warehouse %" PRId64 " is removed", warehouse->id);
            vacate(vacating, warehouse->shelf_id, 0, keep_what(vacating, what));
        } else if (group_is_stranded(step, group->id)) {
            (void)snprintf(what, sizeof(what),
                           "warehouse %" PRId64 " is removed, the last one of group %" PRId64,
                           warehouse->id, group->id);
            vacate(vacating, group->shelf_id, 0, keep_what(vacating, what));
        }
    }
}

/* How a campaign comes through the change. */
struct passage {
    const struct registry_campaign *before;
    const struct registry_campaign *after; /* NULL: it does not. */
    const struct registry_warehouse *from; /* NULL: none. */
    const struct registry_warehouse *to;
    bool lost; /* It has not the shelf any more that was its own. */
};

static struct passage passage_of(const struct registry_step *step,
                                 const struct registry_campaign *campaign)
{
    struct passage passage = {.before = campaign,
                              .after = state_campaign(step->after, campaign->id),
                              .from = campaign_warehouse(step->before, campaign)};
    if (passage.after != NULL)
        passage.to = campaign_warehouse(step->after, passage.after);
    passage.lost = passage.after == NULL || (passage.from == NULL) != (passage.to == NULL) ||
                   (passage.from != NULL && passage.from->id != passage.to->id);
    return passage;
}

static void describe(const struct passage *passage, char what[WHAT_BYTES_MAX])
{
    const int64_t id = passage->before->id;
    const struct registry_warehouse *from = passage->from;
    const struct registry_warehouse *to = passage->to;
    if (passage->after == NULL) {
        (void)snprintf(what, WHAT_BYTES_MAX, "campaign %" PRId64 " is removed", id);
    } else if (from == NULL || to == NULL) {
        (void)snprintf(what, WHAT_BYTES_MAX, "campaign %" PRId64 " changes its model to %s", id,
                       placement_name(passage->after->placement));
    } else if (passage->lost) {
        (void)snprintf(what, WHAT_BYTES_MAX,
                       "campaign %" PRId64 " passes from warehouse %" PRId64
                       " to warehouse %" PRId64,
                       id, from->id, to->id);
    } else {
        const bool leaves = to->group_id == 0;
        (void)snprintf(what, WHAT_BYTES_MAX, "warehouse %" PRId64 " %s warehouse group %" PRId64,
                       from->id, leaves ? "leaves" : "joins",
                       leaves ? from->group_id : to->group_id);
    }
}

/* Places in the Market's warehouses that the campaign had and will not have. */
static void vacate_places(struct vacating *vacating, const struct passage *passage,
                          struct bytes lost_what)
{
    const struct registry_step *step = vacating->step;
    const struct registry_document *before = &step->before->document;
    const int64_t own_shelf_id = campaign_own_shelf(step->before, passage->before);
    for (uint32_t i = 0; i < before->market_warehouses_count; i++) {
        const struct registry_market_warehouse *warehouse = &before->market_warehouses[i];
        const struct registry_market_warehouse *after =
            state_market_warehouse(step->after, warehouse->id);
        if (own_shelf_id == 0 || warehouse->number == 0 ||
            !placement_uses_market_warehouse(passage->before->placement, warehouse->returns))
            continue;
        if (!passage->lost && after != NULL && after->returns == warehouse->returns)
            continue;
        struct bytes what = lost_what;
        if (!passage->lost) {
            char text[WHAT_BYTES_MAX];
            (void)snprintf(text, sizeof(text),
                           "market warehouse %" PRId64 " %s (campaign %" PRId64 ")", warehouse->id,
                           after == NULL ? "is removed" : "changes its 'returns'",
                           passage->before->id);
            what = keep_what(vacating, text);
        }
        vacate(vacating, market_shelf_id(own_shelf_id, warehouse->number), 0, what);
    }
}

static void vacate_campaign(struct vacating *vacating, const struct registry_campaign *campaign)
{
    const struct registry_step *step = vacating->step;
    const struct passage passage = passage_of(step, campaign);
    const int64_t shelf_id = campaign_stock_shelf(step->before, campaign);
    const bool moves = !passage.lost && shelf_id != 0 &&
                       campaign_stock_shelf(step->after, passage.after) != shelf_id;
    struct bytes what = {NULL, 0};
    if (passage.lost || moves) {
        char text[WHAT_BYTES_MAX];
        describe(&passage, text);
        what = keep_what(vacating, text);
        vacate(vacating, shelf_id, campaign->id, what);
    }
    vacate_places(vacating, &passage, what);
}

enum err registry_collect_vacated(struct registry_step *step)
{
    struct vacating vacating = {.step = step, .error = OK};
    map_init(&vacating.emptied);
    vacate_warehouses(&vacating);
    for (uint32_t i = 0; i < step->before->document.campaigns_count; i++)
        vacate_campaign(&vacating, &step->before->document.campaigns[i]);
    map_deinit(&vacating.emptied);
    return vacating.error;
}
