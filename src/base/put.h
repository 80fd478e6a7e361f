/* Writing into room that is there, for what writes millions of them: each function writes at `at`
 * and returns what is behind it. buffer_room() makes the room. */
#ifndef BASE_PUT_H
#define BASE_PUT_H

#include "base/bytes.h"

static inline uint8_t *bytes_put(uint8_t *at, struct bytes bytes)
{
    if (bytes.size > 0) /* None may have no address, which memcpy() must not be given. */
        memcpy(at, bytes.data, bytes.size);
    return at + bytes.size;
}

static inline uint8_t *text_put(uint8_t *at, const char *text)
{
    return bytes_put(at, bytes_from_text(text));
}

/* 7 bits a byte, from the lowest on. */
enum { VARINT_BYTES_MAX = 10 };
static inline uint8_t *varint_put(uint8_t *at, uint64_t value)
{
    while (value >= 0x80) {
        *at++ = (uint8_t)(value | 0x80);
        value >>= 7;
    }
    *at++ = (uint8_t)value;
    return at;
}

static inline uint64_t zigzag_of(int64_t value)
{
    return ((uint64_t)value << 1) ^ (value < 0 ? UINT64_MAX : 0);
}

static inline uint8_t *zigzag_put(uint8_t *at, int64_t value)
{
    return varint_put(at, zigzag_of(value));
}

/* Decimal digits, with a minus sign where one is due. */
enum { INT64_TEXT_BYTES_MAX = 20 };
uint8_t *int64_put(uint8_t *at, int64_t value);

#endif
