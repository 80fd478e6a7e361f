/* How long it takes to tell a campaign its stock under the limits of the API (CONTRACT §10): so
 * many SKUs a minute of the clock, so many requests at once. A small simulation in milliseconds
 * since the beginning of a minute. Pure. */
#ifndef CTL_ESTIMATE_H
#define CTL_ESTIMATE_H

#include "base/bytes.h"

enum { ESTIMATE_AT_ONCE_MAX = 16 };

struct estimate_limits {
    int64_t skus_per_minute; /* 0: any number. */
    int64_t skus_left;       /* Of the first minute. */
    int64_t at_once;         /* Requests, up to ESTIMATE_AT_ONCE_MAX. */
    int64_t request_ms;      /* One takes so long. */
};

/* The requests of one campaign, in the order they are sent. */
struct estimate {
    struct estimate_limits limits;
    int64_t start_ms;
    int64_t requests;
    int64_t skus;
    int64_t bytes;
    int64_t minutes; /* Of the clock, in which something is sent. */
    int64_t end_ms;
    int64_t window_start_ms;
    int64_t window_left;
    int64_t lanes_ms[ESTIMATE_AT_ONCE_MAX]; /* When each of those at once is over. */
};

/* Begins at a moment; the minute that it lies in has limits->skus_left. */
void estimate_init(struct estimate *estimate, const struct estimate_limits *limits,
                   int64_t start_ms);

/* One more request. What does not fit in the rest of a minute waits for the next one. */
void estimate_add(struct estimate *estimate, int64_t skus, int64_t bytes);

/* How long it takes with both limits, and if only the requests at once were limited. */
int64_t estimate_ms(const struct estimate *estimate);
int64_t estimate_without_rate_ms(const struct estimate *estimate);

#endif
