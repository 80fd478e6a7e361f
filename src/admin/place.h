/* Places as a command line names them: a folder, the URL of a database, or a file that holds the
 * URL. */
#ifndef ADMIN_PLACE_H
#define ADMIN_PLACE_H

#include "admin/copy.h"
#include "store/pg_url.h"

/* What the command line says of one place; NULL: nothing. */
struct place_words {
    const char *option; /* `--from`; that of the file has `-file` behind it. */
    const char *value;  /* A folder, or postgresql://… */
    const char *file;
};

/* Reads it into *place, which lends from `words` and *url. Passwords in argv are overwritten, as
 * pg_url_take() does; pg_url_forget() follows in any case. False: what is wrong was told on
 * standard error, after the name of the program. */
MUST_USE bool place_take(const struct place_words *words, const char *program, char *const *argv,
                         struct pg_url *url, struct copy_place *place);

#endif
