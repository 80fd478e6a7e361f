/* The thread of a pool: takes what has arrived, ends what is late, connects, hands requests to
 * connections that are ready, and waits for sockets or for the next moment. While the database is
 * away one connection at a time tries to come back, with growing pauses; when it is there, the
 * others follow at once. */
#include <poll.h>
#include <sys/eventfd.h>

#include "store/pg_pool_internal.h"

enum { US_PER_MS = 1000, WAIT_MS_MAX = 60 * 1000 };

static bool is_connecting(const struct pg_slot *slot)
{
    return slot->connection.phase == PG_PHASE_CONNECTING ||
           slot->connection.phase == PG_PHASE_SETTING ||
           slot->connection.phase == PG_PHASE_PREPARING;
}

static int64_t earlier(int64_t left, int64_t right)
{
    return left < right ? left : right;
}

static void wait_for_connection(struct pg_pool *pool, struct pg_request *request)
{
    pool->waiting_until_us = earlier(pool->waiting_until_us, request->until_us);
    pg_queue_add(&pool->waiting, request);
}

static struct pg_figures count_slots(const struct pg_pool *pool)
{
    struct pg_figures figures = {.waiting_count = pool->waiting.count + pool->paused.count};
    for (uint32_t i = 0; i < pool->slots_count; i++) {
        const enum pg_phase phase = pool->slots[i].connection.phase;
        figures.ready_count += phase == PG_PHASE_READY || phase == PG_PHASE_BUSY;
        figures.busy_count += phase == PG_PHASE_BUSY;
    }
    return figures;
}

/* Takes what arrived. Where the database has been away for longer than a request may take, that is
 * not kept waiting. False: the pool is to end. */
static bool take_arrived(struct pg_pool *pool, int64_t now_us)
{
    pthread_mutex_lock(&pool->lock);
    struct pg_queue arrived = pool->arrived;
    pool->arrived = (struct pg_queue){0};
    pool->looks_at_us = 0;
    const bool stopping = pool->stopping;
    pthread_mutex_unlock(&pool->lock);

    const bool is_away = pool->unreachable_at_us != 0 &&
                         now_us - pool->unreachable_at_us > pool->settings.deadline_ms * US_PER_MS;
    while (arrived.count > 0) {
        struct pg_request *request = pg_queue_take(&arrived, NULL);
        if (is_away && !stopping)
            pg_pool_finish(pool, request, PG_UNAVAILABLE, NULL);
        else
            wait_for_connection(pool, request);
    }
    return !stopping;
}

/* Takes out of a queue what has no time left. Gives the earliest moment at which that will be so
 * again. */
static int64_t end_late_of(struct pg_pool *pool, struct pg_queue *queue, int64_t now_us)
{
    int64_t until_us = INT64_MAX;
    struct pg_request *before = NULL;
    struct pg_request *request = queue->first;
    while (request != NULL) {
        struct pg_request *next = request->next;
        if (request->until_us > now_us) {
            until_us = earlier(until_us, request->until_us);
            before = request;
        } else {
            pg_pool_finish_late(pool, pg_queue_take(queue, before), now_us);
        }
        request = next;
    }
    return until_us;
}

static void end_late(struct pg_pool *pool, int64_t now_us)
{
    if (pool->waiting_until_us <= now_us)
        pool->waiting_until_us = end_late_of(pool, &pool->waiting, now_us);
    (void)end_late_of(pool, &pool->paused, now_us);
    for (uint32_t i = 0; i < pool->slots_count; i++) {
        struct pg_slot *slot = &pool->slots[i];
        const bool is_late = slot->request != NULL && slot->request->until_us <= now_us;
        const bool hangs = is_connecting(slot) && now_us - slot->since_us >= PG_CONNECT_US;
        if (is_late || hangs)
            pg_pool_settle_late(pool, slot, now_us);
    }
}

static void end_pauses(struct pg_pool *pool, int64_t now_us)
{
    struct pg_request *before = NULL;
    struct pg_request *request = pool->paused.first;
    while (request != NULL) {
        struct pg_request *next = request->next;
        if (request->again_us <= now_us)
            wait_for_connection(pool, pg_queue_take(&pool->paused, before));
        else
            before = request;
        request = next;
    }
}

/* When the next attempt to connect is due; INT64_MAX: none is wanted, or one is under way whose
 * outcome decides. */
static int64_t connect_due_us(const struct pg_pool *pool)
{
    bool is_wanted = false;
    for (uint32_t i = 0; i < pool->slots_count; i++) {
        if (pool->failures_count > 0 && is_connecting(&pool->slots[i]))
            return INT64_MAX;
        is_wanted = is_wanted || pool->slots[i].connection.phase == PG_PHASE_CLOSED;
    }
    return is_wanted ? pool->connect_at_us : INT64_MAX;
}

static void connect_due(struct pg_pool *pool, int64_t now_us)
{
    bool is_due = connect_due_us(pool) <= now_us;
    for (uint32_t i = 0; i < pool->slots_count && is_due; i++) {
        struct pg_slot *slot = &pool->slots[i];
        if (slot->connection.phase != PG_PHASE_CLOSED)
            continue;
        slot->was_ready = false;
        slot->since_us = now_us;
        pg_connection_begin(&slot->connection, pool->target_next);
        pg_pool_settle(pool, slot, now_us);
        is_due = connect_due_us(pool) <= now_us;
    }
}

