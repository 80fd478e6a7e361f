/* The ledger of movements in the book, for those who have no other system: what came and went of
 * each SKU, in the order it was written down. A movement is never changed or removed; an undo is
 * one more. The balance of a SKU stands in its last movement. */
#ifndef BOOK_MOVEMENTS_H
#define BOOK_MOVEMENTS_H

#include "book/book.h"
#include "book/movement.h"

struct movement {
    int64_t number;   /* From 1, in the order of writing down. */
    struct bytes sku; /* Texts are those of whoever asks, or of a visit while it lasts. */
    enum movement_kind kind;
    int64_t units;       /* As it was asked for. */
    int64_t change;      /* What it did to the balance … */
    int64_t balance;     /* … which it left so; below zero only where it was forced. */
    int64_t at_ms;       /* When it happened, as somebody says. */
    int64_t recorded_ms; /* When it was written down; never earlier than the one before. */
    struct bytes note;
    struct bytes document; /* No bytes: none. */
    int64_t undoes;        /* Number of the movement that it takes back; 0: none. */
};

enum movements_outcome {
    MOVEMENTS_ADDED,
    MOVEMENTS_REPEATED,   /* The document has it already: nothing changed. */
    MOVEMENTS_CONFLICT,   /* The document has another one of this SKU, or an undone one. */
    MOVEMENTS_BELOW_ZERO, /* And nobody forced it. */
    MOVEMENTS_TOO_MANY,   /* The balance would be more than the Market takes. */
    MOVEMENTS_NONE,       /* There is no movement of that number to undo. */
    MOVEMENTS_UNDONE,     /* It was undone already … */
    MOVEMENTS_IS_AN_UNDO, /* … or is an undo itself. */
    MOVEMENTS_COUNTED, /* Somebody counted since, and nobody forced it: what was counted stands. */
};

/* Writes down `asked`, whose number, change and balance are not looked at, and whose recorded_ms is
 * the clock. Within a transaction of the caller, who commits. Gives in *found the numbers of what
 * was added, or of what stands in the way; where it would go below zero, the balance. */
MUST_USE enum err movements_add(struct book *book, const struct movement *asked, bool forced,
                                struct movement *found, enum movements_outcome *outcome);

/* Takes back the movement asked->undoes; what it was gives SKU and units. Appends the SKU to *sku,
 * which lends it to *found. As movements_add() otherwise. */
MUST_USE enum err movements_undo(struct book *book, const struct movement *asked, bool forced,
                                 struct buffer *sku, struct movement *found,
                                 enum movements_outcome *outcome);

/* Gives the numbers of the last movement of a SKU. ERR_NOT_FOUND: it has none. */
MUST_USE enum err movements_last(struct book *book, struct bytes sku, struct movement *found);

/* Gives the number of the last movement of all, 0 when there is none. */
MUST_USE enum err movements_last_number(struct book *book, int64_t *number);

/* What to do with each row; another result than OK ends the reading and is handed back. It must not
 * use the book. */
typedef enum err movements_visit(void *context, const struct movement *movement);

/* All movements of a SKU in their order. */
MUST_USE enum err movements_of(struct book *book, struct bytes sku, movements_visit *visit,
                               void *context);

/* The last movement of each SKU, by the bytes of the SKUs. */
MUST_USE enum err movements_balances(struct book *book, movements_visit *visit, void *context);

#endif
