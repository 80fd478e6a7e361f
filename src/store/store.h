/* The seam between the API and whatever keeps the balances (DESIGN §7): store_local, in memory with
 * a journal, or a database behind many nodes. It sits where a verdict is decided.
 *
 * A command is filled in, submitted, and its verdict and results are read when it is complete:
 *
 *     if (!store_submit(store, &command))        it is decided, but not durable yet
 *         store_await(store, &command, wake);    wake(&command) is called once, when it is
 *
 * Complete means that what the command did, or saw, would survive a power cut (DESIGN §6,
 * invariant 1). Any thread may submit; one command belongs to one thread at a time. */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "base/arena.h"
#include "base/limits.h"
#include "base/stock.h"
#include "journal/journal.h"
#include "os/os.h"

/* Refusals: normal results, not errors. */
enum verdict {
    VERDICT_OK,
    VERDICT_UNKNOWN_SKU,    /* STORE_UNKNOWN_REJECT, and `unknown` is not on the shelf. */
    VERDICT_BAD_POSITION,   /* A page's position that this shelf never gave out. */
    VERDICT_NO_ROOM,        /* Disk, batch or memory are full. Nothing changed; worth a retry. */
    VERDICT_BELOW_RESERVED, /* A count of FIT that is less than what orders hold. */
    VERDICT_SHORTAGE,       /* An order asks for more than is available. */
    VERDICT_ORDER_EXISTS,   /* An order of that id has other items. */
    VERDICT_ORDER_UNKNOWN,
    VERDICT_ORDER_STATE, /* The order is past the state that this would begin from. */
};

/* What a write does with a SKU that is not on the shelf (C6). */
enum store_unknown { STORE_UNKNOWN_CREATE, STORE_UNKNOWN_IGNORE, STORE_UNKNOWN_REJECT };

/* Which cells a page shows: all, or by whether units lie on the shelf (hasStocks). */
enum store_presence { STORE_ANY, STORE_PRESENT, STORE_ABSENT };

enum store_command_kind {
    STORE_PUT,
    STORE_PAGE,
    STORE_LIST,
    STORE_MARK,
    STORE_COUNT,
    STORE_ORDER,
};

/* STORE_PUT: sets what is available, all of it or nothing (C8); a write that is older than the cell
 * is left out (C7). A cell marked as deleted is brought back. */
struct store_put {
    const struct stock_write *items; /* Distinct SKUs. Lent until store_submit() returns. */
    uint32_t items_count;            /* 1…PUT_SKUS_MAX */
    enum store_unknown unknown_policy;
    uint32_t applied_count; /* Result. */
    uint32_t stale_count;   /* Result. */
    struct bytes unknown;   /* Result of VERDICT_UNKNOWN_SKU; one of the items' SKUs. */
};

/* Which cells a page shows. */
struct store_filter {
    enum store_presence presence;
    uint32_t marks_mask;   /* Of these marks… */
    uint32_t marks_wanted; /* …exactly these are set. */
    bool never_updated;    /* Cells without a number are shown, too; placed ones always are. */
};

/* STORE_PAGE: cells in the store's stable order (C16, C17). */
struct store_page {
    struct bytes position; /* Where the page starts, as an earlier page gave it; none: the start. */
    bool backward;         /* The page ends before the position instead. */
    uint32_t limit;        /* 1…STORE_PAGE_CELLS_MAX */
    struct store_filter filter;
    int64_t turnover_at_ms; /* 0: turnover is not asked for. */
    struct bytes next; /* Result: position of the next page, none after the last. In the arena. */
    struct bytes prev; /* Result: position for a backward page, none on the first. In the arena. */
};

/* STORE_LIST: the cells of these SKUs, in this order; unknown ones are left out (C19). */
struct store_list {
    const struct stock_key *keys; /* Distinct SKUs. Lent until store_submit() returns. */
    uint32_t keys_count;          /* 1…GET_OFFER_IDS_MAX */
    int64_t turnover_at_ms;       /* 0: turnover is not asked for. */
};

