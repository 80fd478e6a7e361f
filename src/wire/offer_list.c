/* An array is walked once; a SKU costs a hash and a probe for duplicates. Only where one
 * comes again is the rest of the array looked through for its other positions. */
#include "wire/offer_list.h"

#include "base/hash.h"

enum { POSITIONS_BYTES_MAX = 1024 };

static bool list_init(struct sku_list *list, size_t count, struct seen_table *seen,
                      struct arena *arena)
{
    list->keys = arena_allocate(arena, count * sizeof(*list->keys));
    return list->keys != NULL && seen_table_init(seen, arena, count) == OK;
}

/* Takes a SKU into the list. False: it is there. */
static bool list_add(struct sku_list *list, struct seen_table *seen, struct bytes sku)
{
    struct stock_key *key = &list->keys[list->keys_count];
    *key = (struct stock_key){sku, bytes_hash(sku)};
    if (seen_before(seen, list->keys, sizeof(*key), list->keys_count))
        return false;
    list->keys_count++;
    return true;
}

static bool is_not_null(struct json_value element, const char *name, struct error_list *errors)
{
    if (json_type(element) != JSON_NULL)
        return true;
    field_add_error(errors, FIELD(name), "elements must be not null (rejected value: null)");
    return false;
}

bool offer_list_decode_body(struct json_value root, size_t max, struct arena *arena,
                            struct sku_list *list, struct error_list *errors)
{
    struct json_value array;
    *list = (struct sku_list){.keys = NULL};
    if (!field_is(&root, JSON_OBJECT, FIELD("$"), errors))
        return false;
    const bool given = json_find(root, BYTES("offerIds"), &array);
    return sku_list_decode(given ? &array : NULL, "offerIds", max, arena, list, errors);
}

bool offer_list_begin(struct json_value root, const struct offer_list_rules *rules,
                      struct arena *arena, struct offer_walk *walk, struct error_list *errors)
{
    *walk = (struct offer_walk){.rules = *rules, .errors = errors};
    if (!field_is(&root, JSON_OBJECT, FIELD("$"), errors))
        return false;
    struct json_value array;
    size_t count = 0;
    const bool given = json_find(root, bytes_from_text(rules->name), &array);
    const bool size_valid =
        field_array(given ? &array : NULL, FIELD(rules->name), 1, rules->max, &count, errors);
    walk->list.elements_count = (uint32_t)count;
    if (!size_valid || !list_init(&walk->list, count, &walk->seen, arena))
        return false;
    walk->positions = arena_allocate(arena, count * sizeof(*walk->positions));
    walk->walk = json_walk_begin(array);
    return walk->positions != NULL;
}

/* Whether an element names this SKU. */
static bool names(struct json_value element, struct bytes sku)
{
    struct json_value value;
    return json_type(element) == JSON_OBJECT && json_find(element, BYTES("offerId"), &value) &&
           json_type(value) == JSON_STRING && bytes_equal(bytes_trim(json_string(value)), sku);
}

/* Tells all positions of a SKU that came for the second time. */
static void tell_positions(struct offer_walk *walk, size_t first, struct bytes sku)
{
    if (walk->errors->count == ERRORS_PER_REPLY_MAX)
        return; /* Nobody would read it. */
    uint8_t data[POSITIONS_BYTES_MAX];
    struct buffer text = {data, 0, sizeof(data), false};
    buffer_append_int64(&text, (int64_t)first);
    buffer_append(&text, BYTES(", "));
    buffer_append_int64(&text, (int64_t)walk->index);
    struct json_walk rest = walk->walk;
    struct json_value element;
    for (size_t i = walk->next; json_next_element(&rest, &element); i++) {
        if (!names(element, sku))
            continue;
        if (text.size + 32 > sizeof(data)) {
            buffer_append(&text, BYTES(", ..."));
            break;
        }
        buffer_append(&text, BYTES(", "));
        buffer_append_int64(&text, (int64_t)i);
    }
    error_list_add(walk->errors, "Duplicate offerId='%.*s' at positions '%.*s'",
                   BYTES_ARG(bytes_clip(sku, REJECTED_VALUE_BYTES_MAX)),
                   BYTES_ARG(buffer_bytes(&text)));
}

/* A SKU came again. */
static void meet_again(struct offer_walk *walk, struct bytes sku)
{
    if (walk->rules.repeats == OFFER_REPEATS_TOLERATED)
        return;
    if (walk->rules.repeats == OFFER_REPEATS_REFUSED) {
        struct buffer prefix;
        buffer_init(&prefix);
        buffer_append_format(&prefix, "%s elements must be unique", walk->rules.name);
        error_list_add_rejected(walk->errors, buffer_text(&prefix), sku);
        buffer_deinit(&prefix);
        return;
    }
    const struct sku_list *list = &walk->list;
    const struct stock_key key = list->keys[list->keys_count];
    size_t *first = &walk->positions[seen_find(&walk->seen, list->keys, sizeof(key), &key)];
    if (*first != SIZE_MAX)
        tell_positions(walk, *first, sku);
    *first = SIZE_MAX;
}

bool offer_list_next(struct offer_walk *walk, struct json_value *element, bool *added)
{
    *added = false;
    while (json_next_element(&walk->walk, element)) {
        walk->index = walk->next++;
        const char *name = walk->rules.name;
        if (!is_not_null(*element, name, walk->errors) ||
            !field_is(element, JSON_OBJECT, FIELD_OF(name, walk->index, ""), walk->errors))
            continue;
        struct json_value id;
        struct bytes sku;
        const bool given = json_find(*element, BYTES("offerId"), &id);
        if (!field_sku(given ? &id : NULL, FIELD_OF(name, walk->index, ".offerId"), &sku,
                       walk->errors))
            return true;
        *added = list_add(&walk->list, &walk->seen, sku);
        if (*added)
            walk->positions[walk->list.keys_count - 1] = walk->index;
        else
            meet_again(walk, sku);
        return true;
    }
    return false;
}

static void encode_skus(struct buffer *body, const struct stock_key *keys, uint32_t keys_count)
{
    buffer_append(body, BYTES("["));
    for (uint32_t i = 0; i < keys_count; i++) {
        if (i > 0)
            buffer_append(body, BYTES(","));
        json_write_string(body, keys[i].sku);
    }
    buffer_append(body, BYTES("]"));
}

void offer_list_encode_failures(struct buffer *body, const char *name, const struct stock_key *keys,
                                uint32_t keys_count)
{
    buffer_append(body, BYTES("{\"status\":\"OK\",\"result\":{"));
    if (keys_count > 0) {
        buffer_append(body, BYTES("\""));
        buffer_append_text(body, name);
        buffer_append(body, BYTES("\":"));
        encode_skus(body, keys, keys_count);
    }
    buffer_append(body, BYTES("}}"));
}
