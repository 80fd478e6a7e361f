/* Where a connection speaks TLS, GnuTLS reads through on_pull(), so that plain HTTP on the TLS port
 * is told so in words, and says through on_finished() when the handshake is over: from then on the
 * connection is an idle one, as if it had just been opened. */
#include "server/peer.h"

#include <assert.h>
#include <gnutls/gnutls.h>
#include <microhttpd.h>
#include <stdlib.h>
#include <sys/socket.h>

#define PLAIN_BODY "This port speaks HTTPS, and the request came in plain HTTP\n"

static const char plain_answer[] =
    "HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\n"
    "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nContent-Length: "
    "59\r\n\r\n" PLAIN_BODY;

static_assert(sizeof(PLAIN_BODY) - 1 == 59, "the length in the head is the body's");

struct peer *peer_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info == NULL ? NULL : info->socket_context;
}

/* A method begins with a letter, a TLS record with 0x14 to 0x17. */
static bool begins_like_http(uint8_t first)
{
    return first >= 'A' && first <= 'Z';
}

static ssize_t on_pull(gnutls_transport_ptr_t context, void *data, size_t size)
{
    struct peer *peer = context;
    const ssize_t count = recv(peer->fd, data, size, 0);
    if (count <= 0)
        return count;
    const bool first = peer->pulled_bytes == 0;
    peer->pulled_bytes += (uint64_t)count;
    if (first && begins_like_http(*(const uint8_t *)data)) {
        const ssize_t sent =
            send(peer->fd, plain_answer, sizeof(plain_answer) - 1, MSG_NOSIGNAL | MSG_DONTWAIT);
        (void)sent; /* GnuTLS takes these bytes for a broken record: the connection ends. */
        connection_linger(peer->connections, peer->watched);
    }
    return count;
}

static int on_finished(gnutls_session_t session, unsigned int type, unsigned int when,
                       unsigned int incoming, const gnutls_datum_t *message)
{
    (void)type;
    (void)when;
    (void)message;
    struct peer *peer = peer_of(gnutls_session_get_ptr(session)); /* The library's connection. */
    if (incoming != 0 && peer != NULL)
        connection_end_handshake(peer->connections, peer->watched, peer->pulled_bytes);
    return 0;
}

static void secure(struct peer *peer, struct tls *tls, struct MHD_Connection *connection)
{
    gnutls_session_t session =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_GNUTLS_SESSION)->tls_session;
    peer->identity = tls_take_identity(tls);
    tls_identity_show(peer->identity, session);
    gnutls_transport_set_ptr2(session, peer, (gnutls_transport_ptr_t)(intptr_t)peer->fd);
    gnutls_transport_set_pull_function(session, on_pull);
    gnutls_handshake_set_hook_function(session, GNUTLS_HANDSHAKE_FINISHED, GNUTLS_HOOK_POST,
                                       on_finished);
}

struct peer *peer_open(struct connections *connections, struct tls *tls,
                       struct MHD_Connection *connection)
{
    struct peer *peer = calloc(1, sizeof(*peer));
    if (peer == NULL)
        return NULL;
    peer->connections = connections;
    peer->fd = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
    peer->watched = connection_open(connections, peer->fd);
    if (peer->watched == NULL) {
        free(peer);
        return NULL;
    }
    if (tls != NULL)
        secure(peer, tls, connection);
    return peer;
}

void peer_close(struct peer *peer)
{
    if (peer == NULL)
        return;
    connection_close(peer->connections, peer->watched);
    tls_identity_release(peer->identity);
    free(peer);
}
