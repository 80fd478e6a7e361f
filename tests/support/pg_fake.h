/* A database that is none: it listens on a port of its own, speaks enough of PostgreSQL's protocol
 * to be connected to, and answers statements as a script tells. Or it hangs, breaks connections, or
 * talks nonsense. It knows some statements, see PG_FAKE_STATEMENTS. */
#ifndef TESTS_SUPPORT_PG_FAKE_H
#define TESTS_SUPPORT_PG_FAKE_H

#include <stdbool.h>
#include <stdint.h>

#include "store/pg_prepared.h"

/* What it does with connections. */
enum pg_fake_mode {
    PG_FAKE_SERVES,
    PG_FAKE_HANGS,   /* Says nothing at all. */
    PG_FAKE_DROPS,   /* Ends each connection at once. */
    PG_FAKE_NOISE,   /* Sends bytes that mean nothing. */
    PG_FAKE_REFUSES, /* Sends `refusal` instead of letting anybody in. */
};

/* What becomes of a statement. */
enum pg_fake_act {
    PG_FAKE_DONE,
    PG_FAKE_FAILS,    /* With the SQLSTATE. */
    PG_FAKE_DIES,     /* Likewise, and the connection ends. */
    PG_FAKE_BREAKS,   /* The connection ends without a word. */
    PG_FAKE_WAITS,    /* Nothing comes. */
    PG_FAKE_COPIES,   /* Wants to be copied to. */
    PG_FAKE_CHATTERS, /* A notice and a setting come first. */
};

/* So many statements get this. */
struct pg_fake_step {
    enum pg_fake_act act;
    const char *state; /* NULL: none. */
    uint32_t times;
};

struct pg_fake;

struct pg_fake *pg_fake_create(void);
void pg_fake_destroy(struct pg_fake *fake);

/* Writes a URL with a user, the password and a database. */
enum { PG_FAKE_URL_BYTES = 256 };
#define PG_FAKE_PASSWORD "sesame-4711"
void pg_fake_url(const struct pg_fake *fake, char url[static PG_FAKE_URL_BYTES]);
uint16_t pg_fake_port(const struct pg_fake *fake);

/* What comes from now on. */
void pg_fake_set_mode(struct pg_fake *fake, enum pg_fake_mode mode);
void pg_fake_set_refusal(struct pg_fake *fake, const char *state, const char *words);
/* At most 8 steps, lent; then statements are done again. */
void pg_fake_set_script(struct pg_fake *fake, const struct pg_fake_step *steps, uint32_t count);
/* The version of the schema; -1: there is none. */
void pg_fake_set_schema(struct pg_fake *fake, int64_t version);
/* A problem with the schema, or NULL; a statement that cannot be prepared: SQLSTATE, or NULL. */
void pg_fake_set_problem(struct pg_fake *fake, const char *problem);
void pg_fake_set_unprepared(struct pg_fake *fake, const char *state);
void pg_fake_set_encoding(struct pg_fake *fake, const char *encoding);

/* Nobody listens until it is set back; connections that are open end. */
void pg_fake_set_away(struct pg_fake *fake, bool is_away);

uint32_t pg_fake_connections_count(struct pg_fake *fake); /* That were let in, ever. */
uint32_t pg_fake_executed_count(struct pg_fake *fake);    /* Statements that came, of these. */

/* The statements: `number` takes an int8 and gives it back; `write` takes a text and gives nothing
 * but a tag of 3 rows; `write_once` is not to be carried out twice. */
enum { PG_FAKE_NUMBER, PG_FAKE_WRITE, PG_FAKE_WRITE_ONCE, PG_FAKE_STATEMENTS_COUNT };
enum { PG_FAKE_SCHEMA_VERSION = 7 };
extern const struct pg_statement_set PG_FAKE_STATEMENTS;

#endif
