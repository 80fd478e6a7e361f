/* One row of a file of leftovers, checked by the rules of the wire (CONTRACT §0.3, §0.4, §1), so
 * that one bad row does not make the server refuse the 1,999 others of its batch. */
#ifndef SHEET_LEFTOVER_H
#define SHEET_LEFTOVER_H

#include "base/buffer.h"
#include "sheet/finding.h"
#include "sheet/row.h"

struct leftover {
    struct bytes sku; /* Trimmed and valid; lends from the row. */
    int64_t count;
    int64_t updated_at_ms;
    enum finding finding; /* Of a bad one, what is wrong. */
};

enum leftover_kind {
    LEFTOVER_SEND,
    LEFTOVER_SKIP,  /* The count is empty: "not updated". */
    LEFTOVER_BLANK, /* Neither SKU nor count: a line that a spreadsheet left behind. */
    LEFTOVER_BAD,   /* The problem says why. */
};

struct leftover_rules {
    int64_t started_ms; /* When the push started: stands for an absent updatedAt. */
    bool stamp_now;     /* And for a present one. */
    int64_t buffer;     /* Units that are kept back of each count; never below zero. */
};

/* Checks a row. LEFTOVER_BAD appends the reason, one line, to *problem. Pure. */
MUST_USE enum leftover_kind leftover_decode(const struct row *row,
                                            const struct leftover_rules *rules,
                                            struct leftover *leftover, struct buffer *problem);

#endif
