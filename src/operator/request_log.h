/* The query log: what each finished request of the public API left behind (wire/request_entry.h),
 * kept on disk for some days within a size, newest first when it is asked.
 *
 * What an entry costs: one allocation and one encoding in the thread that answers (about a quarter
 * of a microsecond), a short lock, some 170 bytes of memory and then of disk. Nobody on the request
 * path waits for the disk: entries gather in memory, and a thread of the log writes them once a
 * second, or sooner when much gathered. What comes faster than the disk takes it is dropped and
 * counted.
 *
 * Nothing is synced: a power cut may take the last entries, some 30 seconds of them as Linux is set
 * up; a killed process loses the last second. A disk that is full or fails never hurts the service:
 * entries are dropped and counted, one line says so, and the log goes on when it can. */
#ifndef OPERATOR_REQUEST_LOG_H
#define OPERATOR_REQUEST_LOG_H

#include "base/buffer.h"
#include "os/os.h"
#include "wire/request_entry.h"

struct request_log;

struct request_log_settings {
    struct os *os;
    const char *folder; /* Created when it is not there; its parent exists. */
    int64_t days;       /* 1 or more: files whose entries are all older are removed. */
    int64_t bytes_max;  /* Of all files, REQUEST_LOG_BYTES_MIN or more: the oldest go first. */
};

/* Opens the folder and finds what earlier runs left; entries are taken from now on. What cannot be
 * read is told in the log and passed over. `os` is lent for the log's life. NULL: no memory. */
MUST_USE struct request_log *request_log_open(const struct request_log_settings *settings);

/* Writes what gathered and closes. The thread was stopped, or never started. */
void request_log_close(struct request_log *log);

/* Starts the thread that writes. ERR_MEMORY. */
MUST_USE enum err request_log_start(struct request_log *log);

/* Writes what gathered and ends the thread. Later entries wait for the closing. */
void request_log_stop(struct request_log *log);

/* Takes one entry, copied. Any thread; never waits for the disk. */
void request_log_add(struct request_log *log, const struct request_entry *entry);

/* The log as somebody to hand entries to. Lives as long as the log. */
struct request_sink request_log_sink(struct request_log *log);

/* Writes what gathered so far, and removes what is too old or too much. The thread's work, and a
 * reader's first step. Any thread. */
void request_log_write(struct request_log *log);

/* Which entries a page is made of. */
struct request_filter {
    int64_t campaign_id;   /* 0: any. */
    int64_t status;        /* 0: any, 1 to 5: a class such as 4xx, others: exactly this one. */
    struct bytes method;   /* As it was sent; empty: any. */
    int64_t from_ms;       /* Received at this moment or later. */
    int64_t to_ms;         /* Received before this moment. */
    size_t limit;          /* Entries, 1 to REQUEST_LOG_PAGE_MAX. */
    struct bytes position; /* From the page before; empty: the newest. */
    uint64_t id;           /* 0: any; else the page is this one, and has no next. */
};

struct request_page {
    const struct request_entry *entries; /* Newest first, by the moment they were finished. */
    size_t entries_count;
    struct bytes position; /* The next page starts here; empty: there is nothing older. */
};

/* Finds a page, entries included that are not on disk yet. Page and texts stand in the arena. A
 * call reads at most about REQUEST_LOG_SCAN_BYTES_MAX: a page may hold fewer entries than the
 * limit, none even, and still have a position to go on from. Pages do not shift while entries are
 * added; entries that are removed meanwhile are missing. Adding goes on while it reads.
 * ERR_INVALID: no position of ours. ERR_MEMORY. Any thread. */
MUST_USE enum err request_log_find(struct request_log *log, const struct request_filter *filter,
                                   struct arena *arena, struct request_page *page);

/* Whether an entry is one of those that the filter asks for. */
bool request_filter_takes(const struct request_filter *filter, const struct request_entry *entry);

/* Checksum of what a listing is filtered by, for its page tokens: all but limit and position. */
uint64_t request_filter_checksum(const struct request_filter *filter);

/* Writes the log's figures; `context` is the log (struct metric_source). */
void request_log_write_metrics(void *context, struct buffer *page);

#endif
