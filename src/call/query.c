/* Page tokens are JSON of their own, so that they are parsed with a parser of their own: the body
 * may still lend its SKUs. */
#include "call/query.h"

#include <inttypes.h>

#include "base/date.h"
#include "wire/page_token.h"

bool call_query_mismatch(struct call *call, struct bytes text)
{
    error_list_add(&call->errors, "Type mismatch: '%.*s'",
                   BYTES_ARG(bytes_clip(text, REJECTED_VALUE_BYTES_MAX)));
    return false;
}

bool call_query_known(struct call *call, const struct bytes *names, size_t names_count)
{
    const struct http_exchange *exchange = call->exchange;
    bool known = true;
    for (uint32_t i = 0; i < exchange->parameters_count; i++) {
        const struct bytes name = exchange->parameters[i].name;
        bool found = false;
        for (size_t k = 0; k < names_count && !found; k++)
            found = bytes_equal(name, names[k]);
        if (!found)
            error_list_add(&call->errors, "Unknown parameter '%.*s'",
                           BYTES_ARG(bytes_clip(name, REJECTED_VALUE_BYTES_MAX)));
        known &= found;
    }
    return known;
}

bool call_query_int64(struct call *call, const char *name, int64_t min, int64_t max, int64_t *value,
                      bool *given)
{
    struct bytes text;
    int64_t number = 0;
    *given = http_parameter(call->exchange, bytes_from_text(name), &text);
    if (!*given)
        return true;
    if (!bytes_to_int64(text, &number))
        return call_query_mismatch(call, text);
    if (number >= min && number <= max) {
        *value = number;
        return true;
    }
    error_list_add(&call->errors,
                   "Parameter %s must be %s than or equal to %" PRId64 " (rejected value: %" PRId64
                   ")",
                   name, number < min ? "greater" : "less", number < min ? min : max, number);
    return false;
}

bool call_query_moment(struct call *call, const char *name, int64_t *ms)
{
    struct bytes text;
    if (!http_parameter(call->exchange, bytes_from_text(name), &text))
        return true;
    return date_parse_iso8601(text, ms) || call_query_mismatch(call, text);
}

bool call_query_limit(struct call *call, const struct query_limits *limits, uint32_t *limit)
{
    int64_t value = limits->otherwise;
    bool given = false;
    const int64_t max = limits->cut > 0 ? INT32_MAX : limits->max;
    if (!call_query_int64(call, "limit", 1, max, &value, &given))
        return false;
    if (limits->cut > 0 && value > limits->cut)
        value = limits->cut;
    *limit = (uint32_t)value;
    return true;
}

bool call_query_page(struct call *call, uint64_t filter, struct query_page *page)
{
    *page = (struct query_page){.backward = false};
    struct bytes text;
    if (!http_parameter(call->exchange, BYTES("page_token"), &text) &&
        !http_parameter(call->exchange, BYTES("pageToken"), &text))
        return true;
    struct json_parser *parser = parser_pool_take(call->parsers);
    if (parser == NULL)
        return false;
    struct page_token token;
    bool valid = page_token_decode(parser, text, filter, &token);
    if (valid) {
        *page = (struct query_page){token.position, token.backward, true};
        valid = call_keep_bytes(call, &page->position);
    } else {
        error_list_add(&call->errors, "Bad page token");
    }
    parser_pool_give_back(call->parsers, parser);
    return valid;
}

bool call_query_page_token(struct call *call, uint64_t filter, struct bytes position, bool backward,
                           struct bytes *token)
{
    *token = (struct bytes){NULL, 0};
    if (position.size == 0)
        return true;
    struct buffer text;
    buffer_init(&text);
    page_token_encode(&text, &(struct page_token){position, backward}, filter);
    *token = buffer_bytes(&text);
    const bool kept = !text.failed && call_keep_bytes(call, token);
    buffer_deinit(&text);
    return kept;
}
