/* What records tell a history: which cells a record changed, why, and how. Records that came about
 * before causes were kept tell nothing, but one of an order that it hides what was reserved. */
#ifndef STORE_RECORD_PAST_H
#define STORE_RECORD_PAST_H

#include "store/record.h"

/* A record can tell so much of one cell: a count of each type. */
enum { RECORD_PAST_EVENTS_MAX = STOCK_TYPES_COUNT };

enum record_past_kind {
    RECORD_PAST_NOTHING,
    RECORD_PAST_HIDDEN, /* It changed what is reserved, and does not tell how. */
    RECORD_PAST_TOLD,
};

/* A record taken apart. Lends from its bytes. */
struct record_past {
    int64_t shelf_id;         /* Of all but RECORD_PAST_NOTHING. */
    struct stock_cause cause; /* This and what follows of RECORD_PAST_TOLD. */
    uint8_t kind;
    uint32_t cells_count; /* On the shelf, before it. */
    uint32_t lines_count;
    struct cursor lines;
    struct cursor rest; /* Behind the shelf. */
};

/* Looks at the bytes of a record; what makes no sense tells nothing. */
enum record_past_kind record_past_decode(struct bytes record, struct record_past *past);

/* What it did to a cell, the newest first. *reserved is what the cell had reserved behind it, or
 * STOCK_NOT_KNOWN, and becomes what it had before. Texts lend like `past`. Returns how many. */
uint32_t record_past_events(const struct record_past *past, uint32_t cell, int64_t *reserved,
                            struct stock_event events[RECORD_PAST_EVENTS_MAX]);

/* Calls `visit` with each cell that it changed; some may come more than once. */
void record_past_cells(const struct record_past *past, void *context,
                       void (*visit)(void *context, uint32_t cell));

#endif
