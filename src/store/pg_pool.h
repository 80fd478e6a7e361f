/* Some connections to one database, all of them in the hands of one thread, and a queue before
 * them. Whoever has a statement to be carried out fills in a request and begins it:
 *
 *     struct pg_request request = {.statement = …, .values = {…}, .values_count = …, .done = …};
 *     pg_pool_begin(pool, &request);       `done` is called once, by the pool's thread
 *
 * Each statement is a transaction of its own, and harmless when it is carried out twice: what
 * became of it is unknown when a connection breaks, and then it is sent again over another one. A
 * request that the database does not take in its time is PG_UNAVAILABLE, and so is one that broke
 * and must not be carried out twice (is_once); it may have been carried out. */
#ifndef STORE_PG_POOL_H
#define STORE_PG_POOL_H

#include "base/buffer.h"
#include "os/os.h"
#include "store/pg_connection.h"

enum { PG_CONNECTIONS_MAX = 256 };

struct pg_pool;

/* The pool lends everything here until it is closed, but the URL. */
struct pg_pool_settings {
    struct os *os;
    const char *url;
    const struct pg_statement_set *statements;
    uint32_t connections_count; /* 1…PG_CONNECTIONS_MAX */
    int64_t deadline_ms;        /* How long a request may take, waiting included; 1 or more. */
};

enum pg_outcome {
    PG_DONE,        /* It was carried out, and is durable. */
    PG_UNAVAILABLE, /* Not now: whoever asked may ask again. */
    PG_BROKEN, /* The database refuses the statement: a bug, or a schema changed by hand. Logged. */
};

struct pg_request {
    uint32_t statement; /* Of the set. */
    struct pg_value values[PG_VALUES_MAX];
    uint32_t values_count;
    int64_t deadline_ms; /* 0: that of the pool. */
    /* By the pool's thread; it must not block, and may begin this request or others again. `result`
     * is lent for the call, and NULL unless PG_DONE. */
    void (*done)(struct pg_request *request, enum pg_outcome outcome,
                 const struct pg_result *result);

    /* The pool's own. */
    struct pg_request *next;
    struct pg_result *result; /* Of one that succeeded, until it is handed out. */
    int64_t began_us;
    int64_t until_us;
    int64_t again_us; /* Not before then. */
    uint32_t conflicts_count;
    uint32_t losses_count;
};

/* Connects once, and tells in one line why that is not possible: ERR_INVALID the URL is wrong,
 * ERR_IO the server cannot be reached or lets us not in, ERR_UNSUPPORTED the schema is not there,
 * is older or newer, or was changed by hand, ERR_DENIED a right is missing, ERR_MEMORY. Then starts
 * the thread, which connects the rest. Gives the pool; ended by pg_pool_close(). */
MUST_USE enum err pg_pool_open(const struct pg_pool_settings *settings, struct pg_pool **pool,
                               char *problem, size_t problem_bytes);

/* Begins a request, which stays where it is until it is done, as do its values. Any thread; does
 * not block. */
void pg_pool_begin(struct pg_pool *pool, struct pg_request *request);

/* Begins a request and waits until it is done; its `done` is the pool's. Gives the result, to be
 * freed by pg_result_free(); NULL unless PG_DONE. Any thread but the pool's. */
MUST_USE enum pg_outcome pg_pool_call(struct pg_pool *pool, struct pg_request *request,
                                      struct pg_result **result);

/* Whether the database answered when it was last heard of. Any thread. */
bool pg_pool_is_reachable(struct pg_pool *pool);

/* Writes figures of the pool given as context (struct metric_source). Any thread. */
void pg_pool_write_metrics(void *context, struct buffer *page);

/* Ends the pool. Requests that are under way are PG_UNAVAILABLE; none may be begun any more. NULL
 * is fine. */
void pg_pool_close(struct pg_pool *pool);

#endif
