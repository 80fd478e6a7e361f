/* What stands in front of a record about a shelf: why it came about, and what a history shows that
 * is not in the record itself. */
#include <string.h>

#include "base/put.h"
#include "store/record.h"

enum {
    SIZE_BYTES = 2,
    CAUSE_BYTES_MAX = 1 + SIZE_BYTES + 1 + 5 * VARINT_BYTES_MAX, /* Without the name. */
    CAUSE_LINE_BYTES_MAX = 4 * VARINT_BYTES_MAX,
};

static_assert(CAUSE_BYTES_MAX + STOCK_CAUSE_BY_BYTES_MAX + ORDER_ITEMS_MAX * CAUSE_LINE_BYTES_MAX <=
                  UINT16_MAX,
              "its size fits in two bytes");
static_assert((int64_t)PUT_SKUS_MAX * RECORD_ENTRY_BYTES_MAX + 64 + CAUSE_BYTES_MAX +
                      STOCK_CAUSE_BY_BYTES_MAX <=
                  JOURNAL_RECORD_BYTES_MAX,
              "the largest record of cells fits behind it");

size_t record_cause_bytes_max(const struct stock_cause *cause, uint32_t lines_count)
{
    if (cause->source == STOCK_SOURCE_NONE)
        return 0;
    return CAUSE_BYTES_MAX + STOCK_CAUSE_BY_BYTES_MAX + (size_t)lines_count * CAUSE_LINE_BYTES_MAX;
}

/* What each cell of the order has now. */
static uint8_t *put_lines(uint8_t *at, const struct shelf *shelf, const struct order *order)
{
    at = varint_put(at, order->lines_count);
    int64_t next_cell = 0;
    for (uint32_t i = 0; i < order->lines_count; i++) {
        const struct order_line *line = &order->lines[i];
        const struct stock_view view = shelf_view(shelf, line->cell);
        at = zigzag_put(at, line->cell - next_cell);
        at = varint_put(at, line->count);
        at = varint_put(at, (uint64_t)view.available);
        at = varint_put(at, (uint64_t)view.reserved);
        next_cell = (int64_t)line->cell + 1;
    }
    return at;
}

void record_cause_encode(struct buffer *buffer, const struct stock_cause *cause,
                         const struct shelf *shelf, const struct order *order)
{
    if (cause->source == STOCK_SOURCE_NONE)
        return;
    uint8_t *start =
        buffer_room(buffer, record_cause_bytes_max(cause, order == NULL ? 0 : order->lines_count));
    if (start == NULL)
        return;
    const struct bytes by = bytes_clip(cause->by, STOCK_CAUSE_BY_BYTES_MAX);
    uint8_t *at = start + 1 + SIZE_BYTES;
    at = zigzag_put(at, cause->at_ms);
    *at++ = (uint8_t)cause->source;
    at = varint_put(at, cause->request_id);
    at = varint_put(at, by.size);
    at = bytes_put(at, by);
    at = varint_put(at, shelf_cells_count(shelf));
    if (order == NULL)
        *at++ = 0;
    else
        at = put_lines(at, shelf, order);
    const size_t size = (size_t)(at - start) - 1 - SIZE_BYTES;
    start[0] = RECORD_CAUSED;
    start[1] = (uint8_t)size;
    start[2] = (uint8_t)(size >> 8);
    buffer_end_at(buffer, at);
}
