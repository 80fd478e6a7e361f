/* SKUs, numbers and moments: few, close together, and at their edges. */
#include <inttypes.h>
#include <stdio.h>

#include "base/date.h"
#include "base/hash.h"
#include "workload.h"

enum { TEXT_BYTES = 32, EXPIRIES_STRIDE = 4096 };
#define DAY_MS INT64_C(86400000)

uint32_t pick_index(struct workload *workload, uint32_t count)
{
    return (uint32_t)chance_below(workload->chance, count);
}

int64_t pick_shelf(struct workload *workload)
{
    return workload->shelf_ids[pick_index(workload, workload->shelves_count)];
}

int64_t pick_count(struct workload *workload)
{
    switch (pick_index(workload, 24)) {
    case 0:
        return STOCK_COUNT_MAX;
    case 1:
        return STOCK_COUNT_MAX - 1;
    case 2:
    case 3:
    case 4:
        return 0;
    case 5:
        return 1;
    default:
        return chance_between(workload->chance, 0, workload->count_max);
    }
}

static int64_t within_dates(int64_t moment_ms)
{
    if (moment_ms < DATE_MS_MIN)
        return DATE_MS_MIN;
    return moment_ms > DATE_MS_MAX ? DATE_MS_MAX : moment_ms;
}

static int64_t new_moment(struct workload *workload)
{
    struct chance *chance = workload->chance;
    switch (pick_index(workload, 16)) {
    case 0:
        return workload->now_ms - chance_between(chance, 0, 120) * DAY_MS;
    case 1:
        return workload->now_ms + chance_between(chance, 0, 60000);
    case 2:
    case 3:
    case 4:
        return workload->now_ms - chance_between(chance, 0, 5000);
    case 5:
        if (workload->extremes && chance_one_in(chance, 8))
            return chance_one_in(chance, 4) ? DATE_MS_MAX : DATE_MS_MIN;
        return workload->now_ms;
    default:
        return workload->now_ms;
    }
}

int64_t pick_moment(struct workload *workload)
{
    struct chance *chance = workload->chance;
    if (workload->moments_count > 0 && chance_one_in(chance, 3)) {
        const uint32_t known =
            workload->moments_count < MOMENTS_MAX ? workload->moments_count : (uint32_t)MOMENTS_MAX;
        return workload->moments[pick_index(workload, known)];
    }
    const int64_t moment_ms = within_dates(new_moment(workload));
    workload->moments[workload->moments_count++ % MOMENTS_MAX] = moment_ms;
    return moment_ms;
}

int64_t pick_expiry(struct workload *workload)
{
    struct chance *chance = workload->chance;
    if (chance_one_in(chance, 2))
        return 0;
    const int64_t span_ms = chance_one_in(chance, 4) ? 40 * DAY_MS : 20000;
    const int64_t moment_ms =
        within_dates(workload->now_ms + chance_between(chance, -1000, span_ms));
    /* No two are the same, so that it is known which of them is released first. */
    return moment_ms / EXPIRIES_STRIDE * EXPIRIES_STRIDE +
           ++workload->expiries_count % EXPIRIES_STRIDE;
}

uint32_t pick_skus(struct workload *workload, uint32_t max, uint32_t picked[SKUS_MAX])
{
    const bool many = chance_one_in(workload->chance, 12);
    uint32_t count = 1 + pick_index(workload, many ? workload->skus_count : workload->items_max);
    count = count < workload->skus_count ? count : workload->skus_count;
    count = count < max ? count : max;
    uint32_t indexes[SKUS_MAX];
    for (uint32_t i = 0; i < workload->skus_count; i++)
        indexes[i] = i;
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t other = i + pick_index(workload, workload->skus_count - i);
        picked[i] = indexes[other];
        indexes[other] = indexes[i];
    }
    return count;
}

