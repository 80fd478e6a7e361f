/* The balances of the ledger as something to push. */
#ifndef CTL_FROM_BOOK_H
#define CTL_FROM_BOOK_H

#include "base/buffer.h"
#include "ctl/command.h"

/* Appends a CSV of sku, count and updatedAt: each SKU of the ledger with its balance, or 0 where
 * that is below zero, and the moment it was written down. False: *problem says why not; no words
 * there: the book said it on standard error. */
MUST_USE bool from_book_read(const struct options *options, struct buffer *csv,
                             struct buffer *problem);

#endif
