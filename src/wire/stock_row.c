/* Written straight into the reply, as answers of the public API are. */
#include "wire/stock_row.h"

#include "base/date.h"
#include "base/put.h"
#include "wire/json.h"
#include "wire/stock_type.h"

/* Room for the longest row without its SKU. */
enum { ROW_BYTES_MAX = 320, TYPE_BYTES_MAX = 64 };

static uint8_t *flag_put(uint8_t *at, struct bytes name, bool set)
{
    return bytes_put(bytes_put(at, name), set ? BYTES("true") : BYTES("false"));
}

static uint8_t *marks_put(uint8_t *at, uint32_t marks)
{
    at = flag_put(at, BYTES(",\"hidden\":"), (marks & STOCK_HIDDEN) != 0);
    at = flag_put(at, BYTES(",\"archived\":"), (marks & STOCK_ARCHIVED) != 0);
    at = flag_put(at, BYTES(",\"deleted\":"), (marks & STOCK_DELETED) != 0);
    return flag_put(at, BYTES(",\"freeStorage\":"), (marks & STOCK_FREE_STORAGE) != 0);
}

/* Only types that there are units of, if any. */
static uint8_t *unfit_put(uint8_t *at, const struct stock_details *details)
{
    bool any = false;
    for (int i = 0; i < STOCK_UNFIT_COUNT; i++) {
        if (details->unfit[i] == 0)
            continue;
        at = bytes_put(at, any ? BYTES(",{\"type\":\"") : BYTES(",\"unfit\":[{\"type\":\""));
        at = text_put(at, stock_type_name((enum stock_type)(STOCK_UNFIT_FIRST + i)));
        at = int64_put(bytes_put(at, BYTES("\",\"count\":")), details->unfit[i]);
        at = bytes_put(at, BYTES("}"));
        any = true;
    }
    return any ? bytes_put(at, BYTES("]")) : at;
}

void stock_row_encode(struct buffer *body, const struct stock_row *row)
{
    const struct stock_view *view = &row->view;
    uint8_t *at = buffer_room(body, JSON_STRING_BYTES_MAX(view->sku.size) + ROW_BYTES_MAX +
                                        (size_t)STOCK_UNFIT_COUNT * TYPE_BYTES_MAX);
    if (at == NULL)
        return;
    if (body->size > 0 && at[-1] == '}')
        *at++ = ',';
    at = json_string_put(bytes_put(at, BYTES("{\"sku\":")), view->sku);
    at = int64_put(bytes_put(at, BYTES(",\"fit\":")), view->available + view->reserved);
    at = int64_put(bytes_put(at, BYTES(",\"freeze\":")), view->reserved);
    at = int64_put(bytes_put(at, BYTES(",\"available\":")), view->available);
    if (view->updated_at_ms != STOCK_NEVER_UPDATED) {
        at = bytes_put(at, BYTES(",\"updatedAt\":\""));
        at += date_format_iso8601(view->updated_at_ms, (char *)at);
        at = bytes_put(at, BYTES("\""));
    }
    at = marks_put(at, row->marks);
    if (view->details != NULL)
        at = unfit_put(at, view->details);
    buffer_end_at(body, bytes_put(at, BYTES("}")));
}
