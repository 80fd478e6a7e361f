/* All six fields of an answer are required, as without one of them a number cannot be told from
 * another warehouse's, or a new one from an old. Each SKU of an answer is found among those that
 * were asked for, and takes its bytes from there, so that the document can go. */
#include "wire/push_stocks.h"

#include <string.h>

#include "base/date.h"
#include "base/hash.h"
#include "base/limits.h"
#include "wire/field.h"
#include "wire/stock_write.h"

void push_stocks_encode_begin(struct buffer *body, int64_t warehouse_id)
{
    buffer_append(body, BYTES("{\"warehouseId\":"));
    buffer_append_int64(body, warehouse_id);
    buffer_append(body, BYTES(",\"skus\":["));
}

void push_stocks_encode_sku(struct buffer *body, struct bytes sku)
{
    if (body->size > 0 && body->data[body->size - 1] == '"')
        buffer_append(body, BYTES(","));
    json_write_string(body, sku);
}

void push_stocks_encode_end(struct buffer *body)
{
    buffer_append(body, BYTES("]}"));
}

/* The member of that name, or NULL; `found` is where it is kept. */
static const struct json_value *member(struct json_value object, struct bytes name,
                                       struct json_value *found)
{
    return json_find(object, name, found) ? found : NULL;
}

static bool decode_skus(const struct json_value *skus, struct arena *arena,
                        struct push_stocks *request, struct error_list *errors)
{
    size_t count = 0;
    if (!field_array(skus, FIELD("skus"), 1, PUSH_SKUS_MAX, &count, errors))
        return false;
    struct seen_table seen;
    request->keys = arena_allocate(arena, count * sizeof(*request->keys));
    if (request->keys == NULL || seen_table_init(&seen, arena, count) != OK)
        return false;
    struct json_walk walk = json_walk_begin(*skus);
    struct json_value value;
    for (size_t i = 0; json_next_element(&walk, &value); i++) {
        struct stock_key *key = &request->keys[request->keys_count];
        if (!field_sku(&value, FIELD_OF("skus", i, ""), &key->sku, errors))
            continue;
        key->hash = bytes_hash(key->sku);
        if (!seen_before(&seen, request->keys, sizeof(*key), request->keys_count))
            request->keys_count++;
    }
    return errors->count == 0;
}

bool push_stocks_decode(struct json_value root, struct arena *arena, struct push_stocks *request,
                        struct error_list *errors)
{
    *request = (struct push_stocks){.keys = NULL};
    if (!field_is(&root, JSON_OBJECT, FIELD("$"), errors))
        return false;
    struct json_value found;
    const bool warehouse_valid =
        field_int64(member(root, BYTES("warehouseId"), &found), FIELD("warehouseId"), 1, INT64_MAX,
                    &request->warehouse_id, errors);
    return decode_skus(member(root, BYTES("skus"), &found), arena, request, errors) &&
           warehouse_valid;
}

void push_stocks_answer_begin(struct buffer *body)
{
    buffer_append(body, BYTES("{\"skus\":["));
}

void push_stocks_answer_item(struct buffer *body, int64_t warehouse_id, struct bytes sku,
                             int64_t count, int64_t updated_at_ms)
{
    stock_write_encode_sku(body, sku);
    buffer_append(body, BYTES(",\"warehouseId\":"));
    buffer_append_int64(body, warehouse_id);
    buffer_append(body, BYTES(",\"items\":[{\"type\":\"FIT\","));
    stock_write_encode_numbers(body, count, updated_at_ms);
    buffer_append(body, BYTES("}]}"));
}

void push_stocks_answer_end(struct buffer *body)
{
    buffer_append(body, BYTES("]}"));
}

/* An answer on its way through the decoder. */
struct decoder {
    const struct push_stocks_rules *rules;
    struct error_list *errors;
    struct seen_table asked;
    bool *answered; /* Of each SKU that was asked for. */
    size_t index;   /* Of the element of `skus` at hand. */
};

/* The two tables of the decoder. False: no memory. */
static bool decoder_init(struct decoder *decoder, struct arena *arena)
{
    const struct push_stocks_rules *rules = decoder->rules;
    const size_t count = rules->asked_count;
    decoder->answered = arena_allocate(arena, count * sizeof(*decoder->answered));
    if (decoder->answered == NULL || seen_table_init(&decoder->asked, arena, count) != OK)
        return false;
    memset(decoder->answered, 0, count * sizeof(*decoder->answered));
    for (size_t i = 0; i < count; i++) {
        const bool twice = seen_before(&decoder->asked, rules->asked, sizeof(*rules->asked), i);
        ASSERT(!twice);
    }
    return true;
}

