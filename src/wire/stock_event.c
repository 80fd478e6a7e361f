/* What is not known, or not of this kind of event, is left out. */
#include "wire/stock_event.h"

#include <assert.h>

#include "base/moment_id.h"
#include "wire/json.h"
#include "wire/stock_type.h"

static const char *const kind_names[STOCK_EVENT_KINDS_COUNT] = {
    [STOCK_EVENT_WRITE] = "WRITE",     [STOCK_EVENT_COUNT] = "COUNT",   [STOCK_EVENT_MARK] = "MARK",
    [STOCK_EVENT_RESERVE] = "RESERVE", [STOCK_EVENT_PACK] = "PACK",     [STOCK_EVENT_SHIP] = "SHIP",
    [STOCK_EVENT_CANCEL] = "CANCEL",   [STOCK_EVENT_EXPIRE] = "EXPIRE",
};

static const char *const source_names[STOCK_SOURCES_COUNT] = {
    [STOCK_SOURCE_API] = "API",   [STOCK_SOURCE_OPERATOR] = "OPERATOR",
    [STOCK_SOURCE_PUSH] = "PUSH", [STOCK_SOURCE_EXPIRY] = "EXPIRY",
    [STOCK_SOURCE_MOVE] = "MOVE",
};

/* In the order of their bits. */
static const char *const mark_names[STOCK_MARKS_COUNT] = {"HIDDEN", "DELETED", "ARCHIVED",
                                                          "FREE_STORAGE", "PLACED"};
static_assert(STOCK_HIDDEN == 1 && STOCK_DELETED == 2 && STOCK_ARCHIVED == 4 &&
                  STOCK_FREE_STORAGE == 8 && STOCK_PLACED == 16,
              "each has its name");

static void encode_number(struct buffer *body, const char *name, int64_t value)
{
    buffer_append_text(body, name);
    buffer_append_int64(body, value);
}

static void encode_text(struct buffer *body, const char *name, struct bytes value)
{
    buffer_append_text(body, name);
    json_write_string(body, value);
}

static void encode_marks(struct buffer *body, const char *name, uint32_t marks)
{
    bool first = true;
    buffer_append_text(body, name);
    for (int i = 0; i < STOCK_MARKS_COUNT; i++) {
        if ((marks >> i & 1) == 0)
            continue;
        buffer_append_format(body, "%s\"%s\"", first ? "" : ",", mark_names[i]);
        first = false;
    }
    buffer_append_text(body, "]");
}

static void encode_cause(struct buffer *body, const struct stock_cause *cause)
{
    if (cause->source != STOCK_SOURCE_NONE)
        buffer_append_format(body, ",\"source\":\"%s\"", source_names[cause->source]);
    if (cause->by.size > 0)
        encode_text(body, ",\"token\":", cause->by);
    if (cause->request_id != 0) {
        buffer_append_text(body, ",\"requestId\":\"");
        moment_id_append(body, cause->request_id);
        buffer_append_text(body, "\"");
    }
}

/* What only events of its kind have. */
static void encode_kind(struct buffer *body, const struct stock_event *event)
{
    switch (event->kind) {
    case STOCK_EVENT_COUNT:
        buffer_append_format(body, ",\"type\":\"%s\"", stock_type_name(event->type));
        encode_number(body, ",\"count\":", event->count);
        buffer_append_text(body, ",\"updatedAt\":");
        json_write_moment(body, event->updated_at_ms);
        break;
    case STOCK_EVENT_WRITE:
        buffer_append_text(body, ",\"updatedAt\":");
        json_write_moment(body, event->updated_at_ms);
        break;
    case STOCK_EVENT_MARK:
        encode_marks(body, ",\"set\":[", event->marks_set);
        encode_marks(body, ",\"cleared\":[", event->marks_clear);
        break;
    case STOCK_EVENT_RESERVE:
    case STOCK_EVENT_PACK:
    case STOCK_EVENT_SHIP:
    case STOCK_EVENT_CANCEL:
    case STOCK_EVENT_EXPIRE:
        encode_number(body, ",\"count\":", event->count);
        encode_number(body, ",\"campaignId\":", event->campaign_id);
        encode_text(body, ",\"orderId\":", event->order_id);
        break;
    }
}

void stock_event_encode(struct buffer *body, const struct stock_event *event, int64_t warehouse_id)
{
    ASSERT((int)event->kind < STOCK_EVENT_KINDS_COUNT);
    ASSERT((int)event->cause.source < STOCK_SOURCES_COUNT);
    buffer_append_text(body, "{\"at\":");
    json_write_moment(body, event->cause.at_ms);
    buffer_append_format(body, ",\"kind\":\"%s\"", kind_names[event->kind]);
    encode_cause(body, &event->cause);
    if (warehouse_id != 0)
        encode_number(body, ",\"warehouseId\":", warehouse_id);
    /* A mark changes no number, so it tells none. */
    const bool has_numbers = event->kind != STOCK_EVENT_MARK;
    if (has_numbers && event->available != STOCK_NOT_KNOWN)
        encode_number(body, ",\"available\":", event->available);
    if (has_numbers && event->reserved != STOCK_NOT_KNOWN)
        encode_number(body, ",\"freeze\":", event->reserved);
    encode_kind(body, event);
    buffer_append_text(body, "}");
}
