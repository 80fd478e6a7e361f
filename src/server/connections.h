/* The open connections of a listener, watched from outside the HTTP library: each phase of a
 * request has a time limit, so a client that is slow or silent ends (docs/operating.md); and a
 * refused body is read to its end for a moment after the answer, so that the client gets to see it.
 * */
#ifndef SERVER_CONNECTIONS_H
#define SERVER_CONNECTIONS_H

#include "os/os.h"

struct connections;
struct connection;

enum connection_phase {
    CONNECTION_HEAD,  /* Idle, or sending a request's head. */
    CONNECTION_BODY,  /* Sending a body. */
    CONNECTION_BUSY,  /* Ours to answer; no limit. */
    CONNECTION_REPLY, /* Taking the answer. */
};

struct connection_limits {
    uint32_t connections_max;
    int64_t idle_ms;    /* For CONNECTION_HEAD. */
    int64_t request_ms; /* For a body, and for taking the answer. */
};

/* Starts the watching thread. NULL: no memory or no thread. */
MUST_USE struct connections *connections_create(struct os *os,
                                                const struct connection_limits *limits);
/* The listener ends: whatever clients still send or take has the time of one request from now on,
 * however much of it there is. Any thread. */
void connections_finish(struct connections *connections);

/* No connection is open. */
void connections_destroy(struct connections *connections);

/* How many are open. Any thread. */
uint32_t connections_count(struct connections *connections);

/* Counts an accepted socket, which the library is about to take: it may be busy, and however many
 * come meanwhile have to be counted. False: as many as may be are open, or there is no memory. */
MUST_USE bool connection_expect(struct connections *connections, int fd);
/* The library did not take it. */
void connection_expect_not(struct connections *connections, int fd);

/* The library has taken a socket: watches it from now on. NULL: no memory. */
MUST_USE struct connection *connection_open(struct connections *connections, int fd);

/* Tells that its socket is about to be closed; ends the connection's life. */
void connection_close(struct connections *connections, struct connection *connection);

void connection_enter(struct connections *connections, struct connection *connection,
                      enum connection_phase phase);

/* The TLS handshake is over, and so many bytes of what came in belonged to it: CONNECTION_HEAD. */
void connection_end_handshake(struct connections *connections, struct connection *connection,
                              uint64_t received_bytes);

/* The answer goes out before the request was read: read and drop the rest when it is closed. */
void connection_linger(struct connections *connections, struct connection *connection);

/* Takes a socket of its own to be read to its end, for a moment, and closed. */
void connections_linger_socket(struct connections *connections, int fd);

#endif
