/* One request on its way through an API: its body parsed, its refusals worded, and its store
 * commands run one after another. The public API and the operator's each put what is theirs behind
 * this; a call lives in its exchange's arena. */
#ifndef CALL_CALL_H
#define CALL_CALL_H

#include "call/parser_pool.h"
#include "call/route.h"
#include "call/worker.h"
#include "registry/registry.h"
#include "store/store.h"
#include "wire/http.h"
#include "wire/reply.h"

struct call;

/* What an API does at each step of a call behind its head, in this order. */
struct call_steps {
    /* The body came in: it is checked and decoded. False: refused. */
    bool (*check_body)(struct call *call);
    /* True: a command was filled in. False: the reply is there. In the call's worker, if any. */
    bool (*begin)(struct call *call);
    /* The command is complete, and there was room. As begin(). */
    bool (*proceed)(struct call *call);
    /* Instead of any reply, 503: there was no room or no memory. See call_refuse_unavailable(). */
    void (*refuse_unavailable)(struct call *call);
};

/* What a call's commands do on shelves. */
enum call_use {
    CALL_USE_BY_COMMAND,   /* STORE_MARK: as CALL_USE_MARKS. All others: REGISTRY_USE_NUMBERS. */
    CALL_USE_MARKS,        /* REGISTRY_USE_MARKS */
    CALL_USE_COMMON_MARKS, /* REGISTRY_USE_COMMON_MARKS */
};

struct call {
    struct http_exchange *exchange;
    const struct call_steps *steps;
    const struct registry *registry;
    struct store *store;
    struct parser_pool *parsers;
    struct json_parser *parser; /* Since call_parse(), while the document may be read. */
    bool keeps_document; /* A later command needs it: it is not forgotten while this waits. */
    struct error_list errors;
    const char *error_code; /* Of the errors that were replied with; NULL: none were. */
    struct store_command command;
    struct stock_cause cause; /* Of those that change something; begins with the moment alone. */
    int64_t campaign_id;      /* Whose shelf a command that changes something is for. */
    enum call_use use;
    struct worker *worker; /* Set before the body came in: begin() blocks, and is run there; it has
                              no commands. NULL: it does not block. */
    struct work work;      /* For the worker. */
};

/* Room for a call, `bytes` that begin with a struct call, in the exchange's arena. NULL: there is
 * no memory, and the reply says so; the exchange has no state. */
MUST_USE void *call_allocate(struct http_exchange *exchange, size_t bytes);

/* `call` becomes the exchange's state. */
void call_begin(struct call *call, struct http_exchange *exchange, const struct call_steps *steps,
                const struct registry *registry, struct store *store, struct parser_pool *parsers);
void call_end(struct call *call);

/* For the struct http_handler of an API: its exchanges' state is a call that began, `context` is
 * not looked at. The document is forgotten when each returns, unless call->keeps_document says
 * otherwise. A command that changes a shelf of call->campaign_id is kept apart from changes of the
 * registry. */
bool call_execute(void *context, struct http_exchange *exchange);
void call_await(void *context, struct http_exchange *exchange);
bool call_finish(void *context, struct http_exchange *exchange);

enum body_rule { BODY_NONE, BODY_OPTIONAL, BODY_REQUIRED };

/* Parses the body, if there is one that is to be read: *given. True: *root, where given, lives
 * until the document is forgotten. False: call->errors tell why, or there was no memory. */
MUST_USE bool call_parse(struct call *call, enum body_rule rule, struct json_value *root,
                         bool *given);

/* Replies with a status and one error. What a reply began to say is dropped. */
void call_refuse(struct call *call, int status, const char *code, const char *format, ...)
    PRINTF(4, 5);

/* Replies with the errors that were gathered, at least one. */
void call_refuse_errors(struct call *call, int status, const char *code);

/* Replies with 400: the campaign's model is none of these, bits of 1 << placement; with their
 * names. */
void call_refuse_placement(struct call *call, uint32_t placements, bool listed);

/* Replies with 400 and the errors that were gathered; without any there was no memory: 503. */
void call_refuse_invalid(struct call *call);

/* Replies with 405, and in Allow the verbs that the row's path has. */
void call_refuse_verb(struct call *call, const struct route_table *table, const struct route *row);

/* Replies with 503, worth a retry; where calls cost something their API gives that back before. */
void call_refuse_unavailable(struct call *call);

/* Copies keys, or bytes alone, into the exchange's arena, so that they outlive the document. NULL,
 * or false: no memory. */
MUST_USE struct stock_key *call_keep_keys(struct call *call, const struct stock_key *keys,
                                          uint32_t keys_count);
MUST_USE bool call_keep_bytes(struct call *call, struct bytes *bytes);

#endif
