/* Decoding walks the document once, member by member, and keeps the last of members that come
 * twice. A SKU costs a hash, a probe for duplicates and no allocation of its own. */
#include "wire/put_stocks.h"

#include <inttypes.h>

#include "base/date.h"
#include "base/hash.h"
#include "base/limits.h"
#include "wire/field.h"

/* A body on its way through the decoder. */
struct decoder {
    const struct put_stocks_rules *rules;
    struct error_list *errors;
    size_t index;      /* Of the element of `skus` at hand. */
    struct bytes date; /* The updatedAt read last: SKUs of one request tend to share it. */
    int64_t date_ms;
};

/* A member that may be absent: its document is NULL then. */
static const struct json_value *present(const struct json_value *value)
{
    return value->document == NULL ? NULL : value;
}

static bool parse_date(struct decoder *decoder, struct bytes text)
{
    if (text.size > 0 && bytes_equal(text, decoder->date))
        return true;
    decoder->date = text;
    if (date_parse_iso8601(text, &decoder->date_ms))
        return true;
    decoder->date.size = 0;
    return false;
}

/* Reads `updatedAt`; absent or null means now (C12). */
static bool decode_updated_at(struct decoder *decoder, const struct json_value *value,
                              struct stock_write *write)
{
    write->updated_at_ms = decoder->rules->now_ms;
    if (value == NULL || json_type(*value) == JSON_NULL)
        return true;
    if (json_type(*value) != JSON_STRING || !parse_date(decoder, json_string(*value))) {
        field_add_illegal(decoder->errors, FIELD_OF("skus", decoder->index, ".items[0].updatedAt"));
        return false;
    }
    write->updated_at_ms = decoder->date_ms;
    return true;
}

static bool decode_count(struct decoder *decoder, const struct json_value *value,
                         struct stock_write *write)
{
    if (value != NULL && json_type(*value) == JSON_INT64 && json_to_int64(*value, &write->count) &&
        write->count >= 0 && write->count <= STOCK_COUNT_MAX)
        return true; /* Nearly always: no words are needed. */
    return field_int64(value, FIELD_OF("skus", decoder->index, ".items[0].count"), 0,
                       STOCK_COUNT_MAX, &write->count, decoder->errors);
}

/* Decodes the only element of `items`. */
static bool decode_item(struct decoder *decoder, struct json_value item, struct stock_write *write)
{
    struct json_value count = {NULL, 0};
    struct json_value updated_at = {NULL, 0};
    struct json_walk walk = json_walk_begin(item);
    struct bytes key;
    struct json_value value;
    while (json_next_member(&walk, &key, &value)) {
        if (bytes_equal(key, BYTES("count")))
            count = value;
        else if (bytes_equal(key, BYTES("updatedAt")))
            updated_at = value;
    }
    const bool count_valid = decode_count(decoder, present(&count), write);
    return decode_updated_at(decoder, present(&updated_at), write) && count_valid;
}

static bool decode_items(struct decoder *decoder, const struct json_value *items,
                         struct stock_write *write)
{
    size_t count = 0;
    if (!field_array(items, FIELD_OF("skus", decoder->index, ".items"), 1, 1, &count,
                     decoder->errors))
        return false;
    struct json_walk walk = json_walk_begin(*items);
    struct json_value item;
    const bool taken = json_next_element(&walk, &item);
    ASSERT(taken);
    if (json_type(item) == JSON_NULL) {
        field_add_error(decoder->errors, FIELD_OF("skus", decoder->index, ".items"),
                        "elements must be not null (rejected value: null)");
        return false;
    }
    return field_is(&item, JSON_OBJECT, FIELD_OF("skus", decoder->index, ".items[0]"),
                    decoder->errors) &&
           decode_item(decoder, item, write);
}

/* The bounds on updatedAt (CONTRACT §1.5). */
static bool check_moment(struct decoder *decoder, const struct stock_write *write)
{
    const struct put_stocks_rules *rules = decoder->rules;
    const char *problem = NULL;
    if (write->updated_at_ms > rules->now_ms + rules->future_tolerance_ms)
        problem = "in the future";
    else if (rules->past_tolerance_ms >= 0 &&
             write->updated_at_ms < rules->now_ms - rules->past_tolerance_ms)
        problem = "older than a day";
    if (problem == NULL)
        return true;
    error_list_add(decoder->errors, "Stock for '%.*s' should not be %s", BYTES_ARG(write->key.sku),
                   problem);
    return false;
}

