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
    uint32_t connections_max; /* The listener refuses more than about that many. */
    int64_t idle_ms;          /* For CONNECTION_HEAD. */
    int64_t request_ms;       /* For a body, and for taking the answer. */
};

/* Starts the watching thread. NULL: no memory or no thread. */
MUST_USE struct connections *connections_create(struct os *os,
                                                const struct connection_limits *limits);
/* No connection is open. */
void connections_destroy(struct connections *connections);

/* Watches a connection from now on. NULL: no memory. */
MUST_USE struct connection *connection_open(struct connections *connections, int fd);

/* Tells that its socket is about to be closed; ends the connection's life. */
void connection_close(struct connections *connections, struct connection *connection);

void connection_enter(struct connections *connections, struct connection *connection,
                      enum connection_phase phase);

/* The answer goes out before the request was read: read and drop the rest when it is closed. */
void connection_linger(struct connections *connections, struct connection *connection);

/* Takes a socket of its own to be read to its end, for a moment, and closed. */
void connections_linger_socket(struct connections *connections, int fd);

uint32_t connections_count(struct connections *connections);

#endif
