/* Reading what records consist of, for whoever applies them and for whoever tells what they did.
 * Inline, and always, as a start reads hundreds of millions of entries. */
#ifndef STORE_RECORD_READ_H
#define STORE_RECORD_READ_H

#include "base/date.h"
#include "base/hash.h"
#include "store/record.h"

static inline bool record_moment_is_sound(int64_t moment_ms)
{
    return moment_ms >= DATE_MS_MIN && moment_ms <= DATE_MS_MAX;
}

/* An entry as it stands in a record of cells. Kinds have a part of it each. */
struct record_entry {
    struct stock_key key; /* Of a new cell. */
    uint32_t cell;
    bool is_new; /* The entry brings the cell. */
    uint8_t type;
    uint64_t count;
    int64_t time_ms;
};

struct record_reader {
    struct cursor *cursor;
    int64_t cells_count; /* On the shelf, with those that entries brought so far. */
    int64_t next_cell;
    int64_t time_ms;
};

/* Reads which cell an entry is about, with the SKU of a new one. */
static inline __attribute__((always_inline)) bool record_read_cell(struct record_reader *reader,
                                                                   struct record_entry *entry)
{
    int64_t cell = 0;
    if (__builtin_add_overflow(reader->next_cell, cursor_zigzag(reader->cursor), &cell) ||
        cell < 0 || cell > reader->cells_count)
        return false;
    entry->cell = (uint32_t)cell;
    entry->is_new = cell == reader->cells_count;
    reader->next_cell = cell + 1;
    if (!entry->is_new)
        return true;
    reader->cells_count++;
    const struct bytes sku = cursor_bytes(reader->cursor, cursor_varint(reader->cursor));
    if (sku.size == 0 || sku.size > SKU_BYTES_MAX)
        return false;
    entry->key = (struct stock_key){sku, bytes_hash(sku)};
    return true;
}

static inline __attribute__((always_inline)) bool
record_read_entry(struct record_reader *reader, enum record_kind kind, struct record_entry *entry)
{
    if (!record_read_cell(reader, entry))
        return false;
    if (kind == RECORD_COUNT)
        entry->type = cursor_u8(reader->cursor);
    if (kind != RECORD_MARK) {
        entry->count = cursor_varint(reader->cursor);
        if (__builtin_add_overflow(reader->time_ms, cursor_zigzag(reader->cursor),
                                   &reader->time_ms) ||
            !record_moment_is_sound(reader->time_ms) || entry->count > (uint64_t)STOCK_COUNT_MAX)
            return false;
        entry->time_ms = reader->time_ms;
    }
    return !reader->cursor->failed;
}

/* The name of an order as a record has it. */
struct record_order_name {
    int64_t campaign_id;
    struct bytes id;
};

static inline bool record_read_order_name(struct cursor *cursor, struct record_order_name *name)
{
    name->campaign_id = cursor_zigzag(cursor);
    name->id = cursor_bytes(cursor, cursor_varint(cursor));
    return !cursor->failed && name->id.size >= 1 && name->id.size <= ORDER_ID_BYTES_MAX;
}

#endif
