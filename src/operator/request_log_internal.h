/* What the files of the query log share. */
#ifndef OPERATOR_REQUEST_LOG_INTERNAL_H
#define OPERATOR_REQUEST_LOG_INTERNAL_H

#include <pthread.h>

#include "base/metric.h"
#include "operator/request_log.h"

enum { REQUEST_PATH_OF_FILE_BYTES_MAX = 4096 + 32 };

/* The moments that entries cover; from_ms > to_ms: no entry. */
struct request_span {
    int64_t from_ms;
    int64_t to_ms;
};

#define REQUEST_SPAN_NONE ((struct request_span){INT64_MAX, INT64_MIN})

/* One file: lines, one behind the other, `bytes` of them. */
struct request_file {
    uint64_t index;
    uint64_t bytes;
    struct request_span span;
    bool finished; /* Nothing is written behind it any more. */
};

/* Entries that gather for one write. */
struct request_batch {
    struct buffer lines;
    uint64_t entries_count;
    struct request_span span;
};

/* Invariants: 1. files are in order of their indexes, and next_index is above all of them.
 *             2. Only the last file may be unfinished; `file` is NULL or that file, open.
 *             3. Both batches have capacity for REQUEST_LOG_BATCH_BYTES_MAX: an append that fits
 *                cannot fail.
 *             4. What stands below a file's `bytes` is never changed, only removed with the file.
 * `write_lock` guards the files and the batch that is written; `lock`, taken behind it and never
 * for long, guards what stands below it. */
struct request_log {
    struct request_log_settings settings;
    char *folder;
    uint64_t file_bytes_max;
    pthread_t thread;
    struct metric_counter written;
    struct metric_counter dropped;

    pthread_mutex_t write_lock;
    struct request_file *files;
    size_t files_count;
    size_t files_capacity;
    uint64_t next_index;
    struct os_file *file;
    struct request_batch *writing;
    uint64_t dropped_told; /* `dropped` at the end of the write before. */
    bool dropping;

    pthread_mutex_t lock;
    pthread_cond_t due;
    struct request_batch *gathering;
    uint64_t disk_bytes; /* For the metrics page, which waits for no disk. */
    bool stopping;

    struct request_batch batches[2];
};

static inline void request_span_add(struct request_span *span, struct request_span other)
{
    span->from_ms = other.from_ms < span->from_ms ? other.from_ms : span->from_ms;
    span->to_ms = other.to_ms > span->to_ms ? other.to_ms : span->to_ms;
}

/* Path of a file in the log's folder. */
void request_file_path(const struct request_log *log, uint64_t index,
                       char path[REQUEST_PATH_OF_FILE_BYTES_MAX]);

/* Makes the list of what lies in the folder. What cannot be read is told and left where it is.
 * ERR_MEMORY. */
MUST_USE enum err request_files_load(struct request_log *log);

/* Writes lines behind the last file, or into a new one where that is due, and removes the oldest
 * files while all of them would be too much. An error leaves the lines unwritten. With write_lock
 * held, as the next two. */
MUST_USE enum err request_files_append(struct request_log *log, struct bytes lines,
                                       struct request_span span);

/* Removes files whose entries are all too old, and files without entries. */
MUST_USE enum err request_files_expire(struct request_log *log);

/* Bytes of all files. */
uint64_t request_files_bytes(const struct request_log *log);

#endif
