/* The seam between the API and whatever keeps the balances (DESIGN §7): store_local, in memory with
 * a journal, or store_pg, a database behind many nodes. It sits where a verdict is decided.
 *
 * A command is filled in, submitted, and its verdict and results are read when it is complete:
 *
 *     if (!store_submit(store, &command))        it is not complete yet, nor decided everywhere
 *         store_await(store, &command, wake);    wake(&command) is called once, when it is
 *
 * Complete means that what the command did, or saw, would survive a power cut (DESIGN §6,
 * invariant 1). Any thread may submit; one command belongs to one thread at a time.
 *
 * Whoever submits a command awaits it, and leaves it and its arena alone from store_await() until
 * `wake` is called: a store may work on both meanwhile, in a thread of its own. */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "base/arena.h"
#include "base/limits.h"
#include "base/stock.h"
#include "journal/journal.h"
#include "os/os.h"
#include "store/store_documents.h"

/* Refusals: normal results, not errors. */
enum verdict {
    VERDICT_OK,
    VERDICT_UNKNOWN_SKU,    /* STORE_UNKNOWN_REJECT, and `unknown` is not on the shelf. */
    VERDICT_BAD_POSITION,   /* A page's position that this shelf never gave out. */
    VERDICT_NO_ROOM,        /* Not now: disk, batch or memory are full and nothing changed, or a
                               database does not answer and nobody knows. Worth a retry. */
    VERDICT_BELOW_RESERVED, /* A count of FIT that is less than what orders hold. */
    VERDICT_SHORTAGE,       /* An order asks for more than is available. */
    VERDICT_ORDER_EXISTS,   /* An order of that id has other items. */
    VERDICT_ORDER_UNKNOWN,
    VERDICT_ORDER_STATE, /* The order is past the state that this would begin from. */
    VERDICT_LIMIT,       /* Less than the cost remains in the window; nothing was taken or done. */
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
    STORE_SPEND,
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

/* What a search looks for in SKUs. */
enum store_match {
    STORE_MATCH_ALL,
    STORE_MATCH_PREFIX,    /* That begin with a text, as it stands. */
    STORE_MATCH_SUBSTRING, /* That have it in them, whatever its case (base/fold.h). */
};

/* Which cells a page shows. */
struct store_filter {
    enum store_presence presence;
    uint32_t marks_mask;   /* Of these marks… */
    uint32_t marks_wanted; /* …exactly these are set. */
    bool never_updated;    /* Cells without a number are shown, too; placed ones always are. */

    /* Of a search alone. */
    enum store_match match;
    struct bytes text; /* 1…SKU_BYTES_MAX bytes of UTF-8 without controls; of a substring, folded.
                          Lent until the command is complete. */
    enum store_presence available; /* By whether units are available. */
    int64_t updated_before_ms;     /* Only cells with a number that is older; 0: all. */
};

/* STORE_PAGE: cells in the store's stable order (C16, C17). A search looks at some 100,000 cells at
 * most, a few at a time, so that nobody waits for it: its page may be short, or empty, and have a
 * next one. It goes forward only, and says nothing of what is before. */
struct store_page {
    struct bytes position; /* Where the page starts, as an earlier page gave it; none: the start. */
    bool backward;         /* The page ends before the position instead. */
    bool search;           /* The submitting thread may be held up for some milliseconds. */
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
    /* In a store that is shared, for an order that may be made on one or another of several
     * shelves. Each of them is read with the same claim (ORDER_READ), those first that come into
     * question, in the order in which they will be tried; then it is made with that claim. Of two
     * that do so at once one is VERDICT_NO_ROOM before both have made it. 0: nobody claims it. */
    int64_t claim;           /* A moment in microseconds; higher than what was met. */
    int64_t claim_key;       /* At random. */
    int64_t claim_met;       /* Result of VERDICT_NO_ROOM: a higher claim; 0: something else. */
    struct order_view order; /* Result, where the order is known. In the arena. */
    struct order_shortage *shortages; /* Result of VERDICT_SHORTAGE. In the arena. */
    uint32_t shortages_count;
};

/* STORE_SPEND, or what another command pays before it is carried out: takes from a window of a rate
 * limit, or learns how it stands with a cost of 0, which is refused where nothing remains. For a
 * store that counts them, store_counts_windows(): all of its nodes take from the same one. Windows
 * are those of the store's clock, one after another, and what was taken from one is forgotten
 * behind its end. STORE_SPEND has no shelf. */
struct store_spend {
    int64_t entity;
    int32_t method;    /* The entity has windows for each. */
    int64_t cost;      /* 0 or more. */
    int64_t amount;    /* What a window holds, 1 or more, */
    int64_t period_ms; /* and how long one is. */
    bool granted;      /* Result: it was taken. The results below are there then, */
    int64_t remaining; /* and with VERDICT_LIMIT. */
    int64_t at_ms;     /* When that was, by the store's clock, */
    int64_t until_ms;  /* and when the window ends. */
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
    /* Of what changes something. Its text is lent until the command is complete. */
    struct stock_cause cause;
    struct store_spend *pays; /* First, and what it took stays taken; all that STORE_SPEND does.
                                 NULL: nothing. Lent until the command is complete. */

