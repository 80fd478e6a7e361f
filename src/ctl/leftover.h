/* One row of a file of leftovers, checked by the rules of the wire (CONTRACT §0.3, §0.4, §1), so
 * that one bad row does not make the server refuse the 1,999 others of its batch. */
#ifndef CTL_LEFTOVER_H
#define CTL_LEFTOVER_H

#include "base/buffer.h"
#include "ctl/csv_reader.h"

struct leftover {
    struct bytes sku; /* Trimmed and valid; lends from the row. */
    int64_t count;
    int64_t updated_at_ms;
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
};

/* Checks a row. LEFTOVER_BAD appends the reason, one line, to *problem. Pure. */
MUST_USE enum leftover_kind leftover_decode(const struct csv_row *row,
                                            const struct leftover_rules *rules,
                                            struct leftover *leftover, struct buffer *problem);

#endif
