/* Looking for stores by what somebody types. Each campaign is looked at in turn, some thousands of
 * them in a call: there is no index of names. */
#include <inttypes.h>
#include <stdio.h>

#include "base/fold.h"
#include "registry/registry_facts.h"

enum { LOOKED_AT_MAX = 16384, NUMBER_BYTES = 24 };

static bool number_begins_with(int64_t number, struct bytes text)
{
    char digits[NUMBER_BYTES];
    (void)snprintf(digits, sizeof(digits), "%" PRId64, number);
    return bytes_starts_with(bytes_from_text(digits), text);
}

static bool name_contains(struct bytes name, struct bytes text)
{
    return fold_contains(bytes_clip(name, FOLD_BYTES_MAX), text);
}

static bool fits(const struct store_facts *store, struct bytes text)
{
    const struct campaign_facts *campaign = &store->campaign;
    return text.size == 0 || number_begins_with(campaign->id, text) ||
           number_begins_with(campaign->business_id, text) ||
           name_contains(campaign->domain, text) || name_contains(campaign->business_name, text) ||
           name_contains(store->warehouse_name, text) || name_contains(store->group_name, text);
}

static struct store_facts store_facts_of(const struct registry_state *state,
                                         const struct registry_campaign *campaign)
{
    struct store_facts facts = {.campaign = campaign_facts_of(state, campaign)};
    const struct registry_warehouse *warehouse = campaign_warehouse(state, campaign);
    if (warehouse == NULL)
        return facts;
    const struct registry_group *group = warehouse_group(state, warehouse);
    facts.warehouse_name = warehouse->name;
    if (group != NULL)
        facts.group_name = group->name;
    return facts;
}

uint32_t registry_search_stores(const struct registry *registry,
                                const struct registry_search *search, struct store_facts *rows,
                                uint32_t *next)
{
    uint32_t count = 0;
    uint32_t at = search->first;
    registry_lock(registry);
    const struct registry_state *state = registry->known;
    const uint32_t campaigns_count = state->document.campaigns_count;
    for (uint32_t looked = 0;
         at < campaigns_count && looked < LOOKED_AT_MAX && count < search->rows_max; looked++) {
        rows[count] = store_facts_of(state, &state->document.campaigns[at++]);
        count += fits(&rows[count], search->text);
    }
    registry_unlock(registry);
    *next = at < campaigns_count ? at : 0;
    return count;
}
