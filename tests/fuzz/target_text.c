/* Small readers of text: each is held against a plain reading of the same text, and what was read
 * is written again. */
#include <stdio.h>

#include "base/base64.h"
#include "base/date.h"
#include "base/sha256.h"
#include "check.h"
#include "date_plain.h"
#include "fuzz.h"

__extension__ typedef __int128 wide;
__extension__ typedef unsigned __int128 unsigned_wide;

static struct bytes without_padding(struct bytes text)
{
    while (text.size > 0 && text.data[text.size - 1] == '=')
        text.size--;
    return text;
}

void fuzz_base64(struct bytes input)
{
    struct buffer decoded;
    struct buffer encoded;
    struct buffer again;
    buffer_init(&decoded);
    buffer_init(&encoded);
    buffer_init(&again);
    if (base64url_decode(&decoded, input)) {
        base64url_encode(&encoded, buffer_bytes(&decoded));
        ASSERT(bytes_equal(buffer_bytes(&encoded), without_padding(input)));
    }
    buffer_clear(&encoded);
    base64url_encode(&encoded, input);
    ASSERT(encoded.size == (input.size * 8 + 5) / 6);
    ASSERT(base64url_decode(&again, buffer_bytes(&encoded)));
    ASSERT(bytes_equal(buffer_bytes(&again), input));
    buffer_deinit(&decoded);
    buffer_deinit(&encoded);
    buffer_deinit(&again);
}

/* Bytes of the code point at the start, by its value; 0: it is none. */
static size_t plain_code_point(struct bytes text)
{
    static const struct {
        uint8_t mask;
        uint8_t mark;
        uint32_t least;
    } forms[] = {{0x80, 0, 0}, {0xE0, 0xC0, 0x80}, {0xF0, 0xE0, 0x800}, {0xF8, 0xF0, 0x10000}};
    for (size_t more = 0; more < 4; more++) {
        if ((text.data[0] & forms[more].mask) != forms[more].mark)
            continue;
        uint32_t value = text.data[0] & (uint8_t)~forms[more].mask;
        if (more + 1 > text.size)
            return 0;
        for (size_t i = 1; i <= more; i++) {
            if ((text.data[i] & 0xC0) != 0x80)
                return 0;
            value = value << 6 | (text.data[i] & 0x3F);
        }
        const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
        return value < forms[more].least || value > 0x10FFFF || surrogate ? 0 : more + 1;
    }
    return 0;
}

static void check_utf8(struct bytes input)
{
    size_t valid_bytes = 0;
    size_t characters = 0;
    bool controls = false;
    while (valid_bytes < input.size) {
        const struct bytes rest = {input.data + valid_bytes, input.size - valid_bytes};
        const size_t size = plain_code_point(rest);
        if (size == 0)
            break;
        valid_bytes += size;
        characters++;
    }
    for (size_t i = 0; i < input.size; i++)
        controls |= input.data[i] < 0x20 || input.data[i] == 0x7F;
    ASSERT(bytes_utf8_prefix(input) == valid_bytes);
    ASSERT(bytes_are_utf8(input) == (valid_bytes == input.size));
    ASSERT(bytes_have_controls(input) == controls);
    const struct bytes valid = {input.data, valid_bytes};
    ASSERT(bytes_count_code_points(valid) == characters);
    for (size_t size_max = 0; size_max <= valid.size && size_max < 64; size_max++) {
        const struct bytes clipped = bytes_clip(valid, size_max);
        ASSERT(clipped.size <= size_max && clipped.size + 4 > size_max);
        ASSERT(bytes_are_utf8(clipped));
    }
}

static void check_varint(struct bytes input)
{
    struct cursor cursor = cursor_begin(input);
    const uint64_t number = cursor_varint(&cursor);
    const size_t taken = cursor.failed ? 0 : input.size - cursor_left(&cursor);
    unsigned_wide plain = 0;
    size_t size = 0;
    while (size < input.size && size < 10 && (size == 0 || (input.data[size - 1] & 0x80) != 0)) {
        plain |= (unsigned_wide)(input.data[size] & 0x7F) << (7 * size);
        size++;
    }
    const bool whole = size > 0 && (input.data[size - 1] & 0x80) == 0 && plain <= UINT64_MAX;
    ASSERT(whole == !cursor.failed);
    ASSERT(cursor.failed ? number == 0 : number == plain && taken == size);
    struct buffer written;
    buffer_init(&written);
    buffer_append_varint(&written, number);
    buffer_append_zigzag(&written, (int64_t)number);
    struct cursor again = cursor_begin(buffer_bytes(&written));
    ASSERT(cursor_varint(&again) == number);
    ASSERT(cursor_zigzag(&again) == (int64_t)number);
    ASSERT(!again.failed && cursor_left(&again) == 0);
    buffer_deinit(&written);
}

