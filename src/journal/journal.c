/* Appending and committing. The whole group-commit decision is in journal_commit(). */
#include "journal/journal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "journal/journal_internal.h"
#include "os/log.h"

/* The current segment is used up: the spare takes its place. */
static void segment_roll(struct journal *journal)
{
    ASSERT(journal->spare != NULL); /* Invariant 3. */
    journal->os->close(journal->os, journal->segment);
    journal->segment = journal->spare;
    journal->spare = NULL;
    journal->spare_tried_us = INT64_MIN / 2;
    journal->segment_index++;
    journal->segment_used_bytes = JOURNAL_BLOCK_BYTES;
    journal->header_pending = true;
}

static enum err batch_write(struct journal *journal, struct batch *batch)
{
    struct os *os = journal->os;
    const int64_t started_us = os->uptime_us(os);
    frame_end(&batch->frame, journal->journal_id, batch->seq_first, batch->records_count);
    if (batch->frame.failed)
        return ERR_MEMORY;
    if (batch->frame.size > JOURNAL_SEGMENT_BYTES - journal->segment_used_bytes)
        segment_roll(journal);
    enum err error = OK;
    if (journal->header_pending)
        error = header_write(journal, batch->seq_first);
    if (error == OK)
        error = os->write(os, journal->segment, journal->segment_used_bytes,
                          buffer_bytes(&batch->frame));
    if (error == OK)
        error = os->sync(os, journal->segment);
    if (error != OK)
        return error;
    journal->segment_used_bytes += batch->frame.size;
    metric_add(&journal->metrics.commits, 1);
    metric_add(&journal->metrics.bytes, batch->frame.size);
    metric_observe(&journal->metrics.records_a_commit, batch->records_count);
    metric_observe(&journal->metrics.sync_us, (uint64_t)(os->uptime_us(os) - started_us));
    return OK;
}

void batch_reset(struct batch *batch, uint64_t seq_first)
{
    buffer_clear(&batch->frame);
    frame_begin(&batch->frame);
    batch->records_count = 0;
    batch->seq_first = seq_first;
}

/* Takes the waiters that need not wait any longer off the list. */
static struct journal_waiter *waiters_take(struct journal *journal)
{
    struct journal_waiter *taken = NULL;
    struct journal_waiter **link = &journal->waiters;
    while (*link != NULL) {
        struct journal_waiter *waiter = *link;
        if (waiter->seq > journal->durable_seq) {
            link = &waiter->next;
            continue;
        }
        *link = waiter->next;
        waiter->next = taken;
        taken = waiter;
    }
    return taken;
}

static void waiters_wake(struct journal_waiter *waiter)
{
    while (waiter != NULL) {
        struct journal_waiter *next = waiter->next; /* done() may end the waiter's life. */
        waiter->done(waiter);
        waiter = next;
    }
}

enum err journal_commit(struct journal *journal)
{
    pthread_mutex_lock(&journal->lock);
    struct batch *batch = journal->gathering;
    const bool nothing = batch->records_count == 0;
    if (!nothing) {
        journal->gathering = journal->writing;
        journal->writing = batch;
        batch_reset(journal->gathering, journal->next_seq);
    }
    pthread_mutex_unlock(&journal->lock);
    if (nothing) {
        spare_renew(journal);
        return OK;
    }
    const enum err error = batch_write(journal, batch);
    if (error != OK)
        return error;
    pthread_mutex_lock(&journal->lock);
    journal->durable_seq = batch->seq_first + batch->records_count - 1;
    journal->frames_bytes += batch->frame.size;
    journal->crowded = batch->records_count + journal->gathering->records_count > 1;
    struct journal_waiter *woken = waiters_take(journal);
    pthread_mutex_unlock(&journal->lock);
    waiters_wake(woken);
    spare_renew(journal);
    return OK;
}

enum err journal_reserve(struct journal *journal, size_t bytes)
{
    const size_t with_header = bytes + RECORD_HEADER_BYTES;
    pthread_mutex_lock(&journal->lock);
    const size_t used_bytes = journal->gathering->frame.size + journal->reserved_bytes;
    const bool fits = journal->has_room && journal->reservations_count < RESERVATIONS_MAX &&
                      with_header <= JOURNAL_BATCH_BYTES_MAX - used_bytes;
    if (fits) {
        journal->reserved_bytes += with_header;
        journal->reservations_count++;
    }
    pthread_mutex_unlock(&journal->lock);
    return fits ? OK : ERR_FULL;
}

/* With the lock held. */
static void reservation_end(struct journal *journal, size_t bytes)
{
    ASSERT(journal->reservations_count > 0);
    ASSERT(journal->reserved_bytes >= bytes + RECORD_HEADER_BYTES);
    journal->reservations_count--;
    journal->reserved_bytes -= bytes + RECORD_HEADER_BYTES;
}

void journal_release(struct journal *journal, size_t bytes)
{
    pthread_mutex_lock(&journal->lock);
    reservation_end(journal, bytes);
    pthread_mutex_unlock(&journal->lock);
}

