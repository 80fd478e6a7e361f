/* The statements of the PostgreSQL store, which mean what the local store does (store.h). Each
 * speaks of one shelf, its first value, in every table that it touches, so that Citus sends it to
 * the node of that shelf as it stands; those that do not say so are for threads behind the scenes,
 * or for windows of rate limits, which are not distributed. Each may be sent again when its outcome
 * is unknown.
 *
 * An epoch is the number of the last document that the sender has taken: what it knew. It stands
 * behind the other values of whatever writes for a command, and where it is below the fence of the
 * shelf the answer is PG_CODE_FENCED, in the first column. Four values more come behind it, the
 * cause (struct stock_cause): source, at_ms, by, request_id. With source 0 nothing of what is done
 * becomes part of the history. Together they are "why" below.
 *
 * Arrays of items are sorted by the bytes of their SKUs (COLLATE "C"), several types of one SKU in
 * the order of the request: rows are locked in that order, so that nobody waits in a circle. The
 * place of an item is its index in the request.
 *
 * Columns of a cell, in every read:
 *     kind, sku, available, reserved, updated_ms, marks, quarantine, defect, expired, utilization,
 *     turnover in tenths of a day
 * of which the last five may be NULL, all of them where the cell has no details. Those of an order:
 *     kind, sku, units, available, state, created_ms, changed_ms, expires_ms
 * The first row of an order has a code as its kind and, where the order is known, its state and
 * moments; the rows behind it are its items in their order, or shortages in that of the request,
 * with the units that were asked for and those that there are. */
#ifndef STORE_PG_STATEMENT_H
#define STORE_PG_STATEMENT_H

#include "store/pg_prepared.h"

enum pg_statement {
    /* STORE_PUT with STORE_UNKNOWN_CREATE, on a shelf without history: shelf, SKUs, counts,
     * moments, why. Gives a code and how many were applied; the rest is stale. */
    PG_PUT,
    /* Any STORE_PUT: shelf, SKUs, counts, moments, places, enum store_unknown, why. Gives a code,
     * the place of the first unknown SKU, how many were applied, how many stale. */
    PG_PUT_EACH,
    /* STORE_MARK: shelf, SKUs, set, clear, whether to create, why. Gives a code and how many
     * changed. */
    PG_MARK,
    /* STORE_COUNT: shelf, SKUs, enum stock_type, counts, moments, places, whether the least of one
     * moment stays, why. Gives a code, the place of the first count that is below what orders
     * hold, and what they hold. */
    PG_COUNT,
    /* ORDER_RESERVE: shelf, campaign, id, SKUs, counts, places, now, expires_ms, claim and its key
     * (0: none is asked for), why. */
    PG_RESERVE,
    /* The other actions: shelf, campaign, id, the enum order_state that it is to have (-1: read),
     * now, why. */
    PG_ORDER,
    /* STORE_LIST: shelf, SKUs in any order, turnover_at_ms. Cells in the order of the SKUs;
     * the kind is the place of the SKU, from 1 on. */
    PG_LIST,
    /* STORE_PAGE from a position, or up to it: shelf, position (empty: the start), limit, enum
     * store_presence, marks_mask, marks_wanted, never_updated, turnover_at_ms. Cells at or behind
     * the position, or those in front of it in descending order, up to one more than `limit`; and
     * what else there is, see enum pg_row. */
    PG_PAGE_NEXT,
    PG_PAGE_PREV,
    /* The same where marks_wanted is not 0, by an index of the cells that have marks. */
    PG_MARKED_NEXT,
    PG_MARKED_PREV,
    /* struct shelf_totals: shelf, campaign (0: all). Gives cells, available, reserved, unfit,
     * orders. */
    PG_TOTALS,
    /* No values. Gives the number of shelves and the highest campaign's part of their numbers. */
    PG_FIGURES,
    /* No values. Gives the number of cells as the database estimates it; 0: it cannot. */
    PG_CELLS,
    /* Shelves with an order that expires by a moment, and the moment of their first one, soonest
     * first, some at a time. */
    PG_EXPIRING,
    /* Expires orders of a shelf that are due: shelf, now, how many at most, the source that the
     * history has for it (0: none is kept). Gives how many were; those that somebody works on are
     * left out. */
    PG_EXPIRE,
    /* Adds a document: name, content, a number made up by the sender that is the same when it is
     * sent again, and the number of the document that has to be the last one (-1: any). Gives a
     * code and a number: the document's, or that of the last one. */
    PG_DOCUMENT_ADD,
    /* Documents behind one: its number, how many at most, its sender's number. Gives number, name,
     * content, sender's number. None appears in front of one that was read; but in front of all
     * comes one with the number 0 if that one is gone, or is another one. */
    PG_DOCUMENTS,
    /* From its commit on, commands of an epoch below a number are refused on a shelf: shelf, the
     * number. Waits for none that is under way, but for one that makes the shelf; */
    PG_FENCE,
    /* this does, for all that got in before: shelf. */
    PG_DRAIN,
    /* ORDER_READ with a claim: shelf, campaign, id, claim, its key, why. Behind PG_CODE_CLAIMED
     * the first moment is the claim that was met. */
    PG_ORDER_CLAIM,
    /* No values. Gives number, name, content: what documents up to that number lead to, in order;
     * and the sender's number of the last of those. No rows: there is no summary. Documents before
     * the summary before it are gone. */
    PG_SUMMARY,
    /* No values. Gives the number of the last document, and that of the summary; 0: there is none.
     */
    PG_DOCUMENT_LAST,
    /* Keeps a summary: number, names, contents. Gives a code; PG_CODE_BEHIND: that is not the
     * number of the last document any more. */
    PG_SUMMARIZE,
    /* STORE_SPEND: entity, method, cost, amount, period_ms. Gives whether it was granted, what was
     * taken from the window so far, the moment, and the window's end. Not idempotent: one that is
     * sent again, as its outcome is unknown, may be counted twice, which lets too little through
     * and not too much. */
    PG_SPEND,
    /* Gives back what was taken: the window's end, entity, method, cost. */
    PG_SPEND_BACK,
    /* Removes windows that ended a while ago. No values. */
    PG_WINDOWS_END,
    /* STORE_PAGE that is a search: the values of PG_PAGE_NEXT, and where the prefix ends (behind
     * all SKUs: there is none), the folded text (empty: any), enum store_presence of what is
     * available, updated_before_ms. Cells and, if there were too many to look at, PG_ROW_END. */
    PG_SEARCH,
    PG_SEARCH_MARKED, /* The same where marks_wanted is not 0. */
    /* struct store_history: shelf, SKU, from and until in microseconds of places, place and writer
     * of the newest row to look at, how many rows to look at and how many events to give at most,
     * the last of that row's SKUs to look at, from_ms and until_ms. Gives
     * kind of the row, kind of the event, source, place, at_ms, writer, by, request, campaign,
     * order, available, reserved, count, updated_ms, type, which of the row's SKUs it is, marks set
     * and cleared; the newest first. See enum pg_row. */
    PG_HISTORY,
    /* Makes or removes one day of the history: how many days are kept; 0: none is made, and those
     * that have ended go. Gives 1 if there was one. */
    PG_HISTORY_DAYS,
    /* struct store_orders: shelf, campaign, states, before_ms, before_id, how many at most. Gives
     * id, state, created_ms, changed_ms, expires_ms, SKU and units of each item of each order, in
     * the order of the list and then in that of the items. */
    PG_ORDER_LIST,
    /* A piece of struct shelf_survey: shelf, the SKU behind which it begins (empty: the first), how
     * many cells at most. Gives cells, available, reserved, unfit, hidden, the newest moment (the
     * least number there is: none), and the last SKU (empty: none). */
    PG_SURVEY,
    PG_STATEMENTS_COUNT
};

