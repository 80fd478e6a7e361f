/* Makes and upgrades the schema of the PostgreSQL store (`stockd migrate`). Several may run at
 * once, on any nodes: they come one after the other. Nothing is ever taken away, and one that was
 * interrupted goes on where it was. */
#ifndef STORE_PG_SCHEMA_H
#define STORE_PG_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct os;

enum { PG_MIGRATION_PROBLEM_BYTES = 512 };

/* What was done. The version is 0 where there was none. */
struct pg_migration {
    int32_t version_from;
    int32_t version_to;
    bool is_citus; /* The extension is there, and tables are distributed. */
};

/* Brings the database to PG_SCHEMA_VERSION; functions are made anew, whatever became of them.
 * Blocks, also while another one migrates. ERR_IO: not reached, not let in, or lost. ERR_DENIED: a
 * right is missing. ERR_UNSUPPORTED: the schema is newer, or the database is of no use for it.
 * ERR_BUSY: tables of these names are there that stockd did not make, or nodes of an older version
 * work on them. ERR_INVALID: the URL is wrong, or the database refuses something else. ERR_MEMORY.
 * `problem` says in a line what it is and what to do. */
MUST_USE enum err pg_migrate(struct os *os, const char *url, struct pg_migration *done,
                             char problem[PG_MIGRATION_PROBLEM_BYTES]);

#endif
