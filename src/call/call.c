/* The parser is borrowed for as long as the document is read: a call that waits for the journal
 * holds none. */
#include "call/call.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include "wire/json_failure.h"

enum { MESSAGE_BYTES_MAX = 2048 };

void call_begin(struct call *call, struct http_exchange *exchange, const struct registry *registry,
                struct store *store, struct parser_pool *parsers)
{
    *call = (struct call){
        .exchange = exchange, .registry = registry, .store = store, .parsers = parsers};
    error_list_init(&call->errors);
    exchange->state = call;
}

void call_forget(struct call *call)
{
    if (call->parser == NULL || call->keeps_document)
        return;
    parser_pool_give_back(call->parsers, call->parser);
    call->parser = NULL;
}

void call_end(struct call *call)
{
    call->keeps_document = false;
    call_forget(call);
    error_list_deinit(&call->errors);
}

enum json_outcome call_parse(struct call *call, struct json_value *root)
{
    ASSERT(call->parser == NULL);
    call->parser = parser_pool_take(call->parsers);
    if (call->parser == NULL)
        return JSON_NO_MEMORY;
    struct json_failure failure;
    const enum json_outcome outcome =
        json_parse(call->parser, call->exchange->body, root, &failure);
    if (outcome != JSON_OK && outcome != JSON_NO_MEMORY) {
        char message[JSON_FAILURE_BYTES_MAX];
        json_failure_text(outcome, &failure, message);
        error_list_add(&call->errors, "%s", message);
    }
    return outcome;
}

/* The command is complete: what comes next. False: the reply is there. */
static bool advance(struct call *call)
{
    if (call->command.verdict != VERDICT_NO_ROOM) {
        if (call->proceed(call))
            return true;
        if (!call->exchange->reply.failed)
            return false;
    }
    call->exchange->status = 0;
    call->refuse_unavailable(call);
    return false;
}

static bool command_changes(const struct store_command *command)
{
    switch (command->kind) {
    case STORE_PUT:
    case STORE_MARK:
    case STORE_COUNT:
        return true;
    case STORE_ORDER:
        return command->order.action != ORDER_READ;
    case STORE_PAGE:
    case STORE_LIST:
        return false;
    }
    return false;
}

/* Marks are the campaign's own unless the call says otherwise. */
static enum registry_use use_of(const struct call *call)
{
    return call->use == REGISTRY_USE_NUMBERS && call->command.kind == STORE_MARK
               ? REGISTRY_USE_MARKS
               : call->use;
}

/* Submits one command. False: it will be complete later. */
static bool submit(struct call *call)
{
    struct store_command *command = &call->command;
    command->arena = &call->exchange->arena;
    if (!command_changes(command))
        return store_submit(call->store, command);
    if (!registry_enter(call->registry, call->campaign_id, command->shelf_id, use_of(call))) {
        command->verdict = VERDICT_NO_ROOM; /* The shelf is just being carried away. */
        return true;
    }
    const bool complete = store_submit(call->store, command);
    registry_leave(call->registry);
    return complete;
}

bool call_submit(struct call *call)
{
    do {
        if (!submit(call))
            return false;
    } while (advance(call));
    return true;
}

static void command_complete(struct store_command *command)
{
    struct call *call = (struct call *)(void *)((char *)command - offsetof(struct call, command));
    call->exchange->wake(call->exchange);
}

void call_await(struct call *call)
{
    store_await(call->store, &call->command, command_complete);
}

bool call_resume(struct call *call)
{
    return !advance(call) || call_submit(call);
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

void call_refuse_invalid(struct call *call)
{
    if (call->errors.count > 0)
        call_refuse_errors(call, 400, "BAD_REQUEST");
    else
        call->refuse_unavailable(call);
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
