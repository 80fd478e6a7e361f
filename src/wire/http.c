/* Look-ups in a request, the plainest reply, and the reset. */
#include "wire/http.h"

#include <stddef.h>
#include <string.h>

#include "wire/reply.h"

bool http_parameter(const struct http_exchange *exchange, struct bytes name, struct bytes *value)
{
    for (uint32_t i = 0; i < exchange->parameters_count; i++) {
        if (bytes_equal(exchange->parameters[i].name, name)) {
            *value = exchange->parameters[i].value;
            return true;
        }
    }
    return false;
}

void http_exchange_reset(struct http_exchange *exchange)
{
    struct buffer reply = exchange->reply;
    struct arena arena = exchange->arena;
    buffer_clear(&reply);
    arena_reset(&arena);
    memset(exchange, 0, offsetof(struct http_exchange, fields)); /* Not 19 KB more. */
    exchange->reply = reply;
    exchange->arena = arena;
    exchange->content_length = -1;
    exchange->content_type = "application/json; charset=utf-8";
}

void http_add_field(struct http_exchange *exchange, const char *name, const char *value)
{
    ASSERT(exchange->fields_count < HTTP_FIELDS_MAX);
    exchange->fields[exchange->fields_count++] = (struct http_field){name, value};
}

void http_refuse(struct http_exchange *exchange, int status, const char *code, const char *message)
{
    struct error_list errors;
    error_list_init(&errors);
    error_list_add(&errors, "%s", message);
    exchange->status = status;
    buffer_clear(&exchange->reply);
    reply_encode_errors(&exchange->reply, code, &errors);
    error_list_deinit(&errors);
}
