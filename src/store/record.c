/* Writing records. A write costs about seven bytes a cell that is known: the cell's number as the
 * distance from the one before, the count, and the moment as the distance from the one before. */
#include "store/record.h"

#include <string.h>

#include "base/put.h"

enum {
    U32_BYTES = 4,
    SHELF_HEADER_BYTES_MAX = 1 + VARINT_BYTES_MAX,
    HEADER_BYTES_MAX = SHELF_HEADER_BYTES_MAX + 2 + U32_BYTES, /* Set and clear are two. */
    ENTRY_BYTES_MAX = 1 + 4 * VARINT_BYTES_MAX,                /* Without the SKU. */
    ORDER_BYTES_MAX = SHELF_HEADER_BYTES_MAX + 4 * VARINT_BYTES_MAX + U32_BYTES, /* Without id. */
    LINE_BYTES_MAX = 2 * VARINT_BYTES_MAX,
};

static_assert(ENTRY_BYTES_MAX + SKU_BYTES_MAX <= RECORD_ENTRY_BYTES_MAX, "an entry is in limits.h");
static_assert((int64_t)PUT_SKUS_MAX * RECORD_ENTRY_BYTES_MAX + HEADER_BYTES_MAX <=
                  JOURNAL_RECORD_BYTES_MAX,
              "the largest record of cells fits in the journal");
static_assert(ORDER_BYTES_MAX + ORDER_ID_BYTES_MAX + (int64_t)ORDER_ITEMS_MAX * LINE_BYTES_MAX <=
                  JOURNAL_RECORD_BYTES_MAX,
              "the largest order fits in the journal");

size_t record_write_bytes_max(const struct stock_write *items, uint32_t items_count)
{
    size_t bytes = HEADER_BYTES_MAX;
    for (uint32_t i = 0; i < items_count; i++)
        bytes += ENTRY_BYTES_MAX + items[i].key.sku.size;
    return bytes;
}

size_t record_mark_bytes_max(const struct stock_key *keys, uint32_t keys_count)
{
    size_t bytes = HEADER_BYTES_MAX;
    for (uint32_t i = 0; i < keys_count; i++)
        bytes += ENTRY_BYTES_MAX + keys[i].sku.size;
    return bytes;
}

size_t record_count_bytes_max(const struct stock_count *items, uint32_t items_count)
{
    size_t bytes = HEADER_BYTES_MAX;
    for (uint32_t i = 0; i < items_count; i++)
        bytes += ENTRY_BYTES_MAX + items[i].key.sku.size;
    return bytes;
}

size_t record_reserve_bytes_max(struct bytes order_id, uint32_t lines_count)
{
    return ORDER_BYTES_MAX + order_id.size + (size_t)lines_count * LINE_BYTES_MAX;
}

size_t record_order_bytes_max(struct bytes order_id)
{
    return ORDER_BYTES_MAX + order_id.size;
}

static void append_shelf(struct buffer *buffer, enum record_kind kind, int64_t shelf_id)
{
    buffer_append_u8(buffer, (uint8_t)kind);
    buffer_append_zigzag(buffer, shelf_id);
}

/* Entries follow; how many, record_end() knows. */
static void entries_begin(struct record_writer *writer, struct buffer *buffer, uint32_t cells_count)
{
    *writer = (struct record_writer){
        .buffer = buffer, .count_at = buffer->size, .cells_count = cells_count};
    buffer_append_u32(buffer, 0);
}

void record_write_begin(struct record_writer *writer, struct buffer *buffer, int64_t shelf_id,
                        uint32_t cells_count)
{
    append_shelf(buffer, RECORD_WRITE, shelf_id);
    entries_begin(writer, buffer, cells_count);
}

void record_mark_begin(struct record_writer *writer, struct buffer *buffer, int64_t shelf_id,
                       uint32_t cells_count, struct record_marks marks)
{
    static_assert(STOCK_MARKS_COUNT <= 8, "marks fit in a byte");
    append_shelf(buffer, RECORD_MARK, shelf_id);
    buffer_append_u8(buffer, (uint8_t)marks.set);
    buffer_append_u8(buffer, (uint8_t)marks.clear);
    entries_begin(writer, buffer, cells_count);
}

