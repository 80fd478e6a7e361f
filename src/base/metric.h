/* Counters and histograms that many threads add to and one page reads. Atomics, because a lock for
 * each count would cost more than the count; relaxed, because each figure stands alone. */
#ifndef BASE_METRIC_H
#define BASE_METRIC_H

#include <stdatomic.h>
#include <stdint.h>

struct metric_counter {
    _Atomic uint64_t value;
};

/* Buckets double: bucket i counts values <= first << i, the last one everything above. */
enum { METRIC_BUCKETS_COUNT = 20 };

struct metric_histogram {
    uint64_t first; /* Upper bound of bucket 0. Set before the first thread. */
    _Atomic uint64_t buckets[METRIC_BUCKETS_COUNT];
    _Atomic uint64_t sum;
};

void metric_add(struct metric_counter *counter, uint64_t amount);
uint64_t metric_read(const struct metric_counter *counter);

void metric_observe(struct metric_histogram *histogram, uint64_t value);

/* Number of values in bucket `index` alone. */
uint64_t metric_bucket(const struct metric_histogram *histogram, int index);

/* Sum of all values. */
uint64_t metric_sum(const struct metric_histogram *histogram);

#endif