/* STORE_MARK: sets and clears marks of these SKUs; where nothing changes, nothing is written. */
struct store_mark {
    const struct stock_key *keys; /* Distinct SKUs. Lent until store_submit() returns. */
    uint32_t keys_count;          /* 1…PUT_SKUS_MAX */
    uint32_t set;
    uint32_t clear;      /* None of `set`. */
    bool create_unknown; /* A SKU without a cell gets one; else it is left out. */
};

/* Of two numbers of one moment, the one that came last stays, or the least: orders move a number
 * and not its moment, so of two copies the smaller one is never too much. */
enum store_ties { STORE_TIES_LAST, STORE_TIES_LEAST };

/* STORE_COUNT: numbers that the Market counted, of any type, all of them or none; one that is older
 * than the cell is left out. SKUs without a cell get one. */
struct store_count {
    enum store_ties ties;
    const struct stock_count *items; /* Distinct (SKU, type). Lent until store_submit() returns. */
    uint32_t items_count;            /* 1…PUT_SKUS_MAX */
    struct bytes sku;                /* Result of VERDICT_BELOW_RESERVED: which one. */
    int64_t reserved;                /* Result of VERDICT_BELOW_RESERVED: what orders hold. */
};

/* What is asked of an order (CONTRACT §12). Each may be repeated and answers the same. */
enum order_action {
    ORDER_RESERVE, /* All of its items or none. */
    ORDER_READ,
    ORDER_PACK,   /* A reserved one. */
    ORDER_SHIP,   /* A reserved or packed one: its units leave. */
    ORDER_CANCEL, /* Reserved: units become available again. Packed: they wait to be counted. */
};

/* An order as it is. */
struct order_view {
    int64_t campaign_id;
    struct bytes id;
    enum order_state state;
    int64_t created_at_ms;
    int64_t changed_at_ms;
    int64_t expires_at_ms; /* 0: it does not. */
    const struct stock_order_item *items;
    uint32_t items_count;
};

struct order_shortage {
    struct bytes sku;
    int64_t requested;
    int64_t available;
};

/* STORE_ORDER: one action on one order of the shelf. */
struct store_order {
    enum order_action action;
    int64_t campaign_id;
    struct bytes id; /* 1…ORDER_ID_BYTES_MAX bytes. Lent until store_submit() returns. */
    int64_t now_ms;
    int64_t expires_at_ms;                /* Of ORDER_RESERVE; 0: never. */
    const struct stock_order_item *items; /* Of ORDER_RESERVE; distinct SKUs. Lent like `id`. */
    uint32_t items_count;                 /* 1…ORDER_ITEMS_MAX */
    struct order_view order;              /* Result, where the order is known. In the arena. */
    struct order_shortage *shortages;     /* Result of VERDICT_SHORTAGE. In the arena. */
    uint32_t shortages_count;
};

struct store_command {
    enum store_command_kind kind;
    int64_t shelf_id;
    struct arena *arena; /* Results live here. */
    union {
        struct store_put put;
        struct store_page page;
        struct store_list list;
        struct store_mark mark;
        struct store_count count;
        struct store_order order;
    };

    enum verdict verdict;     /* Result. */
    struct stock_view *views; /* Result of a page or a list. SKUs live as long as the store. */
    uint32_t views_count;

    /* The store's own. */
    struct journal_waiter waiter;
    void (*wake)(struct store_command *command);
};

/* Figures for /metrics. */
struct store_metrics {
    uint64_t cells_count;
    uint64_t shelves_count;
    int64_t shelf_id_max; /* Highest campaign's part of a shelf's number; 0: none. */
    uint64_t journal_bytes;
    bool ready_for_writes;                 /* False: writes are refused, there is no room. */
    const struct journal_metrics *journal; /* NULL: this store has none. */
};

/* What lies on a shelf, and what of it is bound. */
struct shelf_totals {
    uint64_t cells_count;
    uint64_t available;
    uint64_t reserved;
    uint64_t unfit;        /* Quarantine, defect, expired, utilization. */
    uint32_t orders_count; /* Orders that hold units, of one campaign or of all. */
};

