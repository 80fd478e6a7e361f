/* What the files of api/ share: the api itself, one call of it, and the methods. */
#ifndef API_API_INTERNAL_H
#define API_API_INTERNAL_H

#include "api/api.h"
#include "api/limiter.h"
#include "api/limits.h"
#include "base/metric.h"
#include "base/moment_id.h"
#include "call/call.h"
#include "call/route.h"

/* What is counted by; the last of each is any other. */
enum { API_STATUSES_COUNT = 11, API_METHODS_COUNT = 5 };

struct api_metrics {
    struct metric_counter requests[API_METHODS_COUNT][API_STATUSES_COUNT];
    struct metric_counter skus_written;
    struct metric_counter skus_stale;
    struct metric_counter skus_read;
};

struct api {
    struct api_settings settings;
    struct store *store;
    struct registry *registry;
    struct registry_keeper *keeper;
    struct limiter *limiter;
    bool store_counts; /* Windows; the limiter only remembers them. */
    struct parser_pool *parsers;
    struct worker *worker;                /* For methods that block. */
    struct rate_limit rates[RATES_COUNT]; /* Of this edition and tariff. */
    enum rate_unit rate_units[RATES_COUNT];
    struct moment_ids request_ids; /* For the query log, where one is kept. */
    struct api_metrics metrics;
};

struct operation_row;

/* What goes with a payment; in the arena. */
struct rate_payment {
    struct store_spend spend;
    struct rate_told told;        /* What the store said, */
    bool is_told;                 /* if it did: then the reply shows it. */
    struct store_command command; /* That comes behind, where the payment has one of its own, */
    bool keeps_document;          /* and whether it needs the document for longer. */
    int status;                   /* Of a reply that is there already; 0: none. */
};

/* What a call has to pay where the store counts windows: with the first command of the method, or
 * with one of its own where there is none, or when the reply is there that the cost was known by.
 */
struct rate_due {
    bool owes;  /* `cost` is to be paid, 0 included: then it only asks. */
    bool rides; /* The command under way pays first, */
    bool pays;  /* or is nothing but the payment. */
    int64_t cost;
    struct rate_payment *payment; /* NULL: none was begun. */
};

/* One request of the public API on its way; in the exchange's arena. */
struct api_call {
    struct call call; /* First: a struct call is one of these. */
    struct api *api;
    const struct operation_row *row; /* NULL: no method of ours. */
    struct route_values values;
    struct token_facts token;
    bool oauth;
    int64_t subject_id; /* Campaign or business of the path. */
    bool subject_given; /* It is a number. */
    bool own;           /* The subject exists and belongs to the token's business. */
    bool campaign_found;
    struct campaign_facts campaign; /* Where campaign_found; it may be a stranger's. */
    int64_t entity;                 /* For the limiter; 0: none yet. */
    bool entered;                   /* Counted as under way. */
    bool rated;                     /* The rate window of the entity is shown. */
    int64_t received_at_ms;
    int64_t received_us;  /* On the clock that never goes back. */
    int64_t charged;      /* Taken from the rate window. */
    struct rate_due due;  /* Where the store counts. */
    uint32_t items_count; /* Elements of the body's list, valid or not: the cost (C50). */
    void *state;          /* The method's own, in the arena. */
};

/* What a method does once its request passed the common steps. */
struct operation {
    /* Checks query and body (root is NULL without one). False: call->errors tell what is wrong, or
     * nothing: there was no memory. NULL: there is nothing to check. */
    bool (*decode)(struct api_call *call, const struct json_value *root);
    /* True: a command was filled in. False: the reply is there. NULL: decode() filled it in. */
    bool (*begin)(struct api_call *call);
    /* The command is complete, and there was room. As begin(). NULL: it has no commands. */
    bool (*proceed)(struct api_call *call);
    bool blocks; /* begin() waits for a change of the registry: it is run in the worker. */
};

extern const struct operation operation_put_stocks;
extern const struct operation operation_get_stocks;
extern const struct operation operation_add_hidden_offers;
extern const struct operation operation_list_hidden_offers;
extern const struct operation operation_delete_hidden_offers;
extern const struct operation operation_get_campaign_offers;
extern const struct operation operation_update_campaign_offers;
extern const struct operation operation_delete_campaign_offers;
extern const struct operation operation_archive;
extern const struct operation operation_unarchive;
extern const struct operation operation_get_offer_mappings;
extern const struct operation operation_list_campaigns;
extern const struct operation operation_get_campaign;
extern const struct operation operation_list_market_warehouses;
extern const struct operation operation_list_warehouses;
extern const struct operation operation_page_warehouses;
extern const struct operation operation_warehouse_status;
extern const struct operation operation_auth_token;
extern const struct operation operation_v3_put_stocks;
extern const struct operation operation_v3_get_stocks;
extern const struct operation operation_v3_page_warehouses;
extern const struct operation operation_v3_model_status;

