/* Opening, what other threads do to a pool, closing. The thread itself is in pg_pool_run.c. */
#include "store/pg_pool.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/metric_text.h"
#include "store/pg_pool_internal.h"

enum { US_PER_MS = 1000, ROUND_TRIP_US_FIRST = 50, US_PER_SECOND = 1000000 };

/* A blocking call; `lock` guards the rest, `ended` says that it is. */
struct call {
    struct pg_request request; /* A copy: whoever calls keeps what he gave. */
    pthread_mutex_t lock;
    pthread_cond_t ended;
    bool is_done;
    enum pg_outcome outcome;
    struct pg_result *result;
};

static enum err connect_first(struct pg_pool *pool, char *problem, size_t problem_bytes)
{
    struct pg_slot *slot = &pool->slots[0];
    const enum err error = pg_connection_open(&slot->connection, pool->settings.os);
    slot->was_ready = error == OK;
    pool->target_next = slot->connection.target;
    if (error != OK)
        pg_one_line(slot->connection.problem, problem, problem_bytes);
    return error;
}

static void pool_free(struct pg_pool *pool)
{
    for (uint32_t i = 0; i < pool->slots_count; i++)
        pg_connection_deinit(&pool->slots[i].connection);
    if (pool->wake >= 0)
        (void)close(pool->wake);
    pthread_mutex_destroy(&pool->lock);
    pg_address_deinit(&pool->address);
    free(pool);
}

static struct pg_pool *pool_create(const struct pg_pool_settings *settings)
{
    struct pg_pool *pool =
        calloc(1, sizeof(*pool) + settings->connections_count * sizeof(pool->slots[0]));
    if (pool == NULL)
        return NULL;
    pthread_mutex_init(&pool->lock, NULL);
    pool->settings = *settings;
    pool->settings.url = NULL; /* The address has its own. */
    pool->waiting_until_us = INT64_MAX;
    pool->round_trip_us.first = ROUND_TRIP_US_FIRST;
    pool->wait_us.first = ROUND_TRIP_US_FIRST;
    pool->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    pool->slots_count = settings->connections_count;
    for (uint32_t i = 0; i < pool->slots_count; i++)
        pg_connection_init(&pool->slots[i].connection, &pool->address, settings->statements);
    return pool;
}

enum err pg_pool_open(const struct pg_pool_settings *settings, struct pg_pool **pool, char *problem,
                      size_t problem_bytes)
{
    ASSERT(settings->connections_count > 0 && settings->connections_count <= PG_CONNECTIONS_MAX);
    ASSERT(settings->deadline_ms > 0);
    struct pg_pool *opened = pool_create(settings);
    (void)snprintf(problem, problem_bytes, "%s", err_text(ERR_MEMORY));
    if (opened == NULL)
        return ERR_MEMORY;
    enum err error = opened->wake < 0 ? ERR_MEMORY : OK;
    if (error == OK)
        error = pg_address_init(&opened->address, settings->url, problem, problem_bytes);
    if (error == OK)
        error = connect_first(opened, problem, problem_bytes);
    if (error == OK) {
        metric_add(&opened->connects, 1);
        opened->figures.ready_count = 1;
        opened->is_running = pthread_create(&opened->thread, NULL, pg_pool_run, opened) == 0;
        error = opened->is_running ? OK : ERR_MEMORY;
    }
    if (error != OK) {
        pool_free(opened);
        return error;
    }
    problem[0] = '\0';
    *pool = opened;
    return OK;
}

void pg_queue_add(struct pg_queue *queue, struct pg_request *request)
{
    request->next = NULL;
    if (queue->last == NULL)
        queue->first = request;
    else
        queue->last->next = request;
    queue->last = request;
    queue->count++;
}

struct pg_request *pg_queue_take(struct pg_queue *queue, struct pg_request *before)
{
    struct pg_request *taken = before == NULL ? queue->first : before->next;
    if (before == NULL)
        queue->first = taken->next;
    else
        before->next = taken->next;
    if (queue->last == taken)
        queue->last = before;
    queue->count--;
    taken->next = NULL;
    return taken;
}

void pg_pool_begin(struct pg_pool *pool, struct pg_request *request)
{
    struct os *os = pool->settings.os;
    const int64_t deadline_ms =
        request->deadline_ms > 0 ? request->deadline_ms : pool->settings.deadline_ms;
    ASSERT(request->statement < pool->settings.statements->rows_count);
    ASSERT(request->values_count ==
           pool->settings.statements->rows[request->statement].values_count);
    request->began_us = os->uptime_us(os);
    request->until_us = request->began_us + deadline_ms * US_PER_MS;
    request->again_us = 0;
    request->conflicts_count = 0;
    request->losses_count = 0;
    pthread_mutex_lock(&pool->lock);
    ASSERT(!pool->stopping);
    /* Where it looks only when it is woken, and something is there, somebody has woken it. */
    const bool wakes =
        pool->looks_at_us == 0 ? pool->arrived.count == 0 : request->until_us < pool->looks_at_us;
    pg_queue_add(&pool->arrived, request);
    pthread_mutex_unlock(&pool->lock);
    if (wakes)
        (void)eventfd_write(pool->wake, 1);
}

