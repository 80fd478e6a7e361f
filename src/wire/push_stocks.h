/* POST /stocks, with which the Market asks a shop (CONTRACT §3): the request's body and its answer,
 * both ways, for the Market's side and for the shop's. */
#ifndef WIRE_PUSH_STOCKS_H
#define WIRE_PUSH_STOCKS_H

#include "base/arena.h"
#include "base/stock.h"
#include "wire/json.h"
#include "wire/reply.h"

/* Writes a request: push_stocks_encode_begin(), then SKUs, then push_stocks_encode_end(). */
void push_stocks_encode_begin(struct buffer *body, int64_t warehouse_id);
void push_stocks_encode_sku(struct buffer *body, struct bytes sku);
void push_stocks_encode_end(struct buffer *body);

/* A request, as the shop reads it. */
struct push_stocks {
    int64_t warehouse_id;
    struct stock_key *keys; /* Distinct (C28), in document order. In the arena. */
    uint32_t keys_count;
};

/* Decodes and checks a request; warehouseId is any number without a fraction (C31). False when
 * `errors` tell why not, or when there is no memory (then `errors` are empty). SKUs lend from the
 * JSON document. */
MUST_USE bool push_stocks_decode(struct json_value root, struct arena *arena,
                                 struct push_stocks *request, struct error_list *errors);

/* Writes an answer: push_stocks_answer_begin(), then items, then push_stocks_answer_end(). */
void push_stocks_answer_begin(struct buffer *body);
void push_stocks_answer_item(struct buffer *body, int64_t warehouse_id, struct bytes sku,
                             int64_t count, int64_t updated_at_ms);
void push_stocks_answer_end(struct buffer *body);

/* What the Market has to know to judge an answer. */
struct push_stocks_rules {
    const struct stock_key *asked; /* Distinct SKUs. */
    uint32_t asked_count;          /* 1…PUSH_SKUS_MAX */
    int64_t warehouse_id;
    int64_t now_ms;
    int64_t future_tolerance_ms; /* C10. */
    int64_t past_tolerance_ms;   /* C10; negative: no bound. */
};

/* An answer, as the Market reads it. SKUs that it leaves out are not here (C29). */
struct push_stocks_answer {
    struct stock_write *items; /* Distinct SKUs, of those that were asked for. In the arena. */
    uint32_t items_count;
    uint32_t dropped_count; /* SKUs with a moment that lies too far off (C30). */
};

/* Decodes and checks an answer. False when `errors` tell why it is refused as a whole (C29), or
 * when there is no memory (then `errors` are empty). SKUs are those of rules->asked. */
MUST_USE bool push_stocks_answer_decode(struct json_value root,
                                        const struct push_stocks_rules *rules, struct arena *arena,
                                        struct push_stocks_answer *answer,
                                        struct error_list *errors);

#endif