    enum verdict verdict;     /* Result. */
    struct stock_view *views; /* Result of a page or a list. SKUs live as long as the arena. */
    uint32_t views_count;

    /* The store's own. */
    struct journal_waiter waiter;
    struct pg_command *pending; /* In the arena. */
    void (*wake)(struct store_command *command);
};

/* Checkpoints, for a store that makes any: the state is written down as a whole, so that a start
 * need not repeat how it came about. */
struct store_checkpoints {
    bool under_way;
    uint64_t done_count; /* Since the store was opened, as is what follows. */
    uint64_t failed_count;
    uint64_t seq; /* Of the last one that was done: records up to this one are covered, */
    uint64_t shelves_count;
    uint64_t cells_count;
    int64_t took_us;
    int64_t lock_us_max; /* the longest that it kept a shelf locked at a time, */
    int64_t at_ms;       /* when it was done; 0: none was yet, */
    int64_t age_us;      /* and how long ago that is. */
    uint64_t bytes;      /* Of the newest one on disk, whoever made it; 0: there is none. */
    uint64_t journal_bytes_since;
    uint64_t documents_since;
};

/* Histories, for a store that keeps them in files. */
struct store_histories {
    uint64_t bytes;
    int64_t oldest_age_ms;   /* Of the oldest change in them; 0: there is none. */
    uint64_t lost_records;   /* That could not be kept, since the store was opened. */
    uint64_t unusable_files; /* That could not be read then. */
};

/* Figures for /metrics. */
struct store_metrics {
    uint64_t cells_count;
    uint64_t shelves_count;
    int64_t shelf_id_max; /* Highest campaign's part of a shelf's number; 0: none. */
    uint64_t journal_bytes;
    bool ready_for_writes;                 /* False: writes are refused, there is no room. */
    const struct journal_metrics *journal; /* NULL: this store has none. */
    struct store_checkpoints checkpoints;
    struct store_histories histories; /* Like `journal`. */
};

/* What lies on a shelf, and what of it is bound. */
struct shelf_totals {
    uint64_t cells_count;
    uint64_t available;
    uint64_t reserved;
    uint64_t unfit;        /* Quarantine, defect, expired, utilization. */
    uint32_t orders_count; /* Orders that hold units, of one campaign or of all. */
};

/* Orders of a campaign on a shelf: by the moments at which they were made, those of one moment by
 * the bytes of their ids, both descending. A page of them. */
struct store_orders {
    int64_t shelf_id;
    int64_t campaign_id;
    uint32_t states;        /* Of these: bits of 1 << enum order_state. */
    int64_t before_ms;      /* Behind this place in the order; INT64_MAX: from the newest on. */
    struct bytes before_id; /* Valid, or empty: none of that moment is. Lent for the call. */
    uint32_t limit;         /* 1…STORE_ORDERS_MAX */
    struct arena *arena;    /* Results live here. */

