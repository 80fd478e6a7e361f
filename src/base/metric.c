/* Relaxed atomic adds and loads. */
#include "base/metric.h"

#include "base/error.h"

void metric_add(struct metric_counter *counter, uint64_t amount)
{
    atomic_fetch_add_explicit(&counter->value, amount, memory_order_relaxed);
}

uint64_t metric_read(const struct metric_counter *counter)
{
    return atomic_load_explicit(&counter->value, memory_order_relaxed);
}

void metric_observe(struct metric_histogram *histogram, uint64_t value)
{
    ASSERT(histogram->first > 0);
    int index = 0;
    while (index < METRIC_BUCKETS_COUNT - 1 && value > histogram->first << index)
        index++;
    atomic_fetch_add_explicit(&histogram->buckets[index], 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&histogram->sum, value, memory_order_relaxed);
}

uint64_t metric_bucket(const struct metric_histogram *histogram, int index)
{
    ASSERT(index >= 0 && index < METRIC_BUCKETS_COUNT);
    return atomic_load_explicit(&histogram->buckets[index], memory_order_relaxed);
}

uint64_t metric_sum(const struct metric_histogram *histogram)
{
    return atomic_load_explicit(&histogram->sum, memory_order_relaxed);
}