void fuzz_bytes(struct bytes input)
{
    check_utf8(input);
    check_varint(input);
    const struct bytes trimmed = bytes_trim(input);
    ASSERT(bytes_equal(bytes_trim(trimmed), trimmed));
    ASSERT(trimmed.size == 0 || strchr(" \t\n\v\f\r", trimmed.data[0]) == NULL ||
           trimmed.data[0] == '\0');
    struct bytes rest = input;
    size_t size = 0;
    size_t pieces = 0;
    for (; rest.size > 0; pieces++) {
        struct bytes head;
        rest = bytes_split(rest, '/', &head);
        ASSERT(head.size == 0 || memchr(head.data, '/', head.size) == NULL);
        size += head.size;
    }
    for (size_t i = 0; i < input.size; i++)
        size += input.data[i] == '/';
    ASSERT(size == input.size && pieces <= input.size);
    struct buffer written;
    buffer_init(&written);
    buffer_append_u8(&written, '[');
    json_write_string(&written, input); /* Valid JSON, whatever the bytes are. */
    buffer_append_u8(&written, ']');
    struct json_case json;
    json_case_init(&json);
    ASSERT(json_case_parse(&json, buffer_bytes(&written)) == JSON_OK);
    struct json_walk walk = json_walk_begin(json.root);
    struct json_value text;
    ASSERT(json_next_element(&walk, &text));
    ASSERT(!bytes_are_utf8(input) || bytes_equal(json_string(text), input));
    json_case_deinit(&json);
    buffer_deinit(&written);
}

void fuzz_iso8601(struct bytes input)
{
    int64_t ms = 42;
    int64_t plain_ms = 42;
    const bool valid = date_parse_iso8601(input, &ms);
    ASSERT(valid == date_plain_parse((const char *)input.data, input.size, &plain_ms));
    ASSERT(ms == plain_ms);
    if (!valid)
        return;
    check_moment(ms);
    char text[DATE_ISO8601_BYTES_MAX];
    int64_t again_ms = 0;
    const size_t size = date_format_iso8601(ms, text);
    ASSERT(date_parse_iso8601((struct bytes){(const uint8_t *)text, size}, &again_ms));
    ASSERT(again_ms == ms);
}

void fuzz_http_date(struct bytes input)
{
    enum { NAME_BYTES = 5 };
    int64_t ms = 42;
    if (!date_parse_http(input, &ms)) {
        ASSERT(ms == 42);
        return;
    }
    check_moment(ms);
    char text[DATE_HTTP_BYTES];
    date_format_http(ms, text);
    const struct bytes written = bytes_from_text(text);
    ASSERT(written.size == DATE_HTTP_BYTES - 1 && input.size == written.size);
    ASSERT(memcmp(written.data + NAME_BYTES, input.data + NAME_BYTES, written.size - NAME_BYTES) ==
           0);
}

/* A moment is written as the plain calendar has it, and read again. */
static void check_writing(int64_t ms)
{
    char text[DATE_ISO8601_BYTES_MAX];
    char plain[DATE_PLAIN_BYTES];
    int64_t again_ms = 0;
    const struct bytes written = {(const uint8_t *)text, date_format_iso8601(ms, text)};
    date_plain_format(ms, plain);
    ASSERT(bytes_equal(written, bytes_from_text(plain)));
    ASSERT(date_parse_iso8601(written, &again_ms) && again_ms == ms);
    char http[DATE_HTTP_BYTES];
    date_format_http(ms, http);
    ASSERT(date_parse_http(bytes_from_text(http), &again_ms));
    ASSERT(again_ms <= ms && ms - again_ms < 1000);
}

void fuzz_moment(struct bytes input)
{
    static const int64_t distances[] = {0, 1, 999, 1000, 86399999, 86400000};
    struct cursor cursor = cursor_begin(input);
    const uint64_t span = (uint64_t)(DATE_MS_MAX - DATE_MS_MIN) + 1;
    const int64_t ms = DATE_MS_MIN + (int64_t)(cursor_u64(&cursor) % span);
    for (size_t i = 0; i < sizeof(distances) / sizeof(distances[0]); i++) {
        if (ms - distances[i] >= DATE_MS_MIN)
            check_writing(ms - distances[i]);
        if (ms + distances[i] <= DATE_MS_MAX)
            check_writing(ms + distances[i]);
    }
}

/* A whole decimal number, and nothing beside it. */
static bool plain_number(struct bytes text, int64_t *value)
{
    const bool is_signed = text.size > 0 && (text.data[0] == '-' || text.data[0] == '+');
    wide number = 0;
    for (size_t i = is_signed; i < text.size; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
        number = number > INT64_MAX ? (wide)INT64_MAX * 10 : number * 10 + (text.data[i] - '0');
    }
    if (is_signed && text.data[0] == '-')
        number = -number;
    if (text.size == (size_t)is_signed || number < INT64_MIN || number > INT64_MAX)
        return false;
    *value = (int64_t)number;
    return true;
}

void fuzz_numbers(struct bytes input)
{
    int64_t value = 42;
    int64_t plain = 42;
    const bool valid = bytes_to_int64(input, &value);
    ASSERT(valid == plain_number(input, &plain) && value == plain);
    struct buffer written;
    buffer_init(&written);
    buffer_append_int64(&written, value);
    char text[32];
    (void)snprintf(text, sizeof(text), "%lld", (long long)value);
    ASSERT(bytes_equal(buffer_bytes(&written), bytes_from_text(text)));
    buffer_deinit(&written);
    struct sha256 hash;
    if (!sha256_from_hex(input, &hash))
        return;
    char hex[SHA256_HEX_BYTES];
    sha256_to_hex(&hash, hex);
    ASSERT(bytes_equal_ignoring_case(input, bytes_from_text(hex)));
    const struct sha256 of_input = sha256_of(input);
    ASSERT(sha256_equal(&hash, &hash) && !sha256_equal(&hash, &of_input));
}
