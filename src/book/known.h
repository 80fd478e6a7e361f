/* What a shop was told and has acknowledged: the batches that did, folded in their order. */
#ifndef BOOK_KNOWN_H
#define BOOK_KNOWN_H

#include "book/book.h"
#include "book/cells.h"

/* Takes what is known into empty cells. What has grown out of proportion is written anew before:
 * batches of which little is still true go, what lives in them is gathered in new ones. */
MUST_USE enum err known_load(struct book *book, int64_t shop, struct cells *cells);

#endif
