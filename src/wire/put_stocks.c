/* Decoding walks the document once, member by member, and keeps the last of members that come
 * twice. A SKU costs a hash, a probe for duplicates and no allocation of its own. */
#include "wire/put_stocks.h"

#include <inttypes.h>

#include "base/date.h"
#include "base/hash.h"
#include "base/limits.h"
#include "wire/field.h"

/* One element of `skus` as it stands in the document. */
struct element {
    struct json_value sku;
    struct json_value items;
    bool has_sku;
    bool has_items;
};

static struct element element_read(struct json_value object)
{
    struct element element = {.has_sku = false};
    struct json_walk walk = json_walk_begin(object);
    struct bytes key;
    struct json_value value;
    while (json_next_member(&walk, &key, &value)) {
        if (bytes_equal(key, BYTES("sku"))) {
            element.sku = value;
            element.has_sku = true;
        } else if (bytes_equal(key, BYTES("items"))) {
            element.items = value;
            element.has_items = true;
        }
    }
    return element;
}

static const struct json_value *value_or_null(const struct json_value *value, bool present)
{
    return present ? value : NULL;
}

/* Reads `updatedAt`; absent or null means now (C12). */
static bool decode_updated_at(const struct json_value *value, const struct field_path *path,
                              const struct put_stocks_rules *rules, int64_t *updated_at_ms,
                              struct error_list *errors)
{
    *updated_at_ms = rules->now_ms;
    if (value == NULL || json_type(*value) == JSON_NULL)
        return true;
    if (json_type(*value) == JSON_STRING && date_parse_iso8601(json_string(*value), updated_at_ms))
        return true;
    field_add_illegal(errors, path);
    return false;
}

/* Decodes the only element of `items`. */
static bool decode_item(struct json_value item, size_t index, const struct put_stocks_rules *rules,
                        struct stock_write *write, struct error_list *errors)
{
    struct json_value count = {0};
    struct json_value updated_at = {0};
    bool has_count = false;
    bool has_updated_at = false;
    struct json_walk walk = json_walk_begin(item);
    struct bytes key;
    struct json_value value;
    while (json_next_member(&walk, &key, &value)) {
        if (bytes_equal(key, BYTES("count"))) {
            count = value;
            has_count = true;
        } else if (bytes_equal(key, BYTES("updatedAt"))) {
            updated_at = value;
            has_updated_at = true;
        }
    }
    int64_t plain = 0;
    bool valid = has_count && json_type(count) == JSON_INT64 && json_to_int64(count, &plain) &&
                 plain >= 0 && plain <= STOCK_COUNT_MAX;
    write->count = plain;
    if (!valid) {
        valid = field_int64(value_or_null(&count, has_count),
                            FIELD_OF("skus", index, ".items[0].count"), 0, STOCK_COUNT_MAX,
                            &write->count, errors);
    }
    write->updated_at_ms = rules->now_ms;
    if (!has_updated_at)
        return valid;
    const struct field_path *const path = FIELD_OF("skus", index, ".items[0].updatedAt");
    return decode_updated_at(&updated_at, path, rules, &write->updated_at_ms, errors) && valid;
}

static bool decode_items(const struct json_value *items, size_t index,
                         const struct put_stocks_rules *rules, struct stock_write *write,
                         struct error_list *errors)
{
    const struct field_path *const path = FIELD_OF("skus", index, ".items");
    size_t count = 0;
    if (!field_array(items, path, 1, 1, &count, errors))
        return false;
    struct json_walk walk = json_walk_begin(*items);
    struct json_value item;
    const bool taken = json_next_element(&walk, &item);
    ASSERT(taken);
    if (json_type(item) == JSON_NULL) {
        field_add_error(errors, path, "elements must be not null (rejected value: null)");
        return false;
    }
    return field_is(&item, JSON_OBJECT, FIELD_OF("skus", index, ".items[0]"), errors) &&
           decode_item(item, index, rules, write, errors);
}

/* The bounds on updatedAt (CONTRACT §1.5). */
static bool check_moment(const struct stock_write *write, const struct put_stocks_rules *rules,
                         struct error_list *errors)
{
    const char *problem = NULL;
    if (write->updated_at_ms > rules->now_ms + rules->future_tolerance_ms)
        problem = "in the future";
    else if (rules->past_tolerance_ms >= 0 &&
             write->updated_at_ms < rules->now_ms - rules->past_tolerance_ms)
        problem = "older than a day";
    if (problem == NULL)
        return true;
    error_list_add(errors, "Stock for '%.*s' should not be %s", BYTES_ARG(write->key.sku), problem);
    return false;
}

static bool decode_element(struct json_value value, size_t index,
                           const struct put_stocks_rules *rules, struct stock_write *write,
                           struct error_list *errors)
{
    if (json_type(value) == JSON_NULL) {
        field_add_error(errors, FIELD("skus"), "elements must be not null (rejected value: null)");
        return false;
    }
    if (!field_is(&value, JSON_OBJECT, FIELD_OF("skus", index, ""), errors))
        return false;
    const struct element element = element_read(value);
    const bool sku_valid = field_sku(value_or_null(&element.sku, element.has_sku),
                                     FIELD_OF("skus", index, ".sku"), &write->key.sku, errors);
    const bool items_valid =
        decode_items(value_or_null(&element.items, element.has_items), index, rules, write, errors);
    if (!sku_valid || !items_valid)
        return false;
    write->key.hash = bytes_hash(write->key.sku);
    return check_moment(write, rules, errors);
}

bool put_stocks_decode(struct json_value root, const struct put_stocks_rules *rules,
                       struct arena *arena, struct put_stocks *request, struct error_list *errors)
{
    *request = (struct put_stocks){NULL, 0, 0};
    if (!field_is(&root, JSON_OBJECT, FIELD("$"), errors))
        return false;
    struct json_value skus = {0};
    const bool has_skus = json_find(root, BYTES("skus"), &skus);
    size_t count = 0;
    const bool size_valid =
        field_array(value_or_null(&skus, has_skus), FIELD("skus"), 1, PUT_SKUS_MAX, &count, errors);
    request->skus_count = (uint32_t)count;
    if (!size_valid)
        return false;

    struct seen_table seen;
    request->items = arena_allocate(arena, count * sizeof(*request->items));
    if (request->items == NULL || seen_table_init(&seen, arena, count) != OK)
        return false;
    struct json_walk walk = json_walk_begin(skus);
    struct json_value value;
    for (size_t i = 0; json_next_element(&walk, &value); i++) {
        struct stock_write *write = &request->items[request->items_count];
        if (!decode_element(value, i, rules, write, errors))
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
