/* A request's way through the public API, step by step in the order of C46: the steps of the head
 * run before the body is read, those of the body after, and each may refuse. */
#include "api/api.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "api/api_internal.h"

enum { PARALLEL_2025 = 2, PARALLEL_2026 = 4, MEDIA_TYPE_BYTES_MAX = 200 };

static bool step_route(struct api_call *call)
{
    struct http_exchange *exchange = call->exchange;
    switch (route_find(exchange->method, exchange->path, &call->row, &call->campaign_text)) {
    case ROUTE_FOUND:
        return true;
    case ROUTE_NO_PATH:
        refuse(call, 404, "Resource not found");
        return false;
    case ROUTE_NO_VERB:
        exchange->allow = call->row->allow;
        refuse(call, 405, "Request method '%.*s' not supported",
               BYTES_ARG(bytes_clip(exchange->method, REJECTED_VALUE_BYTES_MAX)));
        return false;
    }
    return false;
}

/* Counts the request as one of its campaign's. One that will be refused for its campaign is told
 * the same (C46), but takes no place: nobody keeps the owner out. */
static bool step_parallel(struct api_call *call)
{
    const struct api_settings *settings = &call->api->settings;
    struct limiter *limiter = call->api->limiter;
    call->campaign_id_given = bytes_to_int64(call->campaign_text, &call->campaign_id);
    if (!call->campaign_id_given)
        return true; /* step_campaign() refuses it. */
    call->campaign_found =
        registry_find_campaign(call->api->registry, call->campaign_id, &call->campaign);
    const bool own = call->campaign_found && call->campaign.business_id == call->token.business_id;
    if (!own && !limiter_is_full(limiter, call->campaign_id))
        return true;
    call->entered = own && limiter_enter(limiter, call->campaign_id);
    if (call->entered)
        return true;
    if (settings->edition == EDITION_2026) {
        refuse(call, 420, "Hit rate limit of %u parallel requests for campaignId %" PRId64,
               settings->parallel_max, call->campaign_id);
    } else {
        refuse(call, 420, "Hit rate limit of %u parallel requests", settings->parallel_max);
    }
    return false;
}

/* Why a campaign that is not AVAILABLE is refused. */
static void refuse_inactive(struct api_call *call)
{
    const char *reason = "";
    switch (call->campaign.availability) {
    case AVAILABILITY_AVAILABLE:
        break;
    case AVAILABILITY_DISABLED_BY_INACTIVITY:
        reason = "disabled due to inactivity";
        break;
    case AVAILABILITY_MANUALLY_DISABLED:
        reason = "manually disabled";
        break;
    case AVAILABILITY_DISABLED_BY_NO_ACTIVE_CONTRACT:
        reason = "disabled because there are no active contracts with Market";
        break;
    case AVAILABILITY_DISABLED_BY_NO_PLACEMENT_TYPE:
        reason = "disabled because it has no placement program";
        break;
    }
    if (call->api->settings.edition == EDITION_2025) {
        refuse(call, 403, "Access denied for campaign '%" PRId64 "' because it is not active",
               call->campaign.id);
    } else {
        refuse(call, 403, "API for campaign '%" PRId64 "' %s", call->campaign.id, reason);
    }
}

static bool step_campaign(struct api_call *call)
{
    const int64_t id = call->campaign_id;
    if (!call->campaign_id_given) {
        refuse(call, 400, "Type mismatch: '%.*s'",
               BYTES_ARG(bytes_clip(call->campaign_text, REJECTED_VALUE_BYTES_MAX)));
        return false;
    }
    if (id < 1) {
        refuse(call, 400,
               "campaignId must be greater than or equal to 1 (rejected value: %" PRId64 ")", id);
        return false;
    }
    if (!call->campaign_found) {
        const bool colon = call->api->settings.edition == EDITION_2025;
        refuse(call, 404, "Campaign not found%s '%" PRId64 "'", colon ? ":" : "", id);
        return false;
    }
    if (call->campaign.business_id != call->token.business_id) {
        refuse(call, 403, "Access denied");
        return false;
    }
    call->rated = true;
    if (call->campaign.availability == AVAILABILITY_AVAILABLE)
        return true;
    refuse_inactive(call);
    return false;
}

