/* A request begins when a lane is free and its minute has room; the next one never begins before
 * it. */
#include "ctl/estimate.h"

enum { WINDOW_MS = 60 * 1000 };

void estimate_init(struct estimate *estimate, const struct estimate_limits *limits,
                   int64_t start_ms)
{
    ASSERT(limits->at_once > 0 && limits->at_once <= ESTIMATE_AT_ONCE_MAX);
    *estimate = (struct estimate){
        .limits = *limits,
        .start_ms = start_ms,
        .end_ms = start_ms,
        .window_start_ms = start_ms - start_ms % WINDOW_MS,
        .window_left = limits->skus_left,
    };
    for (int i = 0; i < ESTIMATE_AT_ONCE_MAX; i++)
        estimate->lanes_ms[i] = start_ms;
}

static int64_t *first_free_lane(struct estimate *estimate)
{
    int64_t *first = &estimate->lanes_ms[0];
    for (int64_t i = 1; i < estimate->limits.at_once; i++) {
        if (estimate->lanes_ms[i] < *first)
            first = &estimate->lanes_ms[i];
    }
    return first;
}

/* Opens the minute that `moment_ms` lies in, when it is a later one. */
static void window_open(struct estimate *estimate, int64_t moment_ms)
{
    if (moment_ms < estimate->window_start_ms + WINDOW_MS)
        return;
    estimate->window_start_ms = moment_ms - moment_ms % WINDOW_MS;
    estimate->window_left = estimate->limits.skus_per_minute;
}

void estimate_add(struct estimate *estimate, int64_t skus, int64_t bytes)
{
    const int64_t window_before_ms = estimate->window_start_ms;
    int64_t *lane = first_free_lane(estimate);
    int64_t begin_ms = *lane;
    if (begin_ms < estimate->window_start_ms)
        begin_ms = estimate->window_start_ms;
    window_open(estimate, begin_ms);
    if (estimate->limits.skus_per_minute > 0 && skus > estimate->window_left) {
        begin_ms = estimate->window_start_ms + WINDOW_MS;
        window_open(estimate, begin_ms);
    }
    estimate->window_left -= skus;
    estimate->minutes += estimate->requests == 0 || estimate->window_start_ms != window_before_ms;
    estimate->requests++;
    estimate->skus += skus;
    estimate->bytes += bytes;
    *lane = begin_ms + estimate->limits.request_ms;
    if (estimate->end_ms < *lane)
        estimate->end_ms = *lane;
}

int64_t estimate_ms(const struct estimate *estimate)
{
    return estimate->end_ms - estimate->start_ms;
}

int64_t estimate_without_rate_ms(const struct estimate *estimate)
{
    const int64_t at_once = estimate->limits.at_once;
    return (estimate->requests + at_once - 1) / at_once * estimate->limits.request_ms;
}
