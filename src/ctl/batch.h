/* The rows of one request: its body as it grows, and which row each of its items was. Split by
 * items and by bytes (CONTRACT §10). Pure. */
#ifndef CTL_BATCH_H
#define CTL_BATCH_H

#include "base/buffer.h"
#include "sheet/leftover.h"

struct batch_item {
    uint64_t line; /* In the file. */
    size_t sku_offset;
    size_t sku_bytes;
};

/* Invariants: 1. items_count <= items_max.  2. body.size + the end <= body_bytes_max. */
struct batch {
    struct buffer body;
    struct buffer skus; /* One behind the other. */
    struct batch_item *items;
    uint32_t items_count;
    uint32_t items_max;
    size_t body_bytes_max;
    uint64_t input_bytes; /* How far the file was read when it was full; for the caller. */
};

/* An empty batch for at most so many items and bytes of body, which must hold any single item.
 * Ended by batch_deinit(). ERR_MEMORY: nothing to end. */
MUST_USE enum err batch_init(struct batch *batch, uint32_t items_max, size_t body_bytes_max);
void batch_deinit(struct batch *batch);

/* Forgets the items, keeps the memory. */
void batch_clear(struct batch *batch);

/* Adds a row. ERR_FULL: it does not fit, nothing changed; into an empty batch every row fits.
 * ERR_MEMORY. */
MUST_USE enum err batch_add(struct batch *batch, const struct leftover *leftover, uint64_t line);

/* Completes the body. Lends it until batch_clear(); nothing is added before. */
struct bytes batch_finish(struct batch *batch);

/* The line of the item `index`, or of the item with that SKU; 0 when there is none. */
uint64_t batch_line_of_index(const struct batch *batch, int64_t index);
uint64_t batch_line_of_sku(const struct batch *batch, struct bytes sku);

#endif
