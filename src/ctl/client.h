/* The one HTTP client of stockctl: up to CLIENT_CALLS_MAX requests at once over kept connections,
 * each repeated byte by byte until it has a final answer, never more than the server's rate limit
 * allows. One thread. */
#ifndef CTL_CLIENT_H
#define CTL_CLIENT_H

#include "ctl/access.h"
#include "os/progress.h"

/* As many as the contract allows (CONTRACT §10). */
enum { CLIENT_CALLS_MAX = 2 };

struct client;

struct client_settings {
    struct os *os;
    const struct access *access;
    struct progress *progress; /* Told of waits and of troubles. */
    const char *ca_file;       /* Certificates to trust, PEM; NULL: the system's. */
    int64_t timeout_ms;        /* Of one attempt. */
    int64_t retries_max;       /* In a row, for one request. */
};

/* Opens the client; settings and what they point to live longer than it. NULL: no memory. */
MUST_USE struct client *client_create(const struct client_settings *settings);
void client_destroy(struct client *client);

struct call_request {
    const char *method;
    struct bytes path;  /* Behind the server's address; no bytes: the stocks of --campaign. */
    struct bytes query; /* Behind the `?`, ready for an address; or no bytes. */
    struct bytes body;
    int64_t items; /* What it costs in the rate limit. */
    void *tag;     /* The caller's, handed back with the result. */
};

enum call_outcome {
    CALL_ANSWERED,    /* Finally, with `status` and `answer`. */
    CALL_UNREACHABLE, /* All attempts failed, `problem` says how the last one did. */
    CALL_NO_MEMORY,   /* Ours, for the request or its answer. */
    CALL_STOPPED,     /* client_stop() came first. It is not known whether it was taken. */
};

struct call_result {
    enum call_outcome outcome;
    int64_t status;
    int64_t limit; /* Of the method, as the answer's headers say; negative: they do not. */
    struct bytes answer;
    const char *problem;
    void *tag;
};

/* Whether CLIENT_CALLS_MAX calls are begun and not taken back yet. */
bool client_is_full(const struct client *client);

/* Begins a call; the client is not full. Lends body, path and query until its result. ERR_MEMORY.
 * Each method and path has a rate limit of its own. */
MUST_USE enum err client_begin(struct client *client, const struct call_request *request);

/* Works until a call has its result, and gives it; false when no call is begun. The answer, which
 * has JSON_PADDING_BYTES behind it, and the problem lend until the next client_begin(). A signal
 * (ctl/stop.h) does what client_stop() does. */
MUST_USE bool client_end_one(struct client *client, struct call_result *result);

/* Works until there is something to read from `fd` (true), or a call has its result or a signal
 * came (false). */
MUST_USE bool client_wait_readable(struct client *client, int fd);

/* No attempt is begun from now on; those in flight are brought to their end. */
void client_stop(struct client *client);

#endif
