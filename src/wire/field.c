/* One function a rule, each with the words of the catalogue. Words cost more than the rule: once
 * the list of errors is full, a value that breaks one is refused without them. */
#include "wire/field.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/date.h"

static const char sku_pattern[] = "^(?=.*\\S.*)[^\\x00-\\x08\\x0A-\\x1f\\x7f]{1,255}$";

static bool is_null(const struct json_value *value)
{
    return value == NULL || json_type(*value) == JSON_NULL;
}

enum { PATH_BYTES_MAX = 64, NUMBER_BYTES_MAX = 64 };

/* A path as text, by value, so that it can be made within an argument list. */
struct path_text {
    char text[PATH_BYTES_MAX];
};

static struct path_text path_text(const struct field_path *path)
{
    struct path_text made;
    if (path->array == NULL)
        (void)snprintf(made.text, sizeof(made.text), "%s", path->rest);
    else
        (void)snprintf(made.text, sizeof(made.text), "%s[%zu]%s", path->array, path->index,
                       path->rest);
    return made;
}

void field_add_error(struct error_list *errors, const struct field_path *path, const char *problem)
{
    if (!error_list_is_full(errors))
        error_list_add(errors, "%s %s", path_text(path).text, problem);
}

void field_add_illegal(struct error_list *errors, const struct field_path *path)
{
    if (!error_list_is_full(errors))
        error_list_add(errors, "Illegal input at '%s'", path_text(path).text);
}

static void add_bound_error(struct error_list *errors, const struct field_path *path,
                            const char *relation, int64_t bound, const char *rejected)
{
    error_list_add(errors, "%s must be %s than or equal to %" PRId64 " (rejected value: %s)",
                   path_text(path).text, relation, bound, rejected);
}

/* The number as digits, for an error text. */
static void number_text(struct json_value value, char *text, size_t text_bytes)
{
    const uint64_t word = value.document->tape[value.index + 1];
    if (json_type(value) == JSON_INT64)
        (void)snprintf(text, text_bytes, "%" PRId64, (int64_t)word);
    else if (json_type(value) == JSON_UINT64)
        (void)snprintf(text, text_bytes, "%" PRIu64, word);
    else if (fabs(json_to_double(value)) < 1e40)
        (void)snprintf(text, text_bytes, "%.0f", json_to_double(value));
    else
        (void)snprintf(text, text_bytes, "%g", json_to_double(value));
}

const struct json_value *field_member(struct json_value object, const char *name,
                                      struct json_value *slot)
{
    return json_find(object, bytes_from_text(name), slot) ? slot : NULL;
}

/* A number without a fraction, of whatever size. */
static bool is_whole(struct json_value value)
{
    const enum json_type type = json_type(value);
    if (type != JSON_DOUBLE)
        return type == JSON_INT64 || type == JSON_UINT64;
    const double real = json_to_double(value);
    return real == floor(real);
}

bool field_int64(const struct json_value *value, const struct field_path *path, int64_t min,
                 int64_t max, int64_t *number, struct error_list *errors)
{
    if (is_null(value)) {
        field_add_error(errors, path, "must not be null (rejected value: null)");
        return false;
    }
    if (!is_whole(*value)) {
        field_add_illegal(errors, path);
        return false;
    }
    int64_t taken = 0;
    const bool fits = json_to_int64(*value, &taken);
    if (fits && taken >= min && taken <= max) {
        *number = taken;
        return true;
    }
    if (error_list_is_full(errors))
        return false;
    char rejected[NUMBER_BYTES_MAX];
    number_text(*value, rejected, sizeof(rejected));
    const bool low = rejected[0] == '-' || (fits && taken < min);
    add_bound_error(errors, path, low ? "greater" : "less", low ? min : max, rejected);
    return false;
}

bool field_bool(const struct json_value *value, const struct field_path *path, bool absent,
                bool *result, struct error_list *errors)
{
    *result = absent;
    if (is_null(value))
        return true;
    const enum json_type type = json_type(*value);
    if (type != JSON_TRUE && type != JSON_FALSE) {
        field_add_illegal(errors, path);
        return false;
    }
    *result = type == JSON_TRUE;
    return true;
}

bool field_moment(const struct json_value *value, const struct field_path *path, int64_t *ms,
                  bool *given, struct error_list *errors)
{
    *given = !is_null(value);
    if (!*given)
        return true;
    if (json_type(*value) == JSON_STRING && date_parse_iso8601(json_string(*value), ms))
        return true;
    field_add_illegal(errors, path);
    return false;
}

/* No control character but TAB, and no DEL. What is left after trimming has a visible character
 * first, so the pattern's look-ahead holds too. */
