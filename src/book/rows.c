/* A version, rows one behind the other, and a checksum of all before it. */
#include "book/rows.h"

#include "base/date.h"
#include "base/hash.h"
#include "base/limits.h"
#include "base/put.h"

enum { VERSION = 1, CHECKSUM_BYTES = 8 };

void rows_begin(struct rows_writer *writer, struct buffer *data)
{
    *writer = (struct rows_writer){.data = data, .start = data->size};
    buffer_append_u8(data, VERSION);
}

void rows_add(struct rows_writer *writer, const struct book_row *row)
{
    ASSERT(row->count >= 0 && row->count <= STOCK_COUNT_MAX);
    uint8_t *at = buffer_room(writer->data, (size_t)3 * VARINT_BYTES_MAX + row->sku.size);
    if (at == NULL)
        return;
    at = varint_put(at, row->sku.size);
    at = bytes_put(at, row->sku);
    at = varint_put(at, (uint64_t)row->count);
    at = zigzag_put(at, row->updated_at_ms - writer->last_ms);
    buffer_end_at(writer->data, at);
    writer->last_ms = row->updated_at_ms;
    writer->count++;
}

void rows_end(struct rows_writer *writer)
{
    if (writer->data->failed)
        return;
    const struct bytes written = {writer->data->data + writer->start,
                                  writer->data->size - writer->start};
    buffer_append_u64(writer->data, bytes_checksum(written, 0));
}

enum err rows_walk_begin(struct rows_walk *walk, struct bytes data)
{
    *walk = (struct rows_walk){.last_ms = 0};
    if (data.size < 1 + CHECKSUM_BYTES)
        return ERR_CORRUPT;
    const struct bytes rows = {data.data, data.size - CHECKSUM_BYTES};
    struct cursor end = cursor_begin((struct bytes){data.data + rows.size, CHECKSUM_BYTES});
    if (cursor_u64(&end) != bytes_checksum(rows, 0))
        return ERR_CORRUPT;
    walk->cursor = cursor_begin(rows);
    return cursor_u8(&walk->cursor) == VERSION ? OK : ERR_UNSUPPORTED;
}

bool rows_walk_next(struct rows_walk *walk, struct book_row *row)
{
    struct cursor *cursor = &walk->cursor;
    if (cursor_left(cursor) == 0)
        return false;
    row->sku = cursor_bytes(cursor, cursor_varint(cursor));
    const uint64_t count = cursor_varint(cursor);
    row->count = (int64_t)count;
    /* Damage would make the difference any number: the sum must be defined all the same. */
    row->updated_at_ms = (int64_t)((uint64_t)walk->last_ms + (uint64_t)cursor_zigzag(cursor));
    walk->last_ms = row->updated_at_ms;
    if (count > (uint64_t)STOCK_COUNT_MAX || row->sku.size == 0 ||
        row->updated_at_ms < DATE_MS_MIN || row->updated_at_ms > DATE_MS_MAX)
        cursor->failed = true;
    return !cursor->failed;
}
