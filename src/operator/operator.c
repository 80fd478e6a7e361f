/* A request's way through the operator API: the checks of the head come before the body is read,
 * those of the body after, and each may refuse. Pages need none. What follows is call/call.c's. */
#include "operator/operator.h"

#include <inttypes.h>
#include <stdlib.h>
#include <time.h>

#include "call/media_type.h"
#include "operator/host_name.h"
#include "operator/operator_internal.h"
#include "operator/uploads.h"

enum { RETRY_AFTER_S = 1 };

/* Of several nodes over one database: this one knows less than is there, until it has followed. */
static void refuse_behind(struct operator_call *call)
{
    call->call.exchange->retry_after_s = RETRY_AFTER_S;
    call_refuse(
        &call->call, 503, "SERVICE_UNAVAILABLE",
        "Another node changed the registry a moment ago, and this one did not know yet: try again");
}

void operator_refuse_error(struct operator_call *call, enum err error)
{
    ASSERT(error != OK);
    if (error == ERR_INVALID && call->call.errors.count > 0)
        call_refuse_errors(&call->call, 400, "BAD_REQUEST");
    else if (error == ERR_BUSY)
        refuse_behind(call);
    else
        call_refuse_unavailable(&call->call);
}

void operator_reply_ok(struct operator_call *call)
{
    call->call.exchange->status = 200;
    reply_encode_ok(&call->call.exchange->reply);
}

static bool check_route(struct operator_call *call)
{
    switch (operator_route_find(call)) {
    case ROUTE_FOUND:
        return true;
    case ROUTE_NO_PATH:
        call_refuse(&call->call, 404, "NOT_FOUND",
                    "Resource not found; GET /help lists what there is");
        return false;
    case ROUTE_NO_VERB:
        call_refuse_verb(&call->call, &operator_routes, &call->row->route);
        return false;
    }
    return false;
}

static bool check_campaign(struct operator_call *call)
{
    if (!call->row->of_campaign)
        return true;
    const struct bytes text = call->values.texts[0];
    int64_t campaign_id = 0;
    if (!bytes_to_int64(text, &campaign_id)) {
        call_refuse(&call->call, 400, "BAD_REQUEST", "Type mismatch: '%.*s'",
                    BYTES_ARG(bytes_clip(text, REJECTED_VALUE_BYTES_MAX)));
        return false;
    }
    if (campaign_id < 1) {
        call_refuse(&call->call, 400, "BAD_REQUEST",
                    "campaignId must be greater than or equal to 1 (rejected value: %" PRId64 ")",
                    campaign_id);
        return false;
    }
    if (!registry_find_campaign(call->api->settings.registry, campaign_id, &call->campaign)) {
        call_refuse(&call->call, 404, "CAMPAIGN_NOT_FOUND", "Campaign not found '%" PRId64 "'",
                    campaign_id);
        return false;
    }
    call->call.campaign_id = campaign_id;
    return true;
}

bool operator_refuse_too_big(struct operator_call *call)
{
    call_refuse(&call->call, 400, "BAD_REQUEST",
                "The request is too big: Maximum allowed request size must be less than %" PRId64
                " KB",
                call->row->body_bytes_max / 1024);
    return false;
}

static bool check_told_size(struct operator_call *call)
{
    return call->call.exchange->content_length <= call->row->body_bytes_max ||
           operator_refuse_too_big(call);
}

static bool check_size(struct operator_call *call)
{
    const struct http_exchange *exchange = call->call.exchange;
    return (!exchange->body_too_large &&
            exchange->body.size <= (size_t)call->row->body_bytes_max) ||
           operator_refuse_too_big(call);
}

static bool check_type(struct operator_call *call)
{
    const int status = call->row->body == BODY_NONE
                           ? 0
                           : media_type_judge(call->call.exchange, &call->call.errors);
    if (status == 0)
        return true;
    call_refuse_errors(&call->call, status,
                       status == 415 ? "UNSUPPORTED_MEDIA_TYPE" : "BAD_REQUEST");
    return false;
}

static bool decode(struct operator_call *call)
{
    const struct operator_method *method = call->row->method;
    struct json_value root;
    bool given = false;
    if (call_parse(&call->call, call->row->body, &root, &given) &&
        (method->decode == NULL || method->decode(call, given ? &root : NULL)))
        return true;
    call_refuse_invalid(&call->call);
    return false;
}

static struct operator_call *operator_call_of(struct call *base)
{
    return (struct operator_call *)(void *)base;
}

static bool check_head(struct operator_call *call)
{
    return check_route(call) && operator_check_credentials(call) && check_campaign(call) &&
           check_told_size(call);
}

static bool check_body(struct call *base)
{
    struct operator_call *call = operator_call_of(base);
    return check_size(call) && check_type(call) && decode(call);
}

