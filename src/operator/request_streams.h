/* The query log as it comes: each finished request of the public API is handed on to whoever
 * listens and wants its kind, as server-sent events (docs/operating.md §10). A stream is an answer
 * of the operator's listener that does not end by itself.
 *
 * While nobody listens a request costs one look at a counter. A listener has a queue of 256 KiB;
 * one that does not take what comes is cut, so that nobody waits for it. */
#ifndef OPERATOR_REQUEST_STREAMS_H
#define OPERATOR_REQUEST_STREAMS_H

#include "operator/request_log.h"
#include "operator/sessions.h"
#include "wire/http.h"

struct request_streams;

/* Streams at once, and bytes that wait in each: the largest entry fits twice. */
enum { REQUEST_STREAMS_MAX = 16, REQUEST_STREAM_BYTES_MAX = 256 * 1024 };

/* `next` hears of each entry first; `os` is lent. NULL: no memory. */
MUST_USE struct request_streams *request_streams_create(struct os *os, struct request_sink next);
/* No stream is open, and nobody hands entries over. */
void request_streams_destroy(struct request_streams *streams);

/* Whom to hand entries to. Lives as long as the streams. */
struct request_sink request_streams_sink(struct request_streams *streams);

/* Opens one for entries that match; of the filter campaign, status and method count, and are
 * copied. `session` is the number of the session that asked, 0 for none. Gives it in *stream, ended
 * by its close(). ERR_FULL: there are as many as may be. ERR_MEMORY. Any thread. */
MUST_USE enum err request_streams_open(struct request_streams *streams,
                                       const struct request_filter *filter, uint64_t session,
                                       struct http_stream **stream);

/* Ends those whose session is over, behind what waits. Any thread. */
void request_streams_end_of_sessions(struct request_streams *streams, struct sessions *sessions);

/* Lets those that have nothing to say show that they are alive, so that a client that went away is
 * noticed, and ends those that are an hour old: whoever connects again has to show who they are
 * again. Every 10 seconds or so. */
void request_streams_beat(struct request_streams *streams);

/* Ends all of them behind what waits, and those that are opened later. Any thread. */
void request_streams_end(struct request_streams *streams);

/* Writes how many there are, and how many were cut (struct metric_source). */
void request_streams_write_metrics(void *context, struct buffer *page);

#endif
