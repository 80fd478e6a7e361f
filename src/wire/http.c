/* Look-ups in a request, and its reset. */
#include "wire/http.h"

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
    *exchange = (struct http_exchange){
        .reply = reply,
        .arena = arena,
        .content_length = -1,
        .content_type = "application/json; charset=utf-8",
    };
}
