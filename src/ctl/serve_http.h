/* The shop's HTTP server: sockets, TLS, bodies within their limits, and clients that take too long.
 * The only user of libmicrohttpd here. */
#ifndef CTL_SERVE_HTTP_H
#define CTL_SERVE_HTTP_H

#include "ctl/serve_answer.h"
#include "os/os.h"

struct serve_http;

struct serve_settings {
    struct os *os;
    const char *listen;          /* ADDRESS:PORT, [ADDRESS]:PORT */
    const char *tls_certificate; /* PEM, with its chain; NULL: plain HTTP. */
    const char *tls_key;
    int64_t request_ms_max; /* From a request's first byte, or the end of the one before. */
    struct serve_rules rules;
};

/* Opens the socket and answers from `table`, which it takes. ERR_INVALID, ERR_IO: *problem says
 * why; ERR_MEMORY. Everything in the settings is lent for its life. After a failure there is
 * nothing to close, and the table is the caller's. */
MUST_USE enum err serve_http_open(const struct serve_settings *settings, struct stock_table *table,
                                  struct buffer *problem, struct serve_http **http);

/* Where it listens, as ADDRESS:PORT. */
const char *serve_http_address(const struct serve_http *http);

/* Answers from another table from now on, and destroys the one before. */
void serve_http_replace(struct serve_http *http, struct stock_table *table);

/* Ends connections on which a request takes too long. To be called now and then. */
void serve_http_sweep(struct serve_http *http);

/* How many requests were answered with 200, and with anything else. */
void serve_http_totals(struct serve_http *http, int64_t *answered, int64_t *refused);

/* Ends all connections and frees. */
void serve_http_close(struct serve_http *http);

#endif
