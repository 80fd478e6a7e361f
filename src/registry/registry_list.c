/* Listings: rows of one kind, from a position on. All walk a list of the document and copy what
 * belongs to the business; warehouses are found by their order of ids instead. */
#include "registry/registry_facts.h"

/* Which entries of a list go into rows. */
struct selection {
    struct registry_range range;
    uint32_t seen;  /* Entries of the business so far. */
    uint32_t count; /* Rows so far. */
};

/* Counts an entry. True: it is the next row. */
static bool select_entry(struct selection *selection, int64_t business_id)
{
    const struct registry_range *range = &selection->range;
    if (range->business_id != 0 && range->business_id != business_id)
        return false;
    if (selection->seen++ < range->first || selection->count == range->rows_max)
        return false;
    selection->count++;
    return true;
}

uint32_t registry_list_campaigns(const struct registry *registry, struct registry_range range,
                                 struct campaign_facts *rows, uint32_t *total)
{
    struct selection selection = {range, 0, 0};
    registry_lock(registry);
    const struct registry_document *document = &registry->known->document;
    for (uint32_t i = 0; i < document->campaigns_count; i++) {
        const struct registry_campaign *campaign = &document->campaigns[i];
        if (select_entry(&selection, campaign->business_id))
            rows[selection.count - 1] = campaign_facts_of(registry->known, campaign);
    }
    registry_unlock(registry);
    *total = selection.seen;
    return selection.count;
}

static bool is_asked_for(const struct registry_warehouse_query *query, int64_t campaign_id)
{
    for (uint32_t i = 0; i < query->campaign_ids_count; i++) {
        if (query->campaign_ids[i] == campaign_id)
            return true;
    }
    return query->campaign_ids_count == 0;
}

/* Where the first warehouse with a greater id stands in the order of ids. */
static uint32_t find_after(const struct registry_state *state, int64_t after_id)
{
    uint32_t low = 0;
    uint32_t high = state->document.warehouses_count;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (state->document.warehouses[state->index.warehouses_sorted[middle]].id <= after_id)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

uint32_t registry_list_warehouses(const struct registry *registry,
                                  const struct registry_warehouse_query *query,
                                  struct warehouse_facts *rows)
{
    uint32_t count = 0;
    registry_lock(registry);
    const struct registry_state *state = registry->known;
    for (uint32_t i = find_after(state, query->after_id);
         i < state->document.warehouses_count && count < query->rows_max; i++) {
        const struct registry_warehouse *warehouse =
            &state->document.warehouses[state->index.warehouses_sorted[i]];
        const struct registry_campaign *campaign = state_campaign(state, warehouse->campaign_id);
        ASSERT(campaign != NULL);
        if ((query->business_id == 0 || query->business_id == campaign->business_id) &&
            is_asked_for(query, campaign->id))
            rows[count++] = warehouse_facts_of(state, warehouse);
    }
    registry_unlock(registry);
    return count;
}

uint32_t registry_list_groups(const struct registry *registry, struct registry_range range,
                              struct group_row *rows, uint32_t *total)
{
    struct selection selection = {range, 0, 0};
    registry_lock(registry);
    const struct registry_state *state = registry->known;
    for (uint32_t i = 0; i < state->document.groups_count; i++) {
        const struct registry_group *group = &state->document.groups[i];
        if (!select_entry(&selection, group->business_id))
            continue;
        const uint32_t first_at = state->index.group_first_member[i];
        int64_t main_id = group->main_warehouse_id;
        if (main_id == 0 && first_at != MAP_ABSENT)
            main_id = state->document.warehouses[first_at].id;
        rows[selection.count - 1] = (struct group_row){group->id, group->name, main_id};
    }
    registry_unlock(registry);
    *total = selection.seen;
    return selection.count;
}

uint32_t
registry_list_market_warehouses(const struct registry *registry,
                                struct market_warehouse_facts rows[REGISTRY_MARKET_WAREHOUSES_MAX])
{
    uint32_t count = 0;
    registry_lock(registry);
    const struct registry_document *document = &registry->known->document;
    for (; count < document->market_warehouses_count && count < REGISTRY_MARKET_WAREHOUSES_MAX;
         count++)
        rows[count] = market_warehouse_facts_of(&document->market_warehouses[count]);
    registry_unlock(registry);
    return count;
}

uint32_t registry_list_tokens(const struct registry *registry, struct registry_range range,
                              struct token_facts *rows, uint32_t *total)
{
    struct selection selection = {range, 0, 0};
    registry_lock(registry);
    const struct registry_document *document = &registry->known->document;
    for (uint32_t i = 0; i < document->tokens_count; i++) {
        if (select_entry(&selection, document->tokens[i].business_id))
            rows[selection.count - 1] = token_facts_of(&document->tokens[i]);
    }
    registry_unlock(registry);
    *total = selection.seen;
    return selection.count;
}

uint32_t registry_list_push(const struct registry *registry, struct registry_range range,
                            struct push_row *rows, uint32_t *total)
{
    struct selection selection = {range, 0, 0};
    registry_lock(registry);
    const struct registry_state *state = registry->known;
    for (uint32_t i = 0; i < state->document.campaigns_count; i++) {
        const struct registry_campaign *campaign = &state->document.campaigns[i];
        if (campaign->push.url.size == 0 || !select_entry(&selection, campaign->business_id))
            continue;
        const struct campaign_facts facts = campaign_facts_of(state, campaign);
        rows[selection.count - 1] = (struct push_row){
            facts.id, facts.business_id, facts.warehouse_id, facts.shelf_id, campaign->push};
    }
    registry_unlock(registry);
    *total = selection.seen;
    return selection.count;
}

/* Of campaigns that share a group's shelf the one that has the first member stands for it. */
static bool stands_for_its_shelf(const struct registry_state *state,
                                 const struct registry_campaign *campaign)
{
    const struct registry_warehouse *warehouse = campaign_warehouse(state, campaign);
    if (warehouse == NULL)
        return campaign->shelf_id != 0;
    if (warehouse->group_id == 0)
        return true;
    const uint32_t group_at = map_get(&state->index.group_by_id, warehouse->group_id);
    ASSERT(group_at != MAP_ABSENT);
    const uint32_t first_at = state->index.group_first_member[group_at];
    return &state->document.warehouses[first_at] == warehouse;
}

uint32_t registry_list_shelves(const struct registry *registry, struct registry_range range,
                               struct shelf_row *rows, uint32_t *total)
{
    struct selection selection = {range, 0, 0};
    registry_lock(registry);
    const struct registry_state *state = registry->known;
    for (uint32_t i = 0; i < state->document.campaigns_count; i++) {
        const struct registry_campaign *campaign = &state->document.campaigns[i];
        if (stands_for_its_shelf(state, campaign) &&
            select_entry(&selection, campaign->business_id))
            rows[selection.count - 1] =
                (struct shelf_row){campaign_stock_shelf(state, campaign), campaign->id};
    }
    registry_unlock(registry);
    *total = selection.seen;
    return selection.count;
}
