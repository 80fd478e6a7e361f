/* A certificate with its key, read from two PEM files and checked: what a listener shows of itself
 * in a TLS handshake. It never changes; a reload makes another one. */
#ifndef SERVER_TLS_IDENTITY_H
#define SERVER_TLS_IDENTITY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct gnutls_session_int;
struct tls_identity;

struct tls_files {
    const char *certificate; /* PEM: the server's own first, then its chain. */
    const char *key;         /* PEM, not encrypted, and not open to everybody on the machine. */
};

enum { TLS_PROBLEM_BYTES = 512 };

/* Reads both files and checks that they belong together. Gives it in *identity, held once. Any
 * error: `problem` says which file it is and what is wrong with it. ERR_NOT_FOUND, ERR_DENIED (also
 * a key that everybody may read), ERR_INVALID, ERR_IO, ERR_MEMORY. */
MUST_USE enum err tls_identity_load(const struct tls_files *files, char problem[TLS_PROBLEM_BYTES],
                                    struct tls_identity **identity);

/* One holder more; one less, and the last one frees it and wipes the key. Any thread. */
struct tls_identity *tls_identity_hold(struct tls_identity *identity);
void tls_identity_release(struct tls_identity *identity);

/* Makes a session of the HTTP library show it. The session lives no longer than it is held. */
void tls_identity_show(struct tls_identity *identity, struct gnutls_session_int *session);

/* When the certificate begins and ends to be good: milliseconds since 1970. */
int64_t tls_identity_begins_ms(const struct tls_identity *identity);
int64_t tls_identity_ends_ms(const struct tls_identity *identity);

#endif
