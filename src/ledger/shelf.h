/* A shelf: one physical pool of stock, a warehouse or a whole warehouse group (DESIGN §5), and the
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

/* An empty shelf, or NULL: no memory. */
MUST_USE struct shelf *shelf_create(void);
void shelf_destroy(struct shelf *shelf);

uint32_t shelf_cells_count(const struct shelf *shelf);

/* Looks up `count` keys that stand `stride` bytes apart (they are members of larger structs) and
 * sets cells[i] to the number of the cell, or CELL_NONE. */
void shelf_find(const struct shelf *shelf, const struct stock_key *keys, size_t stride,
                uint32_t count, uint32_t *cells);

/* What is known of a cell that exists. The SKU lends until shelf_destroy(). */
struct stock_view shelf_view(const struct shelf *shelf, uint32_t cell);

/* Makes room for `cells` more cells with `sku_bytes` of SKUs in all, so that adding them cannot
 * fail. ERR_MEMORY, ERR_FULL: past a limit of the shelf. Nothing that can be seen changes. */
MUST_USE enum err shelf_reserve(struct shelf *shelf, uint32_t cells, size_t sku_bytes);

/* Adds a cell for a SKU that has none, in room that was reserved. Nothing available, nothing
 * reserved, never updated. Copies the SKU. Returns its number. */
uint32_t shelf_add(struct shelf *shelf, const struct stock_key *key);

/* True when a write of that moment would be applied: it is not older than the last one (C7). */
bool shelf_accepts(const struct shelf *shelf, uint32_t cell, int64_t updated_at_ms);

/* AVAILABLE := count (CONTRACT §12, C62). The write is accepted; 0 <= count <= STOCK_COUNT_MAX. */
void shelf_set_available(struct shelf *shelf, uint32_t cell, int64_t count, int64_t updated_at_ms);

/* Asks the processor to fetch what shelf_view() and shelf_set_available() will touch. */
void shelf_prefetch(const struct shelf *shelf, uint32_t cell);

#endif
