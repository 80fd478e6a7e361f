/* What a finished request leaves in the query log: its line, the answer, the words of errors. */
#include "api/api_internal.h"

/* The errors as the reply told them. */
static size_t list_errors(const struct api_call *call, struct request_error *errors)
{
    const struct error_list *list = &call->call.errors;
    if (call->call.error_code == NULL)
        return 0;
    size_t start = 0;
    for (uint32_t i = 0; i < list->count; i++) {
        errors[i] = (struct request_error){
            bytes_from_text(call->call.error_code),
            {list->text.data + start, list->ends[i] - start},
        };
        start = list->ends[i];
    }
    return list->count;
}

/* What the caller says that it is; its integration's name before its library's. */
static struct bytes caller_of(const struct http_exchange *exchange)
{
    const struct http_header_value *header = &exchange->headers[HTTP_MARKET_INTEGRATION];
    return header->count > 0 ? header->text : exchange->headers[HTTP_USER_AGENT].text;
}

/* The campaign that the path names, known or not: a stranger's failures are found by it, too. */
static int64_t campaign_of(const struct api_call *call)
{
    int64_t id = 0;
    if (call->row == NULL || rate_entity(call->row->rate) != ENTITY_CAMPAIGN)
        return 0;
    return bytes_to_int64(call->values.texts[0], &id) && id > 0 ? id : 0;
}

void request_note(struct api_call *call)
{
    const struct request_sink *sink = &call->api->settings.sink;
    const struct http_exchange *exchange = call->call.exchange;
    struct os *os = call->api->settings.os;
    if (sink->add == NULL)
        return;
    uint8_t path[REQUEST_PATH_BYTES_MAX];
    struct request_error errors[ERRORS_PER_REPLY_MAX];
    const struct request_entry entry = {
        .received_at_ms = call->received_at_ms,
        .id = call->call.cause.request_id,
        .took_us = os->uptime_us(os) - call->received_us,
        .method = exchange->method,
        .path = request_path(exchange, path, sizeof(path)),
        .campaign_id = campaign_of(call),
        .business_id = call->token.business_id,
        .token = call->token.name,
        .status = exchange->status,
        .request_bytes = (int64_t)exchange->body.size,
        .reply_bytes = (int64_t)exchange->reply.size,
        .caller = caller_of(exchange),
        .errors = errors,
        .errors_count = list_errors(call, errors),
    };
    sink->add(sink->context, &entry);
}
