/* Reading and writing JSON. Reading goes through simdjson: json_parse() checks a whole document and
 * lays it out as a tape of 64-bit words, and the inline functions walk that tape, once and without
 * look-ups. A document is valid UTF-8 without lone surrogates; \u0000 is possible in strings. */
#ifndef WIRE_JSON_H
#define WIRE_JSON_H

#include "base/buffer.h"

/* A parser owns the memory of one document at a time. One thread at a time. */
struct json_parser;

/* At the start of a program, before it has threads: the library makes its choice for this processor
 * here instead of at the first document. Where it finds no memory it could only abort: `no_memory`
 * is called before, and ends the process. */
void json_start(void (*no_memory)(void));

/* NULL: no memory. */
MUST_USE struct json_parser *json_parser_create(void);
void json_parser_destroy(struct json_parser *parser);

/* Overwrites what the parser keeps of its last document, which ends: there were secrets in it. */
void json_parser_wipe(struct json_parser *parser);

enum json_outcome {
    JSON_OK,
    JSON_EMPTY,     /* Nothing but white space. */
    JSON_TRUNCATED, /* It ends before it is complete. */
    JSON_NOT_UTF8,  /* A byte that does not belong to UTF-8. */
    JSON_MALFORMED, /* Anything else; `problem` says what. */
    JSON_NO_MEMORY,
};

/* Where a document is wrong. Lines and columns count from 1, columns in bytes. */
struct json_failure {
    const char *problem; /* Static text, for instance "unexpected character". */
    size_t offset;
    size_t line;
    size_t column;
    uint8_t byte; /* The byte there, 0 at the end. */
};

struct json_document {
    const uint64_t *tape;
    const uint8_t *strings;
};

struct json_value {
    const struct json_document *document;
    size_t index; /* Of its word on the tape. */
};

/* A body needs this many readable bytes behind it. */
#define JSON_PADDING_BYTES 64

/* Checks `text` and gives its root. A byte-order mark is skipped. Integers that do not fit in 64
 * bits become floating-point numbers, and what does not fit there the largest of them. The root
 * lives until the next parse with this parser; `text` may go at once. Unless JSON_OK, *failure says
 * where it is wrong. */
MUST_USE enum json_outcome json_parse(struct json_parser *parser, struct bytes text,
                                      struct json_value *root, struct json_failure *failure);

enum json_type {
    JSON_NULL = 'n',
    JSON_FALSE = 'f',
    JSON_TRUE = 't',
    JSON_INT64 = 'l',
    JSON_UINT64 = 'u', /* Above INT64_MAX. */
    JSON_DOUBLE = 'd',
    JSON_STRING = '"',
    JSON_ARRAY = '[',
    JSON_OBJECT = '{',
};

static inline uint64_t json_word(struct json_value value)
{
    return value.document->tape[value.index];
}

static inline enum json_type json_type(struct json_value value)
{
    return (enum json_type)(json_word(value) >> 56);
}

/* The value is a string. Lends until the next parse. The library keeps a string as a u32 of its
 * size and its bytes, and its place in the low bits of the word. */
static inline struct bytes json_string(struct json_value value)
{
    const uint8_t *at = value.document->strings + (json_word(value) & UINT64_C(0x00FFFFFFFFFFFFFF));
    uint32_t size = 0;
    memcpy(&size, at, sizeof(size)); /* tidy: allow raw-copy, the library's layout in memory */
    return (struct bytes){at + sizeof(size), size};
}

/* An integer, or a floating-point number without a fraction that fits: 5 and 5.0, not 5.5.
 * False otherwise; *number is untouched then. */
MUST_USE bool json_to_int64(struct json_value value, int64_t *number);

/* The value is JSON_INT64. */
static inline int64_t json_int64(struct json_value value)
{
    return (int64_t)value.document->tape[value.index + 1];
}

/* The value is a number; loses precision beyond 2^53. */
double json_to_double(struct json_value value);

/* Elements of an array, or members of an object, from first to last. */
struct json_walk {
    const struct json_document *document;
    size_t index;
    size_t end;
};

/* The value is an array or an object. */
static inline struct json_walk json_walk_begin(struct json_value value)
{
    const size_t behind = (size_t)(uint32_t)json_word(value);
    return (struct json_walk){value.document, value.index + 1, behind - 1};
}

static inline size_t json_index_behind(struct json_value value)
{
    switch (json_type(value)) {
    case JSON_ARRAY:
    case JSON_OBJECT:
        return (size_t)(uint32_t)json_word(value);
    case JSON_INT64:
    case JSON_UINT64:
    case JSON_DOUBLE:
        return value.index + 2;
    case JSON_NULL:
    case JSON_FALSE:
    case JSON_TRUE:
    case JSON_STRING:
        return value.index + 1;
    }
    return value.index + 1;
}

/* Gives the next element; false at the end. */
static inline bool json_next_element(struct json_walk *walk, struct json_value *element)
{
    if (walk->index >= walk->end)
        return false;
    *element = (struct json_value){walk->document, walk->index};
    walk->index = json_index_behind(*element);
    return true;
}

/* Gives the next member; false at the end. A key may come twice: the later one counts. */
static inline bool json_next_member(struct json_walk *walk, struct bytes *key,
                                    struct json_value *value)
{
    struct json_value name;
    if (!json_next_element(walk, &name))
        return false;
    *key = json_string(name);
    return json_next_element(walk, value);
}

/* Gives the member of an object by name, the last one where it comes twice. */
MUST_USE bool json_find(struct json_value object, struct bytes name, struct json_value *found);

/* Number of elements of an array whose counter on the tape is saturated; for json_count(). */
size_t json_count_saturated(struct json_value value);

/* For readers that know a document's usual shape: the value so many words behind another. On the
 * tape a text takes one word, a number two; a member is its name and its value; an array or object
 * ends with a word of its own. */
static inline struct json_value json_behind(struct json_value value, size_t words)
{
    return (struct json_value){value.document, value.index + words};
}

/* Whether it is that text, for bytes_are(). */
static inline __attribute__((always_inline)) bool json_is_text(struct json_value value,
                                                               struct bytes literal)
{
    if (json_type(value) != JSON_STRING)
        return false;
    return bytes_are(json_string(value), literal);
}

/* The value is an array or object; the words that it takes with all that is in it. */
static inline size_t json_words(struct json_value value)
{
    return (size_t)(uint32_t)json_word(value) - value.index;
}

/* Number of elements of an array. The tape counts up to 2^24 - 1 of them. */
static inline size_t json_count(struct json_value value)
{
    const size_t counted = (size_t)(json_word(value) >> 32) & 0xFFFFFF;
    return counted < 0xFFFFFF ? counted : json_count_saturated(value);
}

/* Appends a string with its quotes, escaped. Bytes that are not UTF-8 become U+FFFD. */
void json_write_string(struct buffer *buffer, struct bytes text);

/* The same into room for JSON_STRING_BYTES_MAX(text.size), as base/put.h has it. */
#define JSON_STRING_BYTES_MAX(size) (6 * (size) + 2)
uint8_t *json_string_put(uint8_t *at, struct bytes text);

/* Appends a moment as a string: ISO 8601 in UTC (CONTRACT C25). */
void json_write_moment(struct buffer *buffer, int64_t ms);

#endif
