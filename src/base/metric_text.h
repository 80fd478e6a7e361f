/* Metrics as text, in the exposition format of Prometheus (version 0.0.4). */
#ifndef BASE_METRIC_TEXT_H
#define BASE_METRIC_TEXT_H

#include "base/buffer.h"
#include "base/metric.h"

/* A module that has figures to show: writes its lines. */
struct metric_source {
    void *context;
    void (*write)(void *context, struct buffer *page);
};

/* Writes the HELP and TYPE lines of a family. `type` is counter, gauge or histogram. */
void metric_write_head(struct buffer *page, const char *name, const char *type, const char *help);

/* Writes one line; `labels` is what stands between the braces, or "". */
void metric_write_value(struct buffer *page, const char *name, const char *labels, uint64_t value);

/* Writes a family of one line. */
void metric_write_counter(struct buffer *page, const char *name, const char *help, uint64_t value);
void metric_write_gauge(struct buffer *page, const char *name, const char *help, uint64_t value);

/* Writes a histogram; bounds and sum are divided by `unit` (1 or 1000000: microseconds become
 * seconds). */
void metric_write_histogram(struct buffer *page, const char *name, const char *help,
                            const struct metric_histogram *histogram, uint64_t unit);

#endif
