/* Decoding walks the document once, member by member, and keeps the last of members that come
 * twice. A SKU costs a hash, a probe for duplicates and no allocation of its own. Elements that are
 * written as in the documentation, as nearly all are, are read without a walk. */
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
        if (bytes_are(key, BYTES("count")))
            count = value;
        else if (bytes_are(key, BYTES("updatedAt")))
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

/* Words of an element on the tape, as the documentation writes it. */
enum {
    WORD_SKU = 1,
    WORD_ITEMS = 3,
    WORD_ARRAY = 4,
    WORD_ITEM = 5,
    WORD_COUNT = 6,
    WORD_UPDATED_AT = 9,
    WORDS_UNDATED = 12,
    WORDS_DATED = 14,
};

static bool is_string(struct json_value value)
{
    return json_type(value) == JSON_STRING;
}

/* Whether the element is `{"sku":"…","items":[{"count":1,"updatedAt":"…"}]}`, in this order and
 * without other members; updatedAt may be absent. The compiler is told that it is, as it would
 * otherwise compare names by calls. */
static bool is_documented(struct json_value element)
{
    const size_t words = json_words(element);
    if (words != WORDS_UNDATED && words != WORDS_DATED)
        return false;
    const struct json_value array = json_behind(element, WORD_ARRAY);
    const struct json_value item = json_behind(element, WORD_ITEM);
    const struct json_value updated_at = json_behind(element, WORD_UPDATED_AT);
    const bool undated =
        json_is_text(json_behind(element, WORD_SKU), BYTES("sku")) &&
        is_string(json_behind(element, WORD_SKU + 1)) &&
        json_is_text(json_behind(element, WORD_ITEMS), BYTES("items")) &&
        json_type(array) == JSON_ARRAY && json_words(array) == words - WORD_ARRAY - 1 &&
        json_type(item) == JSON_OBJECT && json_words(item) == words - WORD_ITEM - 2 &&
        json_is_text(json_behind(element, WORD_COUNT), BYTES("count")) &&
        json_type(json_behind(element, WORD_COUNT + 1)) == JSON_INT64;
    if (!__builtin_expect(undated, 1))
        return false;
    const bool dated = words == WORDS_DATED && json_is_text(updated_at, BYTES("updatedAt")) &&
                       is_string(json_behind(updated_at, 1));
    return __builtin_expect(dated, 1) || words == WORDS_UNDATED;
}

/* Reads such an element where there is a good value in each place. False: any other. */
static bool decode_documented(struct stock_write_decoder *decoder, struct json_value element,
                              struct stock_write *write)
{
    if (!is_documented(element))
        return false;
    struct bytes updated_at = {NULL, 0};
    if (json_words(element) == WORDS_DATED)
        updated_at = json_string(json_behind(element, WORD_UPDATED_AT + 1));
    return stock_write_simple(decoder, json_string(json_behind(element, WORD_SKU + 1)),
                              json_int64(json_behind(element, WORD_COUNT + 1)), updated_at, write);
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
    if (decode_documented(decoder, element, write))
        return stock_write_check_moment(decoder, write);
    struct json_value sku = {NULL, 0};
    struct json_value items = {NULL, 0};
    struct json_walk walk = json_walk_begin(element);
    struct bytes key;
    struct json_value value;
    while (json_next_member(&walk, &key, &value)) {
        if (bytes_are(key, BYTES("sku")))
            sku = value;
        else if (bytes_are(key, BYTES("items")))
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
    /* What comes behind the last error that is told would be looked at for nothing. */
    for (; !error_list_is_full(errors) && json_next_element(&walk, &value); decoder.index++) {
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
