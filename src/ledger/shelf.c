/* Where cells are: look-up, room and new cells; shelf_rules.c has what is done to them.
 *
 * Cells lie in one array by number, 24 bytes each; SKU bytes in chunks that never move; and an
 * open-addressing table of 8-byte slots leads from a SKU to its number. A look-up of one SKU costs
 * three cache misses in a row; those of the SKUs of a batch overlap.
 *
 * A slot keeps 32 bits of the hash. They say where the slot belongs, so growth does not read SKUs,
 * and they tell nearly all strangers apart without looking at the SKU. */
#include "ledger/shelf.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/large.h"
#include "ledger/shelf_internal.h"

enum {
    SLOTS_MIN = 16,
    CELLS_MIN = 8,
    STEP_KEYS = 8, /* Keys between two steps of a look-up. More gained nothing. */
    WINDOW_KEYS = 64,
    CHUNKS_TOGETHER = 2 * 1024 * 1024 / CHUNK_BYTES,
    CHUNKS_ALONE = 4 * CHUNKS_TOGETHER,
};

static uint32_t tag_of(uint64_t hash)
{
    return (uint32_t)(hash >> 32);
}

static struct slot *slots_allocate(uint64_t slots_count)
{
    struct slot *slots = large_resize(NULL, 0, slots_count * sizeof(*slots));
    if (slots != NULL)
        memset(slots, 0xFF, slots_count * sizeof(*slots)); /* cell = CELL_NONE. */
    return slots;
}

/* Chunks that are made together when there are so many: a large shelf's lie in huge pages. */
static uint32_t chunks_at_a_time(uint32_t chunks_count)
{
    return chunks_count < CHUNKS_ALONE ? 1 : CHUNKS_TOGETHER;
}

struct shelf *shelf_create(bool keeps_history)
{
    struct shelf *shelf = calloc(1, sizeof(*shelf));
    if (shelf == NULL)
        return NULL;
    shelf->updated_at_ms = STOCK_NEVER_UPDATED;
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
    ASSERT(shelf->image == NULL);
    for (uint32_t i = 0; i < shelf->chunks_count; i += chunks_at_a_time(i))
        large_free(shelf->chunks[i], (size_t)chunks_at_a_time(i) * CHUNK_BYTES);
    cell_details_deinit(&shelf->details);
    free(shelf->chunks);
    large_free(shelf->slots, shelf->slots_count * sizeof(*shelf->slots));
    large_free(shelf->cells, shelf->cells_max * sizeof(*shelf->cells));
    free(shelf);
}

uint32_t shelf_cells_count(const struct shelf *shelf)
{
    return shelf->cells_count;
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
        if (bytes_equal(cell_sku(shelf, &shelf->cells[cell]), key->sku))
            return cell;
    }
    return CELL_NONE;
}

static const struct stock_key *key_at(const struct stock_key *keys, size_t stride, uint32_t index)
{
    return (const struct stock_key *)(const void *)((const uint8_t *)keys + stride * index);
}

/* Each key takes three steps before it is compared, some keys behind each other: its slot is
 * fetched, then the cell that the slot names, then the SKU. So the misses of many keys overlap, and
 * go on while others are compared. */
void shelf_find(const struct shelf *shelf, const struct stock_key *keys, size_t stride,
                uint32_t count, uint32_t *cells)
{
    const uint64_t mask = shelf->slots_count - 1;
    const uint32_t step = count < STEP_KEYS ? count : STEP_KEYS;
    uint64_t slots[4 * STEP_KEYS]; /* Of the keys from the second step on. */
    for (uint32_t i = 0; i < count + 3 * step; i++) {
        if (i < count)
            __builtin_prefetch(&shelf->slots[tag_of(key_at(keys, stride, i)->hash) & mask]);
        const uint32_t second = i - step; /* Not below count before its time. */
        if (second < count) {
            const uint32_t tag = tag_of(key_at(keys, stride, second)->hash);
            const uint64_t slot = slot_next(shelf, tag & mask, tag);
            slots[second % (4 * STEP_KEYS)] = slot;
            if (shelf->slots[slot].cell != CELL_NONE) {
                const struct cell *cell = &shelf->cells[shelf->slots[slot].cell];
                __builtin_prefetch(cell, 1);
                __builtin_prefetch(&cell->sku_ref, 1); /* One in four spans two cache lines. */
            }
        }
        const uint32_t third = i - 2 * step;
        if (third < count) {
            const uint32_t cell = shelf->slots[slots[third % (4 * STEP_KEYS)]].cell;
            if (cell != CELL_NONE)
                __builtin_prefetch(cell_sku(shelf, &shelf->cells[cell]).data);
        }
        const uint32_t last = i - 3 * step;
        if (last < count)
            cells[last] =
                find_from(shelf, slots[last % (4 * STEP_KEYS)], key_at(keys, stride, last));
    }
}

struct stock_view shelf_view(const struct shelf *shelf, uint32_t cell)
{
    ASSERT(cell < shelf->cells_count);
    const struct cell *found = &shelf->cells[cell];
    return (struct stock_view){
        .sku = cell_sku(shelf, found),
        .available = found->available,
        .reserved = found->reserved,
        .updated_at_ms = found->updated_at_ms,
        .marks = (uint32_t)(found->sku_ref >> CELL_MARKS_SHIFT & CELL_MARKS_MASK),
    };
}