void record_count_begin(struct record_writer *writer, struct buffer *buffer, int64_t shelf_id,
                        uint32_t cells_count)
{
    append_shelf(buffer, RECORD_COUNT, shelf_id);
    entries_begin(writer, buffer, cells_count);
}

/* Writes which cell it is, and its SKU where it is new. */
static uint8_t *put_cell(struct record_writer *writer, uint8_t *at, uint32_t cell,
                         const struct bytes *sku)
{
    ASSERT(cell <= writer->cells_count);
    at = zigzag_put(at, (int64_t)cell - writer->next_cell);
    if (cell == writer->cells_count) {
        at = varint_put(at, sku->size);
        memcpy(at, sku->data, sku->size);
        at += sku->size;
        writer->cells_count++;
    }
    writer->next_cell = cell + 1;
    writer->count++;
    return at;
}

void record_write_entry(struct record_writer *writer, uint32_t cell,
                        const struct stock_write *write)
{
    struct buffer *buffer = writer->buffer;
    if (buffer_reserve(buffer, ENTRY_BYTES_MAX + write->key.sku.size) != OK)
        return;
    uint8_t *at = put_cell(writer, buffer->data + buffer->size, cell, &write->key.sku);
    at = varint_put(at, (uint64_t)write->count);
    at = zigzag_put(at, write->updated_at_ms - writer->time_ms);
    buffer->size = (size_t)(at - buffer->data);
    writer->time_ms = write->updated_at_ms;
}

void record_mark_entry(struct record_writer *writer, uint32_t cell, const struct stock_key *key)
{
    struct buffer *buffer = writer->buffer;
    if (buffer_reserve(buffer, ENTRY_BYTES_MAX + key->sku.size) != OK)
        return;
    uint8_t *at = put_cell(writer, buffer->data + buffer->size, cell, &key->sku);
    buffer->size = (size_t)(at - buffer->data);
}

void record_count_entry(struct record_writer *writer, uint32_t cell,
                        const struct stock_count *count)
{
    struct buffer *buffer = writer->buffer;
    if (buffer_reserve(buffer, ENTRY_BYTES_MAX + count->key.sku.size) != OK)
        return;
    uint8_t *at = put_cell(writer, buffer->data + buffer->size, cell, &count->key.sku);
    *at++ = (uint8_t)count->type;
    at = varint_put(at, (uint64_t)count->count);
    at = zigzag_put(at, count->updated_at_ms - writer->time_ms);
    buffer->size = (size_t)(at - buffer->data);
    writer->time_ms = count->updated_at_ms;
}

void record_end(struct record_writer *writer)
{
    struct buffer *buffer = writer->buffer;
    if (buffer->failed)
        return;
    const size_t size = buffer->size;
    buffer->size = writer->count_at;
    buffer_append_u32(buffer, writer->count);
    buffer->size = size;
}

static void append_order_name(struct buffer *buffer, const struct order *order)
{
    buffer_append_zigzag(buffer, order->campaign_id);
    buffer_append_varint(buffer, order->id.size);
    buffer_append(buffer, order->id);
}

void record_reserve_encode(struct buffer *buffer, int64_t shelf_id, const struct order *order)
{
    append_shelf(buffer, RECORD_RESERVE, shelf_id);
    append_order_name(buffer, order);
    buffer_append_zigzag(buffer, order->created_at_ms);
    buffer_append_zigzag(buffer, order->expires_at_ms);
    buffer_append_u32(buffer, order->lines_count);
    int64_t next_cell = 0;
    for (uint32_t i = 0; i < order->lines_count; i++) {
        buffer_append_zigzag(buffer, order->lines[i].cell - next_cell);
        buffer_append_varint(buffer, order->lines[i].count);
        next_cell = (int64_t)order->lines[i].cell + 1;
    }
}

void record_order_encode(struct buffer *buffer, int64_t shelf_id, const struct order *order)
{
    append_shelf(buffer, RECORD_ORDER, shelf_id);
    append_order_name(buffer, order);
    buffer_append_u8(buffer, (uint8_t)order->state);
    buffer_append_zigzag(buffer, order->changed_at_ms);
}

void record_document_encode(struct buffer *buffer, struct bytes name, struct bytes content)
{
    buffer_append_u8(buffer, RECORD_DOCUMENT);
    buffer_append_varint(buffer, name.size);
    buffer_append(buffer, name);
    buffer_append_varint(buffer, content.size);
    buffer_append(buffer, content);
}
