/* Parsing with the fast library, explaining its refusals with the plain scanner, and writing
 * strings and moments. Documents with numbers beyond 64 bits are legal JSON that the library
 * refuses; they are parsed a second time with those numbers brought into its range. */
#include "wire/json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "base/put.h"
#include "wire/json_check.h"
#include "wire/json_mark.h"
#include "wire/json_simdjson.h"

struct json_parser {
    struct json_simdjson *simdjson;
    struct json_document document;
};

void json_start(void (*no_memory)(void))
{
    json_simdjson_start(no_memory);
}

struct json_parser *json_parser_create(void)
{
    struct json_parser *parser = malloc(sizeof(*parser));
    if (parser == NULL)
        return NULL;
    parser->document = (struct json_document){NULL, NULL};
    parser->simdjson = json_simdjson_create();
    if (parser->simdjson == NULL) {
        free(parser);
        return NULL;
    }
    return parser;
}

void json_parser_destroy(struct json_parser *parser)
{
    if (parser == NULL)
        return;
    json_simdjson_destroy(parser->simdjson);
    free(parser);
}

void json_parser_wipe(struct json_parser *parser)
{
    json_simdjson_wipe(parser->simdjson);
}

static enum json_simdjson_outcome parse_fast(struct json_parser *parser, struct bytes text)
{
    return json_simdjson_parse(parser->simdjson, text.data, text.size, &parser->document.tape,
                               &parser->document.strings);
}

/* A second time, with its numbers in the library's range. JSON_MALFORMED: it is something else. */
static enum json_outcome parse_marked(struct json_parser *parser, struct bytes text)
{
    struct buffer marked;
    buffer_init(&marked);
    json_mark_numbers(text, &marked);
    const size_t size = marked.size;
    buffer_append_zeros(&marked, JSON_PADDING_BYTES);
    enum json_outcome outcome = JSON_NO_MEMORY;
    if (!marked.failed) {
        const enum json_simdjson_outcome again =
            parse_fast(parser, (struct bytes){marked.data, size});
        if (again != JSON_SIMDJSON_MEMORY)
            outcome = again == JSON_SIMDJSON_OK ? JSON_OK : JSON_MALFORMED;
    }
    buffer_deinit(&marked);
    return outcome;
}

enum json_outcome json_parse(struct json_parser *parser, struct bytes text, struct json_value *root,
                             struct json_failure *failure)
{
    *failure = (struct json_failure){"", 0, 1, 1, 0};
    if (bytes_starts_with(text, BYTES("\xEF\xBB\xBF")))
        text = (struct bytes){text.data + 3, text.size - 3};
    *root = (struct json_value){&parser->document, 1};
    const enum json_simdjson_outcome outcome = parse_fast(parser, text);
    if (outcome == JSON_SIMDJSON_OK)
        return JSON_OK;
    if (outcome == JSON_SIMDJSON_MEMORY)
        return JSON_NO_MEMORY;
    if (outcome == JSON_SIMDJSON_NUMBER) {
        const enum json_outcome again = parse_marked(parser, text);
        if (again != JSON_MALFORMED)
            return again;
    }
    const size_t valid_bytes = bytes_utf8_prefix(text);
    if (valid_bytes < text.size) {
        *failure = (struct json_failure){"not UTF-8", valid_bytes, 1, 1, text.data[valid_bytes]};
        return JSON_NOT_UTF8;
    }
    const enum json_outcome checked = json_check(text, failure);
    if (checked != JSON_OK)
        return checked;
    failure->problem = "a number is out of range";
    return JSON_MALFORMED;
}

double json_to_double(struct json_value value)
{
    const uint64_t word = value.document->tape[value.index + 1];
    if (json_type(value) == JSON_INT64)
        return (double)(int64_t)word;
    if (json_type(value) == JSON_UINT64)
        return (double)word;
    ASSERT(json_type(value) == JSON_DOUBLE);
    double number = 0;
    memcpy(&number, &word, sizeof(number)); /* tidy: allow raw-copy, bits of a double */
    return number;
}

bool json_to_int64(struct json_value value, int64_t *number)
{
    if (json_type(value) == JSON_INT64) {
        *number = (int64_t)value.document->tape[value.index + 1];
        return true;
    }
    if (json_type(value) != JSON_DOUBLE)
        return false;
    const double real = json_to_double(value);
    if (real != floor(real) || real < -9.0e18 || real > 9.0e18)
        return false;
    *number = (int64_t)real;
    return true;
}

bool json_find(struct json_value object, struct bytes name, struct json_value *found)
{
    bool present = false;
    struct json_walk walk = json_walk_begin(object);
    struct bytes key;
    struct json_value value;
    while (json_next_member(&walk, &key, &value)) {
        if (bytes_equal(key, name)) {
            *found = value;
            present = true;
        }
    }
    return present;
}

size_t json_count_saturated(struct json_value value)
{
    struct json_walk walk = json_walk_begin(value);
    struct json_value element;
    size_t count = 0;
    while (json_next_element(&walk, &element))
        count++;
    return count;
}

static uint8_t *escape_put(uint8_t *at, uint8_t byte)
{
    static const char short_forms[] = "\"\"\\\\\bb\ff\nn\rr\tt";
    static const char digits[] = "0123456789abcdef";
    *at++ = '\\';
    for (size_t i = 0; i < sizeof(short_forms) - 1; i += 2) {
        if (byte == (uint8_t)short_forms[i]) {
            *at++ = (uint8_t)short_forms[i + 1];
            return at;
        }
    }
    at = bytes_put(at, BYTES("u00"));
    *at++ = (uint8_t)digits[byte >> 4];
    *at++ = (uint8_t)digits[byte & 15];
    return at;
}

/* Text that is not UTF-8 has a replacement character for each byte above ASCII. */
static uint8_t *escaped_put(uint8_t *at, struct bytes text)
{
    const bool valid = bytes_are_utf8(text);
    for (size_t i = 0; i < text.size; i++) {
        const uint8_t byte = text.data[i];
        if (byte >= 0x80 && !valid)
            at = bytes_put(at, BYTES("\xEF\xBF\xBD"));
        else if (byte < 0x20 || byte == '"' || byte == '\\')
            at = escape_put(at, byte);
        else
            *at++ = byte;
    }
    return at;
}

uint8_t *json_string_put(uint8_t *at, struct bytes text)
{
    *at++ = '"';
    at = bytes_are_plain_ascii(text) ? bytes_put(at, text) : escaped_put(at, text);
    *at++ = '"';
    return at;
}

void json_write_string(struct buffer *buffer, struct bytes text)
{
    uint8_t *at = buffer_room(buffer, JSON_STRING_BYTES_MAX(text.size));
    if (at != NULL)
        buffer_end_at(buffer, json_string_put(at, text));
}

void json_write_moment(struct buffer *buffer, int64_t ms)
{
    char text[DATE_ISO8601_BYTES_MAX];
    const size_t text_bytes = date_format_iso8601(ms, text);
    buffer_append(buffer, BYTES("\""));
    buffer_append(buffer, (struct bytes){(const uint8_t *)text, text_bytes});
    buffer_append(buffer, BYTES("\""));
}
