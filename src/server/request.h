/* One request in the server: the exchange that the handler sees, the body as it comes in, and where
 * it stands. */
#ifndef SERVER_REQUEST_H
#define SERVER_REQUEST_H

#include "server/body_stream.h"
#include "server/listener_internal.h"

struct MHD_Connection;

/* Invariant: began == a handler's begin() was called; ended == its end() was, at most once. */
struct request {
    struct http_exchange exchange; /* First: wake() gets the exchange. */
    struct request *next_idle;
    struct MHD_Connection *connection;
    struct connection *watched;
    struct body_stream body_stream; /* Where the exchange's answer is one, and then `listener`. */
    struct listener *listener;
    uint8_t *body;
    size_t body_bytes;
    size_t body_bytes_max; /* Without the padding. */
    uint64_t seen_bytes;   /* Of the body, kept or dropped. */
    size_t counted_bytes;  /* What the listener knows of the memory held here. */
    bool began;
    bool ended;
    bool awaiting; /* Handed to await(); finish() comes next. */
    bool closes;   /* Its answer is the last one of the connection. */
};

/* Makes room for `bytes` in the body, padding not counted. ERR_MEMORY: there is none, or no more
 * for requests. */
MUST_USE enum err request_reserve_body(struct listener *listener, struct request *request,
                                       size_t bytes);

/* Takes a piece of a body. What passes the listener's maximum is counted and dropped. ERR_MEMORY as
 * above. */
MUST_USE enum err request_take_body(struct listener *listener, struct request *request,
                                    struct bytes piece);

/* Tells the listener what the request holds by now. */
void request_count_memory(struct listener *listener, struct request *request);

#endif
