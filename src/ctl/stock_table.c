/* Open addressing over numbers of rows; the SKUs stand one behind the other in one text. */
#include "ctl/stock_table.h"

#include <stdlib.h>

#include "base/buffer.h"
#include "base/hash.h"
#include "base/limits.h"

enum { SLOTS_MIN = 1024, ROWS_MIN = 512 };

struct table_row {
    uint64_t sku_offset;
    int64_t updated_at_ms;
    uint32_t count;
    uint32_t sku_bytes;
};

static_assert(STOCK_COUNT_MAX <= UINT32_MAX, "a count fits");

/* Invariant: rows_count <= slots_count / 2, so a probe always ends at an empty slot. */
struct stock_table {
    struct table_row *rows;
    uint32_t rows_count;
    uint32_t rows_max;
    uint32_t *slots; /* Index of a row + 1, 0 for none. */
    uint32_t slots_count;
    struct buffer skus;
};

struct stock_table *stock_table_create(void)
{
    struct stock_table *table = calloc(1, sizeof(*table));
    if (table == NULL)
        return NULL;
    table->slots_count = SLOTS_MIN;
    table->slots = calloc(table->slots_count, sizeof(*table->slots));
    if (table->slots != NULL)
        return table;
    stock_table_destroy(table);
    return NULL;
}

void stock_table_destroy(struct stock_table *table)
{
    if (table == NULL)
        return;
    free(table->rows);
    free(table->slots);
    buffer_deinit(&table->skus);
    free(table);
}

static struct bytes sku_of(const struct stock_table *table, uint32_t row)
{
    return (struct bytes){table->skus.data + table->rows[row].sku_offset,
                          table->rows[row].sku_bytes};
}

/* The slot of a SKU, or the empty one where it belongs. */
static uint32_t slot_find(const struct stock_table *table, const struct stock_key *key)
{
    uint32_t slot = (uint32_t)key->hash & (table->slots_count - 1);
    while (table->slots[slot] != 0 && !bytes_equal(sku_of(table, table->slots[slot] - 1), key->sku))
        slot = (slot + 1) & (table->slots_count - 1);
    return slot;
}

static enum err slots_reserve(struct stock_table *table)
{
    if (table->rows_count < table->slots_count / 2)
        return OK;
    uint32_t *slots = calloc((size_t)table->slots_count * 2, sizeof(*slots));
    if (slots == NULL)
        return ERR_MEMORY;
    free(table->slots);
    table->slots = slots;
    table->slots_count *= 2;
    for (uint32_t row = 0; row < table->rows_count; row++) {
        uint32_t slot = (uint32_t)bytes_hash(sku_of(table, row)) & (table->slots_count - 1);
        while (slots[slot] != 0)
            slot = (slot + 1) & (table->slots_count - 1);
        slots[slot] = row + 1;
    }
    return OK;
}

static enum err rows_reserve(struct stock_table *table)
{
    if (table->rows_count < table->rows_max)
        return OK;
    const uint32_t rows_max = table->rows_max == 0 ? (uint32_t)ROWS_MIN : table->rows_max * 2;
    struct table_row *rows = realloc(table->rows, rows_max * sizeof(*rows));
    if (rows == NULL)
        return ERR_MEMORY;
    table->rows = rows;
    table->rows_max = rows_max;
    return OK;
}

enum err stock_table_add(struct stock_table *table, const struct stock_write *row)
{
    if (table->rows_count == STOCK_TABLE_ROWS_MAX)
        return ERR_FULL;
    if (slots_reserve(table) != OK || rows_reserve(table) != OK)
        return ERR_MEMORY;
    const uint32_t slot = slot_find(table, &row->key);
    if (table->slots[slot] != 0)
        return ERR_BUSY;
    const uint64_t offset = table->skus.size;
    buffer_append(&table->skus, row->key.sku);
    if (table->skus.failed)
        return ERR_MEMORY;
    table->rows[table->rows_count] = (struct table_row){
        .sku_offset = offset,
        .updated_at_ms = row->updated_at_ms,
        .count = (uint32_t)row->count,
        .sku_bytes = (uint32_t)row->key.sku.size,
    };
    table->slots[slot] = ++table->rows_count;
    return OK;
}

bool stock_table_find(const struct stock_table *table, const struct stock_key *key, int64_t *count,
                      int64_t *updated_at_ms)
{
    const uint32_t slot = slot_find(table, key);
    if (table->slots[slot] == 0)
        return false;
    const struct table_row *row = &table->rows[table->slots[slot] - 1];
    *count = row->count;
    *updated_at_ms = row->updated_at_ms;
    return true;
}

uint32_t stock_table_count(const struct stock_table *table)
{
    return table->rows_count;
}
