/* POST offers/stocks, `getStocks` (CONTRACT §2): the request's query and body, and the answer. */
#ifndef WIRE_GET_STOCKS_H
#define WIRE_GET_STOCKS_H

#include "base/arena.h"
#include "base/date.h"
#include "base/stock.h"
#include "wire/json.h"
#include "wire/reply.h"

/* The body. Without one, or with `{}`, everything is absent. */
struct get_stocks {
    int64_t warehouse_id; /* stocksWarehouseId; 0: not given. */
    bool has_stocks_given;
    bool has_stocks;
    bool with_turnover;
    bool archived;
    bool listed;              /* offerIds was given. */
    struct stock_key *offers; /* Distinct, in document order. In the arena. */
    uint32_t offers_count;
};

/* Decodes and checks a body. False when `errors` tell why not, or when there is no memory (then
 * `errors` are empty). SKUs lend from the JSON document. */
MUST_USE bool get_stocks_decode(struct json_value root, struct arena *arena,
                                struct get_stocks *request, struct error_list *errors);

/* Neighbours of a page, as tokens; no bytes: there is none (CONTRACT C23). */
struct get_stocks_paging {
    struct bytes next_token;
    struct bytes prev_token;
};

/* Writes an answer: begin, warehouses with their offers, end. A warehouse without offers is not
 * begun (C22). */
void get_stocks_encode_begin(struct buffer *body, const struct get_stocks_paging *paging);
void get_stocks_encode_warehouse(struct buffer *body, int64_t warehouse_id);

/* An offer in the warehouse that was begun last. `day` is all zeros before an answer's first. */
struct get_stocks_offer {
    const struct stock_view *view;
    bool with_turnover; /* view->details tell it; without details there were no sales. */
    bool free_storage;  /* Instead of a class by days. */
};
void get_stocks_encode_offer(struct buffer *body, const struct get_stocks_offer *offer,
                             struct date_day *day);
void get_stocks_encode_end(struct buffer *body);

/* An answer, as a client reads it. */
struct get_stocks_answer {
    struct bytes next_token;  /* No bytes: the last page. */
    struct stock_view *views; /* `reserved` is FREEZE. In the arena. */
    uint32_t views_count;
};

/* Decodes an answer; all warehouses in one list. False when it is not one or there is no memory.
 * Everything lends from the JSON document or the arena. */
MUST_USE bool get_stocks_decode_answer(struct json_value root, struct arena *arena,
                                       struct get_stocks_answer *answer);

#endif
