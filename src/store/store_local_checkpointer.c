/* When checkpoints are made: by a thread that looks a few times a second how much a start would
 * have to replay, by request, and, in a store without threads, by whoever calls.
 *
 * The thread is not made nicer to others by a lower priority: while it has a shelf locked it must
 * not be the one that waits for a processor, or whoever waits for the shelf would wait with it.
 * Instead it pauses after each step for as long as it had a shelf locked: then it takes half a
 * processor at most, and who wants the shelf gets it. */
#include <inttypes.h>

#include "os/log.h"
#include "store/store_local_checkpoint.h"

enum { LOOK_EVERY_US = 250000, PAUSE_US_MIN = 50 };

void local_checkpointer_init(struct store_local *local, uint64_t journal_bytes)
{
    struct local_checkpointer *checkpointer = &local->checkpointer;
    pthread_condattr_t attributes;
    checkpointer->journal_bytes = journal_bytes;
    pthread_mutex_init(&checkpointer->lock, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&checkpointer->changed, &attributes);
    pthread_condattr_destroy(&attributes);
}

void local_checkpointer_deinit(struct store_local *local)
{
    pthread_cond_destroy(&local->checkpointer.changed);
    pthread_mutex_destroy(&local->checkpointer.lock);
}

void local_documents_note(struct store_local *local, uint64_t seq)
{
    struct local_checkpointer *checkpointer = &local->checkpointer;
    pthread_mutex_lock(&checkpointer->lock);
    checkpointer->documents_count++;
    if (seq > checkpointer->document_seq)
        checkpointer->document_seq = seq;
    pthread_mutex_unlock(&checkpointer->lock);
}

uint64_t local_documents_seq(struct store_local *local, uint64_t *count)
{
    struct local_checkpointer *checkpointer = &local->checkpointer;
    pthread_mutex_lock(&checkpointer->lock);
    const uint64_t seq = checkpointer->document_seq;
    *count = checkpointer->documents_count;
    pthread_mutex_unlock(&checkpointer->lock);
    return seq;
}

/* --- One checkpoint, with its lines and figures. --- */

static void tell_done(struct store_local *local, const struct local_checkpoint_figures *figures)
{
    struct local_checkpointer *checkpointer = &local->checkpointer;
    const uint64_t bytes = journal_checkpoint_bytes(local->journal);
    pthread_mutex_lock(&checkpointer->lock);
    checkpointer->documents_covered = figures->documents_count;
    checkpointer->failed_last = OK;
    checkpointer->done = *figures;
    checkpointer->done_count++;
    checkpointer->done_at_us = local->os->uptime_us(local->os);
    checkpointer->done_at_ms = local->os->now_ms(local->os);
    pthread_mutex_unlock(&checkpointer->lock);
    log_line(LOG_INFO,
             "event=checkpoint_done seq=%" PRIu64 " shelves=%" PRIu64 " cells=%" PRIu64
             " bytes=%" PRIu64 " took_ms=%" PRId64 " lock_us_max=%" PRId64,
             figures->seq, figures->shelves_count, figures->cells_count, bytes,
             figures->took_us / 1000, figures->lock_us_max);
}

/* The same trouble again is told once. */
static void tell_failed(struct store_local *local, enum err error)
{
    struct local_checkpointer *checkpointer = &local->checkpointer;
    pthread_mutex_lock(&checkpointer->lock);
    const bool again = checkpointer->failed_last == error;
    checkpointer->failed_last = error;
    checkpointer->failed_count++;
    checkpointer->failed_at_us = local->os->uptime_us(local->os);
    pthread_mutex_unlock(&checkpointer->lock);
    log_line(
        again ? LOG_DEBUG : LOG_WARN,
        "event=checkpoint_abandoned error=\"%s\" meaning='the one before it stays, the journal "
        "grows' action='it is tried again'",
        err_text(error));
}

/* Begins the one that is under way from now on. */
static enum err run_begin(struct store_local *local)
{
    struct local_checkpointer *checkpointer = &local->checkpointer;
    ASSERT(checkpointer->run == NULL);
    const enum err error = local_checkpoint_begin(local, &checkpointer->run);
    if (error != OK) {
        tell_failed(local, error);
        return error;
    }
    log_line(LOG_INFO, "event=checkpoint_begun seq=%" PRIu64 " journal_bytes=%" PRIu64,
             local_checkpoint_figures(checkpointer->run)->seq,
             journal_bytes_since_checkpoint(local->journal));
    return OK;
}

static void run_end(struct store_local *local)
{
    local_checkpoint_end(local->checkpointer.run);
    local->checkpointer.run = NULL;
}

/* The next piece of the one that is under way; *step_us is how long a shelf was locked. */
static enum err run_step(struct store_local *local, bool *done, int64_t *step_us)
{
    struct local_checkpoint *run = local->checkpointer.run;
    const enum err error = local_checkpoint_step(run, done);
    const struct local_checkpoint_figures *figures = local_checkpoint_figures(run);
    *step_us = figures->step_us;
    if (*done)
        tell_done(local, figures);
    if (error != OK)
        tell_failed(local, error);
    if (*done || error != OK)
        run_end(local);
    return error;
}

/* --- The thread. --- */

/* In the machine's own time, whatever clock the store has. With the lock; woken by a request. */
static void sleep_us(struct local_checkpointer *checkpointer, int64_t us)
{
    struct os *machine = os_real();
    const int64_t until_us = machine->uptime_us(machine) + us;
    const struct timespec until = {until_us / 1000000, until_us % 1000000 * 1000};
    (void)pthread_cond_timedwait(&checkpointer->changed, &checkpointer->lock, &until);
}

