/* Reading offers of a campaign over all of its shelves: a page or a list of SKUs on one of them,
 * and then what the others know of the same SKUs. Each shelf is one store command. */
#ifndef API_OFFER_READ_H
#define API_OFFER_READ_H

#include "api/api_internal.h"
#include "call/query.h"

/* The stock shelf, the own one, and the Market's warehouses. */
enum { OFFER_SHELVES_MAX = REGISTRY_MARKET_WAREHOUSES_MAX + 2 };

enum offer_shelf_kind {
    OFFER_SHELF_STOCK,  /* What the campaign sells from: its catalogue. */
    OFFER_SHELF_OWN,    /* Beside a group's shelf: hidden and deleted offers. */
    OFFER_SHELF_MARKET, /* In a warehouse of the Market. */
};

/* What one shelf knows of the SKUs that were found. */
struct offer_shelf {
    enum offer_shelf_kind kind;
    int64_t warehouse_id; /* 0: none that answers show. */
    int64_t shelf_id;
    const struct stock_view **views; /* One an offer, NULL where it is unknown. */
};

struct offer_read {
    struct offer_shelf shelves[OFFER_SHELVES_MAX]; /* The first is the one that was searched. */
    uint32_t shelves_count;
    uint32_t at;                     /* The shelf whose command is under way. */
    const struct stock_view *offers; /* As the first shelf has them, in the arena. */
    uint32_t offers_count;
    uint32_t *marks;        /* Of each offer, on all shelves together. */
    struct stock_key *keys; /* Of the offers, where other shelves are asked, too. */
    int64_t turnover_at_ms; /* 0: not asked for. */
    struct bytes next;      /* Of a page. */
    struct bytes prev;
};

/* Lists the campaign's shelves, the searched one first: the one of this warehouse, or the stock
 * shelf for 0. False: no warehouse of this campaign has this number. */
MUST_USE bool offer_read_begin(struct offer_read *read, const struct registry *registry,
                               const struct campaign_facts *campaign, int64_t warehouse_id);

/* Fill in the first command. `keys` live in the arena, or until the command was submitted. */
void offer_read_page(struct offer_read *read, struct store_command *command,
                     const struct query_page *page, uint32_t limit,
                     const struct store_filter *filter);
void offer_read_list(struct offer_read *read, struct store_command *command,
                     const struct stock_key *keys, uint32_t keys_count);

/* A command is complete. True: another one was filled in. False: the call was refused. Once all
 * shelves were read: what `done` returns, which goes on as an operation's proceed() does. */
MUST_USE bool offer_read_proceed(struct api_call *call, struct offer_read *read,
                                 bool (*done)(struct api_call *call));

/* Units that can be ordered, on all shelves together. */
int64_t offer_read_available(const struct offer_read *read, uint32_t offer);

#endif