    struct order_view *orders; /* Result; perhaps fewer than there are, even none, */
    uint32_t orders_count;
    bool more; /* and this says whether there are: behind last_ms and last_id. */
    int64_t last_ms;
    struct bytes last_id;
};

/* A shelf among many that are looked at together: what lies there, as of not long ago. */
struct shelf_survey {
    int64_t shelf_id;

    bool counted; /* Result: what follows is there. A large shelf may not have been counted yet. */
    int64_t counted_at_ms; /* When it was so. */
    uint64_t cells_count;
    uint64_t available;
    uint64_t reserved;
    uint64_t unfit;
    uint64_t hidden_count;
    int64_t updated_at_ms; /* The newest number; STOCK_NEVER_UPDATED: none ever came. */
};

/* What happened to a SKU on a shelf, the newest first: a page of it. */
struct store_history {
    int64_t shelf_id;
    struct stock_key key;
    int64_t from_ms;       /* What came before is left out, */
    int64_t until_ms;      /* and what came at this moment or later. */
    uint32_t limit;        /* 1…STORE_HISTORY_EVENTS_MAX */
    struct bytes position; /* Where the page starts, as an earlier one gave it; none: the newest. */
    struct arena *arena;   /* Results live here. */

    struct stock_event *events; /* Result; perhaps fewer than there are, even none, */
    uint32_t events_count;
    struct bytes next; /* Result: where the next page starts; none behind the last. */
};

struct store;

/* The family: each store_*.c ends in one of these. */
struct store_ops {
    bool (*submit)(struct store *store, struct store_command *command);
    void (*await)(struct store *store, struct store_command *command);
    enum err (*add_document)(struct store *store, struct bytes name, struct bytes content);
    enum err (*fence)(struct store *store, const int64_t *shelf_ids, uint32_t shelves_count,
                      int64_t *fence); /* NULL, as the next one: the store is not shared. */
    enum err (*add_fenced)(struct store *store, int64_t fence, struct bytes name,
                           struct bytes content);
    enum err (*confirm)(struct store *store); /* NULL like them. */
    enum err (*copy_shelf)(struct store *store, int64_t from_id, int64_t to_id,
                           enum store_ties ties);
    enum err (*copy_marks)(struct store *store, int64_t from_id, int64_t to_id);
    enum err (*totals)(struct store *store, int64_t shelf_id, int64_t campaign_id,
                       struct shelf_totals *totals);
    enum err (*survey)(struct store *store, struct shelf_survey *shelves, uint32_t shelves_count);
    /* NULL: this store counts no windows, and no command is STORE_SPEND or pays. */
    void (*spend_aside)(struct store *store, const struct store_spend *spend);
    enum err (*orders)(struct store *store, struct store_orders *orders);
    /* NULL: this store keeps none. */
    enum err (*history)(struct store *store, struct store_history *history);
    void (*metrics)(struct store *store, struct store_metrics *metrics);
    enum err (*request_checkpoint)(struct store *store);
    void (*close)(struct store *store);
};

struct store {
    const struct store_ops *ops;
};

/* Decides the command, or prepares that. True: it is complete. False: it will be, be it a refusal,
 * and store_await() has to be called. */
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
 * come back in order when the store is opened. Blocks. ERR_FULL, ERR_IO; ERR_BUSY: other nodes kept
 * some that this one has not seen, and this one is not kept. */
static inline enum err store_add_document(struct store *store, struct bytes name,
                                          struct bytes content)
{
    return store->ops->add_document(store, name, content);
}

/* Whether other nodes write to the same shelves. */
static inline bool store_is_shared(const struct store *store)
{
    return store->ops->fence != NULL;
}

/* From its return on no command that was submitted before, by whichever node, changes anything on
 * these shelves, and none that is submitted until its node has taken the next document: it is
 * VERDICT_NO_ROOM. So whoever calls this can look what there is, and add that document; where
 * another one is added instead, by whomever, the shelves are open again. Gives what
 * store_add_fenced() wants. A store that is not shared fences nothing. Blocks. ERR_IO, ERR_MEMORY:
 * perhaps some of them are fenced. */
MUST_USE static inline enum err store_fence(struct store *store, const int64_t *shelf_ids,
                                            uint32_t shelves_count, int64_t *fence)
{
    *fence = 0;
    if (!store_is_shared(store))
        return OK;
    return store->ops->fence(store, shelf_ids, shelves_count, fence);
}

/* As store_add_document(); ERR_BUSY also if any document was added since the fence. */
static inline enum err store_add_fenced(struct store *store, int64_t fence, struct bytes name,
                                        struct bytes content)
{
    if (!store_is_shared(store))
        return store->ops->add_document(store, name, content);
    return store->ops->add_fenced(store, fence, name, content);
}

/* Whether this node has taken, or added, every document that was added before the call; if not:
 * ERR_BUSY. For whoever says that nothing is to be done. Blocks. ERR_IO. */
MUST_USE static inline enum err store_confirm(struct store *store)
{
    return store_is_shared(store) ? store->ops->confirm(store) : OK;
}

/* Writes the numbers of one shelf to another, where they are not older than what is there (C60),
 * and its marks; durable when this returns. Blocks. Others may write meanwhile: what they write to
 * the first shelf behind this call's back is not carried; nor is what orders gave back beyond
 * STOCK_COUNT_MAX, which is logged. ERR_FULL, ERR_MEMORY, ERR_IO: some of it may have been
 * written; the same call again writes the rest. ERR_BUSY: another node fenced the second shelf. */
static inline enum err store_copy_shelf(struct store *store, int64_t from_id, int64_t to_id,
                                        enum store_ties ties)
{
    return store->ops->copy_shelf(store, from_id, to_id, ties);
}

/* Writes the marks that a business has in common (archived, free storage) to another of its
 * shelves, cells and all, durable when this returns. Blocks. Errors as of store_copy_shelf(). */
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

/* Lists orders, as they are now. Blocks. ERR_IO: no answer came; ERR_MEMORY. */
MUST_USE static inline enum err store_orders(struct store *store, struct store_orders *orders)
{
    return store->ops->orders(store, orders);
}

/* Looks at many shelves for whoever shows them. A store that cannot tell at once counts for a part
 * of a second, goes on with the next call, and says again for some seconds what it counted. Nothing
 * lies on a shelf that is unknown. Blocks. ERR_IO, ERR_MEMORY: nothing is known of any. */
MUST_USE static inline enum err store_survey(struct store *store, struct shelf_survey *shelves,
                                             uint32_t shelves_count)
{
    return store->ops->survey(store, shelves, shelves_count);
}

/* Tells what happened to a SKU, as far back as the store keeps it. One call does a bounded amount
 * of work, and a page may be short, or empty, and have a next one. Blocks. ERR_UNSUPPORTED: no
 * history is kept. ERR_INVALID: a position that no page gave. ERR_IO, ERR_MEMORY. */
MUST_USE static inline enum err store_history(struct store *store, struct store_history *history)
{
    return store->ops->history == NULL ? ERR_UNSUPPORTED : store->ops->history(store, history);
}

/* Whether this store counts windows of rate limits, for all of its nodes. */
static inline bool store_counts_windows(const struct store *store)
{
    return store->ops->spend_aside != NULL;
}

/* Takes from a window as STORE_SPEND does, or gives -cost back to the one that ends at until_ms, if
 * it was taken there; nobody waits for it, and a store that cannot just now lets it be. `spend` is
 * lent for the call. Only where store_counts_windows(). Does not block. */
static inline void store_spend_aside(struct store *store, const struct store_spend *spend)
{
    store->ops->spend_aside(store, spend);
}

static inline void store_metrics(struct store *store, struct store_metrics *metrics)
{
    store->ops->metrics(store, metrics);
}

/* Asks for a checkpoint of everything that was done until now. It is made behind the caller's back;
 * one that is under way ends first. ERR_UNSUPPORTED: this store makes none. */
MUST_USE static inline enum err store_request_checkpoint(struct store *store)
{
    return store->ops->request_checkpoint(store);
}

/* Ends the store; no command is under way. */
static inline void store_close(struct store *store)
{
    store->ops->close(store);
}

#endif
