/* The values that travel between the wire and the ledger. */
#ifndef BASE_STOCK_H
#define BASE_STOCK_H

#include "base/bytes.h"

/* A SKU that somebody asks for. Trimmed, valid (CONTRACT §0.3). */
struct stock_key {
    struct bytes sku;
    uint64_t hash; /* bytes_hash(sku), computed once a request. */
};

/* A new number of available units (CONTRACT §1). */
struct stock_write {
    struct stock_key key;
    int64_t count;         /* 0…STOCK_COUNT_MAX */
    int64_t updated_at_ms; /* When the number was true. */
};

/* CONTRACT §12. FIT is AVAILABLE and FREEZE together. */
enum stock_type {
    STOCK_FIT,
    STOCK_FREEZE,
    STOCK_AVAILABLE,
    STOCK_QUARANTINE,
    STOCK_DEFECT,
    STOCK_EXPIRED,
    STOCK_UTILIZATION,
};
enum { STOCK_TYPES_COUNT = STOCK_UTILIZATION + 1 };

/* Units that cannot be sold: types that stand beside FIT. */
enum { STOCK_UNFIT_FIRST = STOCK_QUARANTINE, STOCK_UNFIT_COUNT = 4 };
static inline bool stock_type_is_unfit(enum stock_type type)
{
    return (int)type >= STOCK_UNFIT_FIRST;
}

/* A number that the Market counted (CONTRACT §12). */
struct stock_count {
    struct stock_key key;
    enum stock_type type; /* Not STOCK_FREEZE: orders decide that. */
    int64_t count;        /* 0…STOCK_COUNT_MAX */
    int64_t updated_at_ms;
};

/* Some units of a SKU that somebody orders. */
struct stock_order_item {
    struct stock_key key;
    int64_t count; /* 1…STOCK_COUNT_MAX */
};

enum order_state {
    ORDER_RESERVED, /* Units are held for it. */
    ORDER_PACKED,   /* They are held, and it does not expire any more. */
    ORDER_SHIPPED,
    ORDER_CANCELLED,
    ORDER_EXPIRED,
};
enum { ORDER_STATES_COUNT = ORDER_EXPIRED + 1 };

/* What is said about an offer beside its numbers: bits of a set. Hidden and deleted are kept on the
 * campaign's own shelf, the others on the shelf that it sells from. */
enum stock_mark {
    STOCK_HIDDEN = 1 << 0,
    STOCK_DELETED = 1 << 1, /* Taken out of the campaign; a new number brings it back. */
    STOCK_ARCHIVED = 1 << 2,
    STOCK_FREE_STORAGE = 1 << 3, /* C63 */
    STOCK_PLACED = 1 << 4,       /* The Market counted it in a warehouse of its own. */
};
enum { STOCK_MARKS_COUNT = 5 };

/* What few cells have beside available and reserved. */
struct stock_details {
    int64_t unfit[STOCK_UNFIT_COUNT]; /* From STOCK_UNFIT_FIRST on. */
    int64_t turnover_tenths;          /* Tenths of a day (C63); negative: no sales. */
};

/* `updated_at_ms` of a cell that was never updated: it is known, and no number ever came. */
#define STOCK_NEVER_UPDATED INT64_MIN

/* What is known of one SKU on one shelf (CONTRACT §12). */
struct stock_view {
    struct bytes sku;
    int64_t available;
    int64_t reserved;
    int64_t updated_at_ms; /* Or STOCK_NEVER_UPDATED. */
    uint32_t marks;
    const struct stock_details *details; /* NULL: none. Lives as long as the command's arena. */
};

/* Where a change came from. */
enum stock_source {
    STOCK_SOURCE_NONE,     /* Not kept: it is older than histories are. */
    STOCK_SOURCE_API,      /* A request of the public API. */
    STOCK_SOURCE_OPERATOR, /* One of the operator's API. */
    STOCK_SOURCE_PUSH,     /* A shop that was asked. */
    STOCK_SOURCE_EXPIRY,   /* The end of a reservation. */
    STOCK_SOURCE_MOVE,     /* Shelves that were carried, by a change of the registry. */
};
enum { STOCK_SOURCES_COUNT = STOCK_SOURCE_MOVE + 1 };

/* Why something changed, kept for its history. */
struct stock_cause {
    enum stock_source source;
    int64_t at_ms;       /* When it was asked for. */
    struct bytes by;     /* Name of the token; of what is cut, STOCK_CAUSE_BY_BYTES_MAX remain. */
    uint64_t request_id; /* As the query log has it; 0: none. */
};
enum { STOCK_CAUSE_BY_BYTES_MAX = 128 };

enum stock_event_kind {
    STOCK_EVENT_WRITE,
    STOCK_EVENT_COUNT, /* The Market counted, or a shelf was carried here. */
    STOCK_EVENT_MARK,
    STOCK_EVENT_RESERVE,
    STOCK_EVENT_PACK,
    STOCK_EVENT_SHIP,
    STOCK_EVENT_CANCEL,
    STOCK_EVENT_EXPIRE,
};
enum { STOCK_EVENT_KINDS_COUNT = STOCK_EVENT_EXPIRE + 1 };

#define STOCK_NOT_KNOWN (-1)

/* One thing that happened to a SKU on a shelf. */
struct stock_event {
    enum stock_event_kind kind;
    struct stock_cause cause;
    int64_t available;     /* Behind it, or STOCK_NOT_KNOWN, */
    int64_t reserved;      /* likewise. */
    enum stock_type type;  /* Of a count: what was counted, */
    int64_t count;         /* and how many; of an order's: units of this SKU. */
    int64_t updated_at_ms; /* Of a write and a count: when the number was true. */
    uint32_t marks_set;    /* Of a mark. */
    uint32_t marks_clear;
    int64_t campaign_id;   /* Of an order's. */
    struct bytes order_id; /* Likewise. */
};

/* Units of all types that cannot be sold. */
static inline int64_t stock_unfit_units(const struct stock_view *view)
{
    int64_t units = 0;
    for (int i = 0; view->details != NULL && i < STOCK_UNFIT_COUNT; i++)
        units += view->details->unfit[i];
    return units;
}

/* Shelves of a campaign in the Market's warehouses have numbers of their own, made of the
 * warehouse's number and the campaign's shelf: 1…2^31 - 1 and 1…2^32 - 1. */
static inline int64_t market_shelf_id(int64_t own_shelf_id, int64_t market_number)
{
    return market_number << 32 | own_shelf_id;
}

static inline bool shelf_is_market(int64_t shelf_id)
{
    return shelf_id >> 32 != 0;
}

/* The campaign's part of a shelf's number. */
static inline int64_t shelf_id_low(int64_t shelf_id)
{
    return shelf_id & INT64_C(0xFFFFFFFF);
}

#endif