static bool matches_pattern(struct bytes sku)
{
    if (!bytes_have_controls(sku))
        return true;
    for (size_t i = 0; i < sku.size; i++) {
        const uint8_t byte = sku.data[i];
        if ((byte < 0x20 && byte != '\t') || byte == 0x7F)
            return false;
    }
    return true;
}

static bool length_fits(struct bytes sku)
{
    if (sku.size == 0)
        return false;
    return sku.size <= SKU_CODE_POINTS_MAX ||
           (sku.size <= SKU_BYTES_MAX && bytes_count_code_points(sku) <= SKU_CODE_POINTS_MAX);
}

bool sku_is_valid(struct bytes sku)
{
    return length_fits(sku) && matches_pattern(sku) && bytes_equal(bytes_trim(sku), sku) &&
           bytes_are_utf8(sku);
}

static bool take_sku(struct bytes text, const struct field_path *path, struct bytes *sku,
                     struct error_list *errors)
{
    const struct bytes trimmed = bytes_trim(text);
    const bool fits = length_fits(trimmed);
    if (fits && matches_pattern(trimmed)) {
        *sku = trimmed;
        return true;
    }
    if (error_list_is_full(errors))
        return false;
    char prefix[PATH_BYTES_MAX + sizeof(sku_pattern) + 32];
    if (fits) {
        (void)snprintf(prefix, sizeof(prefix), "%s must match %s", path_text(path).text,
                       sku_pattern);
    } else {
        (void)snprintf(prefix, sizeof(prefix), "%s size must be between 1 and %d",
                       path_text(path).text, SKU_CODE_POINTS_MAX);
    }
    error_list_add_rejected(errors, prefix, trimmed);
    return false;
}

bool field_sku(const struct json_value *value, const struct field_path *path, struct bytes *sku,
               struct error_list *errors)
{
    if (is_null(value)) {
        field_add_error(errors, path, "must not be null (rejected value: null)");
        return false;
    }
    return field_is(value, JSON_STRING, path, errors) &&
           take_sku(json_string(*value), path, sku, errors);
}

bool field_sku_text(struct bytes text, const struct field_path *path, struct bytes *sku,
                    struct error_list *errors)
{
    if (bytes_are_utf8(text))
        return take_sku(text, path, sku, errors);
    field_add_illegal(errors, path);
    return false;
}

bool field_array(const struct json_value *value, const struct field_path *path, size_t min,
                 size_t max, size_t *count, struct error_list *errors)
{
    *count = 0;
    if (!is_null(value)) {
        if (!field_is(value, JSON_ARRAY, path, errors))
            return false;
        *count = json_count(*value);
    }
    if (*count >= min && *count <= max)
        return true;
    if (error_list_is_full(errors))
        return false;
    error_list_add(errors, "%s size must be between %zu and %zu (rejected size: %zu)",
                   path_text(path).text, min, max, *count);
    return false;
}

enum err seen_table_init(struct seen_table *table, struct arena *arena, size_t count)
{
    ASSERT(count < UINT16_MAX);
    table->slots_count = 16;
    while (table->slots_count < 2 * count)
        table->slots_count *= 2;
    const size_t size = table->slots_count * sizeof(*table->slots);
    table->slots = arena_allocate(arena, size);
    if (table->slots == NULL)
        return ERR_MEMORY;
    memset(table->slots, 0, size);
    return OK;
}

static const struct stock_key *key_at(const struct stock_key *keys, size_t stride, size_t index)
{
    return (const struct stock_key *)(const void *)((const uint8_t *)keys + index * stride);
}

bool seen_before(struct seen_table *table, const struct stock_key *keys, size_t stride,
                 size_t index)
{
    const struct stock_key *key = key_at(keys, stride, index);
    uint32_t slot = (uint32_t)(key->hash >> 32) & (table->slots_count - 1);
    while (table->slots[slot] != 0) {
        const struct stock_key *other = key_at(keys, stride, table->slots[slot] - 1U);
        if (other->hash == key->hash && bytes_equal(other->sku, key->sku))
            return true;
        slot = (slot + 1) & (table->slots_count - 1);
    }
    table->slots[slot] = (uint16_t)(index + 1);
    return false;
}

size_t seen_find(const struct seen_table *table, const struct stock_key *keys, size_t stride,
                 const struct stock_key *key)
{
    uint32_t slot = (uint32_t)(key->hash >> 32) & (table->slots_count - 1);
    while (table->slots[slot] != 0) {
        const size_t index = table->slots[slot] - 1U;
        const struct stock_key *other = key_at(keys, stride, index);
        if (other->hash == key->hash && bytes_equal(other->sku, key->sku))
            return index;
        slot = (slot + 1) & (table->slots_count - 1);
    }
    return SEEN_NONE;
}
