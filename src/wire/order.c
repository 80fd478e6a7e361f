/* An order's id comes back in paths, so it is held to what a path can carry. */
#include "wire/order.h"

#include "base/hash.h"
#include "base/limits.h"
#include "wire/field.h"

static const char id_pattern[] = "^(?!\\.{1,2}$)[^/\\x00-\\x1f\\x7f]+$";

static const char *const state_names[ORDER_STATES_COUNT] = {
    [ORDER_RESERVED] = "RESERVED",   [ORDER_PACKED] = "PACKED",   [ORDER_SHIPPED] = "SHIPPED",
    [ORDER_CANCELLED] = "CANCELLED", [ORDER_EXPIRED] = "EXPIRED",
};

const char *order_state_name(enum order_state state)
{
    ASSERT((int)state < ORDER_STATES_COUNT);
    return state_names[state];
}

bool order_state_find(struct bytes name, enum order_state *state)
{
    for (int i = 0; i < ORDER_STATES_COUNT; i++) {
        if (!bytes_equal(name, bytes_from_text(state_names[i])))
            continue;
        *state = (enum order_state)i;
        return true;
    }
    return false;
}

static bool id_matches_pattern(struct bytes id)
{
    return !bytes_have_controls(id) && !bytes_equal(id, BYTES(".")) &&
           !bytes_equal(id, BYTES("..")) && memchr(id.data, '/', id.size) == NULL;
}

bool order_id_is_valid(struct bytes id)
{
    return id.size >= 1 && id.size <= ORDER_ID_BYTES_MAX && id_matches_pattern(id);
}

static bool decode_id(const struct json_value *value, struct bytes *id, struct error_list *errors)
{
    if (value == NULL || json_type(*value) == JSON_NULL) {
        field_add_error(errors, FIELD("orderId"), "must not be null (rejected value: null)");
        return false;
    }
    if (!field_is(value, JSON_STRING, FIELD("orderId"), errors))
        return false;
    *id = bytes_trim(json_string(*value));
    if (order_id_is_valid(*id))
        return true;
    struct buffer prefix;
    buffer_init(&prefix);
    if (id->size < 1 || id->size > ORDER_ID_BYTES_MAX)
        buffer_append_format(&prefix, "orderId size must be between 1 and %d", ORDER_ID_BYTES_MAX);
    else
        buffer_append_format(&prefix, "orderId must match %s", id_pattern);
    error_list_add_rejected(errors, buffer_text(&prefix), *id);
    buffer_deinit(&prefix);
    return false;
}

static bool decode_item(struct json_value element, size_t index, struct stock_order_item *item,
                        struct error_list *errors)
{
    if (json_type(element) == JSON_NULL) {
        field_add_error(errors, FIELD("items"), "elements must be not null (rejected value: null)");
        return false;
    }
    if (!field_is(&element, JSON_OBJECT, FIELD_OF("items", index, ""), errors))
        return false;
    struct json_value sku;
    struct json_value count;
    const bool sku_valid = field_sku(field_member(element, "sku", &sku),
                                     FIELD_OF("items", index, ".sku"), &item->key.sku, errors);
    const bool count_valid =
        field_int64(field_member(element, "count", &count), FIELD_OF("items", index, ".count"), 1,
                    STOCK_COUNT_MAX, &item->count, errors);
    if (sku_valid)
        item->key.hash = bytes_hash(item->key.sku);
    return sku_valid && count_valid;
}

static bool decode_items(const struct json_value *items, struct arena *arena,
                         struct order_request *request, struct error_list *errors)
{
    size_t count = 0;
    if (!field_array(items, FIELD("items"), 1, ORDER_ITEMS_MAX, &count, errors))
        return false;
    struct seen_table seen;
    request->items = arena_allocate(arena, count * sizeof(*request->items));
    if (request->items == NULL || seen_table_init(&seen, arena, count) != OK)
        return false;
    struct json_walk walk = json_walk_begin(*items);
    struct json_value element;
    for (size_t i = 0; json_next_element(&walk, &element); i++) {
        struct stock_order_item *item = &request->items[request->items_count];
        if (!decode_item(element, i, item, errors))
            continue;
        if (seen_before(&seen, &request->items[0].key, sizeof(*item), request->items_count))
            error_list_add(errors, "Duplicate sku '%.*s' in items", BYTES_ARG(item->key.sku));
        else
            request->items_count++;
    }
    return errors->count == 0;
}

