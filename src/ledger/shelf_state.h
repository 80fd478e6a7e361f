/* Everything that a shelf and its orders hold, read cell by cell and put back into another shelf
 * as it is: for whoever carries a shelf to another kind of store. What is put is checked like bytes
 * of a disk; what follows from all of it together, by shelf_check(), once all is there. */
#ifndef LEDGER_SHELF_STATE_H
#define LEDGER_SHELF_STATE_H

#include "ledger/order_book.h"
#include "ledger/turnover.h"

/* `written` of a cell whose units no order moved since a number was written. */
#define CELL_NOT_ORDERED INT64_C(-1)

/* All of a cell. */
struct cell_state {
    struct bytes sku; /* Of what was read: lent until shelf_destroy(). */
    int64_t available;
    int64_t reserved;
    int64_t updated_at_ms;            /* Or STOCK_NEVER_UPDATED. */
    int64_t written;                  /* The number that orders began to move. */
    int64_t unfit[STOCK_UNFIT_COUNT]; /* From STOCK_UNFIT_FIRST on. */
    int64_t marks;
    const struct turnover *history; /* NULL: none yet, or this shelf keeps none. Lent likewise,
                                       until a cell is added. */
};

void shelf_cell_state(const struct shelf *shelf, uint32_t cell, struct cell_state *state);

/* Adds a cell that holds all that, whose SKU has none yet; copies it. ERR_CORRUPT: no cell can be
 * like that, and *problem says why, in words that follow "cell X"; ERR_MEMORY, ERR_FULL: past a
 * limit of the shelf. After an error shelf and book are to be destroyed. */
MUST_USE enum err shelf_add_state(struct shelf *shelf, const struct cell_state *state,
                                  const char **problem);

/* All orders, one after the other: those that are open, then those that are over. NULL: none, or no
 * more. Lent until the book changes. */
const struct order *order_book_first(const struct order_book *book);
const struct order *order_book_next(const struct order_book *book, const struct order *order);

/* Adds an order with all its members, which order_create() made and the caller set; takes it,
 * unless it fails. Its units lie on the shelf already. ERR_CORRUPT: no order can be like that, and
 * *problem says why; ERR_MEMORY. */
MUST_USE enum err order_book_add_state(struct order_book *book, struct order *order,
                                       const char **problem);

/* All orders were added: brings them into the order in which they came, and were over. */
MUST_USE enum err order_book_end_states(struct order_book *book);

#endif
