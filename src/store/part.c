/* Encoding and decoding of parts over bytes in memory. */
#include "store/part.h"

void part_document_encode(struct buffer *buffer, struct bytes name, struct bytes content)
{
    buffer_append_varint(buffer, name.size);
    buffer_append(buffer, name);
    buffer_append_varint(buffer, content.size);
    buffer_append(buffer, content);
}

enum err part_document_decode(struct cursor *cursor, struct bytes *name, struct bytes *content)
{
    *name = cursor_bytes(cursor, cursor_varint(cursor));
    *content = cursor_bytes(cursor, cursor_varint(cursor));
    return cursor->failed ? ERR_CORRUPT : OK;
}

void part_shelf_encode(struct buffer *buffer, const struct shelf_image_sizes *sizes)
{
    buffer_append_u32(buffer, sizes->cells_count);
    buffer_append_u32(buffer, sizes->orders_count);
}

enum err part_shelf_decode(struct bytes payload, struct shelf_image_sizes *sizes)
{
    struct cursor cursor = cursor_begin(payload);
    sizes->cells_count = cursor_u32(&cursor);
    sizes->orders_count = cursor_u32(&cursor);
    return cursor.failed || cursor_left(&cursor) > 0 ? ERR_CORRUPT : OK;
}

void part_shelf_end_encode(struct buffer *buffer, uint64_t entries_bytes)
{
    buffer_append_u64(buffer, entries_bytes);
}

enum err part_shelf_end_decode(struct bytes payload, uint64_t *entries_bytes)
{
    struct cursor cursor = cursor_begin(payload);
    *entries_bytes = cursor_u64(&cursor);
    return cursor.failed || cursor_left(&cursor) > 0 ? ERR_CORRUPT : OK;
}
