/* What a request costs, and the words when it costs too much (C49…C51).
 *
 * A store that only this process has leaves counting to the limiter, in memory. One that several
 * nodes share counts for all of them: then a cost is owed first and paid by a store command, and
 * the limiter remembers what the store said, for replies that cost nothing and to refuse at once
 * what would be refused anyhow. */
#include <inttypes.h>

#include "api/api_internal.h"
#include "store/command.h"

/* A window that is used up may be given something back, by this node or another one. */
enum { USED_UP_US = 1000 * 1000, US_PER_MS = 1000 };

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
    if (call->api->store_counts) {
        call->due.owes = true;
        call->due.cost += cost;
        return true;
    }
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

static struct store_spend spend_of(const struct api_call *call, int64_t cost)
{
    const struct rate_limit *limit = &call->api->rates[call->row->rate];
    return (struct store_spend){
        .entity = call->entity,
        .method = (int32_t)call->row->rate,
        .cost = cost,
        .amount = limit->amount,
        .period_ms = limit->period_ms,
    };
}

/* False: no memory. */
static bool payment_begin(struct api_call *call)
{
    struct os *os = call->api->settings.os;
    struct rate_payment *payment = arena_allocate(&call->call.exchange->arena, sizeof(*payment));
    if (payment == NULL)
        return false;
    *payment = (struct rate_payment){.spend = spend_of(call, call->due.cost)};
    payment->told.asked_us = os->uptime_us(os);
    call->due.payment = payment;
    return true;
}

/* What is remembered of the call's window. */
static bool recall(struct api_call *call, struct rate_told *told)
{
    struct os *os = call->api->settings.os;
    return limiter_recall(call->api->limiter, call->row->rate, call->entity, os->uptime_us(os),
                          told);
}

static bool check_told(struct api_call *call)
{
    struct rate_told told;
    if (!recall(call, &told) || told.state.remaining > 0 ||
        call->received_us >= told.asked_us + USED_UP_US)
        return true;
    if (payment_begin(call)) {
        call->due.payment->told = told;
        call->due.payment->is_told = true;
    }
    refuse_rate(call);
    return false;
}

bool rate_check(struct api_call *call)
{
    if (call->api->store_counts)
        return check_told(call);
    const struct rate_state state = limiter_state(call->api->limiter, call->row->rate, call->entity,
                                                  call->call.exchange->now_ms);
    if (state.remaining > 0)
        return true;
    refuse_rate(call);
    return false;
}

static bool refuse_without_memory(struct api_call *call)
{
    call->call.exchange->status = 0;
    refuse_unavailable(&call->call);
    return false;
}

bool rate_pay(struct api_call *call)
{
    if (!payment_begin(call))
        return refuse_without_memory(call);
    struct rate_payment *payment = call->due.payment;
    payment->command = call->call.command;
    payment->keeps_document = call->call.keeps_document;
    payment->status = call->call.exchange->status;
    call->call.exchange->status = 0; /* It is no reply yet. */
    call->call.keeps_document = true;
    call->call.command = (struct store_command){.kind = STORE_SPEND, .pays = &payment->spend};
    call->due.pays = true;
    return true;
}

/* The store answered. False: it did not grant it. */
static bool take_told(struct api_call *call)
{
    struct rate_due *due = &call->due;
    struct rate_told *told = &due->payment->told;
    const struct store_spend *spend = &due->payment->spend;
    due->owes = due->rides = due->pays = false;
    due->cost = 0;
    due->payment->is_told = true;
    told->state = (struct rate_state){spend->amount, spend->remaining, spend->until_ms};
    told->ends_us = told->asked_us + (spend->until_ms - spend->at_ms) * US_PER_MS;
    limiter_note(call->api->limiter, call->row->rate, call->entity, told);
    if (spend->granted)
        call->charged += spend->cost;
    return spend->granted;
}

bool rate_paid(struct api_call *call)
{
    const struct rate_payment *payment = call->due.payment;
    call->call.command = payment->command;
    call->call.keeps_document = payment->keeps_document;
    if (!take_told(call)) {
        refuse_rate(call);
        return false;
    }
    call->call.exchange->status = payment->status;
    return payment->status == 0;
}

bool rate_ride(struct api_call *call)
{
    if (!payment_begin(call))
        return refuse_without_memory(call);
    call->call.command.pays = &call->due.payment->spend;
    call->due.rides = true;
    return true;
}

bool rate_ridden(struct api_call *call)
{
    call->call.command.pays = NULL; /* It may be used again. */
    const bool granted = take_told(call);
    if (!granted)
        refuse_rate(call);
    return granted;
}

bool rate_pay_waiting(struct api_call *call)
{
    if (!rate_pay(call))
        return false;
    call->call.command.arena = &call->call.exchange->arena;
    if (command_run(call->call.store, &call->call.command) != VERDICT_NO_ROOM)
        return rate_paid(call);
    refuse_unavailable(&call->call);
    return false;
}

void rate_pay_aside(struct api_call *call)
{
    const struct store_spend spend = spend_of(call, call->due.cost);
    store_spend_aside(call->call.store, &spend);
    call->due.owes = false;
}

void rate_give_back(struct api_call *call)
{
    struct rate_due *due = &call->due;
    struct limiter *limiter = call->api->limiter;
    if (due->rides && due->payment->spend.granted)
        (void)take_told(call); /* And what it paid for was not done. */
    due->owes = due->rides = false;
    if (call->charged > 0 && call->api->store_counts) {
        struct store_spend spend = spend_of(call, -call->charged);
        spend.until_ms = due->payment->spend.until_ms;
        store_spend_aside(call->call.store, &spend);
        due->payment->told.state.remaining += call->charged;
        limiter_note(limiter, call->row->rate, call->entity, &due->payment->told);
    } else if (call->charged > 0) {
        limiter_give_back(limiter, call->row->rate, call->entity, call->call.exchange->now_ms,
                          call->charged);
    }
    call->charged = 0;
}

static struct rate_state state_to_show(struct api_call *call)
{
    const int64_t now_ms = call->call.exchange->now_ms;
    const uint32_t rate = call->row == NULL ? 0 : call->row->rate;
    struct rate_told told;
    if (call->due.payment != NULL && call->due.payment->is_told)
        return call->due.payment->told.state;
    if (call->api->store_counts && call->rated && recall(call, &told))
        return told.state;
    const bool counted_here = call->rated && !call->api->store_counts;
    return limiter_state(call->api->limiter, rate, counted_here ? call->entity : 0, now_ms);
}

void rate_show(struct api_call *call)
{
    struct http_exchange *exchange = call->call.exchange;
    const struct rate_state state = state_to_show(call);
    exchange->rate = (struct http_rate){true, state.limit, state.remaining, state.until_ms};
}
