/* What the files of the operator API share: the api itself, one call of it, and the methods. */
#ifndef OPERATOR_OPERATOR_INTERNAL_H
#define OPERATOR_OPERATOR_INTERNAL_H

#include <pthread.h>

#include "call/call.h"
#include "call/route.h"
#include "operator/operator.h"

struct order_claim;

struct operator_api {
    struct operator_settings settings;
    struct parser_pool *parsers;
    pthread_mutex_t claims_lock; /* Guards `claims`. Never held together with another lock. */
    struct order_claim *claims;  /* Orders that are being made: order_place.h. */
};

struct operator_row;

/* One request of the operator API on its way; in the exchange's arena. */
struct operator_call {
    struct call call; /* First: a struct call is one of these. */
    struct operator_api *api;
    const struct operator_row *row; /* NULL: no method of ours. */
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
};

extern const struct operator_method method_get_registry;
extern const struct operator_method method_update_registry;
extern const struct operator_method method_list_tokens;
extern const struct operator_method method_make_token;
extern const struct operator_method method_revoke_token;
extern const struct operator_method method_list_requests;
extern const struct operator_method method_make_order;
extern const struct operator_method method_get_order;
extern const struct operator_method method_pack_order;
extern const struct operator_method method_ship_order;
extern const struct operator_method method_cancel_order;
extern const struct operator_method method_count_stocks;
extern const struct operator_method method_free_storage;
extern const struct operator_method method_list_push;
extern const struct operator_method method_enable_push;
extern const struct operator_method method_ask_push;

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

/* Whether the path is one of the API, and not that of a page. */
bool operator_path_is_api(struct bytes path);

/* Writes one of the pages, or 404. */
void operator_page_write(struct operator_api *api, struct http_exchange *exchange);

/* Replies to an error of a blocking call that changes something: ERR_INVALID with the errors that
 * were gathered, all others as trouble of ours. */
void operator_refuse_error(struct operator_call *call, enum err error);

/* Replies with the plain success. */
void operator_reply_ok(struct operator_call *call);

#endif
