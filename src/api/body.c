/* The body of a request: its size, its type, its JSON, and what the method makes of it. A bad one
 * costs what a request costs (C50), so a window that is used up is told first. */
#include <inttypes.h>

#include "api/api_internal.h"
#include "call/media_type.h"

static bool refuse_too_big(struct api_call *call)
{
    if (!rate_take_request(call, false))
        return false;
    refuse(call, 400,
           "The request is too big: Maximum allowed request size must be less than %" PRId64 " KB",
           BODY_BYTES_MAX / 1024);
    return false;
}

bool body_check_told_size(struct api_call *call)
{
    return call->call.exchange->content_length <= BODY_BYTES_MAX || refuse_too_big(call);
}

bool body_check_size(struct api_call *call)
{
    return !call->call.exchange->body_too_large || refuse_too_big(call);
}

/* C48. A method without a body does not look at its type. */
bool body_check_type(struct api_call *call)
{
    const struct http_exchange *exchange = call->call.exchange;
    if (call->row->body == BODY_NONE)
        return true;
    const int status = media_type_judge(exchange, &call->call.errors);
    if (status == 0)
        return true;
    if (rate_take_request(call, false))
        call_refuse_errors(&call->call, status,
                           status == 415 ? "UNSUPPORTED_MEDIA_TYPE" : "BAD_REQUEST");
    return false;
}

bool body_decode(struct api_call *call)
{
    const struct operation *operation = call->row->operation;
    struct json_value root;
    bool given = false;
    bool valid = call_parse(&call->call, call->row->body, &root, &given);
    if (valid && operation->decode != NULL)
        valid = operation->decode(call, given ? &root : NULL);
    if (!valid && call->call.errors.count == 0) {
        refuse_unavailable(&call->call);
        return false;
    }
    if (!rate_take_request(call, valid))
        return false;
    if (!valid)
        call_refuse_invalid(&call->call);
    return valid;
}
