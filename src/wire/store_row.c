/* Written straight into the reply. */
#include "wire/store_row.h"

#include <inttypes.h>

#include "base/stock.h"
#include "wire/json.h"

static void put_text(struct buffer *body, const char *name, struct bytes text)
{
    buffer_append_text(body, name);
    json_write_string(body, text);
}

static void put_moment(struct buffer *body, const char *name, int64_t ms)
{
    buffer_append_text(body, name);
    json_write_moment(body, ms);
}

static void put_place(struct buffer *body, int64_t id, struct bytes name)
{
    buffer_append_format(body, "{\"id\":%" PRId64, id);
    put_text(body, ",\"name\":", name);
    buffer_append(body, BYTES("}"));
}

static void put_numbers(struct buffer *body, const struct store_row *row)
{
    buffer_append_format(body,
                         ",\"skus\":%" PRIu64 ",\"available\":%" PRIu64 ",\"reserved\":%" PRIu64
                         ",\"unfit\":%" PRIu64 ",\"hidden\":%" PRIu64,
                         row->skus, row->available, row->reserved, row->unfit, row->hidden);
    if (row->updated_at_ms != STOCK_NEVER_UPDATED)
        put_moment(body, ",\"updatedAt\":", row->updated_at_ms);
    put_moment(body, ",\"countedAt\":", row->counted_at_ms);
}

void store_row_encode(struct buffer *body, const struct store_row *row)
{
    if (body->size > 0 && body->data[body->size - 1] == '}')
        buffer_append(body, BYTES(","));
    buffer_append_format(body, "{\"campaignId\":%" PRId64 ",\"businessId\":%" PRId64,
                         row->campaign_id, row->business_id);
    put_text(body, ",\"businessName\":", row->business_name);
    put_text(body, ",\"domain\":", row->domain);
    buffer_append_format(body,
                         ",\"placementType\":\"%s\",\"apiAvailability\":\"%s\",\"warehouses\":[",
                         placement_name(row->placement), availability_name(row->availability));
    for (uint32_t i = 0; i < row->warehouses_count; i++) {
        buffer_append_text(body, i == 0 ? "" : ",");
        put_place(body, row->warehouses[i].id, row->warehouses[i].name);
    }
    buffer_append(body, BYTES("]"));
    if (row->group_id != 0) {
        buffer_append(body, BYTES(",\"warehouseGroup\":"));
        put_place(body, row->group_id, row->group_name);
    }
    if (row->counted)
        put_numbers(body, row);
    buffer_append(body, BYTES(",\"updates\":["));
    for (uint32_t i = 0; i < row->updates_count; i++)
        buffer_append_format(body, i == 0 ? "%" PRIu32 : ",%" PRIu32, row->updates[i]);
    buffer_append(body, BYTES("]}"));
}
