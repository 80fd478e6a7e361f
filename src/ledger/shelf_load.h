/* Makes a shelf and its orders again from the entries of an image (shelf_image.h). The bytes are
 * trusted in nothing: whatever comes, the shelf that a load ends with is one that commands could
 * have brought about, or the load is refused. One thread; no lock, as nobody knows the shelf
 * yet. */
#ifndef LEDGER_SHELF_LOAD_H
#define LEDGER_SHELF_LOAD_H

#include "ledger/shelf_image.h"

struct shelf_load;

/* Begins a load of so many cells and orders into an empty shelf and its empty book. `bytes_max` is
 * a bound of all entries that can come, such as the size of the file that they stand in: sizes that
 * do not fit in it are ERR_CORRUPT, so that no memory is asked for that bytes do not bear out.
 * ERR_MEMORY. After an error nothing has begun. */
MUST_USE enum err shelf_load_begin(struct shelf *shelf, struct order_book *book,
                                   const struct shelf_image_sizes *sizes, uint64_t bytes_max,
                                   struct shelf_load **load);

/* Takes some whole entries, in any order; lends the bytes for the call only. ERR_CORRUPT: such an
 * entry is never written. ERR_MEMORY. After an error the load can only be abandoned. */
MUST_USE enum err shelf_load_entries(struct shelf_load *load, struct bytes entries);

/* All came: makes the index, and checks what can be checked at the end only: that every cell and
 * every order came exactly once, no SKU and no order's name twice, and that what a cell has
 * reserved is what open orders hold of it. ERR_CORRUPT, ERR_MEMORY. Takes the load, whatever it
 * returns. */
MUST_USE enum err shelf_load_end(struct shelf_load *load);

/* Gives a load up. After this, or an error of shelf_load_end(), shelf and book are to be destroyed,
 * and nothing else. NULL does nothing. */
void shelf_load_abandon(struct shelf_load *load);

#endif
