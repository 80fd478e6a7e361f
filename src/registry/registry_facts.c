/* Each with its references followed. */
#include "registry/registry_facts.h"

struct token_facts token_facts_of(const struct registry_token *token)
{
    return (struct token_facts){token->business_id, token->scopes, token->revoked, token->kind,
                                token->name};
}

static struct bytes business_name(const struct registry_state *state, int64_t business_id)
{
    const uint32_t at = map_get(&state->index.business_by_id, business_id);
    ASSERT(at != MAP_ABSENT);
    return state->document.businesses[at].name;
}

struct campaign_facts campaign_facts_of(const struct registry_state *state,
                                        const struct registry_campaign *campaign)
{
    const struct registry_warehouse *warehouse = campaign_warehouse(state, campaign);
    return (struct campaign_facts){
        .id = campaign->id,
        .business_id = campaign->business_id,
        .business_name = business_name(state, campaign->business_id),
        .domain = campaign->domain,
        .placement = campaign->placement,
        .availability = campaign->availability,
        .warehouse_id = warehouse == NULL ? 0 : warehouse->id,
        .group_id = warehouse == NULL ? 0 : warehouse->group_id,
        .shelf_id = campaign_stock_shelf(state, campaign),
        .own_shelf_id = campaign_own_shelf(state, campaign),
    };
}

struct warehouse_facts warehouse_facts_of(const struct registry_state *state,
                                          const struct registry_warehouse *warehouse)
{
    const struct registry_campaign *campaign = state_campaign(state, warehouse->campaign_id);
    const struct registry_group *group = warehouse_group(state, warehouse);
    ASSERT(campaign != NULL);
    return (struct warehouse_facts){
        .id = warehouse->id,
        .campaign_id = warehouse->campaign_id,
        .business_id = campaign->business_id,
        .name = warehouse->name,
        .group_id = warehouse->group_id,
        .group_name = group == NULL ? (struct bytes){NULL, 0} : group->name,
        .shelf_id = group == NULL ? warehouse->shelf_id : group->shelf_id,
        .own_shelf_id = warehouse->shelf_id,
        .placement = campaign->placement,
        .express = warehouse->express,
        .enabled = !warehouse->disabled,
        .has_address = warehouse->has_address,
        .address = warehouse->address,
    };
}

struct market_warehouse_facts
market_warehouse_facts_of(const struct registry_market_warehouse *warehouse)
{
    return (struct market_warehouse_facts){warehouse->id, warehouse->name, warehouse->returns,
                                           warehouse->number};
}
