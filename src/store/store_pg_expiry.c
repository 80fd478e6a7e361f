/* Reservations expire by themselves, whichever node they came to: a thread of each asks the
 * database for shelves where one is due, and has what is due there released. Nodes do it side by
 * side; what one of them works on the others leave out. What expires within the next look it waits
 * for, so that it is released when it is due and not a look later.
 *
 * Where the database does not answer it asks again. The thread also renews the figures, removes
 * windows of rate limits that ended, and sees to the days of the history. */
#include "os/log.h"
#include "store/store_pg_internal.h"

enum {
    LOOK_MS = 500,
    PAUSE_MS = 20,     /* Between two looks at least: many orders share one. */
    RELEASES_MAX = 64, /* So that others come to the shelf in between. */
    FIGURES_US = 10 * 1000000,
    WINDOWS_US = 60 * 1000000,
    DAYS_US = 600 * 1000000,
    DAYS_AGAIN_US = 60 * 1000000, /* Where that failed. */
};

/* Asks with some numbers. False: the database does not answer. */
static bool ask(struct store_pg *pg, struct pg_request *request, struct arena *arena,
                struct pg_result **result)
{
    const bool answered = pg_pool_call(pg->pool, request, result) == PG_DONE;
    arena_reset(arena); /* The values were there for the call. */
    return answered;
}

static bool is_stopping(struct store_pg *pg)
{
    pthread_mutex_lock(&pg->lock);
    const bool stopping = pg->expiry.stopping;
    pthread_mutex_unlock(&pg->lock);
    return stopping;
}

/* Releases what is due on a shelf. */
static bool release_shelf(struct store_pg *pg, struct arena *arena, int64_t shelf_id,
                          int64_t now_ms)
{
    int64_t released = RELEASES_MAX;
    while (released == RELEASES_MAX && !is_stopping(pg)) {
        struct pg_request request = {.statement = PG_EXPIRE};
        struct pg_result *result = NULL;
        struct pg_writer writer = pg_write_begin(&request, arena);
        pg_write_int8(&writer, shelf_id);
        pg_write_int8(&writer, now_ms);
        pg_write_int4(&writer, RELEASES_MAX);
        pg_write_int4(&writer, pg->history_days > 0 ? STOCK_SOURCE_EXPIRY : STOCK_SOURCE_NONE);
        if (writer.failed || !ask(pg, &request, arena, &result))
            return false;
        released = pg_result_rows(result) == 1 ? pg_result_int8(result, 0, 0) : 0;
        pg_result_free(result);
    }
    return true;
}

/* What a look found. */
struct look {
    int64_t released_shelves_count;
    int64_t next_ms; /* Something is due then. */
};

/* Looks once, at what is due until `until_ms`. False: the database does not answer. */
static bool look_once(struct store_pg *pg, struct arena *arena, int64_t now_ms, int64_t until_ms,
                      struct look *look)
{
    *look = (struct look){0, until_ms};
    struct pg_request request = {.statement = PG_EXPIRING};
    struct pg_result *shelves = NULL;
    struct pg_writer writer = pg_write_begin(&request, arena);
    pg_write_int8(&writer, until_ms);
    if (writer.failed || !ask(pg, &request, arena, &shelves))
        return false;
    bool answered = true;
    for (uint32_t row = 0; row < pg_result_rows(shelves) && answered; row++) {
        const int64_t first_ms = pg_result_int8(shelves, row, 1);
        if (first_ms > now_ms) {
            look->next_ms = first_ms; /* They come in this order. */
            break;
        }
        look->released_shelves_count++;
        answered = release_shelf(pg, arena, pg_result_int8(shelves, row, 0), now_ms);
    }
    pg_result_free(shelves);
    return answered;
}

enum err store_pg_expire_due(struct store *store)
{
    struct store_pg *pg = pg_of(store);
    const int64_t now_ms = pg->os->now_ms(pg->os);
    struct arena arena;
    struct look look;
    arena_init(&arena);
    bool answered = true;
    do
        answered = look_once(pg, &arena, now_ms, now_ms, &look);
    while (answered && look.released_shelves_count > 0);
    arena_deinit(&arena);
    return answered ? OK : ERR_IO;
}

