/* How it went in the last hour: a sample each ten seconds of the figures that /metrics shows, made
 * from that very page, so that a chart and a graph elsewhere say the same. Kept in memory. */
#ifndef OPERATOR_HEALTH_H
#define OPERATOR_HEALTH_H

#include "base/buffer.h"

enum { HEALTH_INTERVAL_MS = 10000, HEALTH_SAMPLES_MAX = 360 };

struct health;

/* NULL: no memory. */
MUST_USE struct health *health_create(void);
void health_destroy(struct health *health);

/* Takes a sample: the page as it is at this moment, which is told by the wall clock and by one that
 * never goes back. The first one is what the next is compared with. One thread. */
void health_take(struct health *health, int64_t now_ms, int64_t uptime_us, struct bytes page);

/* Writes the answer of GET health: samples of `from_ms` and later. Any thread. */
void health_encode(struct health *health, int64_t from_ms, struct buffer *body);

#endif
