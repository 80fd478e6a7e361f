/* One request on its way through an API: its body parsed, its refusals worded, and its store
 * commands run one after another. The public API and the operator's each put what is theirs behind
 * this; a call lives in its exchange's arena. */
#ifndef CALL_CALL_H
#define CALL_CALL_H

#include "call/parser_pool.h"
#include "registry/registry.h"
#include "store/store.h"
#include "wire/http.h"
#include "wire/reply.h"

struct call {
    struct http_exchange *exchange;
    const struct registry *registry;
    struct store *store;
    struct parser_pool *parsers;
    struct json_parser *parser; /* Between call_parse() and call_forget(). */
    bool keeps_document; /* A later command needs it: it is not forgotten while this waits. */
    struct error_list errors;
    const char *error_code; /* Of the errors that were replied with; NULL: none were. */
    struct store_command command;
    int64_t campaign_id;   /* Whose shelf a command that changes something is for. */
    enum registry_use use; /* Of that shelf. */
    /* The command is complete. True: another one was filled in. False: the reply is there. */
    bool (*proceed)(struct call *call);
    void (*refuse_unavailable)(struct call *call); /* 503, where there is no room or no memory. */
};

/* `call` becomes the exchange's state. The functions are set by the caller. */
void call_begin(struct call *call, struct http_exchange *exchange, const struct registry *registry,
                struct store *store, struct parser_pool *parsers);
void call_end(struct call *call);

/* Parses the body. JSON_OK: *root lives until call_forget(). JSON_NO_MEMORY: nothing was said. Any
 * other outcome added its words to call->errors. */
MUST_USE enum json_outcome call_parse(struct call *call, struct json_value *root);

/* The document is not needed any more, unless call->keeps_document says so: others may have its
 * parser. */
void call_forget(struct call *call);

/* Runs the command that was filled in, and those that follow it. One that changes a shelf of
 * call->campaign_id is kept apart from changes of the registry. True: the reply is there. False:
 * call_await(), and when it woke the exchange call_resume(), go on. */
MUST_USE bool call_submit(struct call *call);
void call_await(struct call *call);
MUST_USE bool call_resume(struct call *call);

/* Replies with a status and one error. What a reply began to say is dropped. */
void call_refuse(struct call *call, int status, const char *code, const char *format, ...)
    PRINTF(4, 5);

/* Replies with the errors that were gathered, at least one. */
void call_refuse_errors(struct call *call, int status, const char *code);

/* Replies with 400 and the errors that were gathered; without any there was no memory: 503. */
void call_refuse_invalid(struct call *call);

/* Copies keys, or bytes alone, into the exchange's arena, so that they outlive the document. NULL,
 * or false: no memory. */
MUST_USE struct stock_key *call_keep_keys(struct call *call, const struct stock_key *keys,
                                          uint32_t keys_count);
MUST_USE bool call_keep_bytes(struct call *call, struct bytes *bytes);

#endif
