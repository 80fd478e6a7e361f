/* Where the book of a run is, as its options and the environment say it. */
#ifndef CTL_BOOK_PLACE_H
#define CTL_BOOK_PLACE_H

#include "book/book.h"
#include "ctl/command.h"

/* Opens the book: --book FILE, else STOCKCTL_BOOK (both in options->book), else
 * $XDG_STATE_HOME/stockctl/book.sqlite, where the folder is ~/.local/state as a rule. With
 * --no-book or --book none it is in memory, and is forgotten. False: said why on standard error. */
MUST_USE bool book_place_open(const struct options *options, struct book **book);

/* Whether what is in the book outlives the run. */
bool book_place_is_kept(const struct options *options);

#endif
