/* One HTTP exchange by hand: a request is filled in, goes the way that the server sends it, and its
 * reply is looked at. No socket, no clock. */
#ifndef TESTS_SUPPORT_EXCHANGE_CASE_H
#define TESTS_SUPPORT_EXCHANGE_CASE_H

#include <pthread.h>

#include "wire/http.h"

struct exchange_case {
    struct http_exchange exchange; /* First: wake() gets it. */
    uint8_t *body;                 /* Padded, of just that size. */
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool woken;
    bool awaited; /* The last request was not complete at once. */
};

/* Ended by exchange_case_deinit(). */
void exchange_case_init(struct exchange_case *one);
void exchange_case_deinit(struct exchange_case *one);

/* Starts a request anew, without query, headers and body. Texts are lent until it was run. */
void exchange_case_begin(struct exchange_case *one, const char *method, const char *path,
                         int64_t now_ms);
void exchange_case_header(struct exchange_case *one, enum http_header header, const char *text);
void exchange_case_parameter(struct exchange_case *one, const char *name, const char *value);
void exchange_case_body(struct exchange_case *one, struct bytes body);

/* Sends the request through the handler to its end: begin, execute, await and finish where it is
 * not complete, end. The reply stays until the next begin. */
void exchange_case_run(struct exchange_case *one, const struct http_handler *handler);

/* The body of the reply. */
struct bytes exchange_case_reply(const struct exchange_case *one);

#endif
