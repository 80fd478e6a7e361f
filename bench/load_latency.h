/* How long requests took: counts in buckets whose width is at most 1/64 of their value, from which
 * percentiles are read. Adding costs a few instructions and no memory grows. */

#ifndef BENCH_LOAD_LATENCY_H
#define BENCH_LOAD_LATENCY_H

#include <stdint.h>

enum {
    LATENCY_STEP_BITS = 6, /* 64 buckets to each doubling. */
    LATENCY_STEPS = 1 << LATENCY_STEP_BITS,
    LATENCY_BUCKETS = LATENCY_STEPS * (65 - LATENCY_STEP_BITS),
};

struct latency {
    int64_t count;
    int64_t max_ns;
    int64_t buckets[LATENCY_BUCKETS];
};

static inline void latency_add(struct latency *latency, int64_t wait_ns)
{
    const uint64_t value = wait_ns < 1 ? 1 : (uint64_t)wait_ns;
    const int bits = 64 - __builtin_clzll(value);
    const int shift = bits > LATENCY_STEP_BITS + 1 ? bits - LATENCY_STEP_BITS - 1 : 0;
    const uint64_t bucket = (value >> shift) + (uint64_t)shift * LATENCY_STEPS;
    latency->buckets[bucket]++;
    latency->count++;
    if (wait_ns > latency->max_ns)
        latency->max_ns = wait_ns;
}

static inline void latency_merge(struct latency *into, const struct latency *from)
{
    for (int i = 0; i < LATENCY_BUCKETS; i++)
        into->buckets[i] += from->buckets[i];
    into->count += from->count;
    if (from->max_ns > into->max_ns)
        into->max_ns = from->max_ns;
}

/* The upper end of the bucket that holds the given share of the requests; 0 when there are none. */
static inline int64_t latency_percentile_ns(const struct latency *latency, int64_t percent)
{
    const int64_t rank = (latency->count * percent + 99) / 100;
    int64_t seen = 0;
    for (int i = 0; i < LATENCY_BUCKETS; i++) {
        seen += latency->buckets[i];
        if (seen < rank || seen == 0)
            continue;
        const int shift = i < 2 * LATENCY_STEPS ? 0 : i / LATENCY_STEPS - 1;
        const int64_t step = i - (int64_t)shift * LATENCY_STEPS;
        const int64_t upper_ns = ((step + 1) << shift) - 1;
        return upper_ns < latency->max_ns ? upper_ns : latency->max_ns;
    }
    return 0;
}

#endif
