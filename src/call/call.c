/* The parser is borrowed for as long as the document is read: a call that waits for the journal
 * holds none. */
#include "call/call.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include "store/command.h"
#include "wire/json_failure.h"

enum { MESSAGE_BYTES_MAX = 2048, RETRY_AFTER_S = 1, REPLY_BYTES_MIN = 1024 };

static const char unavailable_code[] = "SERVICE_UNAVAILABLE";
static const char unavailable_message[] =
    "Service temporarily unavailable. Please, try again later";

void *call_allocate(struct http_exchange *exchange, size_t bytes)
{
    exchange->state = NULL;
    void *call = arena_allocate(&exchange->arena, bytes);
    if (call == NULL) {
        exchange->retry_after_s = RETRY_AFTER_S;
        http_refuse(exchange, 503, unavailable_code, unavailable_message);
    }
    return call;
}

void call_begin(struct call *call, struct http_exchange *exchange, const struct call_steps *steps,
                const struct registry *registry, struct store *store, struct parser_pool *parsers)
{
    *call = (struct call){
        .exchange = exchange,
        .steps = steps,
        .registry = registry,
        .store = store,
        .parsers = parsers,
        .cause = {.at_ms = exchange->now_ms},
    };
    error_list_init(&call->errors);
    exchange->state = call;
}

/* The document is not needed any more: others may have its parser. */
static void forget_document(struct call *call)
{
    if (call->parser == NULL || call->keeps_document)
        return;
    parser_pool_give_back(call->parsers, call->parser);
    call->parser = NULL;
}

void call_end(struct call *call)
{
    call->keeps_document = false;
    forget_document(call);
    error_list_deinit(&call->errors);
}

static enum registry_use use_of(const struct call *call)
{
    switch (call->use) {
    case CALL_USE_BY_COMMAND:
        return call->command.kind == STORE_MARK ? REGISTRY_USE_MARKS : REGISTRY_USE_NUMBERS;
    case CALL_USE_MARKS:
        return REGISTRY_USE_MARKS;
    case CALL_USE_COMMON_MARKS:
        return REGISTRY_USE_COMMON_MARKS;
    }
    return REGISTRY_USE_NUMBERS;
}

/* Submits one command. False: it will be complete later. */
static bool submit(struct call *call)
{
    struct store_command *command = &call->command;
    command->arena = &call->exchange->arena;
    if (!command_changes(command))
        return store_submit(call->store, command);
    command->cause = call->cause;
    if (!registry_enter(call->registry, call->campaign_id, command->shelf_id, use_of(call))) {
        command->verdict = VERDICT_NO_ROOM; /* The shelf is just being carried away. */
        return true;
    }
    const bool complete = store_submit(call->store, command);
    registry_leave(call->registry);
    return complete;
}

static void give_up(struct call *call)
{
    call->exchange->status = 0;
    call->steps->refuse_unavailable(call);
}

/* True: a command was filled in. False: the reply is there, and whole. */
static bool take_step(struct call *call, bool (*step)(struct call *call))
{
    if (step(call))
        return true;
    if (call->exchange->reply.failed)
        give_up(call);
    return false;
}

/* The command is complete: what comes next. As take_step(). */
static bool advance(struct call *call)
{
    if (call->command.verdict != VERDICT_NO_ROOM)
        return take_step(call, call->steps->proceed);
    give_up(call);
    return false;
}

/* Runs the command that was filled in, and those that follow it. True: the reply is there. False:
 * one will be complete later. */
static bool run_commands(struct call *call)
{
    do {
        if (!submit(call))
            return false;
    } while (advance(call));
    return true;
}

/* Room for what most writes are answered with: who is told that there was none was not served. */
static bool has_room_for_reply(struct call *call)
{
    if (buffer_reserve(&call->exchange->reply, REPLY_BYTES_MIN) == OK)
        return true;
    call->steps->refuse_unavailable(call);
    return false;
}

bool call_execute(void *context, struct http_exchange *exchange)
{
    (void)context;
    struct call *call = exchange->state;
    const bool checked = has_room_for_reply(call) && call->steps->check_body(call);
    if (checked && call->worker != NULL)
        return false; /* call_await() hands it over, document and all. */
    const bool has_command = checked && take_step(call, call->steps->begin);
    const bool complete = !has_command || run_commands(call);
    forget_document(call);
    return complete;
}

static void run_in_worker(struct work *work)
{
    struct call *call = (struct call *)(void *)((char *)work - offsetof(struct call, work));
    const bool has_command = take_step(call, call->steps->begin);
    ASSERT(!has_command);
    forget_document(call);
    call->exchange->wake(call->exchange);
}

static void command_complete(struct store_command *command)
{
    struct call *call = (struct call *)(void *)((char *)command - offsetof(struct call, command));
    call->exchange->wake(call->exchange);
}

