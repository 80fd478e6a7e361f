/* An answer that is read from a struct http_stream: between two pieces the connection sleeps in the
 * HTTP library, and no thread waits. A client that does not take a piece in the time for taking an
 * answer is ended; when the listener is about to end, so does the body. */
#ifndef SERVER_BODY_STREAM_H
#define SERVER_BODY_STREAM_H

#include <pthread.h>
#include <stdbool.h>

struct MHD_Connection;
struct MHD_Response;
struct http_stream;
struct listener;
struct request;

/* A part of a request. `lock` guards the two flags; it is taken behind the stream's own lock, and
 * behind the listener's. */
struct body_stream {
    struct body_stream *next;  /* Of the listener's; guarded by its lock. */
    struct body_stream **link; /* NULL: this is none. */
    struct http_stream *stream;
    struct MHD_Connection *connection;
    pthread_mutex_t lock;
    bool asleep;
    bool woken; /* Since the last read. */
};

/* The answer to a request whose exchange has a stream. NULL: no memory; body_stream_end() follows
 * in either case. */
struct MHD_Response *body_stream_begin(struct listener *listener, struct request *request);

/* The request is over: closes the exchange's stream, if it has one. */
void body_stream_end(struct listener *listener, struct request *request);

/* Has all streams of a listener read again, so that they see that it is closing. */
void body_streams_wake(struct listener *listener);

#endif