/* A row of the one table of methods. */
struct operation_row {
    struct route route;
    uint32_t scopes;     /* Any one of them suffices. */
    uint32_t placements; /* Models that may call it: bits of 1 << placement. 0: no campaign's. */
    enum body_rule body;
    bool inactive_allowed; /* For campaigns that are switched off, too (C37). */
    enum rate rate;
    const struct operation *operation;
};

extern const struct route_table api_routes;

/* Finds the row of a request by verb and path, version and suffix included. */
enum route_match api_route_find(struct api_call *call);

/* Checks of a request, in api.c's order. False: refused. */
MUST_USE bool auth_check(struct api_call *call); /* Who asks (CONTRACT §9): 400, 401, 403. */
MUST_USE bool auth_check_scopes(struct api_call *call);   /* 403 */
MUST_USE bool subject_enter(struct api_call *call);       /* Parallel requests: 420. */
MUST_USE bool subject_check(struct api_call *call);       /* Campaign or business: 400, 403, 404. */
MUST_USE bool subject_check_model(struct api_call *call); /* 400 */
MUST_USE bool body_check_told_size(struct api_call *call);
MUST_USE bool body_check_size(struct api_call *call);
MUST_USE bool body_check_type(struct api_call *call); /* 400, 415 */
MUST_USE bool body_decode(struct api_call *call);

/* The same checks of campaigns that are named elsewhere: whether one is switched on (403), and
 * before that whether it is there and the token's (404, 403); then it is call->campaign. */
MUST_USE bool subject_check_active(struct api_call *call, const struct campaign_facts *campaign);
MUST_USE bool subject_check_campaign(struct api_call *call, int64_t id);

/* The request is not under way any more. */
void subject_leave(struct api_call *call);

/* Refuses a call: status, code as C4 has it, and a message of §0.5. */
void refuse(struct api_call *call, int status, const char *format, ...) PRINTF(3, 4);

/* The failure is ours: 503, and it costs nothing (C50). For struct call. */
void refuse_unavailable(struct call *base);

/* Refuses a page's position that the store does not know. */
void refuse_page_token(struct api_call *call);

/* Takes a cost from the entity's window. False: refused with 420. Where the store counts the call
 * owes it from now on, and may be refused when it pays. */
MUST_USE bool rate_take(struct api_call *call, int64_t cost);

/* Takes what a bad or a good request costs by its head and body; offers that are answered are
 * taken with rate_take_answered() when they are known. */
MUST_USE bool rate_take_request(struct api_call *call, bool valid);
MUST_USE bool rate_take_answered(struct api_call *call, uint32_t offers_count);

/* Whether anything is left in the window. False: refused with 420. */
MUST_USE bool rate_check(struct api_call *call);

/* The command that is there pays first what the call owes. False: there was no memory, and the
 * reply says so. When it is complete: false, it was refused. */
MUST_USE bool rate_ride(struct api_call *call);
MUST_USE bool rate_ridden(struct api_call *call);

/* Fills in the command that pays what the call owes, in the place of the one that was. False: there
 * was no memory, and the reply says so. */
MUST_USE bool rate_pay(struct api_call *call);

/* It is complete, and there was room. True: the command that was there before is there again.
 * False: the reply is there; it was paid for, or it is 420 now. */
MUST_USE bool rate_paid(struct api_call *call);

/* Both at once, where the thread may block. As rate_paid(). */
MUST_USE bool rate_pay_waiting(struct api_call *call);

/* Pays for a reply that leaves at once, and is not refused any more. */
void rate_pay_aside(struct api_call *call);

/* Gives back what was taken: the request came to nothing. */
void rate_give_back(struct api_call *call);

/* The rate headers of the reply. */
void rate_show(struct api_call *call);

/* Tells the query log of a request that ends. */
void request_note(struct api_call *call);

/* Counts an exchange that ends, by method and status. */
void count_request(struct api *api, const struct http_exchange *exchange);

#endif
