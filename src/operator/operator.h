/* The operator's listener: liveness, readiness and metrics (docs/operating.md), for the people and
 * machines that run the service. An HTTP handler like the public API. */
#ifndef OPERATOR_OPERATOR_H
#define OPERATOR_OPERATOR_H

#include "base/metric_text.h"
#include "store/store.h"
#include "wire/http.h"

struct operator_page;

/* Everything is lent for the handler's life; `sources` add their figures to /metrics. */
struct operator_settings {
    struct os *os;
    struct store *store;
    const struct metric_source *sources;
    size_t sources_count;
    const char *version;
};

/* NULL: no memory. */
MUST_USE struct operator_page *operator_create(const struct operator_settings *settings);
void operator_destroy(struct operator_page *page);

/* The handler for the operator's listener; lives as long as the page. Any thread. */
struct http_handler operator_handler(struct operator_page *page);

#endif
