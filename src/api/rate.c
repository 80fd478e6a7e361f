/* What a request costs, and the words when it costs too much (C49…C51). */
#include <inttypes.h>

#include "api/api_internal.h"

static void refuse_rate(struct api_call *call)
{
    const struct rate_limit *limit = &call->api->rates[call->row->rate];
    const bool campaign = rate_entity(call->row->rate) == ENTITY_CAMPAIGN;
    refuse(
        call, 420, "Hit rate limit of %" PRId64 " requests per %s for resource %s for %s %" PRId64,
        limit->amount, limit->period_text, limit->resource, campaign ? "campaignId" : "businessId",
        campaign ? call->campaign.id : call->token.business_id);
}

bool rate_take(struct api_call *call, int64_t cost)
{
    const bool taken = limiter_take(call->api->limiter, call->row->rate, call->entity,
                                    call->call.exchange->now_ms, cost);
    if (taken)
        call->charged += cost;
    else
        refuse_rate(call);
    return taken;
}

bool rate_take_request(struct api_call *call, bool valid)
{
    switch (call->api->rate_units[call->row->rate]) {
    case RATE_REQUESTS:
        break;
    case RATE_ITEMS:
        return rate_take(call, call->items_count > 0 ? call->items_count : 1);
    case RATE_ANSWERED:
        if (valid)
            return true;
        break;
    }
    return rate_take(call, 1);
}

bool rate_take_answered(struct api_call *call, uint32_t offers_count)
{
    if (call->api->rate_units[call->row->rate] != RATE_ANSWERED)
        return true;
    return rate_take(call, offers_count);
}

bool rate_check(struct api_call *call)
{
    const struct rate_state state = limiter_state(call->api->limiter, call->row->rate, call->entity,
                                                  call->call.exchange->now_ms);
    if (state.remaining > 0)
        return true;
    refuse_rate(call);
    return false;
}

void rate_show(struct api_call *call)
{
    struct http_exchange *exchange = call->call.exchange;
    const uint32_t rate = call->row == NULL ? 0 : call->row->rate;
    const struct rate_state state =
        limiter_state(call->api->limiter, rate, call->rated ? call->entity : 0, exchange->now_ms);
    exchange->rate = (struct http_rate){true, state.limit, state.remaining, state.until_ms};
}
