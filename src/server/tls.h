/* TLS of one listener: the certificate that new connections are shown, and its replacement while
 * they go on. */
#ifndef SERVER_TLS_H
#define SERVER_TLS_H

#include "os/os.h"
#include "server/tls_identity.h"

struct tls;

/* What is spoken: TLS 1.2 and 1.3, forward secrecy, and ciphers that authenticate. */
extern const char tls_priorities[];

/* Reads the two files, which are lent for its life. ERR_…: it was logged. Gives it in *tls. */
MUST_USE enum err tls_open(struct os *os, const struct tls_files *files, struct tls **tls);

/* Reads the files again. What is no pair is logged and changes nothing. */
void tls_reload(struct tls *tls);

/* The identity for a new connection, held; tls_identity_release() ends that. Any thread. */
struct tls_identity *tls_take_identity(struct tls *tls);

/* When the certificate ends to be good: milliseconds since 1970. */
int64_t tls_ends_ms(struct tls *tls);

/* Connections that still hold the identity keep it alive. */
void tls_close(struct tls *tls);

#endif