void call_await(void *context, struct http_exchange *exchange)
{
    (void)context;
    struct call *call = exchange->state;
    if (call->worker == NULL) {
        store_await(call->store, &call->command, command_complete);
        return;
    }
    call->work.run = run_in_worker;
    worker_submit(call->worker, &call->work);
}

bool call_finish(void *context, struct http_exchange *exchange)
{
    (void)context;
    struct call *call = exchange->state;
    if (call->worker != NULL)
        return true;
    const bool complete = !advance(call) || run_commands(call);
    forget_document(call);
    return complete;
}

static bool parse(struct call *call, struct json_value *root)
{
    ASSERT(call->parser == NULL);
    call->parser = parser_pool_take(call->parsers);
    if (call->parser == NULL)
        return false;
    struct json_failure failure;
    const enum json_outcome outcome =
        json_parse(call->parser, call->exchange->body, root, &failure);
    if (outcome != JSON_OK && outcome != JSON_NO_MEMORY) {
        char message[JSON_FAILURE_BYTES_MAX];
        json_failure_text(outcome, &failure, message);
        error_list_add(&call->errors, "%s", message);
    }
    return outcome == JSON_OK;
}

bool call_parse(struct call *call, enum body_rule rule, struct json_value *root, bool *given)
{
    *given = rule != BODY_NONE && call->exchange->body.size > 0;
    if (*given)
        return parse(call, root);
    if (rule == BODY_REQUIRED)
        error_list_add(&call->errors, "Required request body is missing");
    return rule != BODY_REQUIRED;
}

void call_refuse_errors(struct call *call, int status, const char *code)
{
    struct http_exchange *exchange = call->exchange;
    ASSERT(exchange->status == 0);
    ASSERT(call->errors.count > 0);
    exchange->status = status;
    call->error_code = code;
    buffer_clear(&exchange->reply);
    reply_encode_errors(&exchange->reply, code, &call->errors);
}

void call_refuse(struct call *call, int status, const char *code, const char *format, ...)
{
    char message[MESSAGE_BYTES_MAX];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(message, sizeof(message), format, arguments);
    va_end(arguments);
    error_list_clear(&call->errors);
    error_list_add(&call->errors, "%s", message);
    call_refuse_errors(call, status, code);
}

void call_refuse_placement(struct call *call, uint32_t placements, bool listed)
{
    struct buffer message;
    buffer_init(&message);
    buffer_append_text(&message, "Campaign type is not allowed");
    const char *separator = ". Allowed campaign types: ";
    for (int i = 0; i < PLACEMENTS_COUNT && listed; i++) {
        if ((placements & 1U << i) == 0)
            continue;
        buffer_append_text(&message, separator);
        buffer_append_text(&message, placement_name((enum placement)i));
        separator = ", ";
    }
    call_refuse(call, 400, "CAMPAIGN_TYPE_NOT_SUPPORTED", "%s", buffer_text(&message));
    buffer_deinit(&message);
}

void call_refuse_invalid(struct call *call)
{
    if (call->errors.count > 0)
        call_refuse_errors(call, 400, "BAD_REQUEST");
    else
        call->steps->refuse_unavailable(call);
}

void call_refuse_verb(struct call *call, const struct route_table *table, const struct route *row)
{
    struct http_exchange *exchange = call->exchange;
    char *verbs = arena_allocate(&exchange->arena, ROUTE_ALLOW_BYTES);
    if (verbs != NULL)
        route_allow(table, row, verbs);
    exchange->allow = verbs;
    call_refuse(call, 405, "METHOD_NOT_ALLOWED", "Request method '%.*s' not supported",
                BYTES_ARG(bytes_clip(exchange->method, REJECTED_VALUE_BYTES_MAX)));
}

void call_refuse_unavailable(struct call *call)
{
    call->exchange->retry_after_s = RETRY_AFTER_S;
    call_refuse(call, 503, unavailable_code, "%s", unavailable_message);
}

bool call_keep_bytes(struct call *call, struct bytes *bytes)
{
    uint8_t *copy = arena_allocate(&call->exchange->arena, bytes->size + 1);
    if (copy == NULL)
        return false;
    struct buffer buffer = {copy, 0, bytes->size + 1, false};
    buffer_append(&buffer, *bytes);
    *bytes = buffer_bytes(&buffer);
    return true;
}

struct stock_key *call_keep_keys(struct call *call, const struct stock_key *keys,
                                 uint32_t keys_count)
{
    struct stock_key *kept =
        arena_allocate(&call->exchange->arena, (keys_count + 1) * sizeof(*kept));
    if (kept == NULL)
        return NULL;
    for (uint32_t i = 0; i < keys_count; i++) {
        kept[i] = keys[i];
        if (!call_keep_bytes(call, &kept[i].sku))
            return NULL;
    }
    return kept;
}
