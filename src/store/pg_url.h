/* Which PostgreSQL a command line names, by `--store URL` or `--store-file FILE` or options like
 * these, taken over from there so that no password stays where everybody on the machine can read
 * it. */
#ifndef STORE_PG_URL_H
#define STORE_PG_URL_H

#include "os/os.h"

enum { PG_URL_BYTES_MAX = 2048 };

struct pg_url {
    char text[PG_URL_BYTES_MAX];  /* "": none, the store is local. May hold a password. */
    char shown[PG_URL_BYTES_MAX]; /* Hosts, ports and database, for the log. */
    bool was_in_sight;            /* A password stood on the command line. */
};

/* What the command line says; NULL: nothing. */
struct pg_place {
    const char *option; /* `--store`; that of the file has `-file` behind it. */
    const char *url;
    const char *file;
};

/* Reads the one that is given. Passwords of that option in argv, which ends with NULL and may be
 * what `place` lends from, are overwritten in any case. False: what is wrong was told on standard
 * error, after the name of the command. */
MUST_USE bool pg_url_take(const struct pg_place *place, const char *command, char *const *argv,
                          struct pg_url *url);

/* Wipes it. */
void pg_url_forget(struct pg_url *url);

#endif
