/* What few cells of a shelf have beside their two numbers: units that cannot be sold, the number
 * that orders began to move, and, where the shelf keeps it, the history that turnover is computed
 * from. Found by the number of the cell. */
#ifndef LEDGER_CELL_DETAILS_H
#define LEDGER_CELL_DETAILS_H

#include "base/map.h"
#include "base/stock.h"
#include "ledger/turnover.h"

struct cell_beside {
    uint32_t counts[STOCK_UNFIT_COUNT]; /* From STOCK_UNFIT_FIRST on. */
    bool ordered;                       /* Orders moved units since a number was written… */
    uint32_t written;                   /* …and this was the number. */
};

/* Invariants: 1. index_by_cell has `count` keys, with the values 0…count - 1.
 *             2. count <= count_max; turnovers is as long as beside, or NULL: none are kept.
 *             3. index_by_cell has room for count_max keys. */
struct cell_details {
    bool keeps_history;
    struct map index_by_cell;
    struct cell_beside *beside;
    struct turnover *turnovers;
    uint32_t count;
    uint32_t count_max;
};

void cell_details_init(struct cell_details *details, bool keeps_history);
void cell_details_deinit(struct cell_details *details);

/* Makes room for `more` cells, so that adding them cannot fail. ERR_MEMORY, ERR_FULL: nothing that
 * can be seen changed. */
MUST_USE enum err cell_details_reserve(struct cell_details *details, uint32_t more);

/* Adds a cell that has none, in room that was reserved: no units, no history. */
void cell_details_add(struct cell_details *details, uint32_t cell);

/* The records of a cell, for as long as none is added or reserved. NULL: it has none. */
struct cell_beside *cell_details_beside(const struct cell_details *details, uint32_t cell);
struct turnover *cell_details_turnover(const struct cell_details *details, uint32_t cell);

#endif
