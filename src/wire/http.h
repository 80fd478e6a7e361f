/* One HTTP request and its reply, as values: what the server hands to whoever answers. It knows no
 * sockets, so handlers are tested without any. */
#ifndef WIRE_HTTP_H
#define WIRE_HTTP_H

#include "base/arena.h"
#include "base/buffer.h"

/* The request headers that somebody reads. */
enum http_header {
    HTTP_API_KEY,
    HTTP_AUTHORIZATION,
    HTTP_BUSINESS_ID,
    HTTP_CONTENT_LENGTH,
    HTTP_CONTENT_TYPE,
    HTTP_EXPECT,
    HTTP_MARKET_INTEGRATION,
    HTTP_TRANSFER_ENCODING,
    HTTP_USER_AGENT,
    HTTP_HEADERS_COUNT,
};

struct http_header_value {
    struct bytes text;
    uint32_t count; /* How often it was sent; 0: absent. `text` is the first. */
};

struct http_parameter {
    struct bytes name;
    struct bytes value; /* Decoded. */
};

enum { HTTP_PARAMETERS_MAX = 600 }; /* A list of hidden offers may name 500. */

/* The three X-RateLimit-Resource-* headers (CONTRACT §10). */
struct http_rate {
    bool present;
    int64_t limit;
    int64_t remaining;
    int64_t until_ms;
};

/* The request is set by the server before begin() and lends until the exchange ends; the body
 * before execute(). The reply belongs to the handler until it is complete. */
struct http_exchange {
    struct bytes method;
    struct bytes path; /* Decoded, without the query. */
    struct http_header_value headers[HTTP_HEADERS_COUNT];
    uint32_t parameters_count; /* More than HTTP_PARAMETERS_MAX never reach a handler. */
    int64_t content_length;    /* Bytes, or -1: not told. */
    int64_t now_ms;            /* When its head, and then its body, were complete. */
    struct bytes body;         /* JSON_PADDING_BYTES readable bytes behind it. */
    bool body_too_large;       /* It passed the server's maximum; `body` is not all of it. */

    int status;               /* 0 while there is no reply. */
    struct buffer reply;      /* The body. */
    const char *content_type; /* Static text. */
    const char *allow;        /* Static text, or in the arena, or NULL. */
    const char *authenticate; /* WWW-Authenticate: static text, or NULL. */
    int64_t retry_after_s;    /* 0: no such header. */
    struct http_rate rate;

    struct arena arena; /* For the handler; reset when the exchange ends. */
    void *state;        /* The handler's own, in the arena. */
    void (*wake)(struct http_exchange *exchange); /* Set by the server before await(). */

    struct http_parameter parameters[HTTP_PARAMETERS_MAX]; /* Of the query. Last: see the reset. */
};

/* Somebody who answers. begin() sees the head of a request and may refuse it (status != 0);
 * execute() sees the body too and returns true when the reply is ready; otherwise the server calls
 * await(), which calls exchange->wake once, from any thread, and then finish(), which is as
 * execute(): it may have to wait again. end() is called once for every exchange that began: right
 * before its reply is sent, or when the client is gone. */
struct http_handler {
    void *context;
    void (*begin)(void *context, struct http_exchange *exchange);
    bool (*execute)(void *context, struct http_exchange *exchange);
    void (*await)(void *context, struct http_exchange *exchange);
    bool (*finish)(void *context, struct http_exchange *exchange);
    void (*end)(void *context, struct http_exchange *exchange);
};

/* Value of a query parameter; false when it is absent. The first one counts. */
MUST_USE bool http_parameter(const struct http_exchange *exchange, struct bytes name,
                             struct bytes *value);

/* Replies with one error in the envelope of the API (CONTRACT §0.2). */
void http_refuse(struct http_exchange *exchange, int status, const char *code, const char *message);

/* Clears what belongs to one exchange, keeps its memory for the next. Of the parameters only the
 * count is cleared. */
void http_exchange_reset(struct http_exchange *exchange);

#endif
