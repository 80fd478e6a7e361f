/* One connection to the database, without a thread and without waiting: it is begun, prepares what
 * it is told to, carries one statement at a time, and is over when something is wrong with it.
 *
 *     pg_connection_begin(); until the phase is READY: wait for the socket, pg_connection_work()
 *     pg_connection_send();  until it is ANSWERED:     wait for the socket, pg_connection_work()
 *     pg_connection_take();  and it is READY again
 *
 * Any of them may leave it CLOSED, with `error` and `problem` set. Looking up the name of a host is
 * all that may block (docs/decisions/0012-libpq.md). The header knows no libpq. */
#ifndef STORE_PG_CONNECTION_H
#define STORE_PG_CONNECTION_H

#include "store/pg_address.h"
#include "store/pg_prepared.h"
#include "store/pg_result.h"

struct os;
struct pg_conn;

/* How long a server may take to let us in. */
#define PG_CONNECT_US (INT64_C(4) * 1000 * 1000)

enum { PG_PROBLEM_BYTES = 512 };

/* In binary. Lent until the statement was answered for good; it may have to be sent again. */
struct pg_value {
    const void *data; /* NULL: an SQL NULL. */
    int32_t bytes;
};

enum pg_phase {
    PG_PHASE_CLOSED,
    PG_PHASE_CONNECTING,
    PG_PHASE_SETTING,   /* The session as we want it. */
    PG_PHASE_PREPARING, /* Versions, rights, statements: one round trip. */
    PG_PHASE_READY,
    PG_PHASE_BUSY,
    PG_PHASE_ANSWERED, /* `result` has not been taken yet. */
};

/* Invariants: 1. handle is NULL if and only if the phase is CLOSED.  2. result is NULL unless BUSY,
 * ANSWERED, or CLOSED out of these. */
struct pg_connection {
    const struct pg_address *address;
    const struct pg_statement_set *statements; /* NULL: none, and no schema is asked for. */
    struct pg_conn *handle;
    enum pg_phase phase;
    bool wants_write; /* The socket is to be waited for until it takes more. */
    uint32_t step;    /* Of PREPARING: whose result comes next. */
    uint32_t target;
    struct pg_result *result;
    enum err error; /* Of the last end: ERR_IO, ERR_DENIED, ERR_UNSUPPORTED, ERR_MEMORY. */
    char problem[PG_PROBLEM_BYTES]; /* One line; a log wants pg_one_line(). */
};

/* Lends both for the connection's life. */
void pg_connection_init(struct pg_connection *connection, const struct pg_address *address,
                        const struct pg_statement_set *statements);
/* Ends it, whatever it does; what was sent may be carried out nevertheless. */
void pg_connection_close(struct pg_connection *connection);
void pg_connection_deinit(struct pg_connection *connection);

/* Begins to connect to one of the address's hosts. */
void pg_connection_begin(struct pg_connection *connection, uint32_t target);

/* What poll() is to wait for; the socket may be another one after each call of another function. */
int pg_connection_socket(const struct pg_connection *connection);
short pg_connection_events(const struct pg_connection *connection);

/* Goes on, after poll() said that the socket is ready. Does nothing on a connection that is closed.
 */
void pg_connection_work(struct pg_connection *connection);

/* Sends a prepared statement, by its number, as a transaction of its own. READY before. */
void pg_connection_send(struct pg_connection *connection, uint32_t statement,
                        const struct pg_value *values);

/* Sends a statement as text, with values whose types the server infers. READY before. */
void pg_connection_send_text(struct pg_connection *connection, const char *text,
                             const struct pg_value *values, uint32_t values_count);
/* Sends several statements as text; the last one's result stays. READY before. */
void pg_connection_send_script(struct pg_connection *connection, const char *text);

/* Whether the result tells that the statement was carried out. ANSWERED, or CLOSED while BUSY. */
bool pg_connection_succeeded(const struct pg_connection *connection);

/* Gives the result, to be freed by pg_result_free(); an ANSWERED connection is READY then, or
 * CLOSED if it cannot be used on. NULL only where the connection was lost before there was any. */
struct pg_result *pg_connection_take(struct pg_connection *connection);

/* Waits until it is READY, ANSWERED or CLOSED; closes it when the clock of os->uptime_us() has come
 * that far. */
void pg_connection_wait(struct pg_connection *connection, struct os *os, int64_t until_us);

/* Connects and waits, to one host after the other until one lets us in. `error` and `problem` say
 * why none did. */
MUST_USE enum err pg_connection_open(struct pg_connection *connection, struct os *os);

#endif
