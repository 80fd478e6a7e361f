/* Where cells are: look-up, room and new cells; shelf_rules.c has what is done to them.
 *
 * Cells lie in one array by number, 24 bytes each; SKU bytes in chunks that never move; and an
 * open-addressing table of 8-byte slots leads from a SKU to its number. A look-up of one SKU would
 * cost three cache misses in a row, so a batch is looked up in windows: the misses of all the SKUs
 * of a window overlap.
 *
 * A slot keeps 32 bits of the hash. They say where the slot belongs, so growth does not read SKUs,
 * and they tell nearly all strangers apart without looking at the SKU. */
#include "ledger/shelf.h"

#include <stdlib.h>
#include <string.h>

#include "ledger/shelf_internal.h"

enum {
    CHUNK_BYTES = 64 * 1024,
    SLOTS_MIN = 16,
    CELLS_MIN = 8,
    WINDOW_KEYS = 64,
};

static uint32_t tag_of(uint64_t hash)
{
    return (uint32_t)(hash >> 32);
}

static struct slot *slots_allocate(uint64_t slots_count)
{
    struct slot *slots = malloc(slots_count * sizeof(*slots));
    if (slots != NULL)
        memset(slots, 0xFF, slots_count * sizeof(*slots)); /* cell = CELL_NONE. */
    return slots;
}

struct shelf *shelf_create(bool keeps_history)
{
    struct shelf *shelf = calloc(1, sizeof(*shelf));
    if (shelf == NULL)
        return NULL;
    shelf->slots_count = SLOTS_MIN;
    shelf->slots = slots_allocate(shelf->slots_count);
    if (shelf->slots == NULL) {
        free(shelf);
        return NULL;
    }
    cell_details_init(&shelf->details, keeps_history);
    return shelf;
}

void shelf_destroy(struct shelf *shelf)
{
    if (shelf == NULL)
        return;
    for (uint32_t i = 0; i < shelf->chunks_count; i++)
        free(shelf->chunks[i]);
    cell_details_deinit(&shelf->details);
    free(shelf->chunks);
    free(shelf->slots);
    free(shelf->cells);
    free(shelf);
}

uint32_t shelf_cells_count(const struct shelf *shelf)
{
    return shelf->cells_count;
}

static struct bytes sku_of(const struct shelf *shelf, const struct cell *cell)
{
    const uint64_t offset = cell->sku_ref >> SKU_OFFSET_SHIFT;
    const uint8_t *chunk = shelf->chunks[offset / CHUNK_BYTES];
    const size_t size = (size_t)(cell->sku_ref & ((UINT64_C(1) << SKU_SIZE_BITS) - 1));
    return (struct bytes){chunk + offset % CHUNK_BYTES, size};
}

/* The first slot at or behind `index` on this run that carries the tag, or the empty slot that ends
 * the run. */
static uint64_t slot_next(const struct shelf *shelf, uint64_t index, uint32_t tag)
{
    const uint64_t mask = shelf->slots_count - 1;
    while (shelf->slots[index & mask].cell != CELL_NONE && shelf->slots[index & mask].tag != tag)
        index++;
    return index & mask;
}

static uint32_t find_from(const struct shelf *shelf, uint64_t index, const struct stock_key *key)
{
    const uint32_t tag = tag_of(key->hash);
    for (index = slot_next(shelf, index, tag); shelf->slots[index].cell != CELL_NONE;
         index = slot_next(shelf, index + 1, tag)) {
        const uint32_t cell = shelf->slots[index].cell;
        if (bytes_equal(sku_of(shelf, &shelf->cells[cell]), key->sku))
            return cell;
    }
    return CELL_NONE;
}

static const struct stock_key *key_at(const struct stock_key *keys, size_t stride, uint32_t index)
{
    return (const struct stock_key *)(const void *)((const uint8_t *)keys + stride * index);
}

