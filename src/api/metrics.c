/* The API's own figures. */
#include <stdio.h>

#include "api/api_internal.h"
#include "base/metric_text.h"

static const int statuses[API_STATUSES_COUNT - 1] = {200, 400, 401, 403, 404,
                                                     405, 415, 420, 500, 503};
static const char *const methods[API_METHODS_COUNT] = {"PUT", "POST", "GET", "DELETE", "other"};

enum { LABELS_BYTES_MAX = 64 };

void count_request(struct api *api, const struct http_exchange *exchange)
{
    size_t method = 0;
    size_t status = 0;
    while (method < API_METHODS_COUNT - 1 &&
           !bytes_equal(exchange->method, bytes_from_text(methods[method])))
        method++;
    while (status < API_STATUSES_COUNT - 1 && statuses[status] != exchange->status)
        status++;
    metric_add(&api->metrics.requests[method][status], 1);
}

void api_write_metrics(void *context, struct buffer *page)
{
    const struct api *api = context;
    static const char requests[] = "stockd_requests_total";
    metric_write_head(page, requests, "counter",
                      "Requests of the public API; status none: the client left before its "
                      "answer.");
    for (size_t method = 0; method < API_METHODS_COUNT; method++) {
        for (size_t status = 0; status < API_STATUSES_COUNT; status++) {
            char labels[LABELS_BYTES_MAX];
            if (status < API_STATUSES_COUNT - 1) {
                (void)snprintf(labels, sizeof(labels), "method=\"%s\",status=\"%d\"",
                               methods[method], statuses[status]);
            } else {
                (void)snprintf(labels, sizeof(labels), "method=\"%s\",status=\"none\"",
                               methods[method]);
            }
            metric_write_value(page, requests, labels,
                               metric_read(&api->metrics.requests[method][status]));
        }
    }
    metric_write_counter(page, "stockd_skus_written_total",
                         "SKUs whose new count was applied and is durable.",
                         metric_read(&api->metrics.skus_written));
    metric_write_counter(page, "stockd_skus_stale_total",
                         "SKUs left out because a newer count was known.",
                         metric_read(&api->metrics.skus_stale));
    metric_write_counter(page, "stockd_skus_read_total", "SKUs shown in answers.",
                         metric_read(&api->metrics.skus_read));
    metric_write_gauge(page, "stockd_limits_enforced",
                       "0 when --no-limits lifted the rate and parallel limits.",
                       api->settings.limits_enforced);
}
