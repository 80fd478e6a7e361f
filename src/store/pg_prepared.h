/* What a connection to PostgreSQL has prepared before it is used: statements, each with the types
 * of its values and of its columns, and the version of the schema that they are written for. */
#ifndef STORE_PG_PREPARED_H
#define STORE_PG_PREPARED_H

#include <stdbool.h>
#include <stdint.h>

enum { PG_VALUES_MAX = 16 };

/* Types by their numbers in every PostgreSQL (pg_type.dat). */
enum {
    PG_OID_BOOL = 16,
    PG_OID_BYTEA = 17,
    PG_OID_INT8 = 20,
    PG_OID_INT4 = 23,
    PG_OID_TEXT = 25,
    PG_OID_INT4_ARRAY = 1007,
    PG_OID_TEXT_ARRAY = 1009,
    PG_OID_INT8_ARRAY = 1016,
};

/* What a negative version means, for people. It is minus that of the tables (pg_whole.h). */
#define PG_UNFINISHED_COPY                                                                         \
    "a store was being copied into this database, and not to its end; begin the copy again"

/* Letters for columns: n int8, i int4, o bool, t text, b bytea, a int8[], x text[]. A result that
 * has others than its statement says is PG_BROKEN. */
struct pg_statement_row {
    const char *name; /* In log lines, and on the server. */
    const char *text;
    uint32_t values_count;
    uint32_t types[PG_VALUES_MAX]; /* Of the values; 0: the server infers it. */
    const char *columns;           /* Of the result, a letter each; NULL or "": it has none. */
    /* Carried out twice it could do harm: it is not sent again unless it is known that nothing was
     * done the first time. */
    bool is_once;
};

struct pg_statement_set {
    const struct pg_statement_row *rows;
    uint32_t rows_count;
    int64_t schema_version;
    const char *session_text;  /* Sent first, as plain text: settings. NULL: none. */
    const char *version_text;  /* Gives a row with a number: the version of the schema there is. */
    const char *problems_text; /* Gives a row with a text for whatever is wrong, such as a right
                                  that is missing: preparing checks none. NULL: is not asked. */
};

#endif
