/* The Fetch standard §3.2. No Allow-Credentials: a browser sends no cookie along, and the page
 * names its key itself. */
#include "api/cors.h"

#include "call/origins.h"

/* Without memory for it there is no leave. */
static const char *keep_text(struct http_exchange *exchange, struct bytes text)
{
    uint8_t *kept = arena_allocate(&exchange->arena, text.size + 1);
    if (kept == NULL)
        return NULL;
    struct buffer copy = {kept, 0, text.size + 1, false};
    buffer_append(&copy, text);
    buffer_append_u8(&copy, '\0');
    return (const char *)kept;
}

bool cors_begin(const char *origins, struct http_exchange *exchange)
{
    const struct http_header_value *origin = &exchange->headers[HTTP_ORIGIN];
    if (origin->count != 1 || !origins_have(origins, bytes_trim(origin->text)))
        return false;
    const char *text = keep_text(exchange, bytes_trim(origin->text));
    if (text == NULL)
        return false;
    http_add_field(exchange, "Access-Control-Allow-Origin", text);
    http_add_field(exchange, "Vary", "Origin");
    if (!bytes_equal(exchange->method, BYTES("OPTIONS")) ||
        exchange->headers[HTTP_ASKED_METHOD].count == 0) {
        http_add_field(exchange, "Access-Control-Expose-Headers",
                       "Retry-After, X-RateLimit-Resource-Limit, X-RateLimit-Resource-Remaining, "
                       "X-RateLimit-Resource-Until");
        return false;
    }
    http_add_field(exchange, "Access-Control-Allow-Methods", "GET, POST, PUT, DELETE");
    http_add_field(exchange, "Access-Control-Allow-Headers",
                   "Api-Key, Authorization, Content-Type, X-Business-Id, X-Market-Integration");
    http_add_field(exchange, "Access-Control-Max-Age", "600");
    exchange->status = 204;
    exchange->content_type = NULL;
    return true;
}
