/* A file of leftovers in memory: SKU -> count and moment. Filled once, then only read, by any
 * thread. */
#ifndef CTL_STOCK_TABLE_H
#define CTL_STOCK_TABLE_H

#include "base/stock.h"

struct stock_table;

/* More than any file that somebody serves: 600 MB of memory at the longest usual SKUs. */
enum { STOCK_TABLE_ROWS_MAX = 10 * 1000 * 1000 };

/* NULL: no memory. */
MUST_USE struct stock_table *stock_table_create(void);
void stock_table_destroy(struct stock_table *table);

/* Adds a row. ERR_BUSY: the SKU is there already; ERR_FULL: STOCK_TABLE_ROWS_MAX; ERR_MEMORY. */
MUST_USE enum err stock_table_add(struct stock_table *table, const struct stock_write *row);

/* False: there is no such SKU. */
MUST_USE bool stock_table_find(const struct stock_table *table, const struct stock_key *key,
                               int64_t *count, int64_t *updated_at_ms);

uint32_t stock_table_count(const struct stock_table *table);

#endif