static struct pg_slot *ready_slot(struct pg_pool *pool)
{
    for (uint32_t i = 0; i < pool->slots_count; i++) {
        if (pool->slots[i].connection.phase == PG_PHASE_READY)
            return &pool->slots[i];
    }
    return NULL;
}

static void dispatch(struct pg_pool *pool)
{
    struct os *os = pool->settings.os;
    while (pool->waiting.count > 0) {
        struct pg_slot *slot = ready_slot(pool);
        if (slot == NULL)
            return;
        struct pg_request *request = pg_queue_take(&pool->waiting, NULL);
        slot->request = request;
        slot->since_us = os->uptime_us(os);
        if (request->conflicts_count + request->losses_count == 0)
            metric_observe(&pool->wait_us, (uint64_t)(slot->since_us - request->began_us));
        pg_connection_send(&slot->connection, request->statement, request->values);
        pg_pool_settle(pool, slot, slot->since_us);
    }
    pool->waiting_until_us = INT64_MAX;
}

/* The next moment at which something is due without any socket. */
static int64_t next_moment_us(const struct pg_pool *pool)
{
    int64_t moment_us = earlier(pool->waiting_until_us, connect_due_us(pool));
    for (const struct pg_request *request = pool->paused.first; request != NULL;
         request = request->next)
        moment_us = earlier(moment_us, earlier(request->again_us, request->until_us));
    for (uint32_t i = 0; i < pool->slots_count; i++) {
        const struct pg_slot *slot = &pool->slots[i];
        if (slot->request != NULL)
            moment_us = earlier(moment_us, slot->request->until_us);
        else if (is_connecting(slot))
            moment_us = earlier(moment_us, slot->since_us + PG_CONNECT_US);
    }
    return moment_us;
}

/* Answers, once the database has the next statements and does not wait for us. */
static void hand_out(struct pg_pool *pool)
{
    while (pool->succeeded.count > 0) {
        struct pg_request *request = pg_queue_take(&pool->succeeded, NULL);
        pg_pool_finish(pool, request, PG_DONE, request->result);
    }
}

/* Shows the figures. Where all connections are busy, whoever begins a request need not wake us for
 * it: we look for it when one of them has its answer, or when something is due. False: something
 * has arrived meanwhile. */
static bool rest(struct pg_pool *pool)
{
    const struct pg_figures figures = count_slots(pool);
    const int64_t moment_us = figures.busy_count == pool->slots_count ? next_moment_us(pool) : 0;
    pthread_mutex_lock(&pool->lock);
    const bool nothing_arrived = pool->arrived.count == 0 && !pool->stopping;
    pool->looks_at_us = nothing_arrived ? moment_us : 0;
    pool->figures = figures;
    pthread_mutex_unlock(&pool->lock);
    return nothing_arrived;
}

static int wait_ms(const struct pg_pool *pool, int64_t now_us)
{
    const int64_t moment_us = next_moment_us(pool);
    if (moment_us <= now_us)
        return 0;
    if (moment_us - now_us >= (int64_t)WAIT_MS_MAX * US_PER_MS)
        return WAIT_MS_MAX;
    return (int)((moment_us - now_us + US_PER_MS - 1) / US_PER_MS);
}

static void wait_and_work(struct pg_pool *pool)
{
    struct os *os = pool->settings.os;
    struct pollfd ready[PG_CONNECTIONS_MAX + 1];
    eventfd_t woken = 0;
    for (uint32_t i = 0; i < pool->slots_count; i++) {
        const struct pg_connection *connection = &pool->slots[i].connection;
        ready[i] = (struct pollfd){.fd = pg_connection_socket(connection),
                                   .events = pg_connection_events(connection)};
    }
    ready[pool->slots_count] = (struct pollfd){.fd = pool->wake, .events = POLLIN};
    if (poll(ready, pool->slots_count + 1, wait_ms(pool, os->uptime_us(os))) <= 0)
        return;
    if (ready[pool->slots_count].revents != 0)
        (void)eventfd_read(pool->wake, &woken);
    for (uint32_t i = 0; i < pool->slots_count; i++) {
        struct pg_slot *slot = &pool->slots[i];
        if (ready[i].revents == 0 || slot->connection.phase == PG_PHASE_CLOSED)
            continue;
        pg_connection_work(&slot->connection);
        pg_pool_settle(pool, slot, os->uptime_us(os));
    }
}

static void end_all(struct pg_pool *pool)
{
    while (pool->waiting.count > 0)
        pg_pool_finish(pool, pg_queue_take(&pool->waiting, NULL), PG_UNAVAILABLE, NULL);
    while (pool->paused.count > 0)
        pg_pool_finish(pool, pg_queue_take(&pool->paused, NULL), PG_UNAVAILABLE, NULL);
    for (uint32_t i = 0; i < pool->slots_count; i++) {
        struct pg_request *request = pool->slots[i].request;
        pool->slots[i].request = NULL;
        pg_connection_close(&pool->slots[i].connection);
        if (request != NULL)
            pg_pool_finish(pool, request, PG_UNAVAILABLE, NULL);
    }
}

void *pg_pool_run(void *context)
{
    struct pg_pool *pool = context;
    struct os *os = pool->settings.os;
    while (take_arrived(pool, os->uptime_us(os))) {
        const int64_t now_us = os->uptime_us(os);
        end_late(pool, now_us);
        end_pauses(pool, now_us);
        connect_due(pool, now_us);
        dispatch(pool);
        hand_out(pool);
        if (rest(pool))
            wait_and_work(pool);
    }
    hand_out(pool);
    end_all(pool);
    return NULL;
}