/* A window that is used up refuses before the body is read; what the body costs is seen later. */
static bool step_rate(struct api_call *call)
{
    const struct rate_state state = limiter_state(call->api->limiter, call->row->rate,
                                                  call->campaign.id, call->exchange->now_ms);
    if (state.remaining > 0)
        return true;
    refuse_rate(call);
    return false;
}

static bool refuse_too_big(struct api_call *call)
{
    if (!rate_take(call, 1))
        return false;
    refuse(call, 400,
           "The request is too big: Maximum allowed request size must be less than %" PRId64 " KB",
           BODY_BYTES_MAX / 1024);
    return false;
}

static bool step_size_told(struct api_call *call)
{
    return call->exchange->content_length <= BODY_BYTES_MAX || refuse_too_big(call);
}

static bool step_size(struct api_call *call)
{
    return !call->exchange->body_too_large || refuse_too_big(call);
}

/* Reads `charset` among the parameters of a media type; UTF-8 when it is not there. */
static struct bytes find_charset(struct bytes parameters)
{
    while (parameters.size > 0) {
        struct bytes item;
        struct bytes name;
        parameters = bytes_split(parameters, ';', &item);
        struct bytes value = bytes_trim(bytes_split(item, '=', &name));
        if (!bytes_equal_ignoring_case(bytes_trim(name), BYTES("charset")))
            continue;
        if (value.size >= 2 && value.data[0] == '"' && value.data[value.size - 1] == '"')
            value = (struct bytes){value.data + 1, value.size - 2};
        return value;
    }
    return BYTES("utf-8");
}

static bool refuse_media_type(struct api_call *call, struct bytes type)
{
    if (!rate_take(call, 1))
        return false;
    const bool known = type.size > 2 && memchr(type.data, '/', type.size) != NULL;
    const struct bytes text = bytes_clip(type, MEDIA_TYPE_BYTES_MAX);
    if (known)
        refuse(call, 415, "Content type '%.*s' not supported", BYTES_ARG(text));
    else
        refuse(call, 415, "Unknown content-type: '%.*s'", BYTES_ARG(text));
    return false;
}

/* C48: JSON in UTF-8, and JSON where nothing is said. A request without a body has no type. */
static bool step_content_type(struct api_call *call)
{
    const struct http_header_value *header = &call->exchange->headers[HTTP_CONTENT_TYPE];
    if (header->count == 0 || call->exchange->body.size == 0)
        return true;
    struct bytes type;
    const struct bytes parameters = bytes_split(header->text, ';', &type);
    type = bytes_trim(type);
    if (header->count > 1 || !bytes_equal_ignoring_case(type, BYTES("application/json")))
        return refuse_media_type(call, bytes_trim(header->text));
    const struct bytes charset = find_charset(parameters);
    if (bytes_equal_ignoring_case(charset, BYTES("utf-8")) ||
        bytes_equal_ignoring_case(charset, BYTES("utf8")))
        return true;
    if (rate_take(call, 1))
        refuse(call, 400, "Unexpected character set '%.*s': expected a valid value 'UTF-8'",
               BYTES_ARG(bytes_clip(charset, MEDIA_TYPE_BYTES_MAX)));
    return false;
}

/* Explains a body that is not JSON. */
static void refuse_json(struct api_call *call, enum json_outcome outcome,
                        const struct json_failure *failure)
{
    if (outcome == JSON_NO_MEMORY) {
        refuse_invalid(call);
        return;
    }
    if (!rate_take(call, 1))
        return;
    if (outcome == JSON_TRUNCATED || outcome == JSON_EMPTY)
        refuse(call, 400, "Unexpected end of content");
    else if (outcome == JSON_NOT_UTF8) {
        refuse(call, 400,
               "Unexpected character '\\x%02x' at byte %zu: expected a valid value 'UTF-8'",
               failure->byte, failure->offset);
    } else if (failure->byte >= 0x20 && failure->byte < 0x7F) {
        refuse(call, 400, "JSON: %s '%c' at line %zu, column %zu", failure->problem, failure->byte,
               failure->line, failure->column);
    } else {
        refuse(call, 400, "JSON: %s at line %zu, column %zu", failure->problem, failure->line,
               failure->column);
    }
}

