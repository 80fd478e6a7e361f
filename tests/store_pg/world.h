/* What the steps of the conformance test share: two stores, SKUs that meet often, and values at
 * their edges, all from one seed. */
#ifndef TESTS_STORE_PG_WORLD_H
#define TESTS_STORE_PG_WORLD_H

#include "../support/chance.h"
#include "pair.h"

#define DAY (INT64_C(24) * 60 * 60 * 1000)

enum {
    SHELVES = 4, /* Two of their own, two in the Market's warehouses. */
    MARKET_SHELVES_FIRST = 2,
    SKUS_OFTEN = 40, /* That meet often; */
    SKUS = 400,      /* the others are new most of the time. */
    SKU_EDGE = 1,    /* One whose numbers are at their edges. */
    ITEMS_MAX = 12,
    CAMPAIGNS = 2,
    IDS_OFTEN = 6,
    IDS = 60,
    BULK_SKUS = 3000,
};

/* What was written last: repeats are made of it. */
struct written {
    int64_t count;
    int64_t moment;
};

struct world {
    struct pair pair;
    struct chance chance;
    int64_t now;
    int64_t shelves[SHELVES + 1]; /* The last one is for large batches. */
    char skus[SKUS][SKU_BYTES_MAX + 1];
    char bulk[BULK_SKUS][16];
    char ids[IDS][16];
    struct written written[SHELVES][SKUS];
    struct stock_order_item ordered[CAMPAIGNS][IDS][ITEMS_MAX];
    uint32_t ordered_count[CAMPAIGNS][IDS];
    uint32_t ordered_shelf[CAMPAIGNS][IDS];
    int64_t expires_ms; /* Of the last order that expires. */
    uint32_t sales_count;
    uint64_t found_count; /* By searches. */
};

/* From the seed of the environment; the database is nobody else's. */
void world_begin(struct world *world, const char *url);
void world_end(struct world *world);

void world_set_now(struct world *world, int64_t now);

struct stock_key world_key_of(const char *sku);
struct stock_key world_key(const struct world *world, uint32_t sku);

/* Distinct numbers in any order: below `often`, and a few of them below `bound`. Gives how many. */
uint32_t world_pick(struct world *world, uint32_t often, uint32_t bound, uint32_t count_max,
                    uint32_t *picked);

/* Units, units at an edge, a moment, the index of a shelf. */
int64_t world_count(struct world *world);
int64_t world_edge(struct world *world);
int64_t world_moment(struct world *world);
uint32_t world_shelf(struct world *world);

/* A search with a random filter, on both stores and by a plain look at all cells (search.c). */
void step_search(struct world *world);

#endif
