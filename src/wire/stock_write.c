/* Nearly every element is good, so the words of errors are looked for only where one is not. */
#include "wire/stock_write.h"

#include "base/date.h"
#include "base/hash.h"
#include "base/limits.h"
#include "wire/field.h"

static bool parse_date(struct stock_write_decoder *decoder, struct bytes text)
{
    if (text.size > 0 && bytes_equal(text, decoder->date))
        return true;
    decoder->date = text;
    if (date_parse_iso8601(text, &decoder->date_ms))
        return true;
    decoder->date.size = 0;
    return false;
}

/* Absent or null means now (C12). */
static bool read_updated_at(struct stock_write_decoder *decoder, const struct json_value *value,
                            struct stock_write *write)
{
    write->updated_at_ms = decoder->rules->now_ms;
    if (value == NULL || json_type(*value) == JSON_NULL)
        return true;
    if (json_type(*value) != JSON_STRING || !parse_date(decoder, json_string(*value))) {
        field_add_illegal(decoder->errors,
                          FIELD_OF(decoder->array, decoder->index, decoder->updated_at_name));
        return false;
    }
    write->updated_at_ms = decoder->date_ms;
    return true;
}

static bool read_count(const struct stock_write_decoder *decoder, const struct json_value *value,
                       struct stock_write *write)
{
    if (value != NULL && json_type(*value) == JSON_INT64 && json_to_int64(*value, &write->count) &&
        write->count >= 0 && write->count <= STOCK_COUNT_MAX)
        return true; /* Nearly always: no words are needed. */
    return field_int64(value, FIELD_OF(decoder->array, decoder->index, decoder->count_name), 0,
                       STOCK_COUNT_MAX, &write->count, decoder->errors);
}

bool stock_write_sku(const struct stock_write_decoder *decoder, const struct json_value *sku,
                     struct stock_write *write)
{
    if (!field_sku(sku, FIELD_OF(decoder->array, decoder->index, ".sku"), &write->key.sku,
                   decoder->errors))
        return false;
    write->key.hash = bytes_hash(write->key.sku);
    return true;
}

bool stock_write_numbers(struct stock_write_decoder *decoder, const struct json_value *count,
                         const struct json_value *updated_at, struct stock_write *write)
{
    const bool count_valid = read_count(decoder, count, write);
    return read_updated_at(decoder, updated_at, write) && count_valid;
}

/* What needs no trimming has as many code points as bytes. */
bool stock_write_simple(struct stock_write_decoder *decoder, struct bytes sku, int64_t count,
                        struct bytes updated_at, struct stock_write *write)
{
    if (sku.size == 0 || sku.size > SKU_CODE_POINTS_MAX || !bytes_are_visible(sku) || count < 0 ||
        count > STOCK_COUNT_MAX)
        return false;
    write->updated_at_ms = decoder->rules->now_ms;
    if (updated_at.data != NULL) {
        if (!parse_date(decoder, updated_at))
            return false;
        write->updated_at_ms = decoder->date_ms;
    }
    write->count = count;
    write->key = (struct stock_key){sku, bytes_hash(sku)};
    return true;
}

bool stock_write_check_moment(const struct stock_write_decoder *decoder,
                              const struct stock_write *write)
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

void stock_write_encode_sku(struct buffer *body, struct bytes sku)
{
    if (body->size > 0 && body->data[body->size - 1] == '}')
        buffer_append(body, BYTES(","));
    buffer_append(body, BYTES("{\"sku\":"));
    json_write_string(body, sku);
}

void stock_write_encode_numbers(struct buffer *body, int64_t count, int64_t updated_at_ms)
{
    buffer_append(body, BYTES("\"count\":"));
    buffer_append_int64(body, count);
    buffer_append(body, BYTES(",\"updatedAt\":"));
    json_write_moment(body, updated_at_ms);
}
