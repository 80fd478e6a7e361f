/* The parser against the plain scanner, which accept the same texts; and a document is written and
 * parsed again without a change. */
#include <math.h>
#include <stdlib.h>

#include "check.h"
#include "fuzz.h"
#include "wire/json_check.h"
#include "wire/json_failure.h"

enum { DEPTH_MAX = 1024 };

/* A container on the way through a document. */
struct level {
    struct json_walk walk;
    bool is_object;
    size_t count;
};

static void write_scalar(struct buffer *text, struct json_value value)
{
    int64_t number = 0;
    switch (json_type(value)) {
    case JSON_NULL:
        buffer_append_text(text, "null");
        return;
    case JSON_FALSE:
        buffer_append_text(text, "false");
        return;
    case JSON_TRUE:
        buffer_append_text(text, "true");
        return;
    case JSON_INT64:
        ASSERT(json_to_int64(value, &number));
        buffer_append_int64(text, number);
        return;
    case JSON_UINT64:
        ASSERT(!json_to_int64(value, &number) && json_to_double(value) > 9.2e18);
        buffer_append_format(text, "%llu",
                             (unsigned long long)value.document->tape[value.index + 1]);
        return;
    case JSON_DOUBLE:
        ASSERT(isfinite(json_to_double(value)));
        if (json_to_int64(value, &number))
            ASSERT((double)number == json_to_double(value));
        buffer_append_format(text, "%.17e", json_to_double(value));
        return;
    case JSON_STRING:
        ASSERT(bytes_are_utf8(json_string(value)));
        json_write_string(text, json_string(value));
        return;
    case JSON_ARRAY:
    case JSON_OBJECT:
        break;
    }
    ASSERT(false); /* No scalar. */
}

/* Writes a value, or what begins a container: then true. */
static bool write_value(struct buffer *text, struct json_value value, struct level *level)
{
    const enum json_type type = json_type(value);
    if (type != JSON_ARRAY && type != JSON_OBJECT) {
        write_scalar(text, value);
        return false;
    }
    *level = (struct level){json_walk_begin(value), type == JSON_OBJECT, 0};
    if (type == JSON_ARRAY) {
        ASSERT(json_count(value) == json_count_saturated(value));
    }
    buffer_append_u8(text, level->is_object ? '{' : '[');
    return true;
}

/* Gives the next value of a container, behind its name; false at the end. */
static bool next_value(struct buffer *text, struct level *level, struct json_value *value)
{
    struct bytes name = {NULL, 0};
    const bool more = level->is_object ? json_next_member(&level->walk, &name, value)
                                       : json_next_element(&level->walk, value);
    if (!more) {
        buffer_append_u8(text, level->is_object ? '}' : ']');
        return false;
    }
    if (level->count++ > 0)
        buffer_append_u8(text, ',');
    if (level->is_object) {
        json_write_string(text, name);
        buffer_append_u8(text, ':');
    }
    return true;
}

/* Writes a whole document. */
static void write_document(struct buffer *text, struct json_value root)
{
    struct level *levels = calloc(DEPTH_MAX + 1, sizeof(*levels));
    ASSERT(levels != NULL);
    size_t depth = write_value(text, root, &levels[0]);
    while (depth > 0) {
        struct json_value value;
        if (!next_value(text, &levels[depth - 1], &value)) {
            depth--;
            continue;
        }
        ASSERT(depth <= DEPTH_MAX);
        depth += write_value(text, value, &levels[depth]);
    }
    free(levels);
}

static void check_writing(struct json_value root)
{
    struct buffer text;
    struct buffer again;
    struct json_case json;
    buffer_init(&text);
    buffer_init(&again);
    json_case_init(&json);
    write_document(&text, root);
    ASSERT(json_case_parse(&json, buffer_bytes(&text)) == JSON_OK);
    write_document(&again, json.root);
    check_equal(&text, &again);
    json_case_deinit(&json);
    buffer_deinit(&text);
    buffer_deinit(&again);
}

void fuzz_json(struct bytes input)
{
    struct json_case json;
    json_case_init(&json);
    struct bytes text = input;
    if (bytes_starts_with(input, BYTES("\xEF\xBB\xBF")))
        text = (struct bytes){input.data + 3, input.size - 3};
    struct json_failure failure;
    const bool kept_grammar = json_check(text, &failure) == JSON_OK;
    const enum json_outcome outcome = json_case_parse(&json, input);
    ASSERT((outcome == JSON_OK) == (kept_grammar && bytes_are_utf8(text)));
    if (outcome == JSON_OK) {
        check_writing(json.root);
    } else {
        ASSERT(outcome != JSON_NO_MEMORY);
        ASSERT((outcome == JSON_NOT_UTF8) == !bytes_are_utf8(text));
        ASSERT(json.failure.offset <= text.size);
        ASSERT(json.failure.line >= 1 && json.failure.column >= 1);
        char words[JSON_FAILURE_BYTES_MAX];
        json_failure_text(outcome, &json.failure, words);
        check_printable(bytes_from_text(words));
    }
    json_case_deinit(&json);
}
