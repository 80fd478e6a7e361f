/* One mutex over two tables: both are small (an entry an entity that did something) and held for a
 * look-up. Windows are never removed: entities come from the registry, so their number is bounded.
 */
#include "api/limiter.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/map.h"

/* What clients that obey the rate headers are told when there is no limit. */
#define AMOUNT_LIFTED INT64_C(2147483647)

/* What an entity used of one operation in one window. */
struct window {
    int64_t number; /* Windows since 1970. */
    int64_t used;
    struct rate_told told; /* Where a store counts; then `used` is not. */
};

struct operation {
    struct map index_by_entity;
    struct window *windows;
    uint32_t windows_count;
    uint32_t windows_max;
};

/* `lock` guards all that is behind it. It is never held together with another lock. */
struct limiter {
    const struct rate_limit *limits;
    uint32_t limits_count;
    uint32_t parallel_max;
    bool enforced;
    pthread_mutex_t lock;
    struct map under_way; /* Entity → requests. */
    struct operation *operations;
};

struct limiter *limiter_create(const struct rate_limit *limits, uint32_t limits_count,
                               uint32_t parallel_max, bool enforced)
{
    struct limiter *limiter = calloc(1, sizeof(*limiter));
    if (limiter == NULL)
        return NULL;
    limiter->operations = calloc(limits_count, sizeof(*limiter->operations));
    if (limiter->operations == NULL) {
        free(limiter);
        return NULL;
    }
    limiter->limits = limits;
    limiter->limits_count = limits_count;
    limiter->parallel_max = parallel_max;
    limiter->enforced = enforced;
    pthread_mutex_init(&limiter->lock, NULL);
    map_init(&limiter->under_way);
    return limiter;
}

void limiter_destroy(struct limiter *limiter)
{
    if (limiter == NULL)
        return;
    for (uint32_t i = 0; i < limiter->limits_count; i++) {
        map_deinit(&limiter->operations[i].index_by_entity);
        free(limiter->operations[i].windows);
    }
    free(limiter->operations);
    map_deinit(&limiter->under_way);
    pthread_mutex_destroy(&limiter->lock);
    free(limiter);
}

bool limiter_enter(struct limiter *limiter, int64_t entity_id)
{
    if (!limiter->enforced)
        return true;
    pthread_mutex_lock(&limiter->lock);
    const uint32_t found = map_get(&limiter->under_way, entity_id);
    const uint32_t count = found == MAP_ABSENT ? 0 : found;
    const bool entered =
        count < limiter->parallel_max && map_set(&limiter->under_way, entity_id, count + 1) == OK;
    pthread_mutex_unlock(&limiter->lock);
    return entered;
}

void limiter_leave(struct limiter *limiter, int64_t entity_id)
{
    if (!limiter->enforced)
        return;
    pthread_mutex_lock(&limiter->lock);
    const uint32_t count = map_get(&limiter->under_way, entity_id);
    ASSERT(count != MAP_ABSENT && count > 0);
    if (count == 1) {
        map_remove(&limiter->under_way, entity_id);
    } else {
        const enum err error = map_set(&limiter->under_way, entity_id, count - 1);
        ASSERT(error == OK); /* The key is there: nothing is allocated. */
    }
    pthread_mutex_unlock(&limiter->lock);
}

bool limiter_is_full(struct limiter *limiter, int64_t entity_id)
{
    if (!limiter->enforced)
        return false;
    pthread_mutex_lock(&limiter->lock);
    const uint32_t count = map_get(&limiter->under_way, entity_id);
    pthread_mutex_unlock(&limiter->lock);
    return count != MAP_ABSENT && count >= limiter->parallel_max;
}

/* The window of an entity, turned over to the present; NULL: it never did anything. A request that
 * comes a little late is counted in the present one; a clock that went back by more than a window
 * starts anew. */
static struct window *window_find(struct operation *operation, int64_t entity_id, int64_t number)
{
    const uint32_t index = map_get(&operation->index_by_entity, entity_id);
    if (index == MAP_ABSENT)
        return NULL;
    struct window *window = &operation->windows[index];
    if (number > window->number || number < window->number - 1)
        *window = (struct window){.number = number};
    return window;
}

