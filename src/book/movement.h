/* What a movement of goods does to a balance. The guide's table: a delivery 0 → 10, two ordered on
 * the Market 10 → 8, a supply 8 → 18, three sold in the shop 18 → 15. A balance is what can be
 * ordered, so an order takes its units at once. Pure. */
#ifndef BOOK_MOVEMENT_H
#define BOOK_MOVEMENT_H

#include "base/bytes.h"

/* The numbers are kept in the book. */
enum movement_kind {
    MOVEMENT_RECEIVE = 1, /* A supplier brought them. */
    MOVEMENT_SELL = 2,    /* Sold beside the Market, from the same warehouse. */
    MOVEMENT_ORDER = 3,   /* Ordered on the Market, which counts them off by itself as well. */
    MOVEMENT_RETURN = 4,  /* Came back, or were never fetched. */
    MOVEMENT_CORRECT = 5, /* Somebody counted: so many there are. */
    MOVEMENT_UNDO = 6,    /* Takes back an earlier one. */
};

/* The word of the command line: `receive`. NULL: a number that this program does not know. */
const char *movement_word(enum movement_kind kind);

enum movement_verdict {
    MOVEMENT_COUNTS,
    MOVEMENT_BELOW_ZERO, /* More would go than there is. */
    MOVEMENT_TOO_MANY,   /* More than the Market takes as a count. */
};

/* How much a movement of `units` changes a balance: *change. Units are 0 or more, or for an undo
 * the change that it takes back. A balance below zero, from a forced movement, may always grow. */
enum movement_verdict movement_apply(enum movement_kind kind, int64_t units, int64_t balance,
                                     int64_t *change);

#endif