uint64_t journal_append(struct journal *journal, size_t reserved_bytes, struct bytes payload)
{
    ASSERT(payload.size > 0);
    ASSERT(payload.size <= reserved_bytes);
    pthread_mutex_lock(&journal->lock);
    struct batch *batch = journal->gathering;
    buffer_append_u32(&batch->frame, (uint32_t)payload.size);
    buffer_append(&batch->frame, payload);
    ASSERT(!batch->frame.failed);
    reservation_end(journal, reserved_bytes);
    const uint64_t seq = journal->next_seq++;
    const bool first = batch->records_count++ == 0;
    pthread_mutex_unlock(&journal->lock);
    if (first)
        pthread_cond_signal(&journal->gathered);
    return seq;
}

bool journal_is_durable(struct journal *journal, uint64_t seq)
{
    pthread_mutex_lock(&journal->lock);
    const bool durable = seq <= journal->durable_seq;
    pthread_mutex_unlock(&journal->lock);
    return durable;
}

void journal_wait(struct journal *journal, struct journal_waiter *waiter)
{
    pthread_mutex_lock(&journal->lock);
    const bool durable = waiter->seq <= journal->durable_seq;
    if (!durable) {
        waiter->next = journal->waiters;
        journal->waiters = waiter;
    }
    pthread_mutex_unlock(&journal->lock);
    if (durable)
        waiter->done(waiter);
}

bool journal_has_room(struct journal *journal)
{
    pthread_mutex_lock(&journal->lock);
    const bool has_room = journal->has_room;
    pthread_mutex_unlock(&journal->lock);
    return has_room;
}

static struct timespec time_after(const struct journal *journal, int64_t wait_us)
{
    const int64_t until_us = journal->os->uptime_us(journal->os) + wait_us;
    return (struct timespec){until_us / 1000000, until_us % 1000000 * 1000};
}

/* A commit costs the machine as much for one record as for many. While several writers are at work,
 * gives them a moment to share the next one; a writer that is alone never waits. With the lock. */
static void let_gather(struct journal *journal)
{
    if (!journal->crowded)
        return;
    const struct timespec until = time_after(journal, JOURNAL_GATHER_US);
    int code = 0;
    while (code == 0 && !journal->stopping)
        code = pthread_cond_timedwait(&journal->gathered, &journal->lock, &until);
}

/* Waits until something gathered, or for a moment while there is no room. True: stop. */
static bool wait_for_work(struct journal *journal)
{
    pthread_mutex_lock(&journal->lock);
    bool waited = false;
    while (!journal->stopping && journal->gathering->records_count == 0 && !waited) {
        const struct timespec until = time_after(journal, (int64_t)JOURNAL_ROOM_RETRY_MS * 1000);
        if (journal->has_room) {
            pthread_cond_wait(&journal->gathered, &journal->lock);
        } else {
            (void)pthread_cond_timedwait(&journal->gathered, &journal->lock, &until);
            waited = true;
        }
    }
    const bool stop = journal->stopping && journal->gathering->records_count == 0;
    if (!stop)
        let_gather(journal);
    pthread_mutex_unlock(&journal->lock);
    return stop;
}

static void *committer_run(void *context)
{
    struct journal *journal = context;
    while (!wait_for_work(journal)) {
        const enum err error = journal_commit(journal);
        if (error == OK)
            continue;
        log_line(
            LOG_ERROR,
            "event=journal_failed error=\"%s\" segment=%" PRIu64
            " action=\"stopping, as memory is ahead of the disk; start again after mending it\"",
            err_text(error), journal->segment_index);
        _exit(COMMITTER_FAILED_EXIT);
    }
    return NULL;
}

enum err journal_start(struct journal *journal)
{
    return pthread_create(&journal->thread, NULL, committer_run, journal) == 0 ? OK : ERR_MEMORY;
}

void journal_stop(struct journal *journal)
{
    pthread_mutex_lock(&journal->lock);
    journal->stopping = true;
    pthread_mutex_unlock(&journal->lock);
    pthread_cond_signal(&journal->gathered);
    (void)pthread_join(journal->thread, NULL);
}

const struct journal_metrics *journal_metrics(const struct journal *journal)
{
    return &journal->metrics;
}

uint64_t journal_disk_bytes(struct journal *journal)
{
    pthread_mutex_lock(&journal->lock);
    const uint64_t segments_count = journal->places_count + journal->has_spare;
    pthread_mutex_unlock(&journal->lock);
    return segments_count * (uint64_t)JOURNAL_SEGMENT_BYTES;
}

uint64_t journal_bytes_since_checkpoint(struct journal *journal)
{
    pthread_mutex_lock(&journal->lock);
    const uint64_t bytes = journal->frames_bytes - journal->frames_bytes_then;
    pthread_mutex_unlock(&journal->lock);
    return bytes;
}

uint64_t journal_checkpoint_bytes(struct journal *journal)
{
    pthread_mutex_lock(&journal->lock);
    const uint64_t bytes = journal->checkpoint_bytes;
    pthread_mutex_unlock(&journal->lock);
    return bytes;
}
