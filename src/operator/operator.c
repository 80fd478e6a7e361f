/* A request's way through the operator API, step by step: the steps of the head run before the body
 * is read, those of the body after, and each may refuse. Pages need no steps. */
#include "operator/operator.h"

#include <inttypes.h>
#include <stdlib.h>

#include "call/media_type.h"
#include "operator/operator_internal.h"

enum { RETRY_AFTER_S = 1 };

void operator_refuse_unavailable(struct call *base)
{
    base->exchange->retry_after_s = RETRY_AFTER_S;
    call_refuse(base, 503, "SERVICE_UNAVAILABLE",
                "Service temporarily unavailable. Please, try again later");
}

void operator_refuse_error(struct operator_call *call, enum err error)
{
    ASSERT(error != OK);
    if (error == ERR_INVALID && call->call.errors.count > 0)
        call_refuse_errors(&call->call, 400, "BAD_REQUEST");
    else
        operator_refuse_unavailable(&call->call);
}

void operator_reply_ok(struct operator_call *call)
{
    call->call.exchange->status = 200;
    reply_encode_ok(&call->call.exchange->reply);
}

static void allow_verbs(struct operator_call *call)
{
    struct http_exchange *exchange = call->call.exchange;
    char *verbs = arena_allocate(&exchange->arena, ROUTE_ALLOW_BYTES);
    if (verbs != NULL)
        route_allow(&operator_routes, &call->row->route, verbs);
    exchange->allow = verbs;
}

static bool step_route(struct operator_call *call)
{
    switch (operator_route_find(call)) {
    case ROUTE_FOUND:
        return true;
    case ROUTE_NO_PATH:
        call_refuse(&call->call, 404, "NOT_FOUND", "Resource not found; GET / lists what there is");
        return false;
    case ROUTE_NO_VERB:
        allow_verbs(call);
        call_refuse(&call->call, 405, "METHOD_NOT_ALLOWED", "Request method '%.*s' not supported",
                    BYTES_ARG(bytes_clip(call->call.exchange->method, REJECTED_VALUE_BYTES_MAX)));
        return false;
    }
    return false;
}

static bool refuse_token(struct operator_call *call, const char *message)
{
    call->call.exchange->authenticate = "Bearer";
    call_refuse(&call->call, 401, "UNAUTHORIZED", "%s", message);
    return false;
}

static bool step_token(struct operator_call *call)
{
    const struct http_header_value *header = &call->call.exchange->headers[HTTP_AUTHORIZATION];
    if (header->count == 0)
        return refuse_token(call, "Credentials are not specified");
    struct bytes scheme;
    const struct bytes token = bytes_trim(bytes_split(bytes_trim(header->text), ' ', &scheme));
    if (header->count > 1 || !bytes_equal_ignoring_case(scheme, BYTES("Bearer")))
        return refuse_token(call, "Authorization header has invalid syntax");
    const struct sha256 hash = sha256_of(token);
    return sha256_equal(&hash, &call->api->settings.token) ||
           refuse_token(call, "Operator token is invalid");
}

static bool step_campaign(struct operator_call *call)
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

static bool refuse_too_big(struct operator_call *call)
{
    call_refuse(&call->call, 400, "BAD_REQUEST",
                "The request is too big: Maximum allowed request size must be less than %" PRId64
                " KB",
                call->row->body_bytes_max / 1024);
    return false;
}

static bool step_told_size(struct operator_call *call)
{
    return call->call.exchange->content_length <= call->row->body_bytes_max || refuse_too_big(call);
}

static bool step_size(struct operator_call *call)
{
    const struct http_exchange *exchange = call->call.exchange;
    return (!exchange->body_too_large &&
            exchange->body.size <= (size_t)call->row->body_bytes_max) ||
           refuse_too_big(call);
}

