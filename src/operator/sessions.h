/* Sessions of the cabinet: who showed the operator's token gets a secret of 256 random bits, which
 * a browser keeps in a cookie. Kept are their SHA-256, in memory alone: all end with the process. A
 * session ends by itself when nobody used it for twelve hours, and after seven days in any case;
 * one more than there may be ends the one that was used longest ago. */
#ifndef OPERATOR_SESSIONS_H
#define OPERATOR_SESSIONS_H

#include "os/os.h"

struct sessions;

enum { SESSIONS_MAX = 64, SESSION_SECRET_BYTES = 43 };

/* Tokens that were wrong: so many at once, and then one more a second. */
enum { SIGN_IN_FAILURES_MAX = 5 };

/* `os` is lent for its life. NULL: no memory. Every function may be called from any thread. */
MUST_USE struct sessions *sessions_create(struct os *os);
void sessions_destroy(struct sessions *sessions);

/* Begins a session. Letters and digits; no NUL is written. */
void sessions_open(struct sessions *sessions, uint8_t secret[SESSION_SECRET_BYTES]);

/* The number of the session with this secret, from 1, which counts as used just now; 0: there is
 * none. Takes the same time whichever it is, and however much of it is right. */
MUST_USE uint64_t sessions_use(struct sessions *sessions, struct bytes secret);

/* Whether the session with this number goes on; it does not count as used. */
MUST_USE bool sessions_is_open(struct sessions *sessions, uint64_t number);

/* Ends the session with this secret, if there is one. */
void sessions_close(struct sessions *sessions, struct bytes secret);

/* Whether somebody may try a token: not too many were wrong of late. */
MUST_USE bool sessions_may_sign_in(struct sessions *sessions);

/* A token was wrong. */
void sessions_note_failure(struct sessions *sessions);

struct session_figures {
    uint64_t sessions_count;
    uint64_t failures_count; /* Since the start. */
};

struct session_figures sessions_figures(struct sessions *sessions);

#endif
