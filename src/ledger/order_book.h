/* The orders that hold, or held, units of one shelf (CONTRACT §12), by campaign and the campaign's
 * own text. Units move in the shelf and states change in the book in one step, the same whether a
 * command asks for it or the journal tells it again. Pure, like the shelf, and guarded with it.
 *
 *     RESERVED → PACKED → SHIPPED
 *     RESERVED → SHIPPED
 *     RESERVED, PACKED → CANCELLED
 *     RESERVED → EXPIRED
 *
 * Orders that are over are forgotten ORDERS_KEPT_MS later, when another order comes: its moment
 * decides, so that the same orders give the same book. */
#ifndef LEDGER_ORDER_BOOK_H
#define LEDGER_ORDER_BOOK_H

#include "ledger/shelf.h"

/* Some units of a cell. */
struct order_line {
    uint32_t cell;
    uint32_t count; /* 1…STOCK_COUNT_MAX */
};

/* One order. The book changes it, others read it. */
struct order {
    int64_t campaign_id;
    struct bytes id; /* Behind the lines, in the same piece of memory. */
    enum order_state state;
    uint32_t image_number; /* Of the last image that has the order, or begins after it came. */
    int64_t created_at_ms;
    int64_t changed_at_ms;
    int64_t expires_at_ms; /* 0: never. */
    uint32_t lines_count;

    uint32_t expiry_index; /* Place among those that expire. */
    uint64_t place;        /* Grows along the list. */
    uint64_t hash;
    struct order *chain_next; /* Of the same bucket. */
    struct order *list_prev;  /* Of those that are open, or of those that are over. */
    struct order *list_next;

    struct order_line lines[];
};

/* Whether no cell comes twice. */
bool order_lines_are_distinct(const struct order_line *lines, uint32_t lines_count);

/* Whether these are the order's lines, in any order. At most ORDER_ITEMS_MAX. */
bool order_has_lines(const struct order *order, const struct order_line *lines,
                     uint32_t lines_count);

struct order_book;

/* An empty book of a shelf, which it uses as long as it lives. NULL: no memory. */
MUST_USE struct order_book *order_book_create(struct shelf *shelf);
void order_book_destroy(struct order_book *book);

/* The order, or NULL. Lends until an order is added. */
struct order *order_book_find(const struct order_book *book, int64_t campaign_id, struct bytes id);

/* A new order that is in no book yet: copies id and lines, which have distinct cells. NULL: no
 * memory. Taken by order_book_add(), or ended by order_destroy(). */
MUST_USE struct order *order_create(int64_t campaign_id, struct bytes id,
                                    const struct order_line *lines, uint32_t lines_count);
void order_destroy(struct order *order);

/* Makes room for one more order. ERR_FULL: too many are open. ERR_MEMORY. */
MUST_USE enum err order_book_reserve(struct order_book *book);

/* Adds an order that the book does not know, in room that was reserved: its units are taken from
 * the shelf, where they are available. Forgets what was over long before `now_ms`. Takes it. */
void order_book_add(struct order_book *book, struct order *order, int64_t now_ms,
                    int64_t expires_at_ms);

/* Whether an order of one state may come into another. */
bool order_may_become(enum order_state from, enum order_state to);

/* An order of this book comes into a state that it may come into, with all that follows for the
 * shelf. */
void order_book_change(struct order_book *book, struct order *order, enum order_state state,
                       int64_t now_ms);

/* The order that expires first, or NULL: none will. */
struct order *order_book_first_to_expire(const struct order_book *book);

/* How many hold units: of one campaign, or of all: 0. */
uint32_t order_book_open_count(const struct order_book *book, int64_t campaign_id);

/* How many orders the book knows. */
uint32_t order_book_count(const struct order_book *book);

/* For whoever looks at all of them in steps, between which the book may change: in how many chains
 * they are, about one in each, and where one begins; NULL: it is empty. An order stays in its chain
 * as long as their number stays the same. */
uint32_t order_book_chains_count(const struct order_book *book);
const struct order *order_book_chain(const struct order_book *book, uint32_t index);

#endif