static struct window *window_open(struct operation *operation, int64_t entity_id, int64_t number)
{
    struct window *found = window_find(operation, entity_id, number);
    if (found != NULL)
        return found;
    if (operation->windows_count == operation->windows_max) {
        const uint32_t windows_max = operation->windows_max == 0 ? 16 : operation->windows_max * 2;
        struct window *windows = realloc(operation->windows, windows_max * sizeof(*windows));
        if (windows == NULL)
            return NULL;
        operation->windows = windows;
        operation->windows_max = windows_max;
    }
    if (map_set(&operation->index_by_entity, entity_id, operation->windows_count) != OK)
        return NULL;
    struct window *opened = &operation->windows[operation->windows_count++];
    *opened = (struct window){.number = number};
    return opened;
}

struct rate_state limiter_state(struct limiter *limiter, uint32_t operation, int64_t entity_id,
                                int64_t now_ms)
{
    ASSERT(operation < limiter->limits_count);
    const struct rate_limit *limit = &limiter->limits[operation];
    const int64_t number = now_ms / limit->period_ms;
    const int64_t amount = limiter->enforced ? limit->amount : AMOUNT_LIFTED;
    struct rate_state state = {amount, amount, (number + 1) * limit->period_ms};
    if (!limiter->enforced)
        return state;
    pthread_mutex_lock(&limiter->lock);
    const struct window *window = window_find(&limiter->operations[operation], entity_id, number);
    if (window != NULL)
        state.remaining -= window->used;
    pthread_mutex_unlock(&limiter->lock);
    return state;
}

bool limiter_take(struct limiter *limiter, uint32_t operation, int64_t entity_id, int64_t now_ms,
                  int64_t cost)
{
    ASSERT(operation < limiter->limits_count);
    ASSERT(cost >= 0);
    if (!limiter->enforced)
        return true;
    const struct rate_limit *limit = &limiter->limits[operation];
    pthread_mutex_lock(&limiter->lock);
    struct window *window =
        window_open(&limiter->operations[operation], entity_id, now_ms / limit->period_ms);
    const bool taken = window != NULL && cost <= limit->amount - window->used;
    if (taken)
        window->used += cost;
    pthread_mutex_unlock(&limiter->lock);
    return taken;
}

void limiter_give_back(struct limiter *limiter, uint32_t operation, int64_t entity_id,
                       int64_t now_ms, int64_t cost)
{
    ASSERT(operation < limiter->limits_count);
    if (!limiter->enforced)
        return;
    const int64_t number = now_ms / limiter->limits[operation].period_ms;
    pthread_mutex_lock(&limiter->lock);
    struct window *window = window_find(&limiter->operations[operation], entity_id, number);
    if (window != NULL && window->number == number && window->used >= cost)
        window->used -= cost; /* Otherwise a new window began, and nothing of it was taken. */
    pthread_mutex_unlock(&limiter->lock);
}

void limiter_note(struct limiter *limiter, uint32_t operation, int64_t entity_id,
                  const struct rate_told *told)
{
    ASSERT(operation < limiter->limits_count);
    pthread_mutex_lock(&limiter->lock);
    /* Answers overtake each other. No memory: the store will be asked again. */
    struct window *window = window_open(&limiter->operations[operation], entity_id, 0);
    if (window != NULL && told->asked_us >= window->told.asked_us)
        window->told = *told;
    pthread_mutex_unlock(&limiter->lock);
}

bool limiter_recall(struct limiter *limiter, uint32_t operation, int64_t entity_id, int64_t now_us,
                    struct rate_told *told)
{
    ASSERT(operation < limiter->limits_count);
    pthread_mutex_lock(&limiter->lock);
    const struct window *window = window_find(&limiter->operations[operation], entity_id, 0);
    const bool known = window != NULL && now_us < window->told.ends_us;
    if (known)
        *told = window->told;
    pthread_mutex_unlock(&limiter->lock);
    return known;
}
