/* Orders in the operator API (docs/contract.md, "The operator API"): the body that makes one, and
 * the answers. */
#ifndef WIRE_ORDER_H
#define WIRE_ORDER_H

#include "base/arena.h"
#include "base/stock.h"
#include "wire/json.h"
#include "wire/reply.h"

struct order_request {
    struct bytes id;                /* Trimmed; see order_id_is_valid(). */
    struct stock_order_item *items; /* Distinct SKUs, in document order. In the arena. */
    uint32_t items_count;           /* 1…ORDER_ITEMS_MAX */
    int64_t expires_at_ms;          /* Where `expires`; it may be over already. */
    bool expires;
    int64_t warehouse_id; /* 0: any. */
};

/* Decodes and checks a body. False when `errors` tell why not, or when there is no memory (then
 * `errors` are empty). Id and SKUs lend from the JSON document. */
MUST_USE bool order_request_decode(struct json_value root, struct arena *arena,
                                   struct order_request *request, struct error_list *errors);

/* 1…ORDER_ID_BYTES_MAX bytes that can be one segment of a path: no control characters, no slash,
 * neither `.` nor `..`. */
bool order_id_is_valid(struct bytes id);

/* `RESERVED`, `PACKED`, … */
const char *order_state_name(enum order_state state);

/* False: there is no such state. */
MUST_USE bool order_state_find(struct bytes name, enum order_state *state);

/* An order as answers have it. */
struct order_document {
    struct bytes id;
    int64_t campaign_id;
    int64_t warehouse_id;
    enum order_state state;
    const struct stock_order_item *items;
    uint32_t items_count;
    int64_t created_at_ms;
    int64_t changed_at_ms;
    int64_t expires_at_ms; /* 0: it does not. */
};

/* Writes the whole answer. */
void order_encode(struct buffer *body, const struct order_document *order);

/* The same for one element of a list. */
void order_encode_element(struct buffer *body, const struct order_document *order);

/* Writes the refusal of an order that asks for too much: begin, shortages, end. */
void order_shortages_encode_begin(struct buffer *body, const char *message);
void order_shortages_encode_item(struct buffer *body, struct bytes sku, int64_t requested,
                                 int64_t available);
void order_shortages_encode_end(struct buffer *body);

#endif
