/* Whether a shelf and its orders hold together: everything that follows from something else is
 * computed once more. For whoever has just read them from a disk, and for tests. */
#ifndef LEDGER_SHELF_CHECK_H
#define LEDGER_SHELF_CHECK_H

#include "ledger/order_book.h"

enum { SHELF_PROBLEM_BYTES = 160 };

/* Checks every cell, the sums over them, the index, every order, and what they hold of each cell.
 * Some hundred nanoseconds a cell, and memory for the lines of open orders only; nothing is
 * changed. ERR_CORRUPT: `problem` says in words what the first finding is; ERR_MEMORY. */
MUST_USE enum err shelf_check(const struct shelf *shelf, const struct order_book *book,
                              char problem[SHELF_PROBLEM_BYTES]);

/* The last part of it alone: what a cell has reserved is what open orders hold of it. `problem` may
 * be NULL. */
MUST_USE enum err shelf_check_reserved(const struct shelf *shelf, const struct order_book *book,
                                       char *problem);

#endif
