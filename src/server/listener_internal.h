/* What the files of a listener share. */
#ifndef SERVER_LISTENER_INTERNAL_H
#define SERVER_LISTENER_INTERNAL_H

#include <pthread.h>

#include "server/listener.h"

struct MHD_Daemon;
struct body_stream;
struct request;

/* `lock` guards all that is below it; it is never held while a handler runs. */
struct listener {
    struct listener_settings settings;
    struct http_handler handler;
    char address[LISTENER_ADDRESS_BYTES];
    int fd;
    struct MHD_Daemon *daemon;
    pthread_t acceptor;
    bool accepting;
    struct connections *connections;
    int64_t warned_us; /* When a refused connection was last logged. Acceptor's thread. */

    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct request *idle; /* Kept for their memory. */
    uint32_t idle_count;
    uint64_t memory_bytes;       /* What requests hold, idle ones too. */
    int64_t memory_warned_us;    /* When it was last logged that there is no more. */
    struct body_stream *streams; /* Answers that are read from a stream. */
    uint32_t under_way;          /* Requests that began and did not end. */
    bool closing;                /* New requests are refused. */
};

/* Starts the HTTP library without a socket of its own. False: it refused. */
MUST_USE bool library_start(struct listener *listener);
void library_stop(struct listener *listener);

/* Hands an accepted connection to the library. False: it refused and closed the socket. */
MUST_USE bool library_add(struct listener *listener, int fd, const void *peer, uint32_t peer_bytes);

/* A request with its memory, from the idle ones or new. NULL: no memory. */
struct request *request_begin(struct listener *listener);

/* The request is over; its memory goes to the idle ones or is freed. */
void request_end(struct listener *listener, struct request *request);

/* Whether requests hold less than they may. False is logged, once a second at most. */
bool listener_has_memory(struct listener *listener);

/* Whether the listener is about to end. */
bool listener_is_closing(struct listener *listener);

/* Frees the requests that are kept. */
void requests_free_idle(struct listener *listener);

#endif
