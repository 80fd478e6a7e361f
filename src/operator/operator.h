/* The operator's listener: pages for supervisors (liveness, readiness, metrics), and the operator
 * API under /api/v1 (docs/contract.md, "The operator API"): registry, tokens, orders, counts of the
 * Market, the query log, push. An HTTP handler like the public API. */
#ifndef OPERATOR_OPERATOR_H
#define OPERATOR_OPERATOR_H

#include "base/metric_text.h"
#include "base/sha256.h"
#include "call/registry_keeper.h"
#include "call/update_counts.h"
#include "operator/request_log.h"
#include "operator/web_files.h"
#include "store/store.h"
#include "wire/http.h"
#include "wire/push_state.h"

struct operator_api;
struct request_streams;

/* Push, as far as the operator speaks of it. May be called from any thread. */
struct operator_push {
    void *context;
    /* Gives the state of all shops, by campaign. In the arena. ERR_MEMORY. */
    enum err (*list)(void *context, struct arena *arena, struct push_state **shops,
                     uint32_t *shops_count);
    /* Switches a shop on again and asks it at once; durable when this returns. ERR_NOT_FOUND: the
     * campaign has no shop to ask; ERR_FULL, ERR_MEMORY. */
    enum err (*enable)(void *context, int64_t campaign_id);
    /* Asks a shop at once. ERR_NOT_FOUND; ERR_DENIED: it is switched off. */
    enum err (*ask)(void *context, int64_t campaign_id);
};

/* Everything is lent for the handler's life; `sources` add their figures to /metrics. */
struct operator_settings {
    struct os *os;
    struct store *store;
    struct registry *registry;
    struct registry_keeper *keeper;
    struct request_log *request_log;         /* NULL: none is kept. */
    struct update_counts *update_counts;     /* NULL: nobody counts. */
    struct request_streams *request_streams; /* NULL, as there is no log. */
    struct operator_push push;
    struct sha256 token;         /* Of the text that opens the API. */
    const char *hosts;           /* See host_name.h; NULL: none beside those. */
    int64_t future_tolerance_ms; /* C10 */
    int64_t past_tolerance_ms;   /* CONTRACT §1.5; negative: none. */
    enum store_unknown unknown_sku;
    const char *folder; /* For temporary files; NULL: where those of the machine are. */
    const struct metric_source *sources;
    size_t sources_count;
    const char *version;
    const struct web_file *web_files;
    size_t web_files_count;
    const char *public_url; /* Of the public API, without a slash at its end; a `*` in it stands for
                               the host that a request called this listener by. */
    const char *origins;    /* Where the cabinet may be opened beside Host; see call/origins.h. */
    bool is_tls;            /* This listener has TLS. */
    const char *store_name; /* "local" or "postgresql". */
    int64_t edition;        /* Of the public API: 2025 or 2026. */
    int64_t history_days;   /* Of SKUs; 0: none is kept. */
};

/* NULL: no memory. */
MUST_USE struct operator_api *operator_create(const struct operator_settings *settings);
void operator_destroy(struct operator_api *api);

/* Starts the thread that samples health, ended by operator_stop(), which does nothing where it was
 * not started. ERR_MEMORY. */
MUST_USE enum err operator_start(struct operator_api *api);
void operator_stop(struct operator_api *api);

/* The handler for the operator's listener; lives as long as the api. Any thread. A change of the
 * registry, of push, and a page of the query log block the thread that asks for them, for a sync or
 * some reads of the disk: the listener has threads of its own. */
struct http_handler operator_handler(struct operator_api *api);

/* Bytes of the largest body that some method takes. */
#define OPERATOR_BODY_BYTES_MAX REGISTRY_DOCUMENT_BYTES_MAX

#endif
