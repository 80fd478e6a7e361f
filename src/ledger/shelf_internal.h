/* What the files of a shelf share: its cells and its struct. */
#ifndef LEDGER_SHELF_INTERNAL_H
#define LEDGER_SHELF_INTERNAL_H

#include "ledger/cell_details.h"
#include "ledger/shelf.h"

/* From the lowest bit of a cell's reference on: size of the SKU, marks, whether the cell has
 * details, and the offset of the SKU over all chunks. */
enum {
    SKU_SIZE_BITS = 10,
    CELL_MARKS_SHIFT = SKU_SIZE_BITS,
    SKU_OFFSET_SHIFT = 16,
    CHUNK_BYTES = 64 * 1024,
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
 *             4. `sums`, `updated_at_ms` and `marked_counts` are those of the cells.
 *             5. A cell has details exactly when CELL_DETAILED is set; all have where the shelf
 *                keeps history.
 *             6. What is said of a cell changes only after shelf_keep_cell(). */
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
    int64_t updated_at_ms; /* The newest one of any cell. */
    uint32_t marked_counts[STOCK_MARKS_COUNT];
    struct cell_details details;
    struct shelf_image *image; /* That is being taken, or NULL. */
};

static inline struct bytes cell_sku(const struct shelf *shelf, const struct cell *cell)
{
    const uint64_t offset = cell->sku_ref >> SKU_OFFSET_SHIFT;
    const uint8_t *chunk = shelf->chunks[offset / CHUNK_BYTES];
    const size_t size = (size_t)(cell->sku_ref & ((UINT64_C(1) << SKU_SIZE_BITS) - 1));
    return (struct bytes){chunk + offset % CHUNK_BYTES, size};
}

/* A cell has a number of that moment. */
static inline void shelf_note_update(struct shelf *shelf, int64_t updated_at_ms)
{
    if (updated_at_ms > shelf->updated_at_ms)
        shelf->updated_at_ms = updated_at_ms;
}

/* Makes room for so many cells in all, in the array alone. ERR_MEMORY. */
MUST_USE enum err shelf_reserve_cells(struct shelf *shelf, uint64_t cells_count);

/* Makes room for so many bytes of SKUs more. ERR_MEMORY, ERR_FULL. */
MUST_USE enum err shelf_reserve_skus(struct shelf *shelf, size_t sku_bytes);

/* Copies a SKU into a chunk, in room that was reserved, and returns its reference. */
uint64_t shelf_store_sku(struct shelf *shelf, struct bytes sku);

/* Fills the index, which is empty, from all cells. ERR_CORRUPT: two have the same SKU; ERR_MEMORY:
 * the index stays incomplete. */
MUST_USE enum err shelf_build_index(struct shelf *shelf);

/* The image takes the cell as it is, unless it has it or does not want it. Kept out of the way of
 * writers, who seldom need it. */
void shelf_image_keep_cell(struct shelf_image *image, uint32_t cell)
    __attribute__((cold, noinline));

/* The cell is about to change. */
static inline void shelf_keep_cell(const struct shelf *shelf, uint32_t cell)
{
    if (__builtin_expect(shelf->image != NULL, 0))
        shelf_image_keep_cell(shelf->image, cell);
}

#endif