/* The SKU: one that was asked for, and no second time. */
static bool decode_sku(struct decoder *decoder, const struct json_value *value,
                       struct stock_write *write)
{
    struct stock_key key;
    if (!field_sku(value, FIELD_OF("skus", decoder->index, ".sku"), &key.sku, decoder->errors))
        return false;
    key.hash = bytes_hash(key.sku);
    const struct push_stocks_rules *rules = decoder->rules;
    const size_t asked = seen_find(&decoder->asked, rules->asked, sizeof(*rules->asked), &key);
    if (asked == SEEN_NONE || decoder->answered[asked]) {
        error_list_add_rejected(decoder->errors,
                                asked == SEEN_NONE ? "skus holds a SKU that was not asked for"
                                                   : "skus holds a SKU twice",
                                key.sku);
        return false;
    }
    decoder->answered[asked] = true;
    write->key = rules->asked[asked];
    return true;
}

static bool decode_item(struct decoder *decoder, struct json_value item, struct stock_write *write)
{
    struct json_value found;
    const struct json_value *type = member(item, BYTES("type"), &found);
    if (!field_is(type, JSON_STRING, FIELD_OF("skus", decoder->index, ".items[0].type"),
                  decoder->errors))
        return false;
    if (!bytes_equal(json_string(*type), BYTES("FIT"))) {
        field_add_error(decoder->errors, FIELD_OF("skus", decoder->index, ".items[0].type"),
                        "must be FIT");
        return false;
    }
    if (!field_int64(member(item, BYTES("count"), &found),
                     FIELD_OF("skus", decoder->index, ".items[0].count"), 0, STOCK_COUNT_MAX,
                     &write->count, decoder->errors))
        return false;
    const struct json_value *updated_at = member(item, BYTES("updatedAt"), &found);
    if (!field_is(updated_at, JSON_STRING, FIELD_OF("skus", decoder->index, ".items[0].updatedAt"),
                  decoder->errors))
        return false;
    if (date_parse_iso8601(json_string(*updated_at), &write->updated_at_ms))
        return true;
    field_add_illegal(decoder->errors, FIELD_OF("skus", decoder->index, ".items[0].updatedAt"));
    return false;
}

static bool decode_element(struct decoder *decoder, struct json_value element,
                           struct stock_write *write)
{
    if (!field_is(&element, JSON_OBJECT, FIELD_OF("skus", decoder->index, ""), decoder->errors))
        return false;
    struct json_value found;
    int64_t warehouse_id = 0;
    if (!decode_sku(decoder, member(element, BYTES("sku"), &found), write) ||
        !field_int64(member(element, BYTES("warehouseId"), &found),
                     FIELD_OF("skus", decoder->index, ".warehouseId"), INT64_MIN, INT64_MAX,
                     &warehouse_id, decoder->errors))
        return false;
    if (warehouse_id != decoder->rules->warehouse_id) {
        field_add_error(decoder->errors, FIELD_OF("skus", decoder->index, ".warehouseId"),
                        "is not the one that was asked for");
        return false;
    }
    size_t count = 0;
    const struct json_value *items = member(element, BYTES("items"), &found);
    if (!field_array(items, FIELD_OF("skus", decoder->index, ".items"), 1, 1, &count,
                     decoder->errors))
        return false;
    struct json_walk walk = json_walk_begin(*items);
    struct json_value item;
    const bool taken = json_next_element(&walk, &item);
    ASSERT(taken);
    return field_is(&item, JSON_OBJECT, FIELD_OF("skus", decoder->index, ".items[0]"),
                    decoder->errors) &&
           decode_item(decoder, item, write);
}

/* C30: a number from the future, or from long ago, does not count. */
static bool moment_fits(const struct push_stocks_rules *rules, int64_t ms)
{
    return ms <= rules->now_ms + rules->future_tolerance_ms &&
           (rules->past_tolerance_ms < 0 || ms >= rules->now_ms - rules->past_tolerance_ms);
}

bool push_stocks_answer_decode(struct json_value root, const struct push_stocks_rules *rules,
                               struct arena *arena, struct push_stocks_answer *answer,
                               struct error_list *errors)
{
    ASSERT(rules->asked_count >= 1 && rules->asked_count <= PUSH_SKUS_MAX);
    *answer = (struct push_stocks_answer){.items = NULL};
    struct json_value skus;
    if (!field_is(&root, JSON_OBJECT, FIELD("$"), errors) ||
        !field_is(member(root, BYTES("skus"), &skus), JSON_ARRAY, FIELD("skus"), errors))
        return false;
    struct decoder decoder = {.rules = rules, .errors = errors};
    answer->items = arena_allocate(arena, rules->asked_count * sizeof(*answer->items));
    if (answer->items == NULL || !decoder_init(&decoder, arena))
        return false;
    struct json_walk walk = json_walk_begin(skus);
    struct json_value element;
    /* Distinct SKUs that were asked for are never more than the room. */
    for (; json_next_element(&walk, &element); decoder.index++) {
        struct stock_write write;
        if (!decode_element(&decoder, element, &write))
            return false;
        if (moment_fits(rules, write.updated_at_ms))
            answer->items[answer->items_count++] = write;
        else
            answer->dropped_count++;
    }
    return true;
}