/* What a statement answers. */
enum pg_code {
    PG_CODE_OK,
    PG_CODE_UNKNOWN_SKU,
    PG_CODE_BELOW_RESERVED,
    PG_CODE_SHORTAGE,
    PG_CODE_ORDER_EXISTS,
    PG_CODE_ORDER_UNKNOWN,
    PG_CODE_ORDER_STATE,
    PG_CODE_BEHIND,  /* Another document came first; nothing was added. */
    PG_CODE_FENCED,  /* The shelf wants a higher epoch; nothing was done. */
    PG_CODE_CLAIMED, /* Somebody else looked for the order since; nothing was done. */
};

/* What a row is, where they are not all the same. */
enum pg_row {
    PG_ROW_CELL = 100, /* Of the page; the one past its limit says that there is more. */
    PG_ROW_OTHER,      /* Only a SKU: it fits on the other side of the position. */
    PG_ROW_END,        /* Only a SKU: the page ended behind it, as it had looked at enough cells. */
    PG_ROW_OTHER_END,  /* The same on the other side. */
    PG_ROW_ITEM,
    PG_ROW_SHORTAGE,
    PG_ROW_EVENT,
    PG_ROW_LOOKED, /* Only where the next look begins, as that many rows were looked at. */
};

/* The version that the statements are written for, as pg_migrate() makes it. */
enum { PG_SCHEMA_VERSION = 4 };

/* Numbers of advisory locks: of whoever makes the schema; and of nodes, each of whose connections
 * shares it, against whoever copies the store as a whole, and has it alone. */
#define PG_SCHEMA_LOCK "786253" /* "stockd" in letters of a keyboard of old telephones. */
#define PG_WHOLE_LOCK  "786254"

extern const struct pg_statement_set pg_statements;

#endif
