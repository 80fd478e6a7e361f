/* One connection as the HTTP library's callbacks know it: its watch, its TLS identity, and the
 * request target as it was sent, which the library decodes in place before anybody sees it. */
#ifndef SERVER_PEER_H
#define SERVER_PEER_H

#include "server/connections.h"
#include "server/tls.h"

struct MHD_Connection;

struct peer {
    struct connections *connections;
    struct connection *watched;
    struct tls_identity *identity; /* Held; NULL: plain HTTP. */
    int fd;
    uint64_t pulled_bytes; /* That GnuTLS has read. */
    struct bytes target;   /* Of the head that is being read; lends from the library's memory. */
    const char *target_problem; /* Static text: why it is refused; NULL: it is fine. */
};

/* A connection begins: it is watched, and shows an identity of `tls` unless that is NULL. NULL: no
 * memory. */
MUST_USE struct peer *peer_open(struct connections *connections, struct tls *tls,
                                struct MHD_Connection *connection);

/* It ends: its socket is about to be closed. */
void peer_close(struct peer *peer);

/* NULL: peer_open() had no memory. */
struct peer *peer_of(struct MHD_Connection *connection);

#endif
