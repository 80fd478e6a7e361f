/* A shelf: one physical pool of stock, a warehouse or a whole warehouse group (DESIGN §4), and the
 * rules of writing it. Pure: no files, no clock, no locks; the caller sees to it that one thread at
 * a time changes a shelf and none reads meanwhile. Cells are numbered 0, 1, 2… in order of first
 * appearance and are never removed, so a number is a stable name. */
#ifndef LEDGER_SHELF_H
#define LEDGER_SHELF_H

#include "base/limits.h"
#include "base/stock.h"

struct shelf;

/* "No such cell", for numbers. */
#define CELL_NONE UINT32_MAX

/* An empty shelf, or NULL: no memory. One that keeps history knows the turnover of its cells (C63),
 * for about a kilobyte each. */
MUST_USE struct shelf *shelf_create(bool keeps_history);
void shelf_destroy(struct shelf *shelf);

uint32_t shelf_cells_count(const struct shelf *shelf);

/* Looks up `count` keys that stand `stride` bytes apart (they are members of larger structs) and
 * sets cells[i] to the number of the cell, or CELL_NONE. */
void shelf_find(const struct shelf *shelf, const struct stock_key *keys, size_t stride,
                uint32_t count, uint32_t *cells);

/* What is known of a cell that exists, without details. The SKU lends until shelf_destroy(). */
struct stock_view shelf_view(const struct shelf *shelf, uint32_t cell);

/* What it has beside that. False: nothing. Turnover is that at a moment; 0: it is not wanted. */
bool shelf_details(const struct shelf *shelf, uint32_t cell, int64_t turnover_at_ms,
                   struct stock_details *details);

/* Sums over all cells. */
struct shelf_sums {
    uint64_t available;
    uint64_t reserved;
    uint64_t unfit;
};
struct shelf_sums shelf_sums(const struct shelf *shelf);

/* Moment of the newest number of all cells; STOCK_NEVER_UPDATED: none ever came. */
int64_t shelf_updated_at_ms(const struct shelf *shelf);

/* Makes room for `cells` more cells with `sku_bytes` of SKUs in all, so that adding them cannot
 * fail. ERR_MEMORY, ERR_FULL: past a limit of the shelf. Nothing that can be seen changes. */
MUST_USE enum err shelf_reserve(struct shelf *shelf, uint32_t cells, size_t sku_bytes);

/* Makes room for what cells have beside their numbers, for `cells` cells that had nothing of it:
 * unfit units, orders. Errors like shelf_reserve(). */
MUST_USE enum err shelf_reserve_details(struct shelf *shelf, uint32_t cells);

/* Adds a cell for a SKU that has none, in room that was reserved. No units, no marks, never
 * updated. Copies the SKU. Returns its number. */
uint32_t shelf_add(struct shelf *shelf, const struct stock_key *key);

/* True when a write of that moment would be applied: it is not older than the last one (C7). */
bool shelf_accepts(const struct shelf *shelf, uint32_t cell, int64_t updated_at_ms);

/* True when a write says what the last one said, of the same moment, and orders moved units since:
 * it is a repeat, and would bring back what was sold. */
bool shelf_is_repeat(const struct shelf *shelf, uint32_t cell, int64_t count,
                     int64_t updated_at_ms);

/* AVAILABLE := count (CONTRACT §12, C62), and a cell that is marked as deleted is so no more. The
 * write is accepted; 0 <= count <= STOCK_COUNT_MAX. */
void shelf_set_available(struct shelf *shelf, uint32_t cell, int64_t count, int64_t updated_at_ms);

/* Whether orders hold no more units of the cell than there are to be (FIT of `count`). */
bool shelf_covers_reserved(const struct shelf *shelf, uint32_t cell, int64_t fit_count);

/* A number that was counted, of any type but STOCK_FREEZE. Accepted; 0 <= count <= STOCK_COUNT_MAX;
 * FIT covers what is reserved; an unfit type with count > 0 has its room reserved. */
void shelf_set_counted(struct shelf *shelf, uint32_t cell, enum stock_type type, int64_t count,
                       int64_t updated_at_ms);

/* The marks of a cell become these. */
void shelf_set_marks(struct shelf *shelf, uint32_t cell, uint32_t marks);
uint32_t shelf_marks(const struct shelf *shelf, uint32_t cell);

/* How many cells have the mark. */
uint32_t shelf_marked_count(const struct shelf *shelf, enum stock_mark mark);

/* How many units can be reserved: the available ones, up to STOCK_COUNT_MAX reserved ones. */
int64_t shelf_reservable(const struct shelf *shelf, uint32_t cell);

/* Units are reserved: AVAILABLE - count, FREEZE + count. They can be, and room was made for what
 * the cell has beside its numbers. */
void shelf_take(struct shelf *shelf, uint32_t cell, int64_t count);

/* Units that were taken are available again. */
void shelf_give_back(struct shelf *shelf, uint32_t cell, int64_t count);

/* Units that were taken leave, at that moment: FREEZE - count. */
void shelf_release(struct shelf *shelf, uint32_t cell, int64_t count, bool sold, int64_t now_ms);

/* Asks the processor to fetch where a look-up of the key begins, and shelf_add() ends. */
void shelf_prefetch_key(const struct shelf *shelf, const struct stock_key *key);

/* Asks the processor to fetch what shelf_view() and shelf_set_available() will touch. */
void shelf_prefetch(const struct shelf *shelf, uint32_t cell);

#endif
