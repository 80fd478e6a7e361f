/* One request in the server: the exchange that the handler sees, the body as it comes in, and where
 * it stands. */
#ifndef SERVER_REQUEST_H
#define SERVER_REQUEST_H

#include "server/listener_internal.h"

struct MHD_Connection;

/* Invariant: began == a handler's begin() was called; ended == its end() was, at most once. */
struct request {
    struct http_exchange exchange; /* First: wake() gets the exchange. */
    struct request *next_idle;
    struct MHD_Connection *connection;
    struct connection *watched;
    uint8_t *body;
    size_t body_bytes;
    size_t body_bytes_max; /* Without the padding. */
    uint64_t seen_bytes;   /* Of the body, kept or dropped. */
    bool began;
    bool ended;
    bool awaiting; /* Handed to await(); finish() comes next. */
};

/* Makes room for `bytes` in the body, padding not counted. ERR_MEMORY. */
MUST_USE enum err request_reserve_body(struct request *request, size_t bytes);

/* Takes a piece of a body of at most `bytes_max`. What passes that is counted and dropped.
 * ERR_MEMORY. */
MUST_USE enum err request_take_body(struct request *request, struct bytes piece, int64_t bytes_max);

#endif
