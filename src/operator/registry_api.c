/* GET and POST registry: who sells what from where, and who may ask (docs/formats.md §6). */
#include "operator/operator_internal.h"

static bool begin_get(struct operator_call *call)
{
    struct http_exchange *exchange = call->call.exchange;
    registry_encode(call->api->settings.registry, &exchange->reply);
    exchange->status = 200;
    return false;
}

static bool decode_update(struct operator_call *call, const struct json_value *root)
{
    struct arena *arena = &call->call.exchange->arena;
    struct registry_document *document = arena_allocate(arena, sizeof(*document));
    if (document == NULL)
        return false;
    call->state = document;
    return registry_document_decode(*root, arena, document, &call->call.errors);
}

static void refuse_update(struct operator_call *call, enum err error)
{
    if (error == ERR_BUSY && call->call.errors.count > 0)
        call_refuse_errors(&call->call, 409, "STOCK_WOULD_BE_STRANDED");
    else if (error == ERR_UNSUPPORTED) {
        call_refuse(&call->call, 400, "BAD_REQUEST",
                    "So many entries do not fit in one record: apply the document in parts");
    } else {
        operator_refuse_error(call, error);
    }
}

/* Blocks until the change is durable. */
static bool begin_update(struct operator_call *call)
{
    struct registry_outcome outcome;
    const enum err error = registry_keeper_apply(call->api->settings.keeper, call->state,
                                                 &call->call.errors, &outcome);
    if (error != OK) {
        refuse_update(call, error);
        return false;
    }
    call->call.exchange->status = 200;
    buffer_append_format(&call->call.exchange->reply,
                         "{\"status\":\"OK\",\"result\":{\"changed\":%s,\"moves\":%u}}",
                         outcome.changed ? "true" : "false", outcome.moves_count);
    return false;
}

const struct operator_method method_get_registry = {.begin = begin_get};
const struct operator_method method_update_registry = {
    .decode = decode_update, .begin = begin_update, .blocks = true};
