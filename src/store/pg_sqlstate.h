/* What to do about a statement that failed, by its SQLSTATE: the table of docs/operating.md. An
 * outcome that is unknown is settled by sending the statement once more, where it may be. Pure. */
#ifndef STORE_PG_SQLSTATE_H
#define STORE_PG_SQLSTATE_H

#include <stdbool.h>

enum pg_advice {
    PG_ADVICE_AGAIN,     /* On any connection, after a pause, some times. */
    PG_ADVICE_ELSEWHERE, /* This connection is over; on another one, some times. */
    PG_ADVICE_LATER,     /* Not now: whoever asked may ask again. */
    PG_ADVICE_ALARM,     /* Likewise, and a human must act. */
    PG_ADVICE_NEVER,     /* A bug, or a schema that was changed by hand. */
};

/* `state` are the five letters, or "" where the server told none; `connection_is_good`: it can be
 * used on. */
enum pg_advice pg_sqlstate_advice(const char *state, bool connection_is_good);

/* Whether a statement that failed so is known to have done nothing. */
bool pg_sqlstate_is_undone(const char *state);

#endif
