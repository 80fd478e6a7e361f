/* What the load generators share when they run: the clock, the turns that their threads take one
 * after the other, so that the requests sent are a run of the sequence without holes, and the line
 * of figures that they print in the end. */

#ifndef BENCH_LOAD_FIGURES_H
#define BENCH_LOAD_FIGURES_H

#include <inttypes.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/resource.h>
#include <time.h>

#include "load_latency.h"
#include "workload.h"

static inline int64_t clock_ns(void)
{
    struct timespec now;
    if (clock_gettime(CLOCK_MONOTONIC, &now) != 0)
        die("clock_gettime", "");
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static inline int64_t process_cpu_us(void)
{
    struct rusage usage;
    if (getrusage(RUSAGE_SELF, &usage) != 0)
        die("getrusage", "");
    return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * INT64_C(1000000) +
           usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
}

/* Shared by all threads. */
struct turns {
    _Atomic int64_t next;
    int64_t count; /* Of requests at most. */
    int64_t begin_ns;
    int64_t begin_cpu_us;
    int64_t deadline_ns; /* INT64_MAX: none. */
};

/* The clock starts here; it ends after so many requests or seconds, 0: no matter how many. */
static inline void turns_begin(struct turns *turns, int64_t requests, int64_t seconds)
{
    atomic_store(&turns->next, 0);
    turns->count = requests == 0 ? INT64_MAX : requests;
    turns->begin_cpu_us = process_cpu_us();
    turns->begin_ns = clock_ns();
    turns->deadline_ns = seconds == 0 ? INT64_MAX : turns->begin_ns + seconds * INT64_C(1000000000);
}

/* Gives the next request's number, counted from 0; false when the work is done. */
static inline bool turns_take(struct turns *turns, int64_t *turn)
{
    if (clock_ns() >= turns->deadline_ns)
        return false;
    *turn = atomic_fetch_add_explicit(&turns->next, 1, memory_order_relaxed);
    return *turn < turns->count;
}

struct figures {
    struct latency latency;
    int64_t skus;
    int64_t not_ok;
    int64_t reopened;
};

static inline void figures_merge(struct figures *into, const struct figures *from)
{
    latency_merge(&into->latency, &from->latency);
    into->skus += from->skus;
    into->not_ok += from->not_ok;
    into->reopened += from->reopened;
}

/* The clock ends here. `ring_count` is the number of requests after which they come again, 0 when
 * they don't: the writes made are those of distinct_requests from first_request on. */
static inline void figures_print(const struct figures *figures, struct turns *turns,
                                 const struct workload_options *options, int64_t ring_count)
{
    const struct latency *latency = &figures->latency;
    const int64_t million = INT64_C(1000000);
    const int64_t cpu_us = process_cpu_us() - turns->begin_cpu_us;
    int64_t took_us = (clock_ns() - turns->begin_ns) / 1000;
    took_us = took_us < 1 ? 1 : took_us;
    int64_t distinct_requests = atomic_load(&turns->next);
    if (distinct_requests > turns->count)
        distinct_requests = turns->count;
    if (ring_count != 0 && distinct_requests > ring_count)
        distinct_requests = ring_count;
    printf("requests=%" PRId64 " skus=%" PRId64, latency->count, figures->skus);
    printf(" seconds=%" PRId64 ".%06" PRId64, took_us / million, took_us % million);
    printf(" skus_per_s=%" PRId64, figures->skus * million / took_us);
    printf(" requests_per_s=%" PRId64, latency->count * million / took_us);
    printf(" p50_us=%" PRId64, latency_percentile_ns(latency, 50) / 1000);
    printf(" p99_us=%" PRId64, latency_percentile_ns(latency, 99) / 1000);
    printf(" max_us=%" PRId64 " not_ok=%" PRId64, latency->max_ns / 1000, figures->not_ok);
    printf(" reopened=%" PRId64, figures->reopened);
    printf(" client_cpu_s=%" PRId64 ".%06" PRId64, cpu_us / million, cpu_us % million);
    printf(" first_request=%" PRId64, options->first_request);
    printf(" distinct_requests=%" PRId64 "\n", distinct_requests);
}

#endif
