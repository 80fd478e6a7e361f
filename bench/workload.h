/* The writes that load generators make, whatever they are sent as: request i of a workload holds
 * the same SKUs with the same counts and stamps for all of them. Its SKUs are a run of positions
 * in a fixed shuffle of all SKUs, so no SKU comes twice in a request, nor in another request before
 * all had their turn. As stamps of later requests are newer, the cells that a set of requests
 * leaves do not depend on the order they came in (oracle.c knows them). */

#ifndef BENCH_WORKLOAD_H
#define BENCH_WORKLOAD_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "workload_options.h"

enum {
    SKU_DIGITS = 10,
    COUNT_LIMIT = 1000,
    COUNT_STEP = 617, /* From turn to turn; without a common divisor with the limit. */
    STALE_MS = 3600000,
};

#define STAMP_NONE INT64_MIN

struct write {
    uint64_t sku; /* Its number, see sku_write(). */
    int64_t count;
    int64_t updated_at_ms; /* STAMP_NONE: it carries none. */
};

struct workload {
    const struct workload_options *options;
    int64_t cycle_count; /* Requests in which every SKU comes once. */
    uint64_t stride;     /* The shuffle: number = (offset + position * stride) mod total. */
    uint64_t offset;
};

/* A request on its way: writes_left more come from workload_next(). */
struct workload_walk {
    const struct workload *workload;
    uint64_t number_next;
    int64_t writes_left;
    uint64_t turn; /* How often each SKU was written before. */
    int64_t fresh_ms;
};

/* Spreads the bits of a number, as splitmix64 does: the same in every run. */
static inline uint64_t bits_mix(uint64_t bits)
{
    bits += UINT64_C(0x9e3779b97f4a7c15);
    bits = (bits ^ (bits >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    bits = (bits ^ (bits >> 27)) * UINT64_C(0x94d049bb133111eb);
    return bits ^ (bits >> 31);
}

static inline uint64_t greatest_common_divisor(uint64_t a, uint64_t b)
{
    while (b != 0) {
        const uint64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

/* Lends `options`, which must outlive the workload. A stride without a common divisor with the
 * total visits every number exactly once. */
static inline void workload_init(struct workload *workload, const struct workload_options *options)
{
    const uint64_t total = (uint64_t)options->skus_total;
    const uint64_t seed = (uint64_t)options->seed;
    const int64_t per_request = options->skus_per_request;
    workload->options = options;
    workload->cycle_count = (options->skus_total + per_request - 1) / per_request;
    workload->stride = 1;
    workload->offset = 0;
    if (!options->scattered || total < 4)
        return;
    workload->stride = total / 4 + bits_mix(seed) % (total / 2);
    while (greatest_common_divisor(workload->stride, total) != 1)
        workload->stride++;
    workload->offset = bits_mix(seed + 1) % total;
}

/* How many requests to build ahead, slot_bytes each; 0: none, they are built when they are sent.
 * `requests` are to be sent, 0: as many as time allows. Those that change something never come
 * again, the others do when every SKU had its turn. */
static inline int64_t workload_ring_count(const struct workload *workload, int64_t requests,
                                          int64_t ring_bytes, size_t slot_bytes)
{
    const bool changes = workload->options->change != CHANGE_NONE;
    const int64_t count_max = ring_bytes / (int64_t)slot_bytes;
    int64_t count = count_max;
    if (requests != 0 && count > requests)
        count = requests;
    if (!changes && count > workload->cycle_count)
        count = workload->cycle_count;
    return workload->options->once || (changes && count_max < requests) ? 0 : count;
}

/* How many requests are sent at most; 0: as many as time allows. */
static inline int64_t workload_requests_count(const struct workload *workload, int64_t requests,
                                              int64_t ring_count)
{
    if (workload->options->once)
        return workload->cycle_count;
    return requests == 0 && workload->options->change != CHANGE_NONE ? ring_count : requests;
}

static inline void workload_begin(const struct workload *workload, int64_t index,
                                  struct workload_walk *walk)
{
    const struct workload_options *options = workload->options;
    const bool changes = options->change != CHANGE_NONE;
    const int64_t position = index % workload->cycle_count * options->skus_per_request;
    const int64_t skus_left = options->skus_total - position;
    const uint64_t total = (uint64_t)options->skus_total;
    walk->workload = workload;
    walk->number_next = (workload->offset + (uint64_t)position * workload->stride) % total;
    walk->writes_left =
        skus_left < options->skus_per_request ? skus_left : options->skus_per_request;
    walk->turn = changes ? (uint64_t)(index / workload->cycle_count) + 1 : 0;
    walk->fresh_ms = options->stamp_ms + (changes ? 1 + index : 0);
    if (!options->stamped)
        walk->fresh_ms = STAMP_NONE;
}

/* Gives the next write; false at the request's end. */
static inline bool workload_next(struct workload_walk *walk, struct write *write)
{
    const struct workload *workload = walk->workload;
    const struct workload_options *options = workload->options;
    if (walk->writes_left == 0)
        return false;
    walk->writes_left--;
    const uint64_t number = walk->number_next;
    const uint64_t random = bits_mix(number ^ ((uint64_t)options->seed << 32));
    /* Another half in each turn. */
    const bool stale = options->change == CHANGE_HALF_STALE && bits_mix(random + walk->turn) >> 63;
    write->sku = number;
    write->count = (int64_t)((random + walk->turn % COUNT_LIMIT * COUNT_STEP) % COUNT_LIMIT);
    write->updated_at_ms = stale ? options->stamp_ms - STALE_MS : walk->fresh_ms;
    walk->number_next += workload->stride;
    if (walk->number_next >= (uint64_t)options->skus_total)
        walk->number_next -= (uint64_t)options->skus_total;
    return true;
}

/* Writes the SKU of that number, "SKU-", zeros and the number; gives its end. */
static inline uint8_t *sku_write(uint8_t *end, uint64_t number, size_t sku_bytes)
{
    uint8_t *digit = end + sku_bytes;
    memset(end, '0', sku_bytes);
    memcpy(end, "SKU-", 4);
    for (int i = 0; i < SKU_DIGITS; i++) {
        *--digit = (uint8_t)('0' + number % 10);
        number /= 10;
    }
    return end + sku_bytes;
}

#endif
