/* Where a campaign's orders lie, and who is just making one: orders live on the shelf that they
 * reserve from, and a campaign may have several of them. */
#ifndef OPERATOR_ORDER_PLACE_H
#define OPERATOR_ORDER_PLACE_H

#include "operator/operator_internal.h"

/* One shelf; `warehouse_id` is what answers call it. */
struct order_place {
    int64_t warehouse_id;
    int64_t shelf_id;
    bool left; /* The campaign sells from another one now: all of its orders here are over. */
};

/* Every shelf that an order of a campaign may lie on; a new one reserves from the first
 * `sources_count` of them. */
struct order_places {
    struct order_place places[REGISTRY_MARKET_WAREHOUSES_MAX];
    uint32_t count;
    uint32_t sources_count;
    bool is_market; /* One order may come from one of them, and its repeat from another. */
};

/* Lists them, in the registry's order: of a seller's campaign what it sells from, and behind that
 * its own shelf where that is another one (what was over before it joined a group); of the Market's
 * the Market's warehouses. `warehouse_id`: a new order may come from that one alone; 0: from any.
 * False: there is nothing that it could come from. */
bool order_places_list(struct order_places *places, const struct registry *registry,
                       const struct campaign_facts *campaign, int64_t warehouse_id);

/* Somebody is making this order. Texts are lent while it stands in the list. */
struct order_claim {
    int64_t campaign_id;
    struct bytes order_id;
    int64_t number; /* For the store, where other nodes may be at it: struct store_order. */
    int64_t key;
    bool held;
    struct order_claim *next;
};

/* Looking for an order on several shelves and making it on one of them is not one step of the
 * store, so two that make the same order must not overlap. In this node the list holds them apart;
 * the number, which is given here, nodes over one store. False: somebody else is at it. */
MUST_USE bool order_claim_take(struct operator_api *api, struct order_claim *claim);

/* Gives it back, where it is held. `met`: a higher number that the store told of, or 0; those that
 * are given from now on are above it, whatever our clock says. */
void order_claim_release(struct operator_api *api, struct order_claim *claim, int64_t met);

#endif
