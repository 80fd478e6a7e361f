/* The body with the Market's own counts (docs/contract.md, "The operator API"): how many units of
 * which type lie in one warehouse. */
#ifndef WIRE_MARKET_COUNTS_H
#define WIRE_MARKET_COUNTS_H

#include "base/arena.h"
#include "base/stock.h"
#include "wire/json.h"
#include "wire/reply.h"

/* What a decoder has to know beside the body. */
struct market_counts_rules {
    int64_t now_ms;              /* Stands for an absent updatedAt. */
    int64_t future_tolerance_ms; /* C10. */
};

struct market_counts {
    struct stock_count *items; /* Distinct (SKU, type), in document order. In the arena. */
    uint32_t items_count;      /* 1…PUT_SKUS_MAX */
    struct stock_key *keys;    /* Their distinct SKUs. In the arena. */
    uint32_t keys_count;
};

/* Decodes and checks a body. False when `errors` tell why not, or when there is no memory (then
 * `errors` are empty). SKUs lend from the JSON document. */
MUST_USE bool market_counts_decode(struct json_value root, const struct market_counts_rules *rules,
                                   struct arena *arena, struct market_counts *counts,
                                   struct error_list *errors);

#endif
