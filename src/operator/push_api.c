/* GET push, POST push/enable and push/ask: the shops that the Market asks for their stock
 * (CONTRACT §3). Switching one on blocks until that is durable. */
#include <inttypes.h>

#include "operator/operator_internal.h"

static bool begin_list(struct operator_call *call)
{
    const struct operator_push *push = &call->api->settings.push;
    struct buffer *body = &call->call.exchange->reply;
    struct push_state *shops = NULL;
    uint32_t shops_count = 0;
    const enum err error =
        push->list(push->context, &call->call.exchange->arena, &shops, &shops_count);
    if (error != OK) {
        operator_refuse_error(call, error);
        return false;
    }
    call->call.exchange->status = 200;
    push_state_encode_begin(body);
    for (uint32_t i = 0; i < shops_count; i++)
        push_state_encode_shop(body, &shops[i]);
    push_state_encode_end(body);
    return false;
}

static bool reply(struct operator_call *call, enum err error)
{
    if (error == OK)
        operator_reply_ok(call);
    else if (error == ERR_NOT_FOUND) {
        call_refuse(&call->call, 404, "NOT_FOUND",
                    "Campaign '%" PRId64 "' has no shop that is asked for its stock",
                    call->campaign.id);
    } else if (error == ERR_DENIED) {
        call_refuse(&call->call, 409, "PUSH_OFF",
                    "The shop of campaign '%" PRId64
                    "' is switched off after too many failures; push/enable switches it on",
                    call->campaign.id);
    } else {
        operator_refuse_error(call, error);
    }
    return false;
}

static bool begin_enable(struct operator_call *call)
{
    const struct operator_push *push = &call->api->settings.push;
    return reply(call, push->enable(push->context, call->campaign.id));
}

static bool begin_ask(struct operator_call *call)
{
    const struct operator_push *push = &call->api->settings.push;
    return reply(call, push->ask(push->context, call->campaign.id));
}

const struct operator_method method_list_push = {.begin = begin_list};
const struct operator_method method_enable_push = {.begin = begin_enable, .blocks = true};
const struct operator_method method_ask_push = {.begin = begin_ask};
