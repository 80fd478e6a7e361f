/* Stocks by business and warehouse of the seller (CONTRACT §14): the bodies of
 * updateStocksOnPartnerWarehouses and getStocksOnPartnerWarehouses, and the answer of the latter;
 * its offers are those of wire/get_stocks.h. */
#ifndef WIRE_V3_STOCKS_H
#define WIRE_V3_STOCKS_H

#include "wire/put_stocks.h"

/* What goes to one warehouse. */
struct v3_stocks_part {
    int64_t warehouse_id;
    struct stock_write *items; /* Distinct SKUs, in document order. */
    uint32_t items_count;
};

/* Everything lies in the arena, SKUs too: parts are written one after another, when the document
 * is gone. */
struct v3_stocks_put {
    struct v3_stocks_part *parts; /* Each warehouse once, as the document names them first. */
    uint32_t parts_count;
};

/* Decodes and checks a body; rules->warehouse_id does not count. False when `errors` tell why not,
 * or when there is no memory (then `errors` are empty). */
MUST_USE bool v3_stocks_decode_put(struct json_value root, const struct put_stocks_rules *rules,
                                   struct arena *arena, struct v3_stocks_put *request,
                                   struct error_list *errors);

struct v3_stocks_get {
    int64_t warehouse_id;
    bool archived;
    bool listed;              /* offerIds was given. */
    struct stock_key *offers; /* Distinct, in document order. In the arena; SKUs lend from root. */
    uint32_t offers_count;
};

/* As above. */
MUST_USE bool v3_stocks_decode_get(struct json_value root, struct arena *arena,
                                   struct v3_stocks_get *request, struct error_list *errors);

/* Writes an answer: begin, offers with get_stocks_encode_offer(), end. No bytes of `next_token`:
 * the last page. */
void v3_stocks_encode_begin(struct buffer *body, int64_t warehouse_id, struct bytes next_token);
void v3_stocks_encode_end(struct buffer *body);

#endif
