/* One family a call. Histograms are kept bucket by bucket and shown cumulated, as the format wants.
 */
#include "base/metric_text.h"

#include <inttypes.h>

void metric_write_head(struct buffer *page, const char *name, const char *type, const char *help)
{
    buffer_append_format(page, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

void metric_write_value(struct buffer *page, const char *name, const char *labels, uint64_t value)
{
    if (labels[0] == '\0')
        buffer_append_format(page, "%s %" PRIu64 "\n", name, value);
    else
        buffer_append_format(page, "%s{%s} %" PRIu64 "\n", name, labels, value);
}

void metric_write_counter(struct buffer *page, const char *name, const char *help, uint64_t value)
{
    metric_write_head(page, name, "counter", help);
    metric_write_value(page, name, "", value);
}

void metric_write_gauge(struct buffer *page, const char *name, const char *help, uint64_t value)
{
    metric_write_head(page, name, "gauge", help);
    metric_write_value(page, name, "", value);
}

void metric_write_histogram(struct buffer *page, const char *name, const char *help,
                            const struct metric_histogram *histogram, uint64_t unit)
{
    const double divisor = (double)unit;
    metric_write_head(page, name, "histogram", help);
    uint64_t count = 0;
    for (int i = 0; i < METRIC_BUCKETS_COUNT - 1; i++) {
        count += metric_bucket(histogram, i);
        buffer_append_format(page, "%s_bucket{le=\"%g\"} %" PRIu64 "\n", name,
                             (double)(histogram->first << i) / divisor, count);
    }
    count += metric_bucket(histogram, METRIC_BUCKETS_COUNT - 1);
    buffer_append_format(page, "%s_bucket{le=\"+Inf\"} %" PRIu64 "\n", name, count);
    buffer_append_format(page, "%s_sum %.15g\n", name, (double)metric_sum(histogram) / divisor);
    buffer_append_format(page, "%s_count %" PRIu64 "\n", name, count);
}