/* A text of that length, which the number makes unlike all others. */
static struct bytes make_text(struct workload *workload, char letter, uint32_t number, size_t size)
{
    char start[TEXT_BYTES];
    const int length = number < 26 && size == 1
                           ? snprintf(start, sizeof(start), "%c", 'A' + (int)number)
                           : snprintf(start, sizeof(start), "%c%" PRIu32 "-", letter, number);
    const size_t bytes = size < (size_t)length ? (size_t)length : size;
    uint8_t *text = arena_allocate(&workload->memory, bytes);
    ASSERT(text != NULL);
    memset(text, 'x', bytes);
    memcpy(text, start, (size_t)length);
    return (struct bytes){text, bytes};
}

static size_t sku_size(struct workload *workload)
{
    switch (pick_index(workload, 16)) {
    case 0:
        return SKU_BYTES_MAX;
    case 1:
        return 255;
    case 2:
    case 3:
        return 1;
    default:
        return 3 + pick_index(workload, 20);
    }
}

static void make_texts(struct workload *workload)
{
    for (uint32_t i = 0; i < workload->skus_count; i++) {
        const struct bytes sku = make_text(workload, 's', i, sku_size(workload));
        workload->skus[i] = (struct stock_key){sku, bytes_hash(sku)};
    }
    for (uint32_t i = 0; i < workload->ids_count; i++) {
        const bool is_long = chance_one_in(workload->chance, 10);
        workload->ids[i] = make_text(workload, 'o', i, is_long ? (size_t)ORDER_ID_BYTES_MAX : 1);
    }
}

/* Each seed leaves some kinds of steps out, and has more of others. */
static void choose_weights(struct workload *workload)
{
    static const uint32_t usual[STEP_KINDS_COUNT] = {
        [STEP_PUT] = 20,   [STEP_MARK] = 5,     [STEP_COUNT] = 8,       [STEP_RESERVE] = 14,
        [STEP_ORDER] = 14, [STEP_PAGE] = 7,     [STEP_LIST] = 4,        [STEP_TOTALS] = 2,
        [STEP_COPY] = 2,   [STEP_DOCUMENT] = 2, [STEP_EXPIRE] = 3,      [STEP_COMMIT] = 14,
        [STEP_JUMP] = 1,   [STEP_ADVANCE] = 6,  [STEP_CHECKPOINT] = 30, [STEP_BACKUP] = 1,
    };
    static const uint32_t factors[] = {0, 1, 1, 2, 4};
    for (int kind = 0; kind < STEP_KINDS_COUNT; kind++)
        workload->weights[kind] = usual[kind] * factors[pick_index(workload, 5)];
    workload->weights[STEP_PUT] += 4;
    workload->weights[STEP_COMMIT] += 2;
}

void workload_init(struct workload *workload, struct chance *chance)
{
    static const int64_t shelf_ids[SHELVES_MAX] = {1,
                                                   7,
                                                   0xFFFFFFFF,
                                                   INT64_C(1) << 32 | 1,
                                                   INT64_C(3) << 32 | 1,
                                                   INT64_C(0x7FFFFFFF) << 32 | 9};
    *workload = (struct workload){.chance = chance};
    arena_init(&workload->memory);
    const uint32_t first = pick_index(workload, SHELVES_MAX);
    workload->shelves_count = 1 + pick_index(workload, SHELVES_MAX);
    for (uint32_t i = 0; i < workload->shelves_count; i++)
        workload->shelf_ids[i] = shelf_ids[(first + i) % SHELVES_MAX];
    workload->skus_count = 1 + pick_index(workload, chance_one_in(chance, 4) ? SKUS_MAX : 20);
    workload->campaigns_count = 1 + pick_index(workload, CAMPAIGNS_MAX);
    workload->ids_count = 1 + pick_index(workload, IDS_MAX);
    workload->count_max =
        chance_one_in(chance, 6) ? STOCK_COUNT_MAX : chance_between(chance, 1, 60);
    workload->items_max = 1 + pick_index(workload, 12);
    workload->extremes = chance_one_in(chance, 3);
    make_texts(workload);
    choose_weights(workload);
}

void workload_deinit(struct workload *workload)
{
    arena_deinit(&workload->memory);
}
