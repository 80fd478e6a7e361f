/* The public API (CONTRACT §1, §2, §4…§10, §14): an HTTP handler over a store and a registry. */
#ifndef API_API_H
#define API_API_H

#include "call/registry_keeper.h"
#include "call/update_counts.h"
#include "registry/registry.h"
#include "store/store.h"
#include "wire/http.h"
#include "wire/request_entry.h"

struct api;

/* Which text of the documentation the answers follow (CONTRACT, head). */
enum edition { EDITION_2025, EDITION_2026 };

/* What edition 2026 makes some limits depend on. */
enum tariff { TARIFF_NONE, TARIFF_MEDIUM };

struct api_settings {
    struct os *os;
    struct request_sink sink; /* Hears of each finished request; `add` may be NULL: nobody does. */
    struct update_counts *update_counts; /* Hears of each update; NULL: nobody does. */
    enum edition edition;
    enum tariff tariff;
    enum store_unknown unknown_sku; /* C6 */
    int64_t future_tolerance_ms;    /* C10 */
    uint32_t parallel_max;          /* C49; 0: as the edition has it. */
    bool limits_enforced;
    const char *origins;    /* Whose pages may call it; see call/origins.h. */
    bool key_shape_checked; /* C43: tell what is wrong with the shape of an unknown key. */
};

/* Everything is lent for the api's life, os and sink too. NULL: no memory. */
MUST_USE struct api *api_create(const struct api_settings *settings, struct store *store,
                                struct registry *registry, struct registry_keeper *keeper);
void api_destroy(struct api *api);

/* The handler for the public listener; lives as long as the api. Any thread. */
struct http_handler api_handler(struct api *api);

/* Writes the API's figures for /metrics. `context` is the api. Any thread. */
void api_write_metrics(void *context, struct buffer *page);

#endif