/* One window: fetch the slots, then the cells they name, then the SKUs, then compare. */
static void find_window(const struct shelf *shelf, const struct stock_key *keys, size_t stride,
                        uint32_t count, uint32_t *cells)
{
    const uint64_t mask = shelf->slots_count - 1;
    uint64_t slots[WINDOW_KEYS];
    for (uint32_t i = 0; i < count; i++)
        __builtin_prefetch(&shelf->slots[tag_of(key_at(keys, stride, i)->hash) & mask]);
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t tag = tag_of(key_at(keys, stride, i)->hash);
        slots[i] = slot_next(shelf, tag & mask, tag);
        if (shelf->slots[slots[i]].cell != CELL_NONE)
            __builtin_prefetch(&shelf->cells[shelf->slots[slots[i]].cell], 1);
    }
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t cell = shelf->slots[slots[i]].cell;
        if (cell != CELL_NONE)
            __builtin_prefetch(sku_of(shelf, &shelf->cells[cell]).data);
    }
    for (uint32_t i = 0; i < count; i++)
        cells[i] = find_from(shelf, slots[i], key_at(keys, stride, i));
}

void shelf_find(const struct shelf *shelf, const struct stock_key *keys, size_t stride,
                uint32_t count, uint32_t *cells)
{
    for (uint32_t start = 0; start < count; start += WINDOW_KEYS) {
        const uint32_t left = count - start;
        find_window(shelf, key_at(keys, stride, start), stride,
                    left < WINDOW_KEYS ? left : WINDOW_KEYS, cells + start);
    }
}

struct stock_view shelf_view(const struct shelf *shelf, uint32_t cell)
{
    ASSERT(cell < shelf->cells_count);
    const struct cell *found = &shelf->cells[cell];
    return (struct stock_view){
        .sku = sku_of(shelf, found),
        .available = found->available,
        .reserved = found->reserved,
        .updated_at_ms = found->updated_at_ms,
        .marks = (uint32_t)(found->sku_ref >> CELL_MARKS_SHIFT & CELL_MARKS_MASK),
    };
}

void shelf_prefetch(const struct shelf *shelf, uint32_t cell)
{
    if (cell < shelf->cells_count)
        __builtin_prefetch(&shelf->cells[cell], 1);
}

static enum err reserve_cells(struct shelf *shelf, uint64_t cells_count)
{
    uint64_t cells_max = shelf->cells_max < CELLS_MIN ? CELLS_MIN : shelf->cells_max;
    while (cells_max < cells_count)
        cells_max *= 2;
    if (cells_max == shelf->cells_max)
        return OK;
    if (cells_max > SHELF_CELLS_MAX)
        cells_max = SHELF_CELLS_MAX;
    struct cell *cells = realloc(shelf->cells, cells_max * sizeof(*cells));
    if (cells == NULL)
        return ERR_MEMORY;
    shelf->cells = cells;
    shelf->cells_max = (uint32_t)cells_max;
    return OK;
}

/* Doubles the slots as often as needed. Slots keep their order along the table, so this reads and
 * writes memory in two or more streams, not at random. */
static enum err reserve_slots(struct shelf *shelf, uint64_t cells_count)
{
    uint64_t slots_count = shelf->slots_count;
    while (cells_count > slots_count / 4 * 3)
        slots_count *= 2;
    if (slots_count == shelf->slots_count)
        return OK;
    struct slot *slots = slots_allocate(slots_count);
    if (slots == NULL)
        return ERR_MEMORY;
    for (uint64_t i = 0; i < shelf->slots_count; i++) {
        const struct slot slot = shelf->slots[i];
        if (slot.cell == CELL_NONE)
            continue;
        uint64_t index = slot.tag & (slots_count - 1);
        while (slots[index].cell != CELL_NONE)
            index = (index + 1) & (slots_count - 1);
        slots[index] = slot;
    }
    free(shelf->slots);
    shelf->slots = slots;
    shelf->slots_count = slots_count;
    return OK;
}