static bool begin(struct call *base)
{
    struct operator_call *call = operator_call_of(base);
    return call->row->method->begin(call);
}

static bool proceed(struct call *base)
{
    struct operator_call *call = operator_call_of(base);
    return call->row->method->proceed(call);
}

static const struct call_steps steps = {check_body, begin, proceed, call_refuse_unavailable};

/* Before anything else: not even that a path exists is told to a stranger's page. A program that
 * sends no Host, in HTTP/1.0, is no browser. */
static bool check_host(const struct operator_api *api, struct http_exchange *exchange)
{
    const struct http_header_value *host = &exchange->headers[HTTP_HOST];
    if (host->count == 0 || host_name_is_ours(host->text, api->settings.hosts))
        return true;
    http_refuse(exchange, 421, "MISDIRECTED_REQUEST",
                "The operator's listener goes by addresses, localhost, and what --operator-host "
                "names; not by this Host");
    return false;
}

static void begin_page(struct http_exchange *exchange)
{
    if (bytes_equal(exchange->method, BYTES("GET")) || bytes_equal(exchange->method, BYTES("HEAD")))
        return;
    exchange->allow = "GET, HEAD";
    http_refuse(exchange, 405, "METHOD_NOT_ALLOWED", "Only GET and HEAD are supported here");
}

static void handler_begin(void *context, struct http_exchange *exchange)
{
    struct operator_api *api = context;
    exchange->state = NULL;
    if (!check_host(api, exchange))
        return;
    if (!operator_path_is_api(exchange->path)) {
        begin_page(exchange);
        return;
    }
    struct operator_call *call = call_allocate(exchange, sizeof(*call));
    if (call == NULL)
        return;
    *call = (struct operator_call){.api = api};
    call_begin(&call->call, exchange, &steps, api->settings.registry, api->settings.store,
               api->parsers);
    call->call.cause.source = STOCK_SOURCE_OPERATOR;
    call->call.cause.by = BYTES("operator");
    if (!check_head(call))
        return;
    const struct operator_method *method = call->row->method;
    if (method->open != NULL && !method->open(call))
        return;
    exchange->take_body = method->take_body;
    if (method->blocks || method->is_long)
        call->call.worker = method->is_long ? api->long_worker : api->worker;
}

static bool handler_execute(void *context, struct http_exchange *exchange)
{
    if (exchange->state != NULL)
        return call_execute(context, exchange);
    operator_page_write(context, exchange);
    return true;
}

static void handler_end(void *context, struct http_exchange *exchange)
{
    (void)context;
    struct operator_call *call = exchange->state;
    if (call == NULL)
        return;
    if (call->row != NULL && call->row->method->end != NULL)
        call->row->method->end(call);
    call_end(&call->call);
}

struct http_handler operator_handler(struct operator_api *api)
{
    return (struct http_handler){api,        handler_begin, handler_execute,
                                 call_await, call_finish,   handler_end};
}

/* With the clock of os->uptime_us(). */
static void init_beat(struct operator_api *api)
{
    pthread_condattr_t attributes;
    pthread_mutex_init(&api->beat_lock, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&api->beat_changed, &attributes);
    pthread_condattr_destroy(&attributes);
}

struct operator_api *operator_create(const struct operator_settings *settings)
{
    struct operator_api *api = calloc(1, sizeof(*api));
    if (api == NULL)
        return NULL;
    api->settings = *settings;
    pthread_mutex_init(&api->claims_lock, NULL);
    api->parsers = parser_pool_create(true);
    api->worker = worker_create();
    api->sessions = sessions_create(settings->os);
    api->long_worker = worker_create();
    const struct upload_settings uploads = {
        .os = settings->os,
        .store = settings->store,
        .registry = settings->registry,
        .folder = settings->folder,
        .unknown_sku = settings->unknown_sku,
        .past_tolerance_ms = settings->past_tolerance_ms,
    };
    api->uploads = uploads_create(&uploads);
    api->health = health_create();
    init_beat(api);
    if (api->parsers != NULL && api->worker != NULL && api->long_worker != NULL &&
        api->uploads != NULL && api->sessions != NULL && api->health != NULL)
        return api;
    operator_destroy(api);
    return NULL;
}

void operator_destroy(struct operator_api *api)
{
    if (api == NULL)
        return;
    ASSERT(api->claims == NULL);
    uploads_destroy(api->uploads);
    worker_destroy(api->long_worker);
    worker_destroy(api->worker);
    parser_pool_destroy(api->parsers);
    sessions_destroy(api->sessions);
    health_destroy(api->health);
    pthread_cond_destroy(&api->beat_changed);
    pthread_mutex_destroy(&api->beat_lock);
    pthread_mutex_destroy(&api->claims_lock);
    free(api);
}
