/* Each SKU is trimmed, checked and looked up among those before it. */
#include "wire/sku_list.h"

#include <stdio.h>

#include "base/hash.h"
#include "wire/field.h"

enum { PREFIX_BYTES_MAX = 96 };

static void add_duplicate(const char *name, struct bytes sku, struct error_list *errors)
{
    char prefix[PREFIX_BYTES_MAX];
    (void)snprintf(prefix, sizeof(prefix), "%s elements must be unique", name);
    error_list_add_rejected(errors, prefix, sku);
}

bool sku_list_decode(const struct json_value *value, const char *name, size_t max,
                     struct arena *arena, struct sku_list *list, struct error_list *errors)
{
    *list = (struct sku_list){.keys = NULL};
    bool valid = true;
    size_t count = 0;
    const bool size_valid = field_array(value, FIELD(name), 1, max, &count, errors);
    list->elements_count = (uint32_t)count;
    if (!size_valid)
        return false;
    struct seen_table seen;
    list->keys = arena_allocate(arena, count * sizeof(*list->keys));
    if (list->keys == NULL || seen_table_init(&seen, arena, count) != OK)
        return false;
    struct json_walk walk = json_walk_begin(*value);
    struct json_value element;
    for (size_t i = 0; json_next_element(&walk, &element); i++) {
        struct stock_key *key = &list->keys[list->keys_count];
        if (json_type(element) == JSON_NULL) {
            field_add_error(errors, FIELD(name),
                            "elements must be not null (rejected value: null)");
            valid = false;
            continue;
        }
        if (!field_sku(&element, FIELD_OF(name, i, ""), &key->sku, errors)) {
            valid = false;
            continue;
        }
        key->hash = bytes_hash(key->sku);
        if (seen_before(&seen, list->keys, sizeof(*key), list->keys_count)) {
            add_duplicate(name, key->sku, errors);
            valid = false;
        } else {
            list->keys_count++;
        }
    }
    return valid;
}
