/* Rules that several documents share: one field of a request, checked, with the error text of
 * CONTRACT §0.5 where it fails. A missing value is `NULL`. */
#ifndef WIRE_FIELD_H
#define WIRE_FIELD_H

#include "base/arena.h"
#include "base/stock.h"
#include "wire/json.h"
#include "wire/reply.h"

/* A field's name as an error prints it, `skus[17].items[0].count`, kept in pieces, so that a field
 * without an error costs no text. */
struct field_path {
    const char *array; /* NULL: the path is `rest` alone. */
    size_t index;
    const char *rest;
};

/* Pointers to a path that lives as long as the block around it. */
#define FIELD(name)                       (&(struct field_path){NULL, 0, name})
#define FIELD_OF(array_name, index, rest) (&(struct field_path){array_name, index, rest})

/* Adds `path` and `problem` as one message. */
void field_add_error(struct error_list *errors, const struct field_path *path, const char *problem);

/* Adds `Illegal input at 'path'`: a wrong type. */
void field_add_illegal(struct error_list *errors, const struct field_path *path);

/* True, or an error `Illegal input at 'path'`. */
MUST_USE static inline bool field_is(const struct json_value *value, enum json_type type,
                                     const struct field_path *path, struct error_list *errors)
{
    if (value != NULL && json_type(*value) == type)
        return true;
    field_add_illegal(errors, path);
    return false;
}

/* The member of an object, kept in *slot; NULL: it has none of that name. */
const struct json_value *field_member(struct json_value object, const char *name,
                                      struct json_value *slot);

/* An integer between min and max. */
MUST_USE bool field_int64(const struct json_value *value, const struct field_path *path,
                          int64_t min, int64_t max, int64_t *number, struct error_list *errors);

/* A boolean; null or missing gives `absent`. */
MUST_USE bool field_bool(const struct json_value *value, const struct field_path *path, bool absent,
                         bool *result, struct error_list *errors);

/* A moment, ISO 8601 with an offset; null or missing gives *given = false. */
MUST_USE bool field_moment(const struct json_value *value, const struct field_path *path,
                           int64_t *ms, bool *given, struct error_list *errors);

/* A SKU: trimmed, then checked by length and pattern (CONTRACT §0.3, C1, C2). */
MUST_USE bool field_sku(const struct json_value *value, const struct field_path *path,
                        struct bytes *sku, struct error_list *errors);

/* The same for a text from elsewhere, which need not be UTF-8. */
MUST_USE bool field_sku_text(struct bytes text, const struct field_path *path, struct bytes *sku,
                             struct error_list *errors);

/* The SKU rules alone, for values that did not come as JSON. True when `sku` is a valid SKU. */
MUST_USE bool sku_is_valid(struct bytes sku);

/* An array with min to max elements. Missing or null counts as empty (CONTRACT C14). */
MUST_USE bool field_array(const struct json_value *value, const struct field_path *path, size_t min,
                          size_t max, size_t *count, struct error_list *errors);

/* A table that finds a SKU that came before in the same document. */
struct seen_table {
    uint16_t *slots; /* Index + 1 of a key, 0 for none. */
    uint32_t slots_count;
};

/* Room for `count` keys. ERR_MEMORY. */
MUST_USE enum err seen_table_init(struct seen_table *table, struct arena *arena, size_t count);

/* True when keys[index] equals one that was added before; otherwise adds it. `stride` is the
 * distance of two keys in bytes, as keys are members of larger structs. */
MUST_USE bool seen_before(struct seen_table *table, const struct stock_key *keys, size_t stride,
                          size_t index);

enum { SEEN_NONE = UINT16_MAX };

/* The index of the key with this SKU among those that were added; SEEN_NONE: it was not. */
MUST_USE size_t seen_find(const struct seen_table *table, const struct stock_key *keys,
                          size_t stride, const struct stock_key *key);

#endif
