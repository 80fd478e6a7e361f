/* Whether two shelves hold the same, whatever stores they come from. Numbers of cells are the local
 * store's own and do not count; SKUs do. */
#ifndef ADMIN_COMPARE_H
#define ADMIN_COMPARE_H

#include "base/buffer.h"
#include "store/store_local.h"

/* Appends to `difference` in words the first thing that differs, in the cells' order of the left
 * one, and nothing where the two are the same. */
void compare_shelves(const struct store_shelf *left, const struct store_shelf *right,
                     struct buffer *difference);

#endif