static bool decode_element(struct decoder *decoder, struct json_value element,
                           struct stock_write *write)
{
    if (json_type(element) == JSON_NULL) {
        field_add_error(decoder->errors, FIELD("skus"),
                        "elements must be not null (rejected value: null)");
        return false;
    }
    if (!field_is(&element, JSON_OBJECT, FIELD_OF("skus", decoder->index, ""), decoder->errors))
        return false;
    struct json_value sku = {NULL, 0};
    struct json_value items = {NULL, 0};
    struct json_walk walk = json_walk_begin(element);
    struct bytes key;
    struct json_value value;
    while (json_next_member(&walk, &key, &value)) {
        if (bytes_equal(key, BYTES("sku")))
            sku = value;
        else if (bytes_equal(key, BYTES("items")))
            items = value;
    }
    const bool sku_valid = field_sku(present(&sku), FIELD_OF("skus", decoder->index, ".sku"),
                                     &write->key.sku, decoder->errors);
    const bool items_valid = decode_items(decoder, present(&items), write);
    if (!sku_valid || !items_valid)
        return false;
    write->key.hash = bytes_hash(write->key.sku);
    return check_moment(decoder, write);
}

bool put_stocks_decode(struct json_value root, const struct put_stocks_rules *rules,
                       struct arena *arena, struct put_stocks *request, struct error_list *errors)
{
    *request = (struct put_stocks){NULL, 0, 0};
    if (!field_is(&root, JSON_OBJECT, FIELD("$"), errors))
        return false;
    struct json_value skus;
    const bool has_skus = json_find(root, BYTES("skus"), &skus);
    size_t count = 0;
    const bool size_valid =
        field_array(has_skus ? &skus : NULL, FIELD("skus"), 1, PUT_SKUS_MAX, &count, errors);
    request->skus_count = (uint32_t)count;
    if (!size_valid)
        return false;

    struct seen_table seen;
    request->items = arena_allocate(arena, count * sizeof(*request->items));
    if (request->items == NULL || seen_table_init(&seen, arena, count) != OK)
        return false;
    struct json_walk walk = json_walk_begin(skus);
    struct json_value value;
    struct decoder decoder = {.rules = rules, .errors = errors};
    for (; json_next_element(&walk, &value); decoder.index++) {
        struct stock_write *write = &request->items[request->items_count];
        if (!decode_element(&decoder, value, write))
            continue;
        if (seen_before(&seen, &request->items[0].key, sizeof(*write), request->items_count)) {
            error_list_add(errors, "Duplicate shop-sku '%.*s' for warehouse '%" PRId64 "'",
                           BYTES_ARG(write->key.sku), rules->warehouse_id);
        } else {
            request->items_count++;
        }
    }
    return errors->count == 0;
}

void put_stocks_encode_begin(struct buffer *body)
{
    buffer_append(body, BYTES("{\"skus\":["));
}

void put_stocks_encode_item(struct buffer *body, struct bytes sku, int64_t count,
                            int64_t updated_at_ms)
{
    if (body->size > 0 && body->data[body->size - 1] == '}')
        buffer_append(body, BYTES(","));
    buffer_append(body, BYTES("{\"sku\":"));
    json_write_string(body, sku);
    buffer_append(body, BYTES(",\"items\":[{\"count\":"));
    buffer_append_int64(body, count);
    char date[DATE_ISO8601_BYTES_MAX];
    const size_t date_bytes = date_format_iso8601(updated_at_ms, date);
    buffer_append(body, BYTES(",\"updatedAt\":\""));
    buffer_append(body, (struct bytes){(const uint8_t *)date, date_bytes});
    buffer_append(body, BYTES("\"}]}"));
}

void put_stocks_encode_end(struct buffer *body)
{
    buffer_append(body, BYTES("]}"));
}
