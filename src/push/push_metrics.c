/* Push's own figures. */
#include <stdio.h>

#include "base/metric_text.h"
#include "push/push_internal.h"

enum { LABELS_BYTES_MAX = 96 };

static void write_failures(const struct push *push, struct buffer *page)
{
    static const char name[] = "stockd_push_failures_total";
    metric_write_head(page, name, "counter", "Requests to shops that were not answered well.");
    for (int reason = PUSH_FINE + 1; reason < PUSH_REASONS_COUNT; reason++) {
        char labels[LABELS_BYTES_MAX];
        (void)snprintf(labels, sizeof(labels), "code=\"%s\",reason=\"%s\"",
                       push_reason_code((enum push_reason)reason),
                       push_reason_text((enum push_reason)reason));
        metric_write_value(page, name, labels, metric_read(&push->metrics.failures[reason]));
    }
}

static void write_shops(struct push *push, struct buffer *page)
{
    static const char name[] = "stockd_push_shops";
    uint32_t on = 0;
    pthread_mutex_lock(&push->lock);
    const uint32_t all = push->shops_count;
    const uint32_t busy = push->transfers_busy;
    for (uint32_t i = 0; i < all; i++)
        on += push->shops[i]->schedule.phase != SCHEDULE_OFF;
    pthread_mutex_unlock(&push->lock);
    metric_write_head(page, name, "gauge", "Shops that are asked for their stock, or no longer.");
    metric_write_value(page, name, "state=\"on\"", on);
    metric_write_value(page, name, "state=\"off\"", all - on);
    metric_write_gauge(page, "stockd_push_requests_busy", "Requests to shops that are under way.",
                       busy);
}

void push_write_metrics(void *context, struct buffer *page)
{
    struct push *push = context;
    metric_write_counter(page, "stockd_push_requests_total",
                         "Requests to shops, with wrong tokens too.",
                         metric_read(&push->metrics.requests));
    write_failures(push, page);
    metric_write_counter(page, "stockd_push_skus_stored_total",
                         "SKUs whose count came from a shop and is durable.",
                         metric_read(&push->metrics.skus_stored));
    metric_write_counter(page, "stockd_push_skus_stale_total",
                         "SKUs of shops' answers left out because a newer count was known.",
                         metric_read(&push->metrics.skus_stale));
    metric_write_counter(page, "stockd_push_skus_dropped_total",
                         "SKUs of shops' answers left out for a moment too far off.",
                         metric_read(&push->metrics.skus_dropped));
    write_shops(push, page);
}
