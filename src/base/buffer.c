/* A growing byte buffer. It doubles, so n appended bytes cost O(n) copies in all. */
#include "base/buffer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/put.h"

enum { CAPACITY_MIN = 256 };

void buffer_init(struct buffer *buffer)
{
    *buffer = (struct buffer){NULL, 0, 0, false};
}

void buffer_deinit(struct buffer *buffer)
{
    free(buffer->data);
    buffer_init(buffer);
}

void buffer_clear(struct buffer *buffer)
{
    buffer->size = 0;
    buffer->failed = false;
}

enum err buffer_reserve(struct buffer *buffer, size_t size)
{
    if (buffer->failed)
        return ERR_MEMORY;
    if (size <= buffer->capacity - buffer->size)
        return OK;
    size_t capacity = buffer->capacity < CAPACITY_MIN ? CAPACITY_MIN : buffer->capacity;
    while (capacity - buffer->size < size) {
        if (__builtin_mul_overflow(capacity, 2, &capacity)) {
            buffer->failed = true;
            return ERR_MEMORY;
        }
    }
    uint8_t *data = realloc(buffer->data, capacity);
    if (data == NULL) {
        buffer->failed = true;
        return ERR_MEMORY;
    }
    buffer->data = data;
    buffer->capacity = capacity;
    return OK;
}

uint8_t *buffer_room(struct buffer *buffer, size_t size)
{
    return buffer_reserve(buffer, size) == OK ? buffer->data + buffer->size : NULL;
}

void buffer_end_at(struct buffer *buffer, const uint8_t *end)
{
    ASSERT(end >= buffer->data + buffer->size);
    ASSERT(end <= buffer->data + buffer->capacity);
    buffer->size = (size_t)(end - buffer->data);
}

void buffer_append(struct buffer *buffer, struct bytes bytes)
{
    if (bytes.size == 0 || buffer_reserve(buffer, bytes.size) != OK)
        return;
    memcpy(buffer->data + buffer->size, bytes.data, bytes.size);
    buffer->size += bytes.size;
}

void buffer_append_text(struct buffer *buffer, const char *text)
{
    buffer_append(buffer, bytes_from_text(text));
}

void buffer_append_u8(struct buffer *buffer, uint8_t value)
{
    buffer_append(buffer, (struct bytes){&value, 1});
}

static void append_number(struct buffer *buffer, uint64_t value, size_t size)
{
    uint8_t data[8];
    for (size_t i = 0; i < size; i++)
        data[i] = (uint8_t)(value >> (8 * i));
    buffer_append(buffer, (struct bytes){data, size});
}

void buffer_append_u32(struct buffer *buffer, uint32_t value)
{
    append_number(buffer, value, 4);
}

void buffer_append_u64(struct buffer *buffer, uint64_t value)
{
    append_number(buffer, value, 8);
}

void buffer_append_varint(struct buffer *buffer, uint64_t value)
{
    uint8_t data[VARINT_BYTES_MAX];
    const uint8_t *end = varint_put(data, value);
    buffer_append(buffer, (struct bytes){data, (size_t)(end - data)});
}

void buffer_append_zigzag(struct buffer *buffer, int64_t value)
{
    buffer_append_varint(buffer, zigzag_of(value));
}

void buffer_append_zeros(struct buffer *buffer, size_t count)
{
    if (count == 0 || buffer_reserve(buffer, count) != OK)
        return;
    memset(buffer->data + buffer->size, 0, count);
    buffer->size += count;
}

void buffer_append_int64(struct buffer *buffer, int64_t value)
{
    uint8_t data[INT64_TEXT_BYTES_MAX];
    buffer_append(buffer, (struct bytes){data, (size_t)(int64_put(data, value) - data)});
}

void buffer_append_format(struct buffer *buffer, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    ASSERT(length >= 0);
    const size_t size = (size_t)length;
    if (buffer_reserve(buffer, size + 1) != OK)
        return;
    va_start(arguments, format);
    (void)vsnprintf((char *)buffer->data + buffer->size, size + 1, format, arguments);
    va_end(arguments);
    buffer->size += size;
}

struct bytes buffer_bytes(const struct buffer *buffer)
{
    return (struct bytes){buffer->data, buffer->size};
}

const char *buffer_text(struct buffer *buffer)
{
    if (buffer_reserve(buffer, 1) != OK)
        return "";
    buffer->data[buffer->size] = '\0';
    return (const char *)buffer->data;
}