/* Whether a start would have to replay more than is good. With the lock. */
static bool is_due(struct store_local *local)
{
    const struct local_checkpointer *checkpointer = &local->checkpointer;
    if (checkpointer->requested)
        return true;
    if (checkpointer->journal_bytes == 0 || local->documents.give == NULL)
        return false;
    if (checkpointer->failed_last != OK &&
        local->os->uptime_us(local->os) - checkpointer->failed_at_us <
            (int64_t)CHECKPOINT_RETRY_MS * 1000)
        return false;
    if (checkpointer->documents_count - checkpointer->documents_covered >= CHECKPOINT_DOCUMENTS_MAX)
        return true;
    const uint64_t bytes = journal_bytes_since_checkpoint(local->journal);
    return bytes >= checkpointer->journal_bytes &&
           bytes >= journal_checkpoint_bytes(local->journal);
}

/* Makes one, without the lock. */
static void run_whole(struct store_local *local)
{
    struct local_checkpointer *checkpointer = &local->checkpointer;
    bool done = false;
    bool stopping = false;
    enum err error = run_begin(local);
    while (error == OK && !done && !stopping) {
        int64_t step_us = 0;
        error = run_step(local, &done, &step_us);
        pthread_mutex_lock(&checkpointer->lock);
        if (step_us > 0 && !checkpointer->stopping)
            sleep_us(checkpointer, step_us > PAUSE_US_MIN ? step_us : PAUSE_US_MIN);
        stopping = checkpointer->stopping;
        pthread_mutex_unlock(&checkpointer->lock);
    }
    if (checkpointer->run == NULL)
        return;
    log_line(LOG_INFO, "event=checkpoint_abandoned reason=stopping");
    run_end(local);
}

static void *checkpointer_run(void *context)
{
    struct store_local *local = context;
    struct local_checkpointer *checkpointer = &local->checkpointer;
    pthread_mutex_lock(&checkpointer->lock);
    while (!checkpointer->stopping) {
        if (!is_due(local)) {
            sleep_us(checkpointer, LOOK_EVERY_US);
            pthread_mutex_unlock(&checkpointer->lock);
            local_history_look(local);
            pthread_mutex_lock(&checkpointer->lock);
            continue;
        }
        checkpointer->requested = false;
        checkpointer->under_way = true;
        pthread_mutex_unlock(&checkpointer->lock);
        run_whole(local);
        pthread_mutex_lock(&checkpointer->lock);
        checkpointer->under_way = false;
    }
    pthread_mutex_unlock(&checkpointer->lock);
    return NULL;
}

enum err local_checkpointer_start(struct store_local *local)
{
    struct local_checkpointer *checkpointer = &local->checkpointer;
    ASSERT(checkpointer->run == NULL);
    checkpointer->running =
        pthread_create(&checkpointer->thread, NULL, checkpointer_run, local) == 0;
    return checkpointer->running ? OK : ERR_MEMORY;
}

void store_local_stop_checkpoints(struct store *store)
{
    struct store_local *local = local_of(store);
    struct local_checkpointer *checkpointer = &local->checkpointer;
    if (!checkpointer->running) {
        run_end(local);
        return;
    }
    pthread_mutex_lock(&checkpointer->lock);
    checkpointer->stopping = true;
    pthread_mutex_unlock(&checkpointer->lock);
    pthread_cond_signal(&checkpointer->changed);
    (void)pthread_join(checkpointer->thread, NULL);
    checkpointer->running = false;
}

/* --- Whoever asks. --- */

enum err local_request_checkpoint(struct store *store)
{
    struct store_local *local = local_of(store);
    struct local_checkpointer *checkpointer = &local->checkpointer;
    if (local->documents.give == NULL || !checkpointer->running)
        return ERR_UNSUPPORTED;
    pthread_mutex_lock(&checkpointer->lock);
    checkpointer->requested = true;
    pthread_mutex_unlock(&checkpointer->lock);
    pthread_cond_signal(&checkpointer->changed);
    return OK;
}

void local_checkpointer_metrics(struct store_local *local, struct store_checkpoints *figures)
{
    struct local_checkpointer *checkpointer = &local->checkpointer;
    pthread_mutex_lock(&checkpointer->lock);
    *figures = (struct store_checkpoints){
        .under_way = checkpointer->under_way || checkpointer->requested,
        .done_count = checkpointer->done_count,
        .failed_count = checkpointer->failed_count,
        .documents_since = checkpointer->documents_count - checkpointer->documents_covered,
        .seq = checkpointer->done.seq,
        .shelves_count = checkpointer->done.shelves_count,
        .cells_count = checkpointer->done.cells_count,
        .took_us = checkpointer->done.took_us,
        .lock_us_max = checkpointer->done.lock_us_max,
        .at_ms = checkpointer->done_at_ms,
    };
    if (checkpointer->done_count > 0)
        figures->age_us = local->os->uptime_us(local->os) - checkpointer->done_at_us;
    pthread_mutex_unlock(&checkpointer->lock);
    figures->bytes = journal_checkpoint_bytes(local->journal);
    figures->journal_bytes_since = journal_bytes_since_checkpoint(local->journal);
}

enum err store_local_checkpoint_step(struct store *store, bool *done)
{
    struct store_local *local = local_of(store);
    struct local_checkpointer *checkpointer = &local->checkpointer;
    ASSERT(!checkpointer->running);
    *done = false;
    if (checkpointer->run == NULL)
        return run_begin(local);
    int64_t step_us = 0;
    return run_step(local, done, &step_us);
}

enum err store_local_checkpoint(struct store *store)
{
    enum err error = OK;
    bool done = false;
    while (error == OK && !done)
        error = store_local_checkpoint_step(store, &done);
    return error;
}
