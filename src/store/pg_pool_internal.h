/* What the files of the pool share. */
#ifndef STORE_PG_POOL_INTERNAL_H
#define STORE_PG_POOL_INTERNAL_H

#include <pthread.h>

#include "base/metric.h"
#include "store/pg_pool.h"

/* Requests one behind the other, in the order in which they came. */
struct pg_queue {
    struct pg_request *first;
    struct pg_request *last;
    uint32_t count;
};

/* A connection, and what it is busy with. */
struct pg_slot {
    struct pg_connection connection;
    struct pg_request *request; /* BUSY, ANSWERED, or CLOSED out of these; else NULL. */
    int64_t since_us;           /* The request was sent, or it began to connect. */
    bool was_ready;             /* Since it was begun last. */
};

/* One line of a kind in a while, with the number of those that were left out. */
struct pg_notice {
    int64_t told_us; /* 0: never. */
    uint64_t untold_count;
};

/* What the thread shows to others. */
struct pg_figures {
    uint32_t ready_count; /* Connections that can be used, busy ones included. */
    uint32_t busy_count;
    uint32_t waiting_count;
};

/* `lock` guards what stands behind it, up to `figures`, and is held for a look only. Everything
 * after that belongs to the thread. */
struct pg_pool {
    struct pg_pool_settings settings;
    struct pg_address address;
    int wake; /* An eventfd: something has arrived. */
    pthread_t thread;
    bool is_running;

    pthread_mutex_t lock;
    struct pg_queue arrived;
    int64_t looks_at_us; /* By then the thread looks by itself, and before it could do nothing for
                            what arrives: all connections are busy. 0: it has to be woken. */
    bool stopping;
    struct pg_figures figures;

    struct pg_queue waiting;   /* For a connection. */
    struct pg_queue paused;    /* For a moment; few. */
    struct pg_queue succeeded; /* To be handed out, once connections have what comes next. */
    int64_t waiting_until_us;  /* No deadline in `waiting` is earlier. */
    uint32_t failures_count;   /* Attempts to connect in a row, none of which succeeded. */
    int64_t connect_at_us;     /* The next attempt, after one that failed. */
    int64_t unreachable_at_us; /* Since when no connection can be used; 0: one can. */
    bool is_trouble_told;      /* By a log line, since the database was reachable last. */
    uint32_t target_next;
    struct pg_notice loss_notice;
    struct pg_notice connect_notice;
    struct pg_notice deadline_notice;
    struct pg_notice alarm_notice;
    struct pg_notice broken_notice;

    struct metric_histogram round_trip_us;
    struct metric_histogram wait_us;
    struct metric_counter conflicts;
    struct metric_counter losses;
    struct metric_counter connects;
    struct metric_counter connect_failures;
    struct metric_counter deadlines;
    struct metric_counter unavailable;
    struct metric_counter broken;

    uint32_t slots_count;
    struct pg_slot slots[];
};

/* The `done` of pg_pool_call(): its result is given, not lent. */
void pg_call_done(struct pg_request *request, enum pg_outcome outcome,
                  const struct pg_result *result);

/* Adds a request at the end. */
void pg_queue_add(struct pg_queue *queue, struct pg_request *request);
/* Takes out the request that stands behind `before`, or the first one: NULL. There is one. */
struct pg_request *pg_queue_take(struct pg_queue *queue, struct pg_request *before);

/* The thread of the pool given as context, until `stopping`. */
void *pg_pool_run(void *context);

/* Takes in hand what a connection has come to: an answer, its end, or that it is ready. */
void pg_pool_settle(struct pg_pool *pool, struct pg_slot *slot, int64_t now_us);

/* The request on this connection, or the attempt to connect, has no time left. */
void pg_pool_settle_late(struct pg_pool *pool, struct pg_slot *slot, int64_t now_us);

/* Ends a request, which is in no queue and on no connection. Takes the result. */
void pg_pool_finish(struct pg_pool *pool, struct pg_request *request, enum pg_outcome outcome,
                    struct pg_result *result);
/* Likewise, with PG_UNAVAILABLE, when it waited for too long. */
void pg_pool_finish_late(struct pg_pool *pool, struct pg_request *request, int64_t now_us);

#endif
