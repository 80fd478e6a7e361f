/* Views of bytes: comparing, trimming, splitting, numbers and UTF-8; and the cursor. */
#include "base/bytes.h"

#include <endian.h>

struct bytes bytes_from_text(const char *text)
{
    return (struct bytes){(const uint8_t *)text, text == NULL ? 0 : strlen(text)};
}

static uint8_t to_lower(uint8_t byte)
{
    return byte >= 'A' && byte <= 'Z' ? (uint8_t)(byte + ('a' - 'A')) : byte;
}

bool bytes_equal_ignoring_case(struct bytes left, struct bytes right)
{
    if (left.size != right.size)
        return false;
    for (size_t i = 0; i < left.size; i++) {
        if (to_lower(left.data[i]) != to_lower(right.data[i]))
            return false;
    }
    return true;
}

bool bytes_starts_with(struct bytes bytes, struct bytes prefix)
{
    return bytes.size >= prefix.size &&
           bytes_equal((struct bytes){bytes.data, prefix.size}, prefix);
}

static bool is_space(uint8_t byte)
{
    return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

struct bytes bytes_trim(struct bytes bytes)
{
    while (bytes.size > 0 && is_space(bytes.data[bytes.size - 1]))
        bytes.size--;
    while (bytes.size > 0 && is_space(bytes.data[0])) {
        bytes.data++;
        bytes.size--;
    }
    return bytes;
}

struct bytes bytes_split(struct bytes bytes, uint8_t separator, struct bytes *head)
{
    const uint8_t *found = bytes.size == 0 ? NULL : memchr(bytes.data, separator, bytes.size);
    if (found == NULL) {
        *head = bytes;
        return (struct bytes){NULL, 0};
    }
    *head = (struct bytes){bytes.data, (size_t)(found - bytes.data)};
    return (struct bytes){found + 1, bytes.size - head->size - 1};
}

static bool is_continuation(uint8_t byte)
{
    return (byte & 0xC0) == 0x80;
}

size_t bytes_count_code_points(struct bytes bytes)
{
    size_t count = 0;
    for (size_t i = 0; i < bytes.size; i++)
        count += !is_continuation(bytes.data[i]);
    return count;
}

struct bytes bytes_clip(struct bytes bytes, size_t size_max)
{
    if (bytes.size <= size_max)
        return bytes;
    while (size_max > 0 && is_continuation(bytes.data[size_max]))
        size_max--;
    return (struct bytes){bytes.data, size_max};
}

/* Bytes of the code point that starts at data[0], or 0 when it is not well formed
 * (Unicode 15, table 3-7: no overlong form, no surrogate, nothing past U+10FFFF). */
static size_t code_point_bytes(const uint8_t *data, size_t left)
{
    const uint8_t first = data[0];
    if (first < 0x80)
        return 1;
    const size_t size = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (first < 0xC2 || first > 0xF4 || size > left)
        return 0;
    const uint8_t second_min = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
    const uint8_t second_max = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
    if (data[1] < second_min || data[1] > second_max)
        return 0;
    for (size_t i = 2; i < size; i++) {
        if (!is_continuation(data[i]))
            return 0;
    }
    return size;
}

#define EACH_BYTE(value) (UINT64_C(0x0101010101010101) * (value))

/* Most text is ASCII, and that goes eight bytes at a time. */
size_t bytes_utf8_prefix(struct bytes bytes)
{
    size_t at = 0;
    while (at < bytes.size) {
        if (bytes.size - at >= sizeof(uint64_t) &&
            (bytes_word(bytes.data + at) & EACH_BYTE(0x80)) == 0) {
            at += sizeof(uint64_t);
            continue;
        }
        const size_t size = code_point_bytes(bytes.data + at, bytes.size - at);
        if (size == 0)
            break;
        at += size;
    }
    return at;
}

bool bytes_are_utf8(struct bytes bytes)
{
    return bytes_utf8_prefix(bytes) == bytes.size;
}

/* Eight bytes at once: the high bit of a byte is set in the result if it is below 0x20, or is the
 * one looked for, and perhaps in bytes above one that is. */
static uint64_t low_in(uint64_t word)
{
    return (word - EACH_BYTE(0x20)) & ~word & EACH_BYTE(0x80);
}

static uint64_t byte_in(uint64_t word, uint8_t byte)
{
    const uint64_t zero = word ^ EACH_BYTE(byte);
    return (zero - EACH_BYTE(0x01)) & ~zero & EACH_BYTE(0x80);
}

bool bytes_have_controls(struct bytes bytes)
{
    size_t at = 0;
    for (; bytes.size - at >= sizeof(uint64_t); at += sizeof(uint64_t)) {
        const uint64_t word = bytes_word(bytes.data + at);
        if ((low_in(word) | byte_in(word, 0x7F)) != 0)
            return true;
    }
    for (; at < bytes.size; at++) {
        if (bytes.data[at] < 0x20 || bytes.data[at] == 0x7F)
            return true;
    }
    return false;
}

/* Exact where no byte is above 0x7F, and those are told, too. */
static bool word_is_visible(uint64_t word)
{
    const uint64_t low = word - EACH_BYTE(0x21);
    const uint64_t del = word + EACH_BYTE(0x01);
    return ((word | low | del) & EACH_BYTE(0x80)) == 0;
}

static bool word_is_plain(uint64_t word)
{
    const uint64_t above = word & EACH_BYTE(0x80);
    return (above | low_in(word) | byte_in(word, '"') | byte_in(word, '\\')) == 0;
}

/* Whether it holds for each word; short text is filled up with a letter. */
static inline __attribute__((always_inline)) bool words_are(struct bytes bytes,
                                                            bool (*word_is)(uint64_t))
{
    if (bytes.size < sizeof(uint64_t)) {
        uint64_t word = EACH_BYTE('x');
        for (size_t i = 0; i < bytes.size; i++)
            word = word << 8 | bytes.data[i];
        return word_is(word);
    }
    const size_t last = bytes.size - sizeof(uint64_t); /* Its word overlaps with the one before. */
    for (size_t at = 0; at < last; at += sizeof(uint64_t)) {
        if (!word_is(bytes_word(bytes.data + at)))
            return false;
    }
    return word_is(bytes_word(bytes.data + last));
}

bool bytes_are_visible(struct bytes bytes)
{
    return words_are(bytes, word_is_visible);
}

bool bytes_are_plain_ascii(struct bytes bytes)
{
    return words_are(bytes, word_is_plain);
}

size_t bytes_plain_prefix(struct bytes bytes)
{
    size_t at = 0;
    for (; bytes.size - at >= sizeof(uint64_t); at += sizeof(uint64_t)) {
        const uint64_t word = le64toh(bytes_word(bytes.data + at));
        const uint64_t found = low_in(word) | byte_in(word, '"') | byte_in(word, '\\');
        if (found != 0) /* The lowest bit that is set is that of a byte that is one. */
            return at + (size_t)__builtin_ctzll(found) / 8;
    }
    while (at < bytes.size && bytes.data[at] >= 0x20 && bytes.data[at] != '"' &&
           bytes.data[at] != '\\')
        at++;
    return at;
}

bool bytes_to_int64(struct bytes bytes, int64_t *value)
{
    const bool negative = bytes.size > 0 && bytes.data[0] == '-';
    size_t at = negative || (bytes.size > 0 && bytes.data[0] == '+') ? 1 : 0;
    if (at == bytes.size)
        return false;
    int64_t total = 0; /* Kept negative: INT64_MIN has no positive twin. */
    for (; at < bytes.size; at++) {
        if (bytes.data[at] < '0' || bytes.data[at] > '9')
            return false;
        if (__builtin_mul_overflow(total, 10, &total) ||
            __builtin_sub_overflow(total, bytes.data[at] - '0', &total))
            return false;
    }
    if (!negative && total == INT64_MIN)
        return false;
    *value = negative ? total : -total;
    return true;
}

/* Little-endian number of `size` bytes. */
static uint64_t cursor_number(struct cursor *cursor, size_t size)
{
    const struct bytes taken = cursor_bytes(cursor, size);
    uint64_t number = 0;
    for (size_t i = 0; i < taken.size; i++)
        number |= (uint64_t)taken.data[i] << (8 * i);
    return number;
}

uint32_t cursor_u32(struct cursor *cursor)
{
    return (uint32_t)cursor_number(cursor, 4);
}

uint64_t cursor_u64(struct cursor *cursor)
{
    return cursor_number(cursor, 8);
}

uint64_t cursor_varint_long(struct cursor *cursor)
{
    uint64_t number = 0;
    for (unsigned shift = 0; shift < 70; shift += 7) {
        const uint8_t byte = cursor_u8(cursor);
        if (shift == 63 && byte > 1)
            break; /* More than 64 bits. */
        number |= (uint64_t)(byte & 0x7F) << shift;
        if ((byte & 0x80) == 0)
            return cursor->failed ? 0 : number;
    }
    cursor->failed = true;
    return 0;
}
