/* HTTP/1.1 requests in a stream of bytes, read by the letter of RFC 9112 and by nothing of ours:
 * what every careful reader on the way agrees on. Whatever is not exactly that is bad. */
#ifndef TESTS_FUZZ_HTTP_PLAIN_H
#define TESTS_FUZZ_HTTP_PLAIN_H

#include "base/buffer.h"

enum http_plain_verdict {
    HTTP_PLAIN_WHOLE,
    HTTP_PLAIN_CUT, /* The bytes end before the request does. */
    HTTP_PLAIN_BAD,
};

struct http_plain {
    struct bytes method;
    struct bytes target; /* As it was sent. */
    struct bytes fields; /* All lines of the head but the first. */
    bool chunked;
    struct buffer body; /* Without what chunks are wrapped in. */
    size_t size;        /* Of the request in the stream. */
};

/* Reads the request at the start of `stream`, from which it lends. *request is set where it is
 * whole; ended by http_plain_deinit() in any case. */
enum http_plain_verdict http_plain_read(struct bytes stream, struct http_plain *request);
void http_plain_deinit(struct http_plain *request);

/* The value of a field by its name, without white space around it, and how often it was sent. */
uint32_t http_plain_field(const struct http_plain *request, const char *name, struct bytes *value);

#endif
