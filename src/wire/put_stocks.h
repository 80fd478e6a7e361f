/* PUT offers/stocks, `updateStocks` (CONTRACT §1): the request's body, both ways. Its answer is the
 * plain success of wire/reply.h. */
#ifndef WIRE_PUT_STOCKS_H
#define WIRE_PUT_STOCKS_H

#include "base/arena.h"
#include "base/stock.h"
#include "wire/json.h"
#include "wire/reply.h"

/* What a decoder has to know beside the body. */
struct put_stocks_rules {
    int64_t now_ms;              /* Stands for an absent updatedAt. */
    int64_t future_tolerance_ms; /* C10. */
    int64_t past_tolerance_ms;   /* C10; negative: no bound. */
    int64_t warehouse_id;        /* For the text about duplicates (C3). */
};

struct put_stocks {
    struct stock_write *items; /* Distinct SKUs, in document order. In the arena. */
    uint32_t items_count;
    uint32_t skus_count; /* Elements of `skus` as sent, valid or not: the cost (C50). */
};

/* Decodes and checks a body. False when `errors` tell why not, or when there is no memory (then
 * `errors` are empty). SKUs lend from the JSON document; skus_count is set in any case. */
MUST_USE bool put_stocks_decode(struct json_value root, const struct put_stocks_rules *rules,
                                struct arena *arena, struct put_stocks *request,
                                struct error_list *errors);

/* Writes one body; put_stocks_encode_begin(), then items, then put_stocks_encode_end(). */
void put_stocks_encode_begin(struct buffer *body);
void put_stocks_encode_item(struct buffer *body, struct bytes sku, int64_t count,
                            int64_t updated_at_ms);
void put_stocks_encode_end(struct buffer *body);

#endif
