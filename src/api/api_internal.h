/* What the files of api/ share: the api itself, one call of it, and the operations. */
#ifndef API_API_INTERNAL_H
#define API_API_INTERNAL_H

#include "api/api.h"
#include "api/limiter.h"
#include "api/parser_pool.h"
#include "base/metric.h"
#include "wire/get_stocks.h"

/* What is counted by; the last of each is any other. */
enum { API_STATUSES_COUNT = 11, API_METHODS_COUNT = 3 };

struct api_metrics {
    struct metric_counter requests[API_METHODS_COUNT][API_STATUSES_COUNT];
    struct metric_counter skus_written;
    struct metric_counter skus_stale;
    struct metric_counter skus_read;
};

struct api {
    struct api_settings settings;
    struct store *store;
    const struct registry *registry;
    struct limiter *limiter;
    struct parser_pool *parsers;
    struct api_metrics metrics;
};

struct operation_row;

/* One request of the public API on its way; in the exchange's arena. */
struct api_call {
    struct api *api;
    struct http_exchange *exchange;
    const struct operation_row *row; /* NULL: no method of ours. */
    struct bytes campaign_text;      /* As the path has it. */
    int64_t campaign_id;
    bool campaign_id_given; /* It is a number. */
    bool campaign_found;    /* `campaign` is set; it may be a stranger's. */
    struct campaign_facts campaign;
    struct token_facts token;
    bool oauth;
    bool entered;               /* Counted as under way. */
    int64_t charged;            /* Taken from the rate window. */
    bool rated;                 /* The campaign exists: its rate window is shown. */
    struct json_parser *parser; /* While decoding. */
    struct error_list errors;
    struct get_stocks get; /* Of getStocks. */
    uint64_t page_filter;
    struct store_command command;
};

/* What a method of the API does once its request passed the common steps. */
struct operation {
    /* Checks query and body (root is NULL without one) and fills call->command.
     * False: the call was refused. */
    bool (*decode)(struct api_call *call, const struct json_value *root);
    /* The command is complete and its verdict OK: writes the reply. */
    void (*encode)(struct api_call *call);
};

extern const struct operation operation_put_stocks;
extern const struct operation operation_get_stocks;

/* A row of the one table of methods. */
struct operation_row {
    const char *verb;
    const char *path;    /* Behind the version; `{campaignId}` stands for one segment. */
    const char *allow;   /* Verbs of this path. */
    uint32_t scopes;     /* Any one of them suffices. */
    uint32_t placements; /* Models that may call it: bits of 1 << placement. */
    bool body_required;
    uint32_t rate; /* Index into api_rate_limits. */
    const struct operation *operation;
};

enum { API_RATE_LIMITS_COUNT = 2 };
extern const struct rate_limit api_rate_limits[API_RATE_LIMITS_COUNT];

enum route_match { ROUTE_FOUND, ROUTE_NO_PATH, ROUTE_NO_VERB };

/* Finds the row of a request. ROUTE_NO_VERB sets *row to one of the path's rows. */
enum route_match route_find(struct bytes verb, struct bytes path, const struct operation_row **row,
                            struct bytes *campaign_text);

/* Who asks (CONTRACT §9). False: the call was refused with 400, 401 or 403. */
MUST_USE bool auth_check(struct api_call *call);

/* The token's scopes against the row's. False: refused with 403. */
MUST_USE bool auth_check_scopes(struct api_call *call);

/* Refuse a call: status, code as C4 has it, and a message of §0.5. */
void refuse(struct api_call *call, int status, const char *format, ...) PRINTF(3, 4);

/* Refuses a campaign whose model may not call this method. */
void refuse_model(struct api_call *call);

/* Refuses with what call->errors hold, 400; without any, there was no memory: 503. */
void refuse_invalid(struct api_call *call);

/* Refuses what the store refused. */
void refuse_verdict(struct api_call *call);

/* Takes the cost from the campaign's window. False: refused with 420. */
MUST_USE bool rate_take(struct api_call *call, int64_t cost);

void refuse_rate(struct api_call *call);

/* Counts an exchange that ends, by method and status. */
void count_request(struct api *api, const struct http_exchange *exchange);

#endif
