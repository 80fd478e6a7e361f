/* A request's way through the public API, step by step in the order of C46: the steps of the head
 * run before the body is read, those of the body after, and each may refuse. */
#include "api/api.h"

#include <stdlib.h>

#include "api/api_internal.h"

enum { PARALLEL_2025 = 2, PARALLEL_2026 = 4 };

static void allow_verbs(struct api_call *call)
{
    struct http_exchange *exchange = call->call.exchange;
    char *verbs = arena_allocate(&exchange->arena, ROUTE_ALLOW_BYTES);
    if (verbs != NULL)
        route_allow(&api_routes, &call->row->route, verbs);
    exchange->allow = verbs;
}

static bool step_route(struct api_call *call)
{
    struct http_exchange *exchange = call->call.exchange;
    switch (api_route_find(call)) {
    case ROUTE_FOUND:
        return true;
    case ROUTE_NO_PATH:
        refuse(call, 404, "Resource not found");
        return false;
    case ROUTE_NO_VERB:
        allow_verbs(call);
        refuse(call, 405, "Request method '%.*s' not supported",
               BYTES_ARG(bytes_clip(exchange->method, REJECTED_VALUE_BYTES_MAX)));
        return false;
    }
    return false;
}

typedef bool call_step(struct api_call *call);

/* A window that is used up refuses before the body is read; what the body costs is seen later. */
static call_step *const head_steps[] = {step_route,          auth_check,    subject_enter,
                                        auth_check_scopes,   subject_check, rate_check,
                                        body_check_told_size};
static call_step *const body_steps[] = {body_check_size, body_check_type, body_decode,
                                        subject_check_model};

enum {
    HEAD_STEPS_COUNT = sizeof(head_steps) / sizeof(head_steps[0]),
    BODY_STEPS_COUNT = sizeof(body_steps) / sizeof(body_steps[0]),
};

static bool run_steps(struct api_call *call, call_step *const *steps, size_t steps_count)
{
    for (size_t i = 0; i < steps_count; i++) {
        if (!steps[i](call))
            return false;
    }
    return true;
}

static bool proceed(struct call *base)
{
    struct api_call *call = (struct api_call *)(void *)base;
    return call->row->operation->proceed(call);
}

static void handler_begin(void *context, struct http_exchange *exchange)
{
    struct api *api = context;
    struct api_call *call = arena_allocate(&exchange->arena, sizeof(*call));
    exchange->state = NULL;
    if (call == NULL) {
        exchange->status = 503;
        return;
    }
    *call = (struct api_call){
        .api = api,
        .received_at_ms = exchange->now_ms,
        .received_us = api->settings.os->uptime_us(api->settings.os),
    };
    call_begin(&call->call, exchange, api->registry, api->store, api->parsers);
    call->call.proceed = proceed;
    call->call.refuse_unavailable = refuse_unavailable;
    if (!run_steps(call, head_steps, HEAD_STEPS_COUNT))
        subject_leave(call); /* Whoever was refused takes nobody's place while the body comes in. */
}

/* True: the reply is there. */
static bool execute(struct api_call *call)
{
    const struct operation *operation = call->row->operation;
    if (!run_steps(call, body_steps, BODY_STEPS_COUNT))
        return true;
    if (operation->begin == NULL || operation->begin(call))
        return call_submit(&call->call);
    if (call->call.exchange->reply.failed) {
        call->call.exchange->status = 0;
        refuse_unavailable(&call->call);
    }
    return true;
}

static bool handler_execute(void *context, struct http_exchange *exchange)
{
    (void)context;
    struct api_call *call = exchange->state;
    const bool complete = execute(call);
    call_forget(&call->call); /* SKUs that were lent end here. */
    return complete;
}

static void handler_await(void *context, struct http_exchange *exchange)
{
    (void)context;
    call_await(exchange->state);
}

static bool handler_finish(void *context, struct http_exchange *exchange)
{
    (void)context;
    struct api_call *call = exchange->state;
    const bool complete = call_resume(&call->call);
    call_forget(&call->call);
    return complete;
}

static void handler_end(void *context, struct http_exchange *exchange)
{
    struct api *api = context;
    struct api_call *call = exchange->state;
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
    return (struct http_handler){api,           handler_begin,  handler_execute,
                                 handler_await, handler_finish, handler_end};
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
    set_rates(api);
    api->limiter = limiter_create(api->rates, RATES_COUNT, api->settings.parallel_max,
                                  settings->limits_enforced);
    api->parsers = parser_pool_create();
    if (api->limiter == NULL || api->parsers == NULL) {
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
    parser_pool_destroy(api->parsers);
    free(api);
}
