/* A run that works for one campaign with a book: push, diff, verify. It has the session, the
 * campaign's place in the book for itself alone, and its cells. */
#ifndef CTL_CAMPAIGN_H
#define CTL_CAMPAIGN_H

#include "book/book.h"
#include "book/cells.h"
#include "ctl/session.h"

struct campaign {
    struct session session;
    struct book *book;
    struct cells *cells;
    int64_t shop;       /* In the book. */
    int64_t started_ms; /* Stands for each updatedAt that nobody gave. */
};

/* Begins: session, and what the book knows and still has to tell. Keeps `book`. What is wrong was
 * said, and session.exit is set then. Ended by campaign_end() in any case. */
void campaign_begin(struct campaign *campaign, const struct options *options, struct book *book,
                    const char *unit);
void campaign_end(struct campaign *campaign);

/* Ends the run when the book failed: says why. Returns whether it did. */
bool campaign_failed(struct campaign *campaign, enum err error);

/* The moment of a number that is said now: not before what was told, also when the clock went
 * back. */
int64_t campaign_moment(const struct campaign *campaign, const struct cell *cell);

/* The next moment, where there is one: a server may say any that can be written. */
int64_t campaign_moment_behind(int64_t moment_ms);

#endif
