/* What the files of the operator API share: the api itself, one call of it, and the methods. */
#ifndef OPERATOR_OPERATOR_INTERNAL_H
#define OPERATOR_OPERATOR_INTERNAL_H

#include <pthread.h>

#include "call/call.h"
#include "call/route.h"
#include "operator/health.h"
#include "operator/operator.h"
#include "operator/sessions.h"

struct order_claim;

struct operator_api {
    struct operator_settings settings;
    struct parser_pool *parsers;
    struct sessions *sessions;
    struct health *health;
    pthread_t beat_thread; /* Samples health, while `beats`. */
    bool beats;
    pthread_mutex_t beat_lock; /* Guards `stopping`, held together with no other. */
    pthread_cond_t beat_changed;
    bool stopping;
    struct worker *worker;      /* For methods that block, */
    struct worker *long_worker; /* and for those that do for seconds. */
    struct uploads *uploads;
    pthread_mutex_t claims_lock; /* Guards what follows. Never held together with another lock. */
    int64_t claim_last;          /* Number of the last claim, or a higher one that was met. */
    struct order_claim *claims;  /* Orders that are being made: order_place.h. */
};

struct operator_row;

/* One request of the operator API on its way; in the exchange's arena. */
struct operator_call {
    struct call call; /* First: a struct call is one of these. */
    struct operator_api *api;
    const struct operator_row *row; /* NULL: no method of ours. */
    uint64_t session;               /* Its number; 0: the request showed the operator's token. */
    struct route_values values;
    struct campaign_facts campaign; /* Where the path names one. */
    void *state;                    /* The method's own, in the arena. */
};

/* What a method does once its request passed the common steps. */
struct operator_method {
    /* Checks query and body (root is NULL without one). False: call->errors tell what is wrong, or
     * nothing: there was no memory. NULL: there is nothing to check. */
    bool (*decode)(struct operator_call *call, const struct json_value *root);
    /* True: a command was filled in. False: the reply is there. */
    bool (*begin)(struct operator_call *call);
    /* The command is complete, and there was room. As begin(). NULL: it has no commands. */
    bool (*proceed)(struct operator_call *call);
    /* The call is over, answered or not. NULL: nothing is to be done. */
    void (*end)(struct operator_call *call);
    bool blocks;  /* begin() waits for the disk: it is run in the worker. */
    bool is_long; /* begin() takes seconds: it is run in a worker of its own kind. */
    /* The head passed, and the body comes next. False: refused. NULL: nothing is to be done. */
    bool (*open)(struct operator_call *call);
    void (*take_body)(struct http_exchange *exchange, struct bytes piece); /* See wire/http.h. */
};

extern const struct operator_method method_open_session;
extern const struct operator_method method_get_session;
extern const struct operator_method method_close_session;
extern const struct operator_method method_get_registry;
extern const struct operator_method method_update_registry;
extern const struct operator_method method_list_tokens;
extern const struct operator_method method_make_token;
extern const struct operator_method method_revoke_token;
extern const struct operator_method method_list_requests;
extern const struct operator_method method_list_orders;
extern const struct operator_method method_stream_requests;
extern const struct operator_method method_make_order;
extern const struct operator_method method_get_order;
extern const struct operator_method method_pack_order;
extern const struct operator_method method_ship_order;
extern const struct operator_method method_cancel_order;
extern const struct operator_method method_get_history;
extern const struct operator_method method_count_stocks;
extern const struct operator_method method_free_storage;
extern const struct operator_method method_list_stores;
extern const struct operator_method method_list_stocks;
extern const struct operator_method method_list_push;
extern const struct operator_method method_enable_push;
extern const struct operator_method method_ask_push;
extern const struct operator_method method_get_health;
extern const struct operator_method method_get_checkpoint;
extern const struct operator_method method_make_checkpoint;
extern const struct operator_method method_make_upload;
extern const struct operator_method method_get_upload;
extern const struct operator_method method_drop_upload;
extern const struct operator_method method_list_upload_changes;
extern const struct operator_method method_apply_upload;
extern const struct operator_method method_get_template;

/* A row of the one table of methods. */
struct operator_row {
    struct route route;
    enum body_rule body;
    bool of_campaign; /* Its path begins with campaigns/{campaignId}. */
    int64_t body_bytes_max;
    const struct operator_method *method;
};

extern const struct route_table operator_routes;

/* A row of the table; index < operator_routes.rows_count. */
const struct route *operator_route_at(size_t index);

/* Finds the row of a request by verb and path. */
enum route_match operator_route_find(struct operator_call *call);

/* Whether the request may use its row's method: it shows the operator's token or a session, and
 * comes from nobody else's page. Refused otherwise. */
bool operator_check_credentials(struct operator_call *call);

/* Whether this is the operator's token. Takes the same time whatever it is. */
bool operator_token_is_right(const struct operator_api *api, struct bytes token);

/* The cookies of a session. Browsers take the first one with Secure alone, and send it to this very
 * host alone (RFC 6265bis §4.1.3). */
#define SESSION_COOKIE_SECURE "__Host-stockd_session"
#define SESSION_COOKIE_PLAIN  "stockd_session"

/* Ends the sessions that the request's cookies name. */
void operator_end_sessions(struct operator_call *call);

/* Whether the path is one of the API, and not that of a page. */
bool operator_path_is_api(struct bytes path);

/* Writes what /metrics shows. Any thread. */
void operator_write_metrics(struct operator_api *api, struct buffer *page);

/* What is done each ten seconds: a sample of health, and a sign of life to who listens to the query
 * log, or the end where their session is over. */
void operator_beat(struct operator_api *api);

/* Ends who listens to the query log by a session that is over. Any thread. */
void operator_end_streams(struct operator_api *api);

/* Writes one of the pages, a file of the cabinet, or 404. */
void operator_page_write(struct operator_api *api, struct http_exchange *exchange);

/* Reads the parameter `status` of the query log's methods. False: it is refused. */
bool requests_take_status(struct call *call, struct request_filter *filter);

/* Replies to an error of a blocking call that changes something: ERR_INVALID with the errors that
 * were gathered, all others as trouble of ours. */
void operator_refuse_error(struct operator_call *call, enum err error);

/* Replies that the body is larger than the method takes. Returns false. */
bool operator_refuse_too_big(struct operator_call *call);

/* The upload of the path, held (operator/uploads.h). NULL: refused. */
struct upload *operator_find_upload(struct operator_call *call);

/* Replies with the plain success. */
void operator_reply_ok(struct operator_call *call);

#endif
