/* What the files of a shelf share: its cells and its struct. */
#ifndef LEDGER_SHELF_INTERNAL_H
#define LEDGER_SHELF_INTERNAL_H

#include "ledger/cell_details.h"
#include "ledger/shelf.h"

/* From the lowest bit of a cell's reference on: size of the SKU, marks, whether the cell has
 * details, a bit that is free, and the offset of the SKU over all chunks. */
enum {
    SKU_SIZE_BITS = 10,
    CELL_MARKS_SHIFT = SKU_SIZE_BITS,
    SKU_OFFSET_SHIFT = 16,
};
#define CELL_MARKS_MASK ((UINT64_C(1) << STOCK_MARKS_COUNT) - 1)
#define CELL_DETAILED   (UINT64_C(1) << (CELL_MARKS_SHIFT + STOCK_MARKS_COUNT))

/* Invariants: 1. available, reserved >= 0, reserved <= STOCK_COUNT_MAX, and available + reserved <=
 *                2 * STOCK_COUNT_MAX: a write sets at most STOCK_COUNT_MAX available ones, and
 *                orders move units between the two or take them away.
 *             2. updated_at_ms only grows, from STOCK_NEVER_UPDATED. */
struct cell {
    int64_t updated_at_ms;
    uint32_t available;
    uint32_t reserved;
    uint64_t sku_ref;
};

static_assert(sizeof(struct cell) == 24, "a cell stays small: there are many");
static_assert(SKU_BYTES_MAX < 1 << SKU_SIZE_BITS, "the size of a SKU fits in its reference");
static_assert(CELL_DETAILED < UINT64_C(1) << SKU_OFFSET_SHIFT, "marks fit in front of the offset");
static_assert(SHELF_SKU_BYTES_MAX <= INT64_C(1) << (64 - SKU_OFFSET_SHIFT), "and it behind them");

struct slot {
    uint32_t tag;  /* Upper half of the SKU's hash. */
    uint32_t cell; /* CELL_NONE: empty. */
};

/* Invariants: 1. cells_count <= cells_max, and <= slots_count * 3 / 4.
 *             2. Each cell stands in exactly one slot, on the run that starts at its home.
 *             3. A SKU lies within one chunk. chunk_used_bytes speaks of chunks[chunks_used - 1];
 *                chunks behind that are reserved and empty.
 *             4. `sums` and `marked_counts` are those of the cells.
 *             5. A cell has details exactly when CELL_DETAILED is set; all have where the shelf
 *                keeps history. */
struct shelf {
    struct cell *cells;
    uint32_t cells_count;
    uint32_t cells_max;
    struct slot *slots;
    uint64_t slots_count; /* A power of two. */
    uint8_t **chunks;
    uint32_t chunks_count;
    uint32_t chunks_max;
    uint32_t chunks_used;
    uint32_t chunk_used_bytes;
    struct shelf_sums sums;
    uint32_t marked_counts[STOCK_MARKS_COUNT];
    struct cell_details details;
};

#endif
