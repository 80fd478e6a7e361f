/* Bytes that grow while they are written: replies, records, documents. A failed growth is
 * remembered in `failed`, later appends do nothing, and the writer checks once, at the end. */
#ifndef BASE_BUFFER_H
#define BASE_BUFFER_H

#include "base/bytes.h"

/* Invariants: 1. size <= capacity.  2. failed stays set until buffer_clear(). */
struct buffer {
    uint8_t *data;
    size_t size;
    size_t capacity;
    bool failed; /* Out of memory. The content is cut and must not be used. */
};

/* An empty buffer that owns nothing yet. Ended by buffer_deinit(). */
void buffer_init(struct buffer *buffer);
void buffer_deinit(struct buffer *buffer);

/* Forgets the content and the failure, keeps the memory. */
void buffer_clear(struct buffer *buffer);

/* Makes room for `size` more bytes, so that appending them cannot fail. */
MUST_USE enum err buffer_reserve(struct buffer *buffer, size_t size);

void buffer_append(struct buffer *buffer, struct bytes bytes);
void buffer_append_text(struct buffer *buffer, const char *text);
void buffer_append_u8(struct buffer *buffer, uint8_t value);
void buffer_append_u32(struct buffer *buffer, uint32_t value);
void buffer_append_u64(struct buffer *buffer, uint64_t value);
void buffer_append_varint(struct buffer *buffer, uint64_t value);
void buffer_append_zigzag(struct buffer *buffer, int64_t value);
void buffer_append_zeros(struct buffer *buffer, size_t count);
/* Decimal digits, with a minus sign where one is due. */
void buffer_append_int64(struct buffer *buffer, int64_t value);
void buffer_append_format(struct buffer *buffer, const char *format, ...) PRINTF(2, 3);

/* Room for `size` bytes at the end, to be written to with base/put.h; NULL: no memory. Then
 * buffer_end_at() says how far it was written. */
uint8_t *buffer_room(struct buffer *buffer, size_t size);
void buffer_end_at(struct buffer *buffer, const uint8_t *end);

/* What was written so far. Lends until the next append, clear or deinit. */
struct bytes buffer_bytes(const struct buffer *buffer);

/* The content as a NUL-terminated text, or "" after a failure. Lends like buffer_bytes(). */
const char *buffer_text(struct buffer *buffer);

#endif
