/* Entries of an image: their layout (docs/formats.md, "Checkpoint: entries of a shelf"), and
 * writing them. shelf_load.c reads them. */
#ifndef LEDGER_SHELF_ENTRY_H
#define LEDGER_SHELF_ENTRY_H

#include "base/put.h"
#include "ledger/order_book.h"
#include "ledger/turnover.h"

/* The first byte of an entry. */
enum { ENTRY_CELLS = 1, ENTRY_ORDER = 2 };

/* The first byte of a cell: its marks, and what follows. */
enum {
    ENTRY_CELL_MARKS = (1 << STOCK_MARKS_COUNT) - 1,
    ENTRY_CELL_RESERVED = 1 << 5,
    ENTRY_CELL_DETAILED = 1 << 6,
    ENTRY_CELL_UPDATED = 1 << 7,
};

/* The first byte of details: which of the unfit counts follow, and what else. */
enum {
    ENTRY_DETAILS_UNFIT = (1 << STOCK_UNFIT_COUNT) - 1,
    ENTRY_DETAILS_ORDERED = 1 << 4,
    ENTRY_DETAILS_HISTORY = 1 << 5,
};

static_assert(STOCK_MARKS_COUNT == 5, "marks leave room for three flags in a byte");
static_assert(STOCK_UNFIT_COUNT == 4, "unfit counts leave room for the other flags");

/* Bounds of what is written. */
enum {
    ENTRY_CELLS_HEAD_BYTES_MAX = 1 + VARINT_BYTES_MAX + 4,
    ENTRY_DAY_BYTES_MAX = 1 + 2 * VARINT_BYTES_MAX,
    ENTRY_DETAILS_BYTES_MAX = 1 + (STOCK_UNFIT_COUNT + 2) * VARINT_BYTES_MAX + 1 +
                              TURNOVER_DAYS_COUNT * ENTRY_DAY_BYTES_MAX,
    ENTRY_CELL_BYTES_MAX = 1 + 4 * VARINT_BYTES_MAX + SKU_BYTES_MAX + ENTRY_DETAILS_BYTES_MAX,
    ENTRY_LINE_BYTES_MAX = 2 * VARINT_BYTES_MAX,
    ENTRY_ORDER_BYTES_MAX =
        2 + 6 * VARINT_BYTES_MAX + ORDER_ID_BYTES_MAX + 4 + ORDER_ITEMS_MAX * ENTRY_LINE_BYTES_MAX,
    /* The least of a cell: its first byte, and a SKU of one byte; of an order: eight bytes, its
     * name of one, the number of its lines, one line of two. */
    ENTRY_CELL_BYTES_MIN = 3,
    ENTRY_ORDER_BYTES_MIN = 15,
};

/* A run of cells that is being written into room that is there. */
struct entry_run {
    uint8_t *count_at; /* Where the number of its cells stands. */
    uint32_t count;
    int64_t time_ms; /* updatedAt of the cell before. */
};

/* Each writes at `at` and returns what is behind it. */
uint8_t *entry_run_begin(struct entry_run *run, uint8_t *at, uint32_t first_cell);
uint8_t *entry_run_cell(struct entry_run *run, uint8_t *at, const struct shelf *shelf,
                        uint32_t cell);
void entry_run_end(struct entry_run *run);
uint8_t *entry_order(uint8_t *at, const struct order *order);

#endif