/* Parses the body and lets the operation make its command of it. */
static bool decode(struct api_call *call)
{
    const struct bytes body = call->exchange->body;
    if (body.size == 0 && call->row->body_required) {
        if (rate_take(call, 1))
            refuse(call, 400, "Required request body is missing");
        return false;
    }
    if (body.size == 0)
        return call->row->operation->decode(call, NULL);
    struct json_value root;
    struct json_failure failure;
    const enum json_outcome outcome = json_parse(call->parser, body, &root, &failure);
    if (outcome != JSON_OK) {
        refuse_json(call, outcome, &failure);
        return false;
    }
    return call->row->operation->decode(call, &root);
}

/* The last step before execution (C46): whether the campaign's model may call this. */
static bool step_model(struct api_call *call)
{
    if ((call->row->placements & 1U << call->campaign.placement) != 0)
        return true;
    refuse_model(call);
    return false;
}

typedef bool call_step(struct api_call *call);

static call_step *const head_steps[] = {step_route,    auth_check, step_parallel, auth_check_scopes,
                                        step_campaign, step_rate,  step_size_told};
static call_step *const body_steps[] = {step_size, step_content_type, decode, step_model};

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

/* The request is not under way any more. */
static void leave(struct api_call *call)
{
    if (call->entered)
        limiter_leave(call->api->limiter, call->campaign_id);
    call->entered = false;
}

static void handler_begin(void *context, struct http_exchange *exchange)
{
    struct api_call *call = arena_allocate(&exchange->arena, sizeof(*call));
    exchange->state = call;
    if (call == NULL) {
        exchange->status = 503;
        return;
    }
    *call = (struct api_call){.api = context, .exchange = exchange};
    error_list_init(&call->errors);
    if (!run_steps(call, head_steps, HEAD_STEPS_COUNT))
        leave(call); /* Whoever was refused takes nobody's place while the body comes in. */
}

/* Replies to a complete command. */
static void reply(struct api_call *call)
{
    if (call->command.verdict != VERDICT_OK) {
        refuse_verdict(call);
        return;
    }
    call->row->operation->encode(call);
    if (!call->exchange->reply.failed)
        return;
    call->exchange->status = 0;
    error_list_clear(&call->errors);
    refuse_invalid(call);
}

static bool handler_execute(void *context, struct http_exchange *exchange)
{
    struct api *api = context;
    struct api_call *call = exchange->state;
    call->parser = parser_pool_take(api->parsers);
    if (call->parser == NULL) {
        refuse_invalid(call);
        return true;
    }
    bool complete = true;
    if (run_steps(call, body_steps, BODY_STEPS_COUNT)) {
        call->command.arena = &exchange->arena;
        complete = store_submit(api->store, &call->command);
    }
    if (complete && exchange->status == 0)
        reply(call);
    parser_pool_give_back(api->parsers, call->parser); /* SKUs that were lent end here. */
    call->parser = NULL;
    return complete;
}

static void command_complete(struct store_command *command)
{
    struct api_call *call =
        (struct api_call *)(void *)((char *)command - offsetof(struct api_call, command));
    call->exchange->wake(call->exchange);
}

static void handler_await(void *context, struct http_exchange *exchange)
{
    struct api *api = context;
    struct api_call *call = exchange->state;
    store_await(api->store, &call->command, command_complete);
}

static void handler_finish(void *context, struct http_exchange *exchange)
{
    (void)context;
    reply(exchange->state);
}

/* The rate headers go on every answer; one that belongs to no campaign shows a window unused. */
static void show_rate(struct api *api, struct api_call *call)
{
    struct http_exchange *exchange = call->exchange;
    const uint32_t rate = call->row == NULL ? 0 : call->row->rate;
    const struct rate_state state =
        limiter_state(api->limiter, rate, call->rated ? call->campaign.id : 0, exchange->now_ms);
    exchange->rate = (struct http_rate){true, state.limit, state.remaining, state.until_ms};
}

static void handler_end(void *context, struct http_exchange *exchange)
{
    struct api *api = context;
    struct api_call *call = exchange->state;
    count_request(api, exchange);
    if (call == NULL)
        return;
    leave(call);
    show_rate(api, call);
    error_list_deinit(&call->errors);
}

struct http_handler api_handler(struct api *api)
{
    return (struct http_handler){api,           handler_begin,  handler_execute,
                                 handler_await, handler_finish, handler_end};
}

struct api *api_create(const struct api_settings *settings, struct store *store,
                       const struct registry *registry)
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
    api->limiter = limiter_create(api_rate_limits, API_RATE_LIMITS_COUNT,
                                  api->settings.parallel_max, settings->limits_enforced);
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