struct store;

/* The family: each store_*.c ends in one of these. */
struct store_ops {
    bool (*submit)(struct store *store, struct store_command *command);
    void (*await)(struct store *store, struct store_command *command);
    enum err (*add_document)(struct store *store, struct bytes name, struct bytes content);
    enum err (*copy_shelf)(struct store *store, int64_t from_id, int64_t to_id,
                           enum store_ties ties);
    enum err (*copy_marks)(struct store *store, int64_t from_id, int64_t to_id);
    enum err (*totals)(struct store *store, int64_t shelf_id, int64_t campaign_id,
                       struct shelf_totals *totals);
    void (*metrics)(struct store *store, struct store_metrics *metrics);
    void (*close)(struct store *store);
};

struct store {
    const struct store_ops *ops;
};

/* Decides the command. True: it is complete, as it is whenever there was no room. False: it will
 * be, be it a refusal; store_await() tells when. */
static inline bool store_submit(struct store *store, struct store_command *command)
{
    return store->ops->submit(store, command);
}

/* Calls `wake` once, when a command that store_submit() left incomplete is complete; perhaps before
 * this returns, and from any thread. `wake` must not block. */
static inline void store_await(struct store *store, struct store_command *command,
                               void (*wake)(struct store_command *command))
{
    command->wake = wake;
    store->ops->await(store, command);
}

/* Keeps a document of another module (the registry's upserts), durable when this returns. Documents
 * come back in order when the store is opened. Blocks. ERR_FULL, ERR_IO. */
static inline enum err store_add_document(struct store *store, struct bytes name,
                                          struct bytes content)
{
    return store->ops->add_document(store, name, content);
}

/* Writes the numbers of one shelf to another, where they are not older than what is there (C60),
 * and its marks; durable when this returns. Blocks. Others may write meanwhile: what they write to
 * the first shelf behind this call's back is not carried; nor is what orders gave back beyond
 * STOCK_COUNT_MAX, which is logged. ERR_FULL, ERR_MEMORY: some of it may have been written; the
 * same call again writes the rest. */
static inline enum err store_copy_shelf(struct store *store, int64_t from_id, int64_t to_id,
                                        enum store_ties ties)
{
    return store->ops->copy_shelf(store, from_id, to_id, ties);
}

/* Writes the marks that a business has in common (archived, free storage) to another of its
 * shelves, cells and all, durable when this returns. Blocks. ERR_FULL, ERR_MEMORY. */
static inline enum err store_copy_marks(struct store *store, int64_t from_id, int64_t to_id)
{
    return store->ops->copy_marks(store, from_id, to_id);
}

/* What lies on a shelf; nothing on one that is unknown. Orders are those of one campaign, or of
 * all: 0. Blocks, briefly. ERR_IO: the store cannot tell now. */
MUST_USE static inline enum err store_totals(struct store *store, int64_t shelf_id,
                                             int64_t campaign_id, struct shelf_totals *totals)
{
    return store->ops->totals(store, shelf_id, campaign_id, totals);
}

static inline void store_metrics(struct store *store, struct store_metrics *metrics)
{
    store->ops->metrics(store, metrics);
}

/* Ends the store; no command is under way. */
static inline void store_close(struct store *store)
{
    store->ops->close(store);
}

/* Takes a kept document. Any error ends the opening with that error. */
typedef enum err store_take_document(void *context, struct bytes name, struct bytes content);

/* What opening a store found, for the log or for the person who has to mend it. */
struct store_opening {
    struct journal_recovery recovery;
    char problem[512]; /* What and where, when it failed. */
};

/* Opens the local store in a folder, which is created if need be, and replays its journal.
 * ERR_BUSY: another process has it open. ERR_CORRUPT, ERR_UNSUPPORTED, ERR_FULL, ERR_IO,
 * ERR_MEMORY: opening->problem says what to do. */
MUST_USE enum err store_local_open(struct os *os, const char *folder, store_take_document *take,
                                   void *context, struct store_opening *opening,
                                   struct store **store);

#endif