void pg_call_done(struct pg_request *request, enum pg_outcome outcome,
                  const struct pg_result *result)
{
    struct call *call = (struct call *)(void *)request;
    pthread_mutex_lock(&call->lock);
    call->outcome = outcome;
    call->result = (struct pg_result *)(uintptr_t)result; /* Given to us, see pg_pool_finish(). */
    call->is_done = true;
    pthread_cond_signal(&call->ended);
    pthread_mutex_unlock(&call->lock);
}

enum pg_outcome pg_pool_call(struct pg_pool *pool, struct pg_request *request,
                             struct pg_result **result)
{
    static_assert(offsetof(struct call, request) == 0, "a call begins with its request");
    struct call call = {.request = *request, .outcome = PG_UNAVAILABLE};
    ASSERT(!pthread_equal(pthread_self(), pool->thread));
    call.request.done = pg_call_done;
    pthread_mutex_init(&call.lock, NULL);
    pthread_cond_init(&call.ended, NULL);
    pg_pool_begin(pool, &call.request);
    pthread_mutex_lock(&call.lock);
    while (!call.is_done)
        pthread_cond_wait(&call.ended, &call.lock);
    pthread_mutex_unlock(&call.lock);
    pthread_cond_destroy(&call.ended);
    pthread_mutex_destroy(&call.lock);
    *result = call.result;
    return call.outcome;
}

static struct pg_figures figures_of(struct pg_pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    struct pg_figures figures = pool->figures;
    figures.waiting_count += pool->arrived.count;
    pthread_mutex_unlock(&pool->lock);
    return figures;
}

bool pg_pool_is_reachable(struct pg_pool *pool)
{
    return figures_of(pool).ready_count > 0;
}

void pg_pool_write_metrics(void *context, struct buffer *page)
{
    struct pg_pool *pool = context;
    const struct pg_figures figures = figures_of(pool);
    metric_write_gauge(page, "stockd_pg_connections", "Connections to the database that are open.",
                       figures.ready_count);
    metric_write_gauge(page, "stockd_pg_connections_in_use", "Of them, with a statement under way.",
                       figures.busy_count);
    metric_write_gauge(page, "stockd_pg_connections_max", "Connections that the pool keeps open.",
                       pool->slots_count);
    metric_write_gauge(page, "stockd_pg_waiting", "Statements that wait for a connection.",
                       figures.waiting_count);
    metric_write_histogram(page, "stockd_pg_wait_seconds",
                           "Time that statements waited for a connection.", &pool->wait_us,
                           US_PER_SECOND);
    metric_write_histogram(page, "stockd_pg_round_trip_seconds",
                           "Time from sending a statement to its answer.", &pool->round_trip_us,
                           US_PER_SECOND);
    metric_write_head(page, "stockd_pg_retries_total", "counter",
                      "Statements that were sent again.");
    metric_write_value(page, "stockd_pg_retries_total", "reason=\"conflict\"",
                       metric_read(&pool->conflicts));
    metric_write_value(page, "stockd_pg_retries_total", "reason=\"connection\"",
                       metric_read(&pool->losses));
    metric_write_counter(page, "stockd_pg_connects_total", "Connections that were made.",
                         metric_read(&pool->connects));
    metric_write_counter(page, "stockd_pg_connect_failures_total",
                         "Attempts to connect that failed.", metric_read(&pool->connect_failures));
    metric_write_counter(page, "stockd_pg_deadlines_total",
                         "Statements given up because their time was over.",
                         metric_read(&pool->deadlines));
    metric_write_counter(page, "stockd_pg_unavailable_total",
                         "Statements that the database could not take, those included.",
                         metric_read(&pool->unavailable));
    metric_write_counter(page, "stockd_pg_broken_total", "Statements that the database refuses.",
                         metric_read(&pool->broken));
}

void pg_pool_close(struct pg_pool *pool)
{
    if (pool == NULL)
        return;
    pthread_mutex_lock(&pool->lock);
    pool->stopping = true;
    pthread_mutex_unlock(&pool->lock);
    (void)eventfd_write(pool->wake, 1);
    (void)pthread_join(pool->thread, NULL);
    pool_free(pool);
}
