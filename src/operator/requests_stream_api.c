/* GET requests/stream: finished requests as they come. What was before is in GET requests. */
#include "call/query.h"
#include "operator/operator_internal.h"
#include "operator/request_streams.h"

enum { RETRY_AFTER_S = 10 };

static bool decode(struct operator_call *call, const struct json_value *root)
{
    (void)root;
    struct call *base = &call->call;
    struct request_filter *filter = arena_allocate(&base->exchange->arena, sizeof(*filter));
    if (filter == NULL)
        return false;
    *filter = (struct request_filter){.from_ms = INT64_MIN, .to_ms = INT64_MAX};
    call->state = filter;
    bool given = false;
    if (!call_query_int64(base, "campaignId", 1, INT64_MAX, &filter->campaign_id, &given) ||
        !requests_take_status(base, filter))
        return false;
    if (!http_parameter(base->exchange, BYTES("method"), &filter->method))
        filter->method = (struct bytes){NULL, 0};
    return true;
}

static bool begin(struct operator_call *call)
{
    struct request_streams *streams = call->api->settings.request_streams;
    struct http_exchange *exchange = call->call.exchange;
    if (streams == NULL) {
        call_refuse(&call->call, 404, "NOT_FOUND", "No query log is kept: --request-log-mb is 0");
        return false;
    }
    switch (request_streams_open(streams, call->state, call->session, &exchange->stream)) {
    case OK:
        http_add_field(exchange, "X-Accel-Buffering", "no"); /* A proxy is not to gather it. */
        exchange->content_type = "text/event-stream";
        exchange->status = 200;
        return false;
    case ERR_FULL:
        exchange->retry_after_s = RETRY_AFTER_S;
        call_refuse(&call->call, 503, "SERVICE_UNAVAILABLE",
                    "%d others listen to the query log already: close one of them",
                    REQUEST_STREAMS_MAX);
        return false;
    case ERR_IO:
    case ERR_INVALID:
    case ERR_MEMORY:
    case ERR_NOT_FOUND:
    case ERR_DENIED:
    case ERR_BUSY:
    case ERR_CORRUPT:
    case ERR_UNSUPPORTED:
        call_refuse_unavailable(&call->call);
        return false;
    }
    return false;
}

void operator_end_streams(struct operator_api *api)
{
    if (api->settings.request_streams != NULL)
        request_streams_end_of_sessions(api->settings.request_streams, api->sessions);
}

const struct operator_method method_stream_requests = {
    .decode = decode,
    .begin = begin,
};
