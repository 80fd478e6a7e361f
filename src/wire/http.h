/* One HTTP request and its reply, as values: what the server hands to whoever answers. It knows no
 * sockets, so handlers are tested without any. */
#ifndef WIRE_HTTP_H
#define WIRE_HTTP_H

#include "base/arena.h"
#include "base/buffer.h"

/* The request headers that somebody reads. */
enum http_header {
    HTTP_ACCEPT_ENCODING,
    HTTP_API_KEY,
    HTTP_ASKED_METHOD, /* Access-Control-Request-Method. */
    HTTP_AUTHORIZATION,
    HTTP_BUSINESS_ID,
    HTTP_CABINET, /* X-Stockd-Cabinet. */
    HTTP_CONTENT_LENGTH,
    HTTP_CONTENT_TYPE,
    HTTP_COOKIE,
    HTTP_EXPECT,
    HTTP_FETCH_SITE, /* Sec-Fetch-Site. */
    HTTP_HOST,
    HTTP_IF_NONE_MATCH,
    HTTP_MARKET_INTEGRATION,
    HTTP_ORIGIN,
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

/* A header of one answer: static texts, or in the exchange's arena. */
struct http_field {
    const char *name;
    const char *value;
};

enum { HTTP_FIELDS_MAX = 8 };

/* The body of an answer whose end is not known when it begins. It is read in pieces, one when the
 * client has taken the one before, by one thread at a time; it lives until close(). */
struct http_stream {
    /* Writes up to bytes_max bytes into `data` and returns how many; 0: there are none now, and
     * wake() tells when it is worth to ask again; or one of the ends below. Never waits. */
    int64_t (*read)(struct http_stream *stream, uint8_t *data, size_t bytes_max);
    /* The answer is over, sent or not. Nobody asks again, and wake() is not called from now on. */
    void (*close)(struct http_stream *stream);
    /* Set by the server before the first read, NULL until then. Any thread, as often as one likes;
     * it may be called under a lock of the stream's own that read() takes too. */
    void (*wake)(struct http_stream *stream);
    void *server; /* The server's. */
};

enum {
    HTTP_STREAM_END = -1, /* The body is whole. */
    HTTP_STREAM_CUT = -2, /* It is not, and the connection ends so that the client sees that. */
};

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
    /* Set by begin() for a body that is not to be kept in memory: takes it piece by piece as it
     * comes, and `body` stays empty. May refuse the request, and gets no more then. In the
     * connection's thread: it must not wait. NULL: it is kept. */
    void (*take_body)(struct http_exchange *exchange, struct bytes piece);

    int status;          /* 0 while there is no reply. */
    struct buffer reply; /* The body… */
    struct bytes lent;   /* …unless it is this: bytes that stay for ever. NULL: they are not. */
    struct http_stream *stream; /* …or is read from this, behind end(). The server closes it. */
    const char *content_type;   /* Static text, or NULL: the answer has no body. */
    const char *allow;          /* Static text, or in the arena, or NULL. */
    const char *authenticate;   /* WWW-Authenticate: static text, or NULL. */
    int64_t retry_after_s;      /* 0: no such header. */
    struct http_rate rate;

    struct arena arena; /* For the handler; reset when the exchange ends. */
    void *state;        /* The handler's own, in the arena. */
    void (*wake)(struct http_exchange *exchange); /* Set by the server before await(). */

    uint32_t fields_count;                     /* What is behind here is not cleared by a reset. */
    struct http_field fields[HTTP_FIELDS_MAX]; /* http_add_field() */
    struct http_parameter parameters[HTTP_PARAMETERS_MAX]; /* Of the query. */
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

/* Gives the answer a header. It takes the place of one that every answer of the listener has. */
void http_add_field(struct http_exchange *exchange, const char *name, const char *value);

/* Replies with one error in the envelope of the API (CONTRACT §0.2). */
void http_refuse(struct http_exchange *exchange, int status, const char *code, const char *message);

/* Clears what belongs to one exchange, keeps its memory for the next. Of the parameters and the
 * fields of the answer only the counts are cleared. */
void http_exchange_reset(struct http_exchange *exchange);

#endif