void shelf_prefetch_key(const struct shelf *shelf, const struct stock_key *key)
{
    __builtin_prefetch(&shelf->slots[tag_of(key->hash) & (shelf->slots_count - 1)], 1);
}

void shelf_prefetch(const struct shelf *shelf, uint32_t cell)
{
    if (cell < shelf->cells_count)
        __builtin_prefetch(&shelf->cells[cell], 1);
}

enum err shelf_reserve_cells(struct shelf *shelf, uint64_t cells_count)
{
    uint64_t cells_max = shelf->cells_max < CELLS_MIN ? CELLS_MIN : shelf->cells_max;
    while (cells_max < cells_count)
        cells_max *= 2;
    if (cells_max == shelf->cells_max)
        return OK;
    if (cells_max > SHELF_CELLS_MAX)
        cells_max = SHELF_CELLS_MAX;
    struct cell *cells =
        large_resize(shelf->cells, shelf->cells_max * sizeof(*cells), cells_max * sizeof(*cells));
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
    large_free(shelf->slots, shelf->slots_count * sizeof(*slots));
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

static enum err add_chunks(struct shelf *shelf)
{
    const uint32_t count = chunks_at_a_time(shelf->chunks_count);
    enum err error = reserve_chunk_pointers(shelf, shelf->chunks_count + count);
    if (error != OK)
        return error;
    uint8_t *chunks = large_resize(NULL, 0, (size_t)count * CHUNK_BYTES);
    if (chunks == NULL)
        return ERR_MEMORY;
    for (uint32_t i = 0; i < count; i++)
        shelf->chunks[shelf->chunks_count++] = chunks + (size_t)i * CHUNK_BYTES;
    return OK;
}

/* Sees to enough chunks for `sku_bytes`, when each may leave its last SKU_BYTES_MAX - 1 unused. */
enum err shelf_reserve_skus(struct shelf *shelf, size_t sku_bytes)
{
    const size_t left = shelf->chunks_used == 0 ? 0 : (size_t)CHUNK_BYTES - shelf->chunk_used_bytes;
    if (sku_bytes <= left)
        return OK;
    const uint64_t more = sku_bytes / (CHUNK_BYTES - SKU_BYTES_MAX) + 1;
    const uint64_t wanted = shelf->chunks_used + more;
    if (wanted * CHUNK_BYTES > SHELF_SKU_BYTES_MAX)
        return ERR_FULL;
    enum err error = OK;
    while (error == OK && shelf->chunks_count < wanted)
        error = add_chunks(shelf);
    return error;
}

enum err shelf_reserve(struct shelf *shelf, uint32_t cells, size_t sku_bytes)
{
    if (cells == 0)
        return OK;
    const uint64_t cells_count = (uint64_t)shelf->cells_count + cells;
    if (cells_count > SHELF_CELLS_MAX)
        return ERR_FULL;
    enum err error = shelf_reserve_cells(shelf, cells_count);
    if (error == OK)
        error = reserve_slots(shelf, cells_count);
    if (error == OK)
        error = shelf_reserve_skus(shelf, sku_bytes);
    if (error == OK && shelf->details.keeps_history)
        error = cell_details_reserve(&shelf->details, cells);
    return error;
}

uint64_t shelf_store_sku(struct shelf *shelf, struct bytes sku)
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
    shelf->cells[number] =
        (struct cell){STOCK_NEVER_UPDATED, 0, 0, shelf_store_sku(shelf, key->sku)};
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

/* Puts the cell where a look-up finds it; false: its SKU is there. */
static bool index_add(struct shelf *shelf, const struct stock_key *key, uint32_t cell)
{
    const uint32_t tag = tag_of(key->hash);
    uint64_t index = slot_next(shelf, tag & (shelf->slots_count - 1), tag);
    for (; shelf->slots[index].cell != CELL_NONE; index = slot_next(shelf, index + 1, tag)) {
        if (bytes_equal(cell_sku(shelf, &shelf->cells[shelf->slots[index].cell]), key->sku))
            return false;
    }
    shelf->slots[index] = (struct slot){tag, cell};
    return true;
}

/* In windows: the SKUs lie one behind the other, the places in the index do not. */
enum err shelf_build_index(struct shelf *shelf)
{
    const enum err error = reserve_slots(shelf, shelf->cells_count);
    if (error != OK)
        return error;
    const uint64_t mask = shelf->slots_count - 1;
    for (uint32_t start = 0; start < shelf->cells_count; start += WINDOW_KEYS) {
        const uint32_t left = shelf->cells_count - start;
        const uint32_t count = left < WINDOW_KEYS ? left : (uint32_t)WINDOW_KEYS;
        struct stock_key keys[WINDOW_KEYS];
        for (uint32_t i = 0; i < count; i++) {
            const struct bytes sku = cell_sku(shelf, &shelf->cells[start + i]);
            keys[i] = (struct stock_key){sku, bytes_hash(sku)};
            __builtin_prefetch(&shelf->slots[tag_of(keys[i].hash) & mask], 1);
        }
        for (uint32_t i = 0; i < count; i++) {
            if (!index_add(shelf, &keys[i], start + i))
                return ERR_CORRUPT;
        }
    }
    return OK;
}
