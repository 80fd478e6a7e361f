/* Plain and slow on purpose, so that little of what is checked is also what checks. */
#include "check.h"

#include "base/date.h"

enum { MESSAGE_BYTES_MAX = 2047 };

void check_message(struct bytes text)
{
    ASSERT(text.size > 0);
    ASSERT(text.size <= MESSAGE_BYTES_MAX);
    ASSERT(bytes_are_utf8(text));
}

void check_printable(struct bytes text)
{
    check_message(text);
    ASSERT(!bytes_have_controls(text));
}

void check_errors(const struct error_list *errors)
{
    ASSERT(!errors->text.failed);
    ASSERT(errors->count > 0 && errors->count <= ERRORS_PER_REPLY_MAX);
    size_t start = 0;
    for (uint32_t i = 0; i < errors->count; i++) {
        ASSERT(errors->ends[i] > start);
        check_message((struct bytes){errors->text.data + start, errors->ends[i] - start});
        start = errors->ends[i];
    }
    ASSERT(start == errors->text.size);
}

void check_sku(struct bytes sku)
{
    static const char spaces[] = " \t\n\v\f\r";
    size_t characters = 0;
    ASSERT(sku.size > 0);
    for (size_t i = 0; i < sku.size; i++) {
        const uint8_t byte = sku.data[i];
        ASSERT((byte >= 0x20 || byte == '\t') && byte != 0x7F);
        characters += byte < 0x80 || byte >= 0xC0;
    }
    ASSERT(characters <= SKU_CODE_POINTS_MAX);
    ASSERT(memchr(spaces, sku.data[0], sizeof(spaces)) == NULL);
    ASSERT(memchr(spaces, sku.data[sku.size - 1], sizeof(spaces)) == NULL);
    ASSERT(bytes_are_utf8(sku));
}

static const struct stock_key *key_at(const struct stock_key *keys, size_t stride, uint32_t index)
{
    return (const struct stock_key *)(const void *)((const uint8_t *)keys + index * stride);
}

void check_keys(const struct stock_key *keys, size_t stride, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        const struct bytes sku = key_at(keys, stride, i)->sku;
        check_sku(sku);
        for (uint32_t k = 0; k < i; k++) {
            const struct bytes other = key_at(keys, stride, k)->sku;
            ASSERT(sku.size != other.size || memcmp(sku.data, other.data, sku.size) != 0);
        }
    }
}

void check_moment(int64_t ms)
{
    ASSERT(ms >= DATE_MS_MIN && ms <= DATE_MS_MAX);
}

void check_object(struct bytes text)
{
    struct json_case json;
    json_case_init(&json);
    ASSERT(json_case_parse(&json, text) == JSON_OK);
    ASSERT(json_type(json.root) == JSON_OBJECT);
    json_case_deinit(&json);
}

void tell_number(struct buffer *told, int64_t value)
{
    buffer_append_int64(told, value);
    buffer_append_u8(told, ' ');
}

void tell_bytes(struct buffer *told, struct bytes bytes)
{
    buffer_append_u64(told, bytes.size);
    buffer_append(told, bytes);
}

void check_equal(const struct buffer *left, const struct buffer *right)
{
    ASSERT(!left->failed && !right->failed);
    ASSERT(bytes_equal(buffer_bytes(left), buffer_bytes(right)));
}
