/* Parsing with the fast library, explaining its refusals with the plain scanner, and writing
 * strings and moments. Documents with numbers beyond 64 bits are legal JSON that the library
 * refuses; they are parsed a second time with those numbers brought into its range. */
#include "wire/json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "wire/json_check.h"
#include "wire/json_simdjson.h"

struct json_parser {
    struct json_simdjson *simdjson;
    struct json_document document;
};

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

static enum json_simdjson_outcome parse_fast(struct json_parser *parser, struct bytes text)
{
    return json_simdjson_parse(parser->simdjson, text.data, text.size, &parser->document.tape,
                               &parser->document.strings);
}

enum { NUMBER_BYTES_MAX = 400 };

/* Bytes of the number that starts here, or 0. */
static size_t number_bytes(struct bytes text)
{
    static const char letters[] = {'+', '-', '.', '0', '1', '2', '3', '4',
                                   '5', '6', '7', '8', '9', 'E', 'e'};
    size_t size = 0;
    while (size < text.size && memchr(letters, text.data[size], sizeof(letters)) != NULL)
        size++;
    return size;
}

/* Appends a number so that the library takes it: an integer of many digits as floating point, and
 * what is past the range of floating point as a number at its end. */
static void append_marked(struct buffer *marked, struct bytes number)
{
    char text[NUMBER_BYTES_MAX];
    const bool long_text = number.size >= sizeof(text);
    const struct bytes head = {number.data, long_text ? sizeof(text) - 1 : number.size};
    (void)snprintf(text, sizeof(text), "%.*s", BYTES_ARG(head));
    const bool integer = strpbrk(text, ".eE") == NULL;
    if (isinf(strtod(text, NULL)) || (long_text && integer)) {
        buffer_append_text(marked, text[0] == '-' ? "-1e308" : "1e308");
        return;
    }
    int64_t fits = 0;
    buffer_append(marked, number);
    if (integer && !bytes_to_int64(number, &fits))
        buffer_append(marked, BYTES("e0"));
}

/* Bytes of the string that starts here with its quote. */
static size_t string_bytes(struct bytes text)
{
    size_t size = 1;
    while (size < text.size && text.data[size] != '"')
        size += text.data[size] == '\\' ? 2 : 1;
    return size < text.size ? size + 1 : text.size;
}

/* Copies a document that keeps the grammar, with its numbers marked. */
static void mark_numbers(struct bytes text, struct buffer *marked)
{
    size_t at = 0;
    while (at < text.size) {
        const struct bytes rest = {text.data + at, text.size - at};
        const size_t number = rest.data[0] == '"' ? 0 : number_bytes(rest);
        const size_t other = rest.data[0] == '"' ? string_bytes(rest) : 1;
        if (number > 0)
            append_marked(marked, (struct bytes){rest.data, number});
        else
            buffer_append(marked, (struct bytes){rest.data, other});
        at += number > 0 ? number : other;
    }
}

static enum json_outcome parse_marked(struct json_parser *parser, struct bytes text,
                                      struct json_failure *failure)
{
    struct buffer marked;
    buffer_init(&marked);
    mark_numbers(text, &marked);
    const size_t size = marked.size;
    buffer_append_zeros(&marked, JSON_PADDING_BYTES);
    enum json_outcome outcome = JSON_NO_MEMORY;
    if (!marked.failed) {
        const struct bytes again = {marked.data, size};
        outcome = parse_fast(parser, again) == JSON_SIMDJSON_OK ? JSON_OK : JSON_MALFORMED;
    }
    buffer_deinit(&marked);
    failure->problem = "a number is out of range";
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
    const size_t valid_bytes = bytes_utf8_prefix(text);
    if (valid_bytes < text.size) {
        *failure = (struct json_failure){"not UTF-8", valid_bytes, 1, 1, text.data[valid_bytes]};
        return JSON_NOT_UTF8;
    }
    const enum json_outcome checked = json_check(text, failure);
    return checked == JSON_OK ? parse_marked(parser, text, failure) : checked;
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

static void write_escaped(struct buffer *buffer, uint8_t byte)
{
    static const char short_forms[] = "\"\"\\\\\bb\ff\nn\rr\tt";
    for (size_t i = 0; i < sizeof(short_forms) - 1; i += 2) {
        if (byte == (uint8_t)short_forms[i]) {
            buffer_append_u8(buffer, '\\');
            buffer_append_u8(buffer, (uint8_t)short_forms[i + 1]);
            return;
        }
    }
    buffer_append_format(buffer, "\\u%04x", byte);
}

static bool needs_escape(uint8_t byte)
{
    return byte < 0x20 || byte == '"' || byte == '\\';
}

static void write_valid(struct buffer *buffer, struct bytes text)
{
    size_t start = 0;
    for (size_t i = 0; i < text.size; i++) {
        if (!needs_escape(text.data[i]))
            continue;
        buffer_append(buffer, (struct bytes){text.data + start, i - start});
        write_escaped(buffer, text.data[i]);
        start = i + 1;
    }
    buffer_append(buffer, (struct bytes){text.data + start, text.size - start});
}

void json_write_string(struct buffer *buffer, struct bytes text)
{
    buffer_append_u8(buffer, '"');
    if (bytes_are_utf8(text)) {
        write_valid(buffer, text);
    } else {
        for (size_t i = 0; i < text.size; i++) {
            const struct bytes one = {text.data + i, 1};
            write_valid(buffer, text.data[i] < 0x80 ? one : BYTES("\xEF\xBF\xBD"));
        }
    }
    buffer_append_u8(buffer, '"');
}

void json_write_moment(struct buffer *buffer, int64_t ms)
{
    char text[DATE_ISO8601_BYTES_MAX];
    const size_t text_bytes = date_format_iso8601(ms, text);
    buffer_append(buffer, BYTES("\""));
    buffer_append(buffer, (struct bytes){(const uint8_t *)text, text_bytes});
    buffer_append(buffer, BYTES("\""));
}
