/* A write costs about seven bytes a cell that is known: the cell's number as the distance from the
 * one before, the count, and the moment as the distance from the one before. */
#include "store/record.h"

#include <string.h>

#include "base/date.h"
#include "base/hash.h"

enum {
    VARINT_BYTES_MAX = 10,
    HEADER_BYTES_MAX = 1 + VARINT_BYTES_MAX + 4,
    ENTRY_BYTES_MAX = 4 * VARINT_BYTES_MAX, /* Without the SKU. */
};

size_t record_write_bytes_max(const struct stock_write *items, uint32_t items_count)
{
    size_t bytes = HEADER_BYTES_MAX;
    for (uint32_t i = 0; i < items_count; i++)
        bytes += ENTRY_BYTES_MAX + items[i].key.sku.size;
    return bytes;
}

void record_write_begin(struct record_writer *writer, struct buffer *buffer, int64_t shelf_id,
                        uint32_t cells_count)
{
    buffer_append_u8(buffer, RECORD_WRITE);
    buffer_append_zigzag(buffer, shelf_id);
    *writer = (struct record_writer){
        .buffer = buffer, .count_at = buffer->size, .cells_count = cells_count};
    buffer_append_u32(buffer, 0); /* record_write_end() knows. */
}

/* Writes a varint at `at` and returns what is behind it. Here and not through the buffer, because
 * three of them a SKU are a good part of what a write costs. */
static uint8_t *put_varint(uint8_t *at, uint64_t value)
{
    while (value >= 0x80) {
        *at++ = (uint8_t)(value | 0x80);
        value >>= 7;
    }
    *at++ = (uint8_t)value;
    return at;
}

static uint8_t *put_zigzag(uint8_t *at, int64_t value)
{
    return put_varint(at, ((uint64_t)value << 1) ^ (value < 0 ? UINT64_MAX : 0));
}

void record_write_entry(struct record_writer *writer, uint32_t cell,
                        const struct stock_write *write)
{
    ASSERT(cell <= writer->cells_count);
    struct buffer *buffer = writer->buffer;
    if (buffer_reserve(buffer, ENTRY_BYTES_MAX + write->key.sku.size) != OK)
        return;
    uint8_t *at = put_zigzag(buffer->data + buffer->size, (int64_t)cell - writer->next_cell);
    if (cell == writer->cells_count) {
        at = put_varint(at, write->key.sku.size);
        memcpy(at, write->key.sku.data, write->key.sku.size);
        at += write->key.sku.size;
        writer->cells_count++;
    }
    at = put_varint(at, (uint64_t)write->count);
    at = put_zigzag(at, write->updated_at_ms - writer->time_ms);
    buffer->size = (size_t)(at - buffer->data);
    writer->next_cell = cell + 1;
    writer->time_ms = write->updated_at_ms;
    writer->count++;
}

void record_write_end(struct record_writer *writer)
{
    struct buffer *buffer = writer->buffer;
    if (buffer->failed)
        return;
    const size_t size = buffer->size;
    buffer->size = writer->count_at;
    buffer_append_u32(buffer, writer->count);
    buffer->size = size;
}

void record_document_encode(struct buffer *buffer, struct bytes name, struct bytes content)
{
    buffer_append_u8(buffer, RECORD_DOCUMENT);
    buffer_append_varint(buffer, name.size);
    buffer_append(buffer, name);
    buffer_append_varint(buffer, content.size);
    buffer_append(buffer, content);
}

uint8_t record_kind_decode(struct cursor *cursor)
{
    return cursor_u8(cursor);
}

int64_t record_write_shelf_decode(struct cursor *cursor)
{
    return cursor_zigzag(cursor);
}

/* Reads the SKU of a new cell and adds the cell. */
static enum err apply_new_cell(struct cursor *cursor, struct shelf *shelf)
{
    const struct bytes sku = cursor_bytes(cursor, cursor_varint(cursor));
    if (cursor->failed || sku.size == 0 || sku.size > SKU_BYTES_MAX)
        return ERR_CORRUPT;
    const struct stock_key key = {sku, bytes_hash(sku)};
    uint32_t twin = CELL_NONE;
    shelf_find(shelf, &key, sizeof(key), 1, &twin);
    if (twin != CELL_NONE)
        return ERR_CORRUPT;
    const enum err error = shelf_reserve(shelf, 1, sku.size);
    if (error != OK)
        return error;
    (void)shelf_add(shelf, &key);
    return OK;
}

enum err record_write_apply(struct cursor *cursor, struct shelf *shelf)
{
    const uint32_t count = cursor_u32(cursor);
    int64_t next_cell = 0;
    int64_t time_ms = 0;
    for (uint32_t i = 0; i < count; i++) {
        int64_t cell = 0;
        if (__builtin_add_overflow(next_cell, cursor_zigzag(cursor), &cell) || cell < 0 ||
            cell > shelf_cells_count(shelf))
            return ERR_CORRUPT;
        if (cell == shelf_cells_count(shelf)) {
            const enum err error = apply_new_cell(cursor, shelf);
            if (error != OK)
                return error;
        }
        const uint64_t available = cursor_varint(cursor);
        if (__builtin_add_overflow(time_ms, cursor_zigzag(cursor), &time_ms))
            return ERR_CORRUPT;
        if (cursor->failed || available > (uint64_t)STOCK_COUNT_MAX || time_ms < DATE_MS_MIN ||
            time_ms > DATE_MS_MAX || !shelf_accepts(shelf, (uint32_t)cell, time_ms))
            return ERR_CORRUPT;
        shelf_set_available(shelf, (uint32_t)cell, (int64_t)available, time_ms);
        next_cell = cell + 1;
    }
    return cursor->failed || cursor_left(cursor) > 0 ? ERR_CORRUPT : OK;
}

enum err record_document_decode(struct cursor *cursor, struct bytes *name, struct bytes *content)
{
    *name = cursor_bytes(cursor, cursor_varint(cursor));
    *content = cursor_bytes(cursor, cursor_varint(cursor));
    return cursor->failed || cursor_left(cursor) > 0 ? ERR_CORRUPT : OK;
}
