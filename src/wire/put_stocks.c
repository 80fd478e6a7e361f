/* Decoding walks the document once, member by member, and keeps the last of members that come
 * twice. A SKU costs a hash, a probe for duplicates and no allocation of its own. */
#include "wire/put_stocks.h"

#include <inttypes.h>

#include "base/limits.h"
#include "wire/field.h"
#include "wire/stock_write.h"

/* A member that may be absent: its document is NULL then. */
static const struct json_value *present(const struct json_value *value)
{
    return value->document == NULL ? NULL : value;
}

/* Decodes the only element of `items`. */
static bool decode_item(struct stock_write_decoder *decoder, struct json_value item,
                        struct stock_write *write)
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
    return stock_write_numbers(decoder, present(&count), present(&updated_at), write);
}

static bool decode_items(struct stock_write_decoder *decoder, const struct json_value *items,
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

static bool decode_element(struct stock_write_decoder *decoder, struct json_value element,
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
    const bool sku_valid = stock_write_sku(decoder, present(&sku), write);
    const bool items_valid = decode_items(decoder, present(&items), write);
    return sku_valid && items_valid && stock_write_check_moment(decoder, write);
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
    struct stock_write_decoder decoder = {
        .rules = rules,
        .errors = errors,
        .array = "skus",
        .count_name = ".items[0].count",
        .updated_at_name = ".items[0].updatedAt",
    };
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
    stock_write_encode_sku(body, sku);
    buffer_append(body, BYTES(",\"items\":[{"));
    stock_write_encode_numbers(body, count, updated_at_ms);
    buffer_append(body, BYTES("}]}"));
}

void put_stocks_encode_end(struct buffer *body)
{
    buffer_append(body, BYTES("]}"));
}
