/* Messages gather in one buffer, so that an answer with twenty errors still allocates once. */
#include "wire/reply.h"

#include <stdarg.h>
#include <stdio.h>

#include "wire/json.h"

enum { MESSAGE_BYTES_MAX = 2048 };

void error_list_init(struct error_list *errors)
{
    buffer_init(&errors->text);
    errors->count = 0;
}

void error_list_deinit(struct error_list *errors)
{
    buffer_deinit(&errors->text);
    errors->count = 0;
}

void error_list_clear(struct error_list *errors)
{
    buffer_clear(&errors->text);
    errors->count = 0;
}

static void message_end(struct error_list *errors)
{
    errors->ends[errors->count++] = errors->text.size;
}

void error_list_add(struct error_list *errors, const char *format, ...)
{
    if (error_list_is_full(errors))
        return;
    char message[MESSAGE_BYTES_MAX];
    va_list arguments;
    va_start(arguments, format);
    const int length = vsnprintf(message, sizeof(message), format, arguments);
    va_end(arguments);
    ASSERT(length >= 0);
    const size_t size = (size_t)length < sizeof(message) ? (size_t)length : sizeof(message) - 1;
    buffer_append(&errors->text, (struct bytes){(const uint8_t *)message, size});
    message_end(errors);
}

void error_list_add_rejected(struct error_list *errors, const char *prefix, struct bytes value)
{
    if (error_list_is_full(errors))
        return;
    buffer_append_text(&errors->text, prefix);
    buffer_append(&errors->text, BYTES(" (rejected value: "));
    buffer_append(&errors->text, bytes_clip(value, REJECTED_VALUE_BYTES_MAX));
    buffer_append(&errors->text, BYTES(")"));
    message_end(errors);
}

void reply_encode_ok(struct buffer *body)
{
    buffer_append(body, BYTES("{\"status\":\"OK\"}"));
}

void reply_encode_errors(struct buffer *body, const char *code, const struct error_list *errors)
{
    buffer_append(body, BYTES("{\"status\":\"ERROR\",\"errors\":["));
    size_t start = 0;
    for (uint32_t i = 0; i < errors->count; i++) {
        const struct bytes message = {errors->text.data + start, errors->ends[i] - start};
        buffer_append_text(body, i == 0 ? "{\"code\":" : ",{\"code\":");
        json_write_string(body, bytes_from_text(code));
        buffer_append(body, BYTES(",\"message\":"));
        json_write_string(body, message);
        buffer_append(body, BYTES("}"));
        start = errors->ends[i];
    }
    buffer_append(body, BYTES("]}"));
    if (errors->text.failed)
        body->failed = true;
}