static enum err reserve_chunk_pointers(struct shelf *shelf, uint32_t chunks_count)
{
    if (chunks_count <= shelf->chunks_max)
        return OK;
    uint32_t chunks_max = shelf->chunks_max == 0 ? 1 : shelf->chunks_max;
    while (chunks_max < chunks_count)
        chunks_max *= 2;
    uint8_t **chunks = realloc(shelf->chunks, chunks_max * sizeof(*chunks));
    if (chunks == NULL)
        return ERR_MEMORY;
    shelf->chunks = chunks;
    shelf->chunks_max = chunks_max;
    return OK;
}

/* Sees to enough chunks for `sku_bytes`, when each may leave its last SKU_BYTES_MAX - 1 unused. */
static enum err reserve_chunks(struct shelf *shelf, size_t sku_bytes)
{
    const size_t left = shelf->chunks_used == 0 ? 0 : (size_t)CHUNK_BYTES - shelf->chunk_used_bytes;
    if (sku_bytes <= left)
        return OK;
    const uint64_t more = sku_bytes / (CHUNK_BYTES - SKU_BYTES_MAX) + 1;
    const uint64_t wanted = shelf->chunks_used + more;
    if (wanted * CHUNK_BYTES > SHELF_SKU_BYTES_MAX)
        return ERR_FULL;
    enum err error = reserve_chunk_pointers(shelf, (uint32_t)wanted);
    while (error == OK && shelf->chunks_count < wanted) {
        uint8_t *chunk = malloc(CHUNK_BYTES);
        if (chunk == NULL)
            return ERR_MEMORY;
        shelf->chunks[shelf->chunks_count++] = chunk;
    }
    return error;
}

enum err shelf_reserve(struct shelf *shelf, uint32_t cells, size_t sku_bytes)
{
    if (cells == 0)
        return OK;
    const uint64_t cells_count = (uint64_t)shelf->cells_count + cells;
    if (cells_count > SHELF_CELLS_MAX)
        return ERR_FULL;
    enum err error = reserve_cells(shelf, cells_count);
    if (error == OK)
        error = reserve_slots(shelf, cells_count);
    if (error == OK)
        error = reserve_chunks(shelf, sku_bytes);
    if (error == OK && shelf->details.keeps_history)
        error = cell_details_reserve(&shelf->details, cells);
    return error;
}

/* Copies a SKU into a chunk and returns its reference. */
static uint64_t sku_store(struct shelf *shelf, struct bytes sku)
{
    ASSERT(sku.size <= SKU_BYTES_MAX);
    if (shelf->chunks_used == 0 || sku.size > CHUNK_BYTES - (size_t)shelf->chunk_used_bytes) {
        ASSERT(shelf->chunks_used < shelf->chunks_count);
        shelf->chunks_used++;
        shelf->chunk_used_bytes = 0;
    }
    const uint64_t offset =
        (uint64_t)(shelf->chunks_used - 1) * CHUNK_BYTES + shelf->chunk_used_bytes;
    memcpy(shelf->chunks[shelf->chunks_used - 1] + shelf->chunk_used_bytes, sku.data, sku.size);
    shelf->chunk_used_bytes += (uint32_t)sku.size;
    return offset << SKU_OFFSET_SHIFT | sku.size;
}

uint32_t shelf_add(struct shelf *shelf, const struct stock_key *key)
{
    ASSERT(shelf->cells_count < shelf->cells_max);
    const uint32_t number = shelf->cells_count++;
    shelf->cells[number] = (struct cell){STOCK_NEVER_UPDATED, 0, 0, sku_store(shelf, key->sku)};
    if (shelf->details.keeps_history) {
        cell_details_add(&shelf->details, number);
        shelf->cells[number].sku_ref |= CELL_DETAILED;
    }
    const uint64_t mask = shelf->slots_count - 1;
    uint64_t index = tag_of(key->hash) & mask;
    while (shelf->slots[index].cell != CELL_NONE)
        index = (index + 1) & mask;
    shelf->slots[index] = (struct slot){tag_of(key->hash), number};
    return number;
}
