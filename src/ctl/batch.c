/* An item is encoded at the end of the body; when that makes it too long, the body is cut back. */
#include "ctl/batch.h"

#include <stdlib.h>

#include "base/limits.h"
#include "wire/put_stocks.h"

/* What put_stocks_encode_end() adds. */
enum { BODY_END_BYTES = 2 };

enum err batch_init(struct batch *batch, uint32_t items_max, size_t body_bytes_max)
{
    ASSERT(items_max > 0);
    *batch = (struct batch){.items_max = items_max, .body_bytes_max = body_bytes_max};
    buffer_init(&batch->body);
    buffer_init(&batch->skus);
    batch->items = calloc(items_max, sizeof(*batch->items));
    return batch->items == NULL ? ERR_MEMORY : OK;
}

void batch_deinit(struct batch *batch)
{
    buffer_deinit(&batch->body);
    buffer_deinit(&batch->skus);
    free(batch->items);
    batch->items = NULL;
}

void batch_clear(struct batch *batch)
{
    buffer_clear(&batch->body);
    buffer_clear(&batch->skus);
    batch->items_count = 0;
    batch->input_bytes = 0;
}

enum err batch_add(struct batch *batch, const struct leftover *leftover, uint64_t line)
{
    if (batch->items_count == batch->items_max)
        return ERR_FULL;
    if (batch->items_count == 0)
        put_stocks_encode_begin(&batch->body);
    const size_t size = batch->body.size;
    put_stocks_encode_item(&batch->body, leftover->sku, leftover->count, leftover->updated_at_ms);
    if (!batch->body.failed && batch->body.size + BODY_END_BYTES > batch->body_bytes_max) {
        ASSERT(batch->items_count > 0);
        batch->body.size = size;
        return ERR_FULL;
    }
    batch->items[batch->items_count] =
        (struct batch_item){line, batch->skus.size, leftover->sku.size};
    buffer_append(&batch->skus, leftover->sku);
    if (batch->body.failed || batch->skus.failed)
        return ERR_MEMORY;
    batch->items_count++;
    return OK;
}

struct bytes batch_finish(struct batch *batch)
{
    ASSERT(batch->items_count > 0);
    put_stocks_encode_end(&batch->body);
    return buffer_bytes(&batch->body);
}

uint64_t batch_line_of_index(const struct batch *batch, int64_t index)
{
    return index >= 0 && index < batch->items_count ? batch->items[index].line : 0;
}

uint64_t batch_line_of_sku(const struct batch *batch, struct bytes sku)
{
    for (uint32_t i = 0; i < batch->items_count; i++) {
        const struct batch_item *item = &batch->items[i];
        const struct bytes other = {batch->skus.data + item->sku_offset, item->sku_bytes};
        if (bytes_equal(other, sku))
            return item->line;
    }
    return 0;
}
