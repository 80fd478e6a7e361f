/* What the files of the order book share: its struct, and orders that are put into it as they
 * are. */
#ifndef LEDGER_ORDER_BOOK_INTERNAL_H
#define LEDGER_ORDER_BOOK_INTERNAL_H

#include "ledger/order_book.h"

struct shelf_image;

/* Places grow along a list. */
struct order_list {
    struct order *first;
    struct order *last;
    uint32_t count;
};

/* Invariants: 1. Each order is in one bucket and in one list: `open` while its state holds units,
 *                else `over`.
 *             2. expiring is a heap, the least expires_at_ms on top, of the RESERVED orders that
 *                expire; an order knows its place there.
 *             3. What is reserved on the shelf is the sum over the lines of `open`.
 *             4. An order changes, or leaves a list, only after the image that is being taken was
 *                asked to keep it. */
struct order_book {
    struct shelf *shelf;
    struct order **buckets;
    uint32_t buckets_count; /* A power of two, or 0. */
    struct order_list open;
    struct order_list over;
    struct order **expiring;
    uint32_t expiring_count;
    uint32_t expiring_max;
    uint64_t place_next;   /* Of the next order that comes into a list. */
    uint32_t image_number; /* Of the image that was begun last. */
};

/* Whether orders of that state hold units. */
static inline bool order_state_is_open(enum order_state state)
{
    return state == ORDER_RESERVED || state == ORDER_PACKED;
}

/* Makes room for one more order in the book alone. ERR_MEMORY. */
MUST_USE enum err order_book_reserve_order(struct order_book *book);

/* Puts an order with all its members in, whose name is not there, in room that was reserved: last
 * of its list. No unit moves. Takes it. */
void order_book_put(struct order_book *book, struct order *order);

/* Brings both lists into the order of places, which order_book_put() was given too, and numbers
 * them anew. ERR_CORRUPT: two orders of a list have the same place; ERR_MEMORY: it is not
 * sorted. */
MUST_USE enum err order_book_sort(struct order_book *book);

/* The same by the moments at which they came into their lists. ERR_MEMORY: it is not sorted. */
MUST_USE enum err order_book_sort_by_moment(struct order_book *book);

/* The image takes the order as it is, unless it has it or does not want it, and does not look at
 * its place in the list any more. */
void shelf_image_keep_order(struct shelf_image *image, struct order *order);

#endif