/* Sleeps for so long, in the machine's own time, or until the end. */
static void sleep_ms(struct store_pg *pg, int64_t ms)
{
    struct os *machine = os_real();
    const int64_t until_us = machine->uptime_us(machine) + ms * 1000;
    const struct timespec until = {until_us / 1000000, until_us % 1000000 * 1000};
    pthread_mutex_lock(&pg->lock);
    if (!pg->expiry.stopping)
        (void)pthread_cond_timedwait(&pg->expiry.changed, &pg->lock, &until);
    pthread_mutex_unlock(&pg->lock);
}

/* They are for /metrics: that they are old is said there by the pool's own figures. */
static void renew_figures(struct store_pg *pg)
{
    const int64_t now_us = pg->os->uptime_us(pg->os);
    if (now_us >= pg->expiry.figures_at_us && pg_figures_renew(pg) == OK)
        pg->expiry.figures_at_us = now_us + FIGURES_US;
}

static void remove_windows(struct store_pg *pg)
{
    const int64_t now_us = pg->os->uptime_us(pg->os);
    struct pg_request request = {.statement = PG_WINDOWS_END};
    struct pg_result *result = NULL;
    if (now_us < pg->expiry.windows_at_us)
        return;
    if (pg_pool_call(pg->pool, &request, &result) == PG_DONE)
        pg->expiry.windows_at_us = now_us + WINDOWS_US;
    pg_result_free(result);
}

/* Days are made long before they begin, so there is time to ask again. */
static void see_to_days(struct store_pg *pg)
{
    const int64_t now_us = pg->os->uptime_us(pg->os);
    if (now_us >= pg->expiry.days_at_us)
        pg->expiry.days_at_us = now_us + (pg_history_days(pg) == OK ? DAYS_US : DAYS_AGAIN_US);
}

static int64_t pause_after(struct store_pg *pg, bool answered, const struct look *look)
{
    const int64_t left_ms = look->next_ms - pg->os->now_ms(pg->os);
    if (!answered || left_ms > LOOK_MS)
        return LOOK_MS;
    return left_ms < PAUSE_MS ? PAUSE_MS : left_ms;
}

static void *expiry_run(void *context)
{
    struct store_pg *pg = context;
    struct arena arena;
    arena_init(&arena);
    while (!is_stopping(pg)) {
        const int64_t now_ms = pg->os->now_ms(pg->os);
        struct look look;
        const bool answered = look_once(pg, &arena, now_ms, now_ms + LOOK_MS, &look);
        renew_figures(pg);
        remove_windows(pg);
        see_to_days(pg);
        sleep_ms(pg, pause_after(pg, answered, &look));
    }
    arena_deinit(&arena);
    return NULL;
}

void pg_expiry_init(struct store_pg *pg)
{
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&pg->expiry.changed, &attributes);
    pthread_condattr_destroy(&attributes);
}

void pg_expiry_deinit(struct store_pg *pg)
{
    pthread_cond_destroy(&pg->expiry.changed);
}

enum err pg_expiry_begin(struct store_pg *pg)
{
    struct pg_expiry *expiry = &pg->expiry;
    ASSERT(!expiry->running);
    expiry->running = pthread_create(&expiry->thread, NULL, expiry_run, pg) == 0;
    return expiry->running ? OK : ERR_MEMORY;
}

void pg_expiry_end(struct store_pg *pg)
{
    struct pg_expiry *expiry = &pg->expiry;
    if (!expiry->running)
        return;
    pthread_mutex_lock(&pg->lock);
    expiry->stopping = true;
    pthread_mutex_unlock(&pg->lock);
    pthread_cond_signal(&expiry->changed);
    (void)pthread_join(expiry->thread, NULL);
    expiry->running = false;
}
