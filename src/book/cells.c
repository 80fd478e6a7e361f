/* Open addressing. A slot carries 32 bits of the hash beside the number of its cell: they say where
 * the slot belongs, so that growth reads no SKU, and they tell most strangers apart. SKUs stand one
 * behind the other in one text, each behind its length. */
#include "book/cells.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/large.h"
#include "base/put.h"

enum { SLOTS_MIN = 1024, CELLS_MIN = 512 };

struct slot {
    uint32_t tag;  /* The low half of the hash. */
    uint32_t cell; /* Its number + 1; 0: none. */
};

/* Invariant: count <= slots_count / 2, so a probe always ends at an empty slot. */
struct cells {
    struct cell *cells;
    uint32_t count;
    uint32_t cells_max;
    struct slot *slots;
    uint32_t slots_count; /* A power of two, or 0. */
    struct buffer skus;
};

struct cells *cells_create(void)
{
    struct cells *cells = calloc(1, sizeof(*cells));
    if (cells != NULL)
        buffer_init(&cells->skus);
    return cells;
}

void cells_destroy(struct cells *cells)
{
    if (cells == NULL)
        return;
    large_free(cells->cells, cells->cells_max * sizeof(*cells->cells));
    large_free(cells->slots, cells->slots_count * sizeof(*cells->slots));
    buffer_deinit(&cells->skus);
    free(cells);
}

static enum err slots_grow(struct cells *cells, uint64_t slots_count)
{
    if (slots_count > UINT32_MAX / 2)
        return ERR_FULL;
    struct slot *slots = large_resize(NULL, 0, slots_count * sizeof(*slots));
    if (slots == NULL)
        return ERR_MEMORY;
    memset(slots, 0, slots_count * sizeof(*slots));
    for (uint32_t i = 0; i < cells->slots_count; i++) {
        const struct slot *slot = &cells->slots[i];
        uint64_t place = slot->tag & (slots_count - 1);
        while (slot->cell != 0 && slots[place].cell != 0)
            place = (place + 1) & (slots_count - 1);
        if (slot->cell != 0)
            slots[place] = *slot;
    }
    large_free(cells->slots, cells->slots_count * sizeof(*cells->slots));
    cells->slots = slots;
    cells->slots_count = (uint32_t)slots_count;
    return OK;
}

static enum err cells_grow(struct cells *cells, uint32_t cells_max)
{
    const size_t old_bytes = cells->cells_max * sizeof(*cells->cells);
    struct cell *grown =
        large_resize(cells->cells, old_bytes, (size_t)cells_max * sizeof(*cells->cells));
    if (grown == NULL)
        return ERR_MEMORY;
    cells->cells = grown;
    cells->cells_max = cells_max;
    return OK;
}

enum err cells_reserve(struct cells *cells, uint32_t more)
{
    const uint64_t wanted = (uint64_t)cells->count + more;
    uint64_t slots_count = cells->slots_count == 0 ? SLOTS_MIN : cells->slots_count;
    while (wanted > slots_count / 2)
        slots_count *= 2;
    if (slots_count > cells->slots_count) {
        const enum err error = slots_grow(cells, slots_count);
        if (error != OK)
            return error;
    }
    if (wanted <= cells->cells_max)
        return OK;
    uint64_t cells_max = cells->cells_max == 0 ? CELLS_MIN : (uint64_t)cells->cells_max * 2;
    if (cells_max < wanted)
        cells_max = wanted;
    return cells_grow(cells, (uint32_t)cells_max);
}

struct bytes cells_sku(const struct cells *cells, const struct cell *cell)
{
    const struct bytes behind = {cells->skus.data + cell->sku_place,
                                 cells->skus.size - cell->sku_place};
    struct cursor cursor = cursor_begin(behind);
    return cursor_bytes(&cursor, cursor_varint(&cursor));
}

/* The slot of a SKU, or the empty one where it belongs. */
static struct slot *slot_find(const struct cells *cells, struct bytes sku, uint32_t tag)
{
    uint32_t place = tag & (cells->slots_count - 1);
    for (;; place = (place + 1) & (cells->slots_count - 1)) {
        struct slot *slot = &cells->slots[place];
        if (slot->cell == 0)
            return slot;
        if (slot->tag == tag && bytes_equal(cells_sku(cells, &cells->cells[slot->cell - 1]), sku))
            return slot;
    }
}

void cells_prefetch(const struct cells *cells, struct bytes sku)
{
    if (cells->slots_count > 0)
        __builtin_prefetch(&cells->slots[(uint32_t)bytes_hash(sku) & (cells->slots_count - 1)]);
}

struct cell *cells_find(const struct cells *cells, struct bytes sku)
{
    if (cells->count == 0)
        return NULL;
    const struct slot *slot = slot_find(cells, sku, (uint32_t)bytes_hash(sku));
    return slot->cell == 0 ? NULL : &cells->cells[slot->cell - 1];
}

enum err cells_enter(struct cells *cells, struct bytes sku, struct cell **cell)
{
    const enum err error = cells_reserve(cells, 1);
    if (error != OK)
        return error;
    const uint32_t tag = (uint32_t)bytes_hash(sku);
    struct slot *slot = slot_find(cells, sku, tag);
    if (slot->cell != 0) {
        *cell = &cells->cells[slot->cell - 1];
        return OK;
    }
    const size_t place = cells->skus.size;
    if (place + sku.size + VARINT_BYTES_MAX > UINT32_MAX)
        return ERR_FULL;
    buffer_append_varint(&cells->skus, sku.size);
    buffer_append(&cells->skus, sku);
    if (cells->skus.failed)
        return ERR_MEMORY;
    *cell = &cells->cells[cells->count++];
    **cell = (struct cell){.sku_place = (uint32_t)place, .told = CELL_NONE, .wanted = CELL_NONE};
    *slot = (struct slot){tag, cells->count};
    return OK;
}

uint32_t cells_count(const struct cells *cells)
{
    return cells->count;
}

struct cell *cells_at(const struct cells *cells, uint32_t index)
{
    ASSERT(index < cells->count);
    return &cells->cells[index];
}

uint32_t cells_index(const struct cells *cells, const struct cell *cell)
{
    return (uint32_t)(cell - cells->cells);
}

bool cell_tell(struct cell *cell, int64_t count, int64_t updated_at_ms)
{
    if (cell->told != CELL_NONE && updated_at_ms < cell->told_ms)
        return false;
    cell->told = (uint32_t)count & CELL_NONE;
    cell->told_ms = updated_at_ms;
    return true;
}