static bool step_type(struct operator_call *call)
{
    const int status = call->row->body == OPERATOR_BODY_NONE
                           ? 0
                           : media_type_judge(call->call.exchange, &call->call.errors);
    if (status == 0)
        return true;
    call_refuse_errors(&call->call, status,
                       status == 415 ? "UNSUPPORTED_MEDIA_TYPE" : "BAD_REQUEST");
    return false;
}

/* False: call->errors tell why, or there was no memory. */
static bool decode(struct operator_call *call)
{
    const struct operator_method *method = call->row->method;
    struct json_value root;
    const bool given = call->row->body == OPERATOR_BODY_REQUIRED;
    if (given && call->call.exchange->body.size == 0) {
        error_list_add(&call->call.errors, "Required request body is missing");
        return false;
    }
    if (given && call_parse(&call->call, &root) != JSON_OK)
        return false;
    return method->decode == NULL || method->decode(call, given ? &root : NULL);
}

static bool step_decode(struct operator_call *call)
{
    if (decode(call))
        return true;
    call_refuse_invalid(&call->call);
    return false;
}

typedef bool call_step(struct operator_call *call);

static call_step *const head_steps[] = {step_route, step_token, step_campaign, step_told_size};
static call_step *const body_steps[] = {step_size, step_type, step_decode};

enum {
    HEAD_STEPS_COUNT = sizeof(head_steps) / sizeof(head_steps[0]),
    BODY_STEPS_COUNT = sizeof(body_steps) / sizeof(body_steps[0]),
};

static bool run_steps(struct operator_call *call, call_step *const *steps, size_t steps_count)
{
    for (size_t i = 0; i < steps_count; i++) {
        if (!steps[i](call))
            return false;
    }
    return true;
}

static bool proceed(struct call *base)
{
    struct operator_call *call = (struct operator_call *)(void *)base;
    return call->row->method->proceed(call);
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
    if (!operator_path_is_api(exchange->path)) {
        begin_page(exchange);
        return;
    }
    struct operator_call *call = arena_allocate(&exchange->arena, sizeof(*call));
    if (call == NULL) {
        exchange->status = 503;
        return;
    }
    *call = (struct operator_call){.api = api};
    call_begin(&call->call, exchange, api->settings.registry, api->settings.store, api->parsers);
    call->call.proceed = proceed;
    call->call.refuse_unavailable = operator_refuse_unavailable;
    (void)run_steps(call, head_steps, HEAD_STEPS_COUNT);
}

/* True: the reply is there. */
static bool execute(struct operator_call *call)
{
    if (!run_steps(call, body_steps, BODY_STEPS_COUNT))
        return true;
    if (call->row->method->begin(call))
        return call_submit(&call->call);
    if (call->call.exchange->reply.failed) {
        call->call.exchange->status = 0;
        operator_refuse_unavailable(&call->call);
    }
    return true;
}

static bool handler_execute(void *context, struct http_exchange *exchange)
{
    struct operator_call *call = exchange->state;
    if (call == NULL) {
        operator_page_write(context, exchange);
        return true;
    }
    const bool complete = execute(call);
    call_forget(&call->call); /* Texts that were lent end here. */
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
    return call_resume(exchange->state);
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
    return (struct http_handler){api,           handler_begin,  handler_execute,
                                 handler_await, handler_finish, handler_end};
}

struct operator_api *operator_create(const struct operator_settings *settings)
{
    struct operator_api *api = calloc(1, sizeof(*api));
    if (api == NULL)
        return NULL;
    api->settings = *settings;
    pthread_mutex_init(&api->claims_lock, NULL);
    api->parsers = parser_pool_create();
    if (api->parsers != NULL)
        return api;
    operator_destroy(api);
    return NULL;
}

void operator_destroy(struct operator_api *api)
{
    if (api == NULL)
        return;
    ASSERT(api->claims == NULL);
    parser_pool_destroy(api->parsers);
    pthread_mutex_destroy(&api->claims_lock);
    free(api);
}
