/* Taking entries and writing them: the side of the query log that the request path sees, and its
 * thread. One batch gathers while the other is written. */
#include "operator/request_log.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/metric_text.h"
#include "operator/request_log_internal.h"
#include "os/log.h"

enum { WRITE_INTERVAL_US = 1000000, LINE_BYTES_USUAL = 512, FILES_AIMED_AT = 64 };

void request_log_add(struct request_log *log, const struct request_entry *entry)
{
    struct buffer line;
    buffer_init(&line);
    if (buffer_reserve(&line, LINE_BYTES_USUAL) == OK) {
        request_entry_encode(&line, entry);
        buffer_append_u8(&line, '\n');
    }
    ASSERT(line.size <= REQUEST_LINE_BYTES_MAX);
    bool due = false;
    pthread_mutex_lock(&log->lock);
    struct request_batch *batch = log->gathering;
    const bool fits = !line.failed && line.size <= REQUEST_LOG_BATCH_BYTES_MAX - batch->lines.size;
    if (fits) {
        due = batch->lines.size < REQUEST_LOG_WAKE_BYTES &&
              batch->lines.size + line.size >= REQUEST_LOG_WAKE_BYTES;
        buffer_append(&batch->lines, buffer_bytes(&line));
        batch->entries_count++;
        request_span_add(&batch->span,
                         (struct request_span){entry->received_at_ms, entry->received_at_ms});
    }
    pthread_mutex_unlock(&log->lock);
    if (due)
        pthread_cond_signal(&log->due);
    if (!fits)
        metric_add(&log->dropped, 1);
    buffer_deinit(&line);
}

static void sink_add(void *context, const struct request_entry *entry)
{
    request_log_add(context, entry);
}

struct request_sink request_log_sink(struct request_log *log)
{
    return (struct request_sink){log, sink_add};
}

static void batch_clear(struct request_batch *batch)
{
    buffer_clear(&batch->lines);
    batch->entries_count = 0;
    batch->span = REQUEST_SPAN_NONE;
}

/* Takes what gathered; the other batch gathers from now on. NULL: nothing did. */
static struct request_batch *batch_take(struct request_log *log)
{
    pthread_mutex_lock(&log->lock);
    struct request_batch *taken = log->gathering->entries_count > 0 ? log->gathering : NULL;
    if (taken != NULL) {
        log->gathering = log->writing;
        log->writing = taken;
    }
    pthread_mutex_unlock(&log->lock);
    return taken;
}

/* One line when entries begin to be dropped, one when they are written again. */
static void tell(struct request_log *log, enum err error, bool wrote)
{
    const uint64_t dropped = metric_read(&log->dropped);
    const bool dropping = error != OK || dropped != log->dropped_told;
    if (dropping && !log->dropping) {
        log_line(LOG_WARN,
                 "event=request_log_drops folder=%s error=\"%s\" dropped=%" PRIu64
                 " requests=served",
                 log->folder, error != OK ? err_text(error) : "more than the disk takes", dropped);
    }
    if (!dropping && wrote && log->dropping) {
        log_line(LOG_INFO, "event=request_log_writes_again folder=%s dropped=%" PRIu64, log->folder,
                 dropped);
    }
    log->dropping = dropping || (log->dropping && !wrote);
    log->dropped_told = dropped;
}

void request_log_write(struct request_log *log)
{
    pthread_mutex_lock(&log->write_lock);
    struct request_batch *batch = batch_take(log);
    enum err error = OK;
    if (batch != NULL) {
        error = request_files_append(log, buffer_bytes(&batch->lines), batch->span);
        metric_add(error == OK ? &log->written : &log->dropped, batch->entries_count);
        batch_clear(batch);
    }
    const enum err expired = request_files_expire(log);
    tell(log, error != OK ? error : expired, batch != NULL);
    const uint64_t disk_bytes = request_files_bytes(log);
    pthread_mutex_lock(&log->lock);
    log->disk_bytes = disk_bytes;
    pthread_mutex_unlock(&log->lock);
    pthread_mutex_unlock(&log->write_lock);
}

