/* A shop in memory: for each SKU what the shop was told last, and what it is to be told now. Filled
 * from the book (known.h, outbox.h) and from a file, compared, and thrown away. 32 bytes a SKU, the
 * SKU itself, and 16 for finding it. Pure; one thread. */
#ifndef BOOK_CELLS_H
#define BOOK_CELLS_H

#include "base/limits.h"
#include "book/rows.h"

/* Stands for a count that is not known. */
enum { CELL_NONE = INT32_MAX };
static_assert(STOCK_COUNT_MAX < CELL_NONE, "no count is taken for none");

struct cell {
    int64_t told_ms;         /* The moment of what was told. */
    int64_t wanted_ms;       /* And of what is wanted. */
    uint32_t sku_place;      /* Its own. */
    uint32_t line : 31;      /* Where the file says what is wanted; 0: nowhere. */
    uint32_t is_listed : 1;  /* The file has a row for it, good or bad. */
    uint32_t told : 31;      /* What the shop was told last; CELL_NONE: nothing is known. */
    uint32_t is_pending : 1; /* It waits in the outbox: nobody knows whether it arrived. */
    uint32_t wanted : 31;    /* CELL_NONE: nothing, or nothing but what waits already. */
    uint32_t has_stock : 1;  /* The shop itself says that there are units. */
};
static_assert(sizeof(struct cell) == 32, "as the comment above says");

struct cells;

/* NULL: no memory. */
MUST_USE struct cells *cells_create(void);
void cells_destroy(struct cells *cells);

/* Makes room for `more` SKUs at once. ERR_MEMORY, ERR_FULL: it will not get it. */
MUST_USE enum err cells_reserve(struct cells *cells, uint32_t more);

/* Brings closer what looking up that SKU soon is going to read. */
void cells_prefetch(const struct cells *cells, struct bytes sku);

/* The cell of a SKU, NULL when there is none. Lends until the next cells_enter(). */
MUST_USE struct cell *cells_find(const struct cells *cells, struct bytes sku);

/* The same, and makes one that knows nothing. ERR_MEMORY; ERR_FULL: more SKUs than fit. */
MUST_USE enum err cells_enter(struct cells *cells, struct bytes sku, struct cell **cell);

/* In the order in which they were entered, `index` < cells_count(). */
uint32_t cells_count(const struct cells *cells);
struct cell *cells_at(const struct cells *cells, uint32_t index);
uint32_t cells_index(const struct cells *cells, const struct cell *cell);
struct bytes cells_sku(const struct cells *cells, const struct cell *cell);

/* Takes a number that the shop was told: a newer one replaces an older one, and of two of one
 * moment the later, as the shop does it (CONTRACT C7). False: it is older, nothing changed. */
bool cell_tell(struct cell *cell, int64_t count, int64_t updated_at_ms);

#endif
