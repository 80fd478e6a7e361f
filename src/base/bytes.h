/* Text and bytes that somebody else owns, and the one cursor that parsers move through them. */
#ifndef BASE_BYTES_H
#define BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/error.h"

/* A view. It owns nothing; whoever hands one out says how long it lives. Not NUL-terminated. */
struct bytes {
    const uint8_t *data;
    size_t size;
};

/* A string literal as bytes, for expressions and for initializers. */
#define BYTES(literal) ((struct bytes){(const uint8_t *)(literal), sizeof(literal) - 1})
#define BYTES_INIT(literal)                                                                        \
    {                                                                                              \
        (const uint8_t *)(literal), sizeof(literal) - 1                                            \
    }

/* For printf: `%.*s` with BYTES_ARG(x). */
#define BYTES_ARG(bytes) (int)(bytes).size, (const char *)(bytes).data

/* View of a NUL-terminated text; NULL gives no bytes. */
struct bytes bytes_from_text(const char *text);

/* Inline, as every look-up of a name or a SKU ends here. */
static inline bool bytes_equal(struct bytes left, struct bytes right)
{
    return left.size == right.size &&
           (left.size == 0 || memcmp(left.data, right.data, left.size) == 0);
}

static inline uint64_t bytes_word(const uint8_t *data)
{
    uint64_t word = 0;
    memcpy(&word, data, sizeof(word));
    return word;
}

static inline uint32_t bytes_half_word(const uint8_t *data)
{
    uint32_t word = 0;
    memcpy(&word, data, sizeof(word));
    return word;
}

/* The same where `right` is a literal of at most 16 bytes: some loads, and no call. */
static inline __attribute__((always_inline)) bool bytes_are(struct bytes left, struct bytes right)
{
    const size_t size = right.size;
    if (left.size != size)
        return false;
    if (size >= 8)
        return bytes_word(left.data) == bytes_word(right.data) &&
               bytes_word(left.data + size - 8) == bytes_word(right.data + size - 8);
    if (size >= 4)
        return bytes_half_word(left.data) == bytes_half_word(right.data) &&
               bytes_half_word(left.data + size - 4) == bytes_half_word(right.data + size - 4);
    for (size_t i = 0; i < size; i++) {
        if (left.data[i] != right.data[i])
            return false;
    }
    return true;
}

/* Equal but for the case of ASCII letters. */
bool bytes_equal_ignoring_case(struct bytes left, struct bytes right);

bool bytes_starts_with(struct bytes bytes, struct bytes prefix);

/* Removes white space as CONTRACT §0.3 C2 has it from both ends: TAB, LF, VT, FF, CR, SPACE. */
struct bytes bytes_trim(struct bytes bytes);

/* Splits at the first `separator`: *head is what stands before, the result what stands after.
 * Without a separator *head is everything and the result is empty. */
struct bytes bytes_split(struct bytes bytes, uint8_t separator, struct bytes *head);

/* Number of Unicode code points in valid UTF-8. */
size_t bytes_count_code_points(struct bytes bytes);

/* The leading part of valid UTF-8 with at most `size_max` bytes, never cut inside a code point. */
struct bytes bytes_clip(struct bytes bytes, size_t size_max);

/* Number of leading bytes that are valid UTF-8: all of them, or up to the first bad sequence. */
size_t bytes_utf8_prefix(struct bytes bytes);

bool bytes_are_utf8(struct bytes bytes);

/* True when an ASCII control character is among them: 0x00…0x1F or 0x7F. */
bool bytes_have_controls(struct bytes bytes);

/* True when all of them are visible ASCII: 0x21…0x7E. */
bool bytes_are_visible(struct bytes bytes);

/* Number of leading bytes that stand in a JSON string as they are: up to the first that is below
 * 0x20, a quote or a backslash. */
size_t bytes_plain_prefix(struct bytes bytes);

/* True when all of them do, and are ASCII. */
bool bytes_are_plain_ascii(struct bytes bytes);

/* Reads a whole decimal integer with an optional sign, and nothing beside it.
 * False when it is not one or does not fit in 64 bits; *value is untouched then. */
MUST_USE bool bytes_to_int64(struct bytes bytes, int64_t *value);

/* Reads `bytes` from left to right and never past their end. A read that does not fit sets
 * `failed`, gives zero or no bytes, and every later read fails too: check once, at the end. */
struct cursor {
    const uint8_t *at;
    const uint8_t *end;
    bool failed;
};

static inline struct cursor cursor_begin(struct bytes bytes)
{
    if (bytes.size == 0) /* C knows no offset to NULL, not even 0. */
        return (struct cursor){bytes.data, bytes.data, false};
    return (struct cursor){bytes.data, bytes.data + bytes.size, false};
}

static inline size_t cursor_left(const struct cursor *cursor)
{
    return cursor->failed ? 0 : (size_t)(cursor->end - cursor->at);
}

uint32_t cursor_u32(struct cursor *cursor);
uint64_t cursor_u64(struct cursor *cursor);

static inline struct bytes cursor_bytes(struct cursor *cursor, uint64_t size)
{
    if (size > cursor_left(cursor)) {
        cursor->failed = true;
        return (struct bytes){NULL, 0};
    }
    const struct bytes taken = {cursor->at, (size_t)size};
    if (size > 0)
        cursor->at += size;
    return taken;
}

static inline uint8_t cursor_u8(struct cursor *cursor)
{
    if (cursor_left(cursor) == 0) {
        cursor->failed = true;
        return 0;
    }
    return *cursor->at++;
}

/* LEB128, seven bits a byte, least significant first, at most ten bytes. A start reads hundreds of
 * millions of them, most of one byte. */
uint64_t cursor_varint_long(struct cursor *cursor);
static inline uint64_t cursor_varint(struct cursor *cursor)
{
    if (cursor_left(cursor) > 0 && *cursor->at < 0x80)
        return *cursor->at++;
    return cursor_varint_long(cursor);
}

/* A signed number in zigzag form over a varint. */
static inline int64_t cursor_zigzag(struct cursor *cursor)
{
    const uint64_t number = cursor_varint(cursor);
    return (int64_t)(number >> 1) ^ -(int64_t)(number & 1);
}

#endif
