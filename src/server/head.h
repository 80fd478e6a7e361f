/* The head of a request: what handlers read of it, and the strictness that the HTTP library lacks.
 * The library forgives what another program on the way may read differently: bare line feeds, NULs
 * that cut a value, folded lines, blanks before a colon. Here all of that is refused, so that
 * nobody disagrees with us on where a request ends or what it says (RFC 9112 §11.2). */
#ifndef SERVER_HEAD_H
#define SERVER_HEAD_H

#include "server/peer.h"
#include "server/request.h"

/* What the library calls on_request() with. Texts end in NUL. */
struct head_line {
    const char *url; /* Decoded, without the query. */
    const char *method;
    const char *version;
};

/* Takes note of a target before the library decodes it. `uri` may be NULL. */
void head_note_target(struct peer *peer, const char *uri);

/* Fills the exchange from the head. NULL: it is fine. Otherwise why it is refused: the answer is
 * 400, and the connection has to end with it. */
MUST_USE const char *head_read(struct request *request, const struct peer *peer,
                               const struct head_line *line);

/* The value of a hexadecimal digit, or -1. */
int head_hex_value(char letter);

#endif
