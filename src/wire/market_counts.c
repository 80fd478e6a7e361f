/* FIT and AVAILABLE say the same number in two ways, so only one of them may be given for a SKU. */
#include "wire/market_counts.h"

#include "base/hash.h"
#include "base/limits.h"
#include "wire/field.h"
#include "wire/stock_type.h"

/* Odd, so that the hashes of a SKU's types are distinct. */
#define TYPE_HASH_STEP UINT64_C(0x9E3779B97F4A7C15)

/* What a SKU's types are told apart by. */
struct counted_type {
    struct stock_key key; /* The SKU's, its hash moved by the type. */
    enum stock_type type;
};

struct decoder {
    const struct market_counts_rules *rules;
    struct market_counts *counts;
    struct error_list *errors;
    struct counted_type *types; /* One an item. */
    struct seen_table types_seen;
    struct seen_table keys_seen;
    size_t index; /* Of the element at hand. */
};

static bool decode_type(const struct decoder *decoder, const struct json_value *value,
                        enum stock_type *type)
{
    struct error_list *errors = decoder->errors;
    const struct field_path *path = FIELD_OF("items", decoder->index, ".type");
    if (value == NULL || json_type(*value) == JSON_NULL) {
        field_add_error(errors, path, "must not be null (rejected value: null)");
        return false;
    }
    if (!field_is(value, JSON_STRING, path, errors))
        return false;
    const struct bytes name = json_string(*value);
    if (!stock_type_from_name(name, type)) {
        struct buffer prefix;
        buffer_init(&prefix);
        buffer_append_format(&prefix,
                             "items[%zu].type must be one of FIT, AVAILABLE, QUARANTINE, "
                             "DEFECT, EXPIRED, UTILIZATION",
                             decoder->index);
        error_list_add_rejected(errors, buffer_text(&prefix), name);
        buffer_deinit(&prefix);
        return false;
    }
    if (*type != STOCK_FREEZE)
        return true;
    field_add_error(errors, path,
                    "must not be FREEZE: orders alone decide what is reserved (rejected value: "
                    "FREEZE)");
    return false;
}

static bool decode_moment(const struct decoder *decoder, const struct json_value *value,
                          struct stock_count *item)
{
    bool given = false;
    if (!field_moment(value, FIELD_OF("items", decoder->index, ".updatedAt"), &item->updated_at_ms,
                      &given, decoder->errors))
        return false;
    if (!given)
        item->updated_at_ms = decoder->rules->now_ms;
    return true;
}

static bool decode_item(const struct decoder *decoder, struct json_value element,
                        struct stock_count *item)
{
    const size_t index = decoder->index;
    struct error_list *errors = decoder->errors;
    if (json_type(element) == JSON_NULL) {
        field_add_error(errors, FIELD("items"), "elements must be not null (rejected value: null)");
        return false;
    }
    if (!field_is(&element, JSON_OBJECT, FIELD_OF("items", index, ""), errors))
        return false;
    struct json_value slot;
    bool valid = field_sku(field_member(element, "sku", &slot), FIELD_OF("items", index, ".sku"),
                           &item->key.sku, errors);
    valid &= decode_type(decoder, field_member(element, "type", &slot), &item->type);
    valid &= field_int64(field_member(element, "count", &slot), FIELD_OF("items", index, ".count"),
                         0, STOCK_COUNT_MAX, &item->count, errors);
    valid &= decode_moment(decoder, field_member(element, "updatedAt", &slot), item);
    if (!valid)
        return false;
    item->key.hash = bytes_hash(item->key.sku);
    if (item->updated_at_ms <= decoder->rules->now_ms + decoder->rules->future_tolerance_ms)
        return true;
    error_list_add(errors, "Stock for '%.*s' should not be in the future",
                   BYTES_ARG(item->key.sku));
    return false;
}

/* Takes the item that stands behind the last, unless its SKU and type came before. */
static void take_item(struct decoder *decoder)
{
    struct market_counts *counts = decoder->counts;
    const struct stock_count *item = &counts->items[counts->items_count];
    struct counted_type *counted = &decoder->types[counts->items_count];
    const enum stock_type kind = item->type == STOCK_AVAILABLE ? STOCK_FIT : item->type;
    *counted = (struct counted_type){item->key, item->type};
    counted->key.hash += (uint64_t)kind * TYPE_HASH_STEP;
    if (seen_before(&decoder->types_seen, &decoder->types[0].key, sizeof(*counted),
                    counts->items_count)) {
        const size_t earlier = seen_find(&decoder->types_seen, &decoder->types[0].key,
                                         sizeof(*counted), &counted->key);
        if (decoder->types[earlier].type == item->type) {
            error_list_add(decoder->errors, "Duplicate sku '%.*s' of type %s",
                           BYTES_ARG(item->key.sku), stock_type_name(item->type));
        } else {
            error_list_add(decoder->errors,
                           "FIT and AVAILABLE of '%.*s' say the same number: give one of them",
                           BYTES_ARG(item->key.sku));
        }
        return;
    }
    counts->items_count++;
    counts->keys[counts->keys_count] = item->key;
    if (!seen_before(&decoder->keys_seen, counts->keys, sizeof(*counts->keys), counts->keys_count))
        counts->keys_count++;
}

bool market_counts_decode(struct json_value root, const struct market_counts_rules *rules,
                          struct arena *arena, struct market_counts *counts,
                          struct error_list *errors)
{
    *counts = (struct market_counts){.items = NULL};
    if (!field_is(&root, JSON_OBJECT, FIELD("$"), errors))
        return false;
    struct json_value slot;
    size_t count = 0;
    const struct json_value *items = field_member(root, "items", &slot);
    if (!field_array(items, FIELD("items"), 1, PUT_SKUS_MAX, &count, errors))
        return false;
    struct decoder decoder = {.rules = rules, .counts = counts, .errors = errors};
    counts->items = arena_allocate(arena, count * sizeof(*counts->items));
    counts->keys = arena_allocate(arena, count * sizeof(*counts->keys));
    decoder.types = arena_allocate(arena, count * sizeof(*decoder.types));
    if (counts->items == NULL || counts->keys == NULL || decoder.types == NULL ||
        seen_table_init(&decoder.types_seen, arena, count) != OK ||
        seen_table_init(&decoder.keys_seen, arena, count) != OK)
        return false;
    struct json_walk walk = json_walk_begin(*items);
    struct json_value element;
    for (; !error_list_is_full(errors) && json_next_element(&walk, &element); decoder.index++) {
        if (decode_item(&decoder, element, &counts->items[counts->items_count]))
            take_item(&decoder);
    }
    return errors->count == 0;
}
