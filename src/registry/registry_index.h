/* Where entries stand in a document, and what follows from how they refer to each other. For the
 * files of this folder. */
#ifndef REGISTRY_REGISTRY_INDEX_H
#define REGISTRY_REGISTRY_INDEX_H

#include "base/arena.h"
#include "base/map.h"
#include "wire/registry_document.h"

/* Invariants: 1. Maps lead to indexes of the document's lists.  2. Arrays have the length of the
 *             list that their name begins with, and live in the arena that the index was completed
 *             with. */
struct registry_index {
    struct map business_by_id;
    struct map campaign_by_id;
    struct map group_by_id;
    struct map warehouse_by_id;
    struct map market_warehouse_by_id;
    struct map warehouse_by_campaign; /* Campaign id → its warehouse. */
    uint32_t *group_first_member;     /* Index of a warehouse, or MAP_ABSENT. */
    uint32_t *warehouses_sorted;      /* Indexes of warehouses, by their ids. */
    bool *business_has_groups;        /* With warehouses in them. */
};

void registry_index_init(struct registry_index *index);
void registry_index_deinit(struct registry_index *index);

/* Fills the maps by id. ERR_MEMORY. */
MUST_USE enum err registry_index_fill(struct registry_index *index,
                                      const struct registry_document *document);

/* Fills the arrays, once registry_check() found that all references hold. ERR_MEMORY. */
MUST_USE enum err registry_index_complete(struct registry_index *index,
                                          const struct registry_document *document,
                                          struct arena *arena);

/* FBS and DBS sell from warehouses of their own, the others from the Market's. */
bool placement_is_sellers_own(enum placement placement);

/* Whether a campaign's goods may lie in a warehouse of the Market: the others' in any but those for
 * returns, the seller's own in those alone. */
bool placement_uses_market_warehouse(enum placement placement, bool returns);

#endif