/* Waits until much gathered, or for a while. True: stop. */
static bool wait_until_due(struct request_log *log)
{
    const struct os *os = log->settings.os;
    const int64_t until_us = os->uptime_us(log->settings.os) + WRITE_INTERVAL_US;
    const struct timespec until = {until_us / 1000000, until_us % 1000000 * 1000};
    int code = 0;
    pthread_mutex_lock(&log->lock);
    while (code == 0 && !log->stopping && log->gathering->lines.size < REQUEST_LOG_WAKE_BYTES)
        code = pthread_cond_timedwait(&log->due, &log->lock, &until);
    const bool stop = log->stopping;
    pthread_mutex_unlock(&log->lock);
    return stop;
}

static void *writer_run(void *context)
{
    struct request_log *log = context;
    while (!wait_until_due(log))
        request_log_write(log);
    return NULL;
}

enum err request_log_start(struct request_log *log)
{
    return pthread_create(&log->thread, NULL, writer_run, log) == 0 ? OK : ERR_MEMORY;
}

void request_log_stop(struct request_log *log)
{
    pthread_mutex_lock(&log->lock);
    log->stopping = true;
    pthread_mutex_unlock(&log->lock);
    pthread_cond_signal(&log->due);
    (void)pthread_join(log->thread, NULL);
    request_log_write(log);
}

void request_log_write_metrics(void *context, struct buffer *page)
{
    struct request_log *log = context;
    pthread_mutex_lock(&log->lock);
    const uint64_t disk_bytes = log->disk_bytes;
    pthread_mutex_unlock(&log->lock);
    metric_write_counter(page, "stockd_request_log_written_total",
                         "Requests written to the query log.", metric_read(&log->written));
    metric_write_counter(page, "stockd_request_log_dropped_total",
                         "Requests that the query log misses: the disk is full, fails or is slow.",
                         metric_read(&log->dropped));
    metric_write_gauge(page, "stockd_request_log_bytes", "Bytes that the query log takes on disk.",
                       disk_bytes);
}

/* The locks, and the condition with the clock of os->uptime_us(). */
static void init_locks(struct request_log *log)
{
    pthread_condattr_t attributes;
    pthread_mutex_init(&log->write_lock, NULL);
    pthread_mutex_init(&log->lock, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&log->due, &attributes);
    pthread_condattr_destroy(&attributes);
}

/* About FILES_AIMED_AT of them make the limit, so that the oldest go in small steps. */
static uint64_t file_bytes_for(int64_t bytes_max)
{
    const int64_t bytes = bytes_max / FILES_AIMED_AT;
    if (bytes < REQUEST_LOG_FILE_BYTES_MIN)
        return REQUEST_LOG_FILE_BYTES_MIN;
    return (uint64_t)(bytes > REQUEST_LOG_FILE_BYTES_MAX ? REQUEST_LOG_FILE_BYTES_MAX : bytes);
}

static enum err batches_init(struct request_log *log)
{
    for (size_t i = 0; i < 2; i++) {
        struct request_batch *batch = &log->batches[i];
        batch_clear(batch);
        if (buffer_reserve(&batch->lines, REQUEST_LOG_BATCH_BYTES_MAX) != OK)
            return ERR_MEMORY;
    }
    log->gathering = &log->batches[0];
    log->writing = &log->batches[1];
    return OK;
}

/* Frees what an opening that may have failed half way left. */
static void log_free(struct request_log *log)
{
    log->settings.os->close(log->settings.os, log->file);
    pthread_cond_destroy(&log->due);
    pthread_mutex_destroy(&log->lock);
    pthread_mutex_destroy(&log->write_lock);
    for (size_t i = 0; i < 2; i++)
        buffer_deinit(&log->batches[i].lines);
    free(log->files);
    free(log->folder);
    free(log);
}

struct request_log *request_log_open(const struct request_log_settings *settings)
{
    ASSERT(settings->days >= 1);
    ASSERT(settings->bytes_max >= REQUEST_LOG_BYTES_MIN);
    struct request_log *log = calloc(1, sizeof(*log));
    if (log == NULL)
        return NULL;
    init_locks(log);
    log->settings = *settings;
    log->file_bytes_max = file_bytes_for(settings->bytes_max);
    log->next_index = 1;
    log->folder = strdup(settings->folder);
    if (log->folder == NULL || batches_init(log) != OK || request_files_load(log) != OK) {
        log_free(log);
        return NULL;
    }
    request_log_write(log);
    return log;
}

void request_log_close(struct request_log *log)
{
    if (log == NULL)
        return;
    request_log_write(log);
    log_free(log);
}
