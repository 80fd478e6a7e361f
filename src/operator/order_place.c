/* The list of claims is short: it holds what is under way at this moment. */
#include "operator/order_place.h"

enum { US_PER_MS = 1000 };

static void add_place(struct order_places *places, int64_t warehouse_id, int64_t shelf_id,
                      bool left)
{
    ASSERT(places->count < REGISTRY_MARKET_WAREHOUSES_MAX);
    if (shelf_id != 0)
        places->places[places->count++] = (struct order_place){warehouse_id, shelf_id, left};
}

static void list_seller(struct order_places *places, const struct campaign_facts *campaign,
                        int64_t warehouse_id)
{
    const int64_t own_warehouse_id = campaign->warehouse_id;
    if (own_warehouse_id == 0)
        return;
    add_place(places, own_warehouse_id, campaign->shelf_id, false);
    if (warehouse_id == 0 || warehouse_id == own_warehouse_id)
        places->sources_count = places->count;
    if (campaign->own_shelf_id != campaign->shelf_id)
        add_place(places, own_warehouse_id, campaign->own_shelf_id, true);
}

static void list_market(struct order_places *places, const struct registry *registry,
                        const struct campaign_facts *campaign, int64_t warehouse_id)
{
    struct market_place found[REGISTRY_MARKET_WAREHOUSES_MAX];
    const uint32_t found_count = registry_campaign_market_warehouses(
        registry, campaign->id, found, REGISTRY_MARKET_WAREHOUSES_MAX);
    for (uint32_t i = 0; i < found_count; i++) {
        if (warehouse_id == 0 || found[i].warehouse_id == warehouse_id)
            add_place(places, found[i].warehouse_id, found[i].shelf_id, false);
    }
    places->sources_count = places->count;
    for (uint32_t i = 0; i < found_count; i++) {
        if (warehouse_id != 0 && found[i].warehouse_id != warehouse_id)
            add_place(places, found[i].warehouse_id, found[i].shelf_id, false);
    }
}

bool order_places_list(struct order_places *places, const struct registry *registry,
                       const struct campaign_facts *campaign, int64_t warehouse_id)
{
    places->count = 0;
    places->sources_count = 0;
    places->is_market =
        campaign->placement == PLACEMENT_FBY || campaign->placement == PLACEMENT_LAAS;
    if (places->is_market)
        list_market(places, registry, campaign, warehouse_id);
    else
        list_seller(places, campaign, warehouse_id);
    return places->sources_count > 0;
}

/* The next number. The lock is held. */
static int64_t next_number(struct operator_api *api)
{
    struct os *os = api->settings.os;
    const int64_t now_us = os->now_ms(os) * US_PER_MS;
    api->claim_last = now_us > api->claim_last ? now_us : api->claim_last + 1;
    return api->claim_last;
}

bool order_claim_take(struct operator_api *api, struct order_claim *claim)
{
    struct os *os = api->settings.os;
    os->random(os, &claim->key, sizeof(claim->key));
    pthread_mutex_lock(&api->claims_lock);
    const struct order_claim *other = api->claims;
    while (other != NULL && (other->campaign_id != claim->campaign_id ||
                             !bytes_equal(other->order_id, claim->order_id)))
        other = other->next;
    claim->held = other == NULL;
    if (claim->held) {
        claim->number = next_number(api);
        claim->next = api->claims;
        api->claims = claim;
    }
    pthread_mutex_unlock(&api->claims_lock);
    return claim->held;
}

void order_claim_release(struct operator_api *api, struct order_claim *claim, int64_t met)
{
    if (!claim->held)
        return;
    pthread_mutex_lock(&api->claims_lock);
    if (met > api->claim_last)
        api->claim_last = met;
    struct order_claim **link = &api->claims;
    while (*link != claim) {
        ASSERT(*link != NULL);
        link = &(*link)->next;
    }
    *link = claim->next;
    pthread_mutex_unlock(&api->claims_lock);
    claim->held = false;
}
