/* Refusals: a status, its code (C4) and the words of CONTRACT §0.5. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "api/api_internal.h"

enum { MESSAGE_BYTES_MAX = 2048, RETRY_AFTER_S = 1 };

static const char *code_of(int status)
{
    switch (status) {
    case 400:
        return "BAD_REQUEST";
    case 401:
        return "UNAUTHORIZED";
    case 403:
        return "FORBIDDEN";
    case 404:
        return "NOT_FOUND";
    case 405:
        return "METHOD_NOT_ALLOWED";
    case 415:
        return "UNSUPPORTED_MEDIA_TYPE";
    case 420:
        return "LIMIT_EXCEEDED";
    case 423:
        return "LOCKED";
    case 503:
        return "SERVICE_UNAVAILABLE";
    default:
        return "INTERNAL_ERROR";
    }
}

static void reply_errors(struct api_call *call, int status, const char *code)
{
    struct http_exchange *exchange = call->exchange;
    ASSERT(exchange->status == 0);
    exchange->status = status;
    buffer_clear(&exchange->reply);
    reply_encode_errors(&exchange->reply, code, &call->errors);
}

static void reply_one(struct api_call *call, int status, const char *code, const char *message)
{
    error_list_clear(&call->errors);
    error_list_add(&call->errors, "%s", message);
    reply_errors(call, status, code);
}

void refuse(struct api_call *call, int status, const char *format, ...)
{
    char message[MESSAGE_BYTES_MAX];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(message, sizeof(message), format, arguments);
    va_end(arguments);
    reply_one(call, status, code_of(status), message);
}

void refuse_model(struct api_call *call)
{
    struct buffer message;
    buffer_init(&message);
    buffer_append_text(&message, "Campaign type is not allowed");
    const bool listed = call->api->settings.edition == EDITION_2026;
    const char *separator = ". Allowed campaign types: ";
    for (int i = 0; i < PLACEMENTS_COUNT && listed; i++) {
        if ((call->row->placements & 1U << i) == 0)
            continue;
        buffer_append_text(&message, separator);
        buffer_append_text(&message, placement_name((enum placement)i));
        separator = ", ";
    }
    reply_one(call, 400, "CAMPAIGN_TYPE_NOT_SUPPORTED", buffer_text(&message));
    buffer_deinit(&message);
}

/* The failure is ours: it costs nothing (C50). */
static void refuse_unavailable(struct api_call *call)
{
    limiter_give_back(call->api->limiter, call->row->rate, call->campaign.id,
                      call->exchange->now_ms, call->charged);
    call->charged = 0;
    call->exchange->retry_after_s = RETRY_AFTER_S;
    refuse(call, 503, "Service temporarily unavailable. Please, try again later");
}

void refuse_invalid(struct api_call *call)
{
    if (call->errors.count > 0)
        reply_errors(call, 400, code_of(400));
    else
        refuse_unavailable(call);
}

void refuse_verdict(struct api_call *call)
{
    switch (call->command.verdict) {
    case VERDICT_UNKNOWN_SKU:
        refuse(call, 400, "Unknown shop-sku '%.*s' for warehouse '%" PRId64 "'",
               BYTES_ARG(call->command.put.unknown), call->campaign.warehouse_id);
        return;
    case VERDICT_BAD_POSITION:
        refuse(call, 400, "Bad page token");
        return;
    case VERDICT_OK:
    case VERDICT_NO_ROOM:
        break;
    }
    refuse_unavailable(call);
}

void refuse_rate(struct api_call *call)
{
    const struct rate_limit *limit = &api_rate_limits[call->row->rate];
    refuse(call, 420,
           "Hit rate limit of %" PRId64 " requests per %s for resource %s for campaignId %" PRId64,
           limit->amount, limit->period_text, limit->resource, call->campaign.id);
}

bool rate_take(struct api_call *call, int64_t cost)
{
    const bool taken = limiter_take(call->api->limiter, call->row->rate, call->campaign.id,
                                    call->exchange->now_ms, cost);
    if (taken)
        call->charged += cost;
    else
        refuse_rate(call);
    return taken;
}
