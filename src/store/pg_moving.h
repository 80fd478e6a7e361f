/* Statements that read a whole store out of a database and fill an empty one, shelf by shelf. Those
 * that speak of a shelf have it as their first value, as others have (pg_statement.h); the rest is
 * for all shelves at once. Types of values are inferred by the server. */
#ifndef STORE_PG_MOVING_H
#define STORE_PG_MOVING_H

#include "store/pg_prepared.h"

enum pg_moving {
    /* Shelves behind a number, and how many at most. */
    PG_MOVING_SHELVES,
    /* Cells: shelf, the SKU in front of them, how many at most. Gives sku, available, reserved,
     * updated_ms, marks, written, quarantine, defect, expired, utilization, history_ms. */
    PG_MOVING_CELLS,
    /* Days of turnover: shelf, the SKU in front of them, the last SKU. Gives sku, day, unit_ms,
     * sold. */
    PG_MOVING_DAYS,
    /* Orders: shelf, campaign and id in front of them, how many at most. Gives campaign, id, state,
     * created_ms, changed_ms, expires_ms. */
    PG_MOVING_ORDERS,
    /* Their items: shelf, campaign and id in front of the orders, campaign and id of the last one.
     * Gives campaign, id, sku, units, in the order of places. */
    PG_MOVING_ITEMS,
    /* Documents behind a number, and how many at most. Gives number, name, content. */
    PG_MOVING_DOCUMENTS,

    /* The number of rows of a table; then 1 for each that has rows. No values. */
    PG_MOVING_COUNT_SHELVES,
    PG_MOVING_COUNT_CELLS,
    PG_MOVING_COUNT_DAYS,
    PG_MOVING_COUNT_ORDERS,
    PG_MOVING_COUNT_ITEMS,
    PG_MOVING_COUNT_SUMMARY,
    PG_MOVING_COUNT_DOCUMENTS,

    /* Fill: a shelf; then its cells, days, orders and items, a value for each column of those that
     * are read, as arrays but for the shelf. -1, 0 and the least number stand for what is missing.
     */
    PG_MOVING_ADD_SHELF,
    PG_MOVING_ADD_CELLS,
    PG_MOVING_ADD_DAYS,
    PG_MOVING_ADD_ORDERS,
    /* Shelf, campaigns, ids, places, SKUs, units. */
    PG_MOVING_ADD_ITEMS,
    /* Number, send_key, name, content. */
    PG_MOVING_ADD_DOCUMENT,
    /* The number of the last document. */
    PG_MOVING_SET_LAST,
    PG_MOVING_STATEMENTS_COUNT
};

/* Their values are not counted, and have no types. */
extern const struct pg_statement_row pg_moving_rows[PG_MOVING_STATEMENTS_COUNT];

/* Takes away what an unfinished copy left: scripts, that end with NULL. */
extern const char *const pg_moving_clean[];

#endif
