/* What the files of src/book share: the open file, and statements by their text. The only header
 * here that knows SQLite. */
#ifndef BOOK_BOOK_INTERNAL_H
#define BOOK_BOOK_INTERNAL_H

#include <sqlite3.h>

#include "book/book.h"

enum { BOOK_STATEMENTS_MAX = 48, BOOK_PROBLEM_BYTES = 512 };

/* A statement stays prepared; its text is a literal, whose address is its name. */
struct book_statement {
    const char *sql;
    sqlite3_stmt *prepared;
};

struct book {
    sqlite3 *database;
    char *path;  /* NULL: in memory. */
    int lock_fd; /* PATH-lock, a byte for each shop; -1: in memory. */
    enum book_safety safety;
    bool safety_is_set;
    struct book_statement statements[BOOK_STATEMENTS_MAX];
    int statements_count;
    char problem[BOOK_PROBLEM_BYTES];
};

/* Turns a result of SQLite into an error, and remembers what book_problem() says. OK for
 * SQLITE_OK, SQLITE_ROW and SQLITE_DONE. */
MUST_USE enum err book_result(struct book *book, int code);

/* The same for trouble that is not SQLite's. */
MUST_USE enum err book_fail(struct book *book, enum err error, const char *what);

/* Gives the statement, with nothing bound and ready to run. `sql` is a literal. */
MUST_USE enum err book_prepare(struct book *book, const char *sql, sqlite3_stmt **statement);

/* Runs a statement that gives no rows to its end, and resets it. */
MUST_USE enum err book_run(struct book *book, sqlite3_stmt *statement);

/* Gives the next row: *has_row. At the end, and after an error, the statement is reset. */
MUST_USE enum err book_next_row(struct book *book, sqlite3_stmt *statement, bool *has_row);

/* Binds an address and a campaign as the first two values. */
MUST_USE enum err book_bind_place(struct book *book, sqlite3_stmt *statement, struct bytes url,
                                  int64_t campaign_id);

/* Runs a statement that gives the one row of a campaign at an address, ?1 and ?2, if there is one.
 * Whoever has read *row resets it. ERR_NOT_FOUND: there is none. */
MUST_USE enum err book_find(struct book *book, const char *sql, struct bytes url,
                            int64_t campaign_id, sqlite3_stmt **row);

/* Runs a statement that gives one number. */
MUST_USE enum err book_number(struct book *book, const char *sql, int64_t *number);

/* Brings the tables up to date (book_schema.c). ERR_UNSUPPORTED: a newer stockctl's, or no book. */
MUST_USE enum err book_schema_update(struct book *book);

#endif
