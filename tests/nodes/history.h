/* A history: what clients asked of one shelf after another, when each began to ask and when he had
 * his answer, and what it was. The text has a line an event, words parted by a space:
 *
 *     stamped_from MS                          moments from here on were set by a node, see below
 *     shelf NAME
 *     BEGIN END must|may WHAT                  END is - where there was no answer
 *
 * `must` was acknowledged, so it happened once between BEGIN and END. `may` happened then or never.
 * WHAT, with ANSWER only behind what must be:
 *
 *     put (SKU COUNT MOMENT)…                  a node's moment is BEGIN's: no sooner was it set
 *     hide SKU…        show SKU…
 *     reserve ID EXPIRES (SKU COUNT)… ANSWER   EXPIRES 0: never
 *     pack|ship|cancel|read ID ANSWER
 *     expire ID
 *     list (SKU FIT FREEZE AVAILABLE MOMENT)…  all -1: it has no number
 *     hidden (SKU 0|1)…
 *
 * ANSWER is one of
 *
 *     = STATE (SKU COUNT)…                     the order as it was then
 *     short (SKU COUNT AVAILABLE)…
 *     exists        missing        refused STATE
 *
 * BEGIN and END are of one clock, whatever its unit. */
#ifndef TESTS_NODES_HISTORY_H
#define TESTS_NODES_HISTORY_H

#include "../sim/deed.h"

enum event_kind { EVENT_DEED, EVENT_EXPIRE, EVENT_LIST, EVENT_HIDDEN };

/* What was shown of a SKU. */
struct seen {
    struct bytes sku;
    int64_t fit;
    int64_t freeze;
    int64_t available; /* Of a shortage, too. */
    int64_t moment_ms;
    int64_t count; /* Of an item of an order. */
    bool hidden;
};

struct event {
    enum event_kind kind;
    uint32_t line; /* In the text, from 1 on. */
    int64_t begin;
    int64_t end; /* INT64_MAX: none. */
    bool must;
    struct deed deed; /* Of EVENT_EXPIRE its id. */
    enum verdict verdict;
    enum order_state state; /* Of VERDICT_OK and VERDICT_ORDER_STATE. */
    struct seen *seen;      /* Cells, items or shortages that were told of. */
    uint32_t seen_count;
};

struct history_shelf {
    struct bytes name;
    struct event *events;
    uint32_t events_count;
    uint32_t events_max;
};

struct history {
    struct arena memory; /* Of events' lists; texts are the caller's. */
    int64_t stamped_from_ms;
    struct history_shelf *shelves;
    uint32_t shelves_count;
    uint32_t shelves_max;
};

/* Reads a text that outlives the history. False: a line is none of these, *line is its number. */
bool history_read(struct history *history, struct bytes text, uint32_t *line);
void history_deinit(struct history *history);

#endif
