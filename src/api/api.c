/* A request's way through the public API, in the order of C46: the checks of the head come before
 * the body is read, those of the body after, and each may refuse. What follows is call/call.c's. */
#include "api/api.h"

#include <stdlib.h>

#include "api/api_internal.h"
#include "api/cors.h"

enum { PARALLEL_2025 = 2, PARALLEL_2026 = 4, STATUS_OF_PREFLIGHT = 204 };

static struct api_call *api_call_of(struct call *base)
{
    return (struct api_call *)(void *)base;
}

static bool check_route(struct api_call *call)
{
    switch (api_route_find(call)) {
    case ROUTE_FOUND:
        return true;
    case ROUTE_NO_PATH:
        refuse(call, 404, "Resource not found");
        return false;
    case ROUTE_NO_VERB:
        call_refuse_verb(&call->call, &api_routes, &call->row->route);
        return false;
    }
    return false;
}

/* A window that is used up refuses before the body is read; what the body costs is seen later.
 * Where the store counts, a window is known as it was when this node asked last. */
static bool check_head(struct api_call *call)
{
    return check_route(call) && auth_check(call) && subject_enter(call) &&
           auth_check_scopes(call) && subject_check(call) && rate_check(call) &&
           body_check_told_size(call);
}

/* A reply that has to be paid for goes on to begin(), as a request does that passed. */
static bool check_body(struct call *base)
{
    struct api_call *call = api_call_of(base);
    const bool passed = body_check_size(call) && body_check_type(call) && body_decode(call) &&
                        subject_check_model(call);
    return passed || call->due.owes;
}

/* After a step of the method: a command of its own is there, or one that pays for the reply. */
static bool go_on(struct api_call *call, bool has_command)
{
    return has_command || (call->due.owes && rate_pay(call));
}

static bool begin_method(struct api_call *call)
{
    const struct operation *operation = call->row->operation;
    return go_on(call, operation->begin == NULL || operation->begin(call));
}

static bool begin(struct call *base)
{
    struct api_call *call = api_call_of(base);
    if (!call->due.owes)
        return begin_method(call);
    if (base->worker != NULL)
        return rate_pay_waiting(call) && begin_method(call);
    if (base->exchange->status != 0 || call->row->operation->begin != NULL)
        return rate_pay(call);
    return rate_ride(call); /* There is a command already. */
}

static bool proceed(struct call *base)
{
    struct api_call *call = api_call_of(base);
    if (call->due.pays)
        return rate_paid(call) && begin_method(call);
    if (call->due.rides && !rate_ridden(call))
        return false;
    return go_on(call, call->row->operation->proceed(call));
}

static const struct call_steps steps = {check_body, begin, proceed, refuse_unavailable};

static void handler_begin(void *context, struct http_exchange *exchange)
{
    struct api *api = context;
    exchange->state = NULL;
    if (cors_begin(api->settings.origins, exchange))
        return;
    struct api_call *call = call_allocate(exchange, sizeof(*call));
    if (call == NULL)
        return;
    *call = (struct api_call){
        .api = api,
        .received_at_ms = exchange->now_ms,
        .received_us = api->settings.os->uptime_us(api->settings.os),
    };
    call_begin(&call->call, exchange, &steps, api->registry, api->store, api->parsers);
    if (api->settings.sink.add != NULL)
        call->call.cause.request_id = moment_id_make(&api->request_ids, exchange->now_ms);
    if (check_head(call)) {
        call->call.cause.source = STOCK_SOURCE_API;
        call->call.cause.by = call->token.name;
        if (call->row->operation->blocks)
            call->call.worker = api->worker;
        return;
    }
    subject_leave(call); /* Whoever was refused takes nobody's place while the body comes in. */
    if (call->due.owes)
        rate_pay_aside(call);
}

static void handler_end(void *context, struct http_exchange *exchange)
{
    struct api *api = context;
    struct api_call *call = exchange->state;
    if (call == NULL && exchange->status == STATUS_OF_PREFLIGHT)
        return; /* A browser's question, and no request to the API. */
    count_request(api, exchange);
    if (call == NULL)
        return;
    subject_leave(call);
    rate_show(call);
    request_note(call);
    call_end(&call->call);
}

struct http_handler api_handler(struct api *api)
{
    return (struct http_handler){api,        handler_begin, call_execute,
                                 call_await, call_finish,   handler_end};
}

static void begin_request_ids(struct api *api)
{
    uint64_t start = 0;
    if (api->settings.sink.add != NULL)
        api->settings.os->random(api->settings.os, &start, sizeof(start));
    moment_ids_init(&api->request_ids, start);
}

/* Picks the column of the table of limits. */
static void set_rates(struct api *api)
{
    for (uint32_t i = 0; i < RATES_COUNT; i++) {
        const struct rate_rule rule =
            rate_rule((enum rate)i, api->settings.edition, api->settings.tariff);
        api->rates[i] = rule.limit;
        api->rate_units[i] = rule.unit;
    }
}

struct api *api_create(const struct api_settings *settings, struct store *store,
                       struct registry *registry, struct registry_keeper *keeper)
{
    struct api *api = calloc(1, sizeof(*api));
    if (api == NULL)
        return NULL;
    api->settings = *settings;
    if (settings->parallel_max == 0)
        api->settings.parallel_max =
            settings->edition == EDITION_2025 ? PARALLEL_2025 : PARALLEL_2026;
    api->store = store;
    api->registry = registry;
    api->keeper = keeper;
    api->store_counts = settings->limits_enforced && store_counts_windows(store);
    set_rates(api);
    begin_request_ids(api);
    api->limiter = limiter_create(api->rates, RATES_COUNT, api->settings.parallel_max,
                                  settings->limits_enforced);
    api->parsers = parser_pool_create(false);
    api->worker = worker_create();
    if (api->limiter == NULL || api->parsers == NULL || api->worker == NULL) {
        api_destroy(api);
        return NULL;
    }
    return api;
}

void api_destroy(struct api *api)
{
    if (api == NULL)
        return;
    limiter_destroy(api->limiter);
    worker_destroy(api->worker);
    parser_pool_destroy(api->parsers);
    free(api);
}
