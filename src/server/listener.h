/* A listener: one address, an HTTP handler behind it, and the HTTP library between. Two of them
 * make stockd: the public API and the operator's pages. */
#ifndef SERVER_LISTENER_H
#define SERVER_LISTENER_H

#include "server/answer_headers.h"
#include "server/connections.h"
#include "server/tls.h"
#include "wire/http.h"

struct listener;

struct listener_settings {
    struct os *os;
    const char *address; /* `HOST:PORT` or `[HOST]:PORT`, numeric; port 0 takes a free one. */
    const struct answer_header *headers; /* Of every answer; lent for its life. */
    struct tls *tls;                     /* Lent for its life; NULL: plain HTTP. */
    uint32_t threads_count;
    int64_t body_bytes_max;   /* What passes it is dropped, and the handler is told. */
    int64_t memory_bytes_max; /* Of all requests; past it those that are not small get 503. */
    struct connection_limits limits;
    bool is_secret; /* Bodies and answers may hold keys: their memory is wiped after each. */
};

/* Whether an address has that form and a port up to 65535. */
bool listener_address_is_valid(const char *address);

enum { LISTENER_ADDRESS_BYTES = 64, LISTENER_PROBLEM_BYTES = 256 };

/* Opens the address: connections wait from now on. Gives it in *listener; ended by
 * listener_close(). ERR_INVALID, ERR_BUSY, ERR_IO, ERR_MEMORY: `problem` says what to do. */
MUST_USE enum err listener_open(const struct listener_settings *settings,
                                char problem[LISTENER_PROBLEM_BYTES], struct listener **listener);

/* Starts answering, by this handler. ERR_MEMORY: `problem` says what could not be started. */
MUST_USE enum err listener_start(struct listener *listener, struct http_handler handler,
                                 char problem[LISTENER_PROBLEM_BYTES]);

/* The address with the port that was taken. Lends for the listener's life. */
const char *listener_address(const struct listener *listener);

/* How many connections are open. It was started. Any thread. */
uint64_t listener_connections(const struct listener *listener);

/* Takes no new connection, finishes the requests that are under way, and answers no more. What it
 * tells of itself stays. May be NULL, and have been stopped already. */
void listener_stop(struct listener *listener);

/* Stops it where that was not done, and ends it. May be NULL. */
void listener_close(struct listener *listener);

#endif
