/* What stockctl remembers between runs, one SQLite file: what each shop was told last, and what is
 * still to be told. A shop is a campaign at an address. This header opens the file and brings it up
 * to date, holds transactions, and hands out shops; known.h and outbox.h say what is in it. One
 * thread. */
#ifndef BOOK_BOOK_H
#define BOOK_BOOK_H

#include "base/buffer.h"

struct book;

/* Opens the book at `path`; one that is not there is made, mode 0600, and so are the folders that
 * it stands in, mode 0700. NULL: a book in memory, which is forgotten when it is closed. Any other
 * result than OK: *problem says in one line what is wrong. */
MUST_USE enum err book_open(const char *path, struct buffer *problem, struct book **book);
void book_close(struct book *book);

/* Why the last call that failed did, one line that names the book. Lends until the next call. */
const char *book_problem(const struct book *book);

/* What a transaction has to outlive once it is committed. */
enum book_safety {
    BOOK_SURVIVES_KILL,  /* The end of the process, at any moment: whole or not at all. */
    BOOK_SURVIVES_POWER, /* A power cut, too: costs a sync of the disk. Covers all before it. */
};

/* A transaction. Between begin and commit others wait who want to write; without one each change is
 * committed by itself, as the last book_begin() or book_safety_set() said. A failed commit leaves
 * nothing behind. The result of any function that takes a book may be ERR_IO, ERR_FULL, ERR_DENIED,
 * ERR_BUSY, ERR_CORRUPT or ERR_MEMORY: book_problem() tells it all. */
MUST_USE enum err book_begin(struct book *book, enum book_safety safety);
MUST_USE enum err book_commit(struct book *book);
/* Does nothing when none is begun. */
void book_rollback(struct book *book);
MUST_USE enum err book_safety_set(struct book *book, enum book_safety safety);

/* Gives the shop's number in this book, a new one if need be. `url` is the address without what is
 * the API's. */
MUST_USE enum err book_shop(struct book *book, struct bytes url, int64_t campaign_id,
                            int64_t *shop);

/* Keeps other processes away from the shop until it is left or the book is closed, also by a kill:
 * between reading what is known and having sent what differs nobody else may send. ERR_BUSY:
 * another process has it. A book in memory is always free. */
MUST_USE enum err book_shop_enter(struct book *book, int64_t shop);
void book_shop_leave(struct book *book, int64_t shop);

#endif
