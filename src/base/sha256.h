/* SHA-256 (GnuTLS), for tokens: only their hashes are kept and compared. */
#ifndef BASE_SHA256_H
#define BASE_SHA256_H

#include "base/bytes.h"

struct sha256 {
    uint8_t data[32];
};

/* The library can hash. It cannot where it found no memory when it was loaded; ask once, at the
 * start of a program, before any of what follows. */
MUST_USE bool sha256_is_ready(void);

struct sha256 sha256_of(struct bytes bytes);

/* Takes the same time wherever the two differ. */
bool sha256_equal(const struct sha256 *left, const struct sha256 *right);

enum { SHA256_HEX_BYTES = 65 };

/* Writes 64 lower-case hexadecimal digits and a NUL. */
void sha256_to_hex(const struct sha256 *hash, char hex[SHA256_HEX_BYTES]);

/* Reads 64 hexadecimal digits; false when `hex` is anything else. */
MUST_USE bool sha256_from_hex(struct bytes hex, struct sha256 *hash);

#endif