bool order_request_decode(struct json_value root, struct arena *arena,
                          struct order_request *request, struct error_list *errors)
{
    *request = (struct order_request){.expires = false};
    if (!field_is(&root, JSON_OBJECT, FIELD("$"), errors))
        return false;
    struct json_value slot;
    bool valid = decode_id(field_member(root, "orderId", &slot), &request->id, errors);
    valid &= decode_items(field_member(root, "items", &slot), arena, request, errors);
    valid &= field_moment(field_member(root, "expiresAt", &slot), FIELD("expiresAt"),
                          &request->expires_at_ms, &request->expires, errors);
    const struct json_value *warehouse = field_member(root, "warehouseId", &slot);
    if (warehouse != NULL && json_type(*warehouse) != JSON_NULL)
        valid &= field_int64(warehouse, FIELD("warehouseId"), 1, INT64_MAX, &request->warehouse_id,
                             errors);
    return valid;
}

static void encode_number(struct buffer *body, const char *name, int64_t value)
{
    buffer_append_text(body, name);
    buffer_append_int64(body, value);
}

static void encode_moment(struct buffer *body, const char *name, int64_t ms)
{
    buffer_append_text(body, name);
    json_write_moment(body, ms);
}

static void encode_sku(struct buffer *body, bool first, struct bytes sku)
{
    buffer_append_text(body, first ? "{\"sku\":" : ",{\"sku\":");
    json_write_string(body, sku);
}

void order_encode(struct buffer *body, const struct order_document *order)
{
    buffer_append(body, BYTES("{\"status\":\"OK\",\"result\":{\"order\":"));
    order_encode_element(body, order);
    buffer_append(body, BYTES("}}"));
}

void order_encode_element(struct buffer *body, const struct order_document *order)
{
    buffer_append(body, BYTES("{\"orderId\":"));
    json_write_string(body, order->id);
    encode_number(body, ",\"campaignId\":", order->campaign_id);
    encode_number(body, ",\"warehouseId\":", order->warehouse_id);
    buffer_append_format(body, ",\"state\":\"%s\",\"items\":[", order_state_name(order->state));
    for (uint32_t i = 0; i < order->items_count; i++) {
        encode_sku(body, i == 0, order->items[i].key.sku);
        encode_number(body, ",\"count\":", order->items[i].count);
        buffer_append(body, BYTES("}"));
    }
    encode_moment(body, "],\"createdAt\":", order->created_at_ms);
    encode_moment(body, ",\"updatedAt\":", order->changed_at_ms);
    if (order->expires_at_ms != 0)
        encode_moment(body, ",\"expiresAt\":", order->expires_at_ms);
    buffer_append(body, BYTES("}"));
}

void order_shortages_encode_begin(struct buffer *body, const char *message)
{
    buffer_append(body, BYTES("{\"status\":\"ERROR\",\"errors\":[{\"code\":\"NOT_ENOUGH_STOCK\","
                              "\"message\":"));
    json_write_string(body, bytes_from_text(message));
    buffer_append(body, BYTES("}],\"result\":{\"shortages\":["));
}

void order_shortages_encode_item(struct buffer *body, struct bytes sku, int64_t requested,
                                 int64_t available)
{
    encode_sku(body, body->size > 0 && body->data[body->size - 1] == '[', sku);
    encode_number(body, ",\"requested\":", requested);
    encode_number(body, ",\"available\":", available);
    buffer_append(body, BYTES("}"));
}

void order_shortages_encode_end(struct buffer *body)
{
    buffer_append(body, BYTES("]}}"));
}
