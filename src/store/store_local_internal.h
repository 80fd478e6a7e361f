/* What the files of the local store share. */
#ifndef STORE_STORE_LOCAL_INTERNAL_H
#define STORE_STORE_LOCAL_INTERNAL_H

#include <pthread.h>

#include "base/map.h"
#include "journal/history.h"
#include "ledger/order_book.h"
#include "ledger/shelf_load.h"
#include "store/store_local.h"

/* A shelf with its lock. `lock` guards the fields below it; it comes after the table's lock and
 * before the journal's. The last three are guarded by the expiry's lock instead. */
struct local_shelf {
    int64_t id;
    pthread_mutex_t lock;
    struct shelf *shelf;
    struct order_book *orders;
    uint64_t seq_last;       /* Of the last record about this shelf; what a reader has observed. */
    struct shelf_load *load; /* While it comes out of a checkpoint, */
    uint64_t load_bytes;     /* and how many bytes of entries came. */

    bool is_expiring; /* It is in the expiry's list. */
    int64_t next_ms;  /* Then: none of its orders expires before; INT64_MAX: none does. */
    struct local_shelf *expiring_next;
};

/* What releases what expired. `lock` guards what is below it, and the list's members; it is never
 * held together with another. */
struct local_expiry {
    pthread_t thread;
    bool running; /* The thread was started. */
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct local_shelf *shelves; /* That have, or had, orders that expire. They never leave. */
    int64_t next_ms;             /* No order expires before; INT64_MAX: none does. */
    bool stopping;
};

struct local_checkpoint;

/* What a checkpoint has and cost, so far. */
struct local_checkpoint_figures {
    uint64_t seq; /* Records up to this one are covered. */
    uint64_t shelves_count;
    uint64_t cells_count;
    uint64_t documents_count; /* Documents ever added when they were given. */
    int64_t took_us;
    int64_t lock_us_max; /* Longest time that a shelf was locked. */
    int64_t step_us;     /* How long the last step kept one locked, or was at work on a history. */
};

/* What makes checkpoints, and knows how many documents came. `run` is the thread's, or the only
 * caller's. `lock` guards what is below it, is taken last of all and held for a moment. */
struct local_checkpointer {
    pthread_t thread;
    bool running;                 /* The thread was started. */
    uint64_t journal_bytes;       /* That ask for a checkpoint; 0: none do. */
    struct local_checkpoint *run; /* Under way, or NULL. */

    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool requested;
    bool under_way; /* By the thread. */
    bool stopping;
    uint64_t document_seq;      /* Of the last document. */
    uint64_t documents_count;   /* That came, */
    uint64_t documents_covered; /* and that the last checkpoint has. */
    struct local_checkpoint_figures done;
    uint64_t done_count;
    int64_t done_at_us;
    int64_t done_at_ms;
    uint64_t failed_count;
    enum err failed_last; /* OK: it was done. */
    int64_t failed_at_us;
};

/* Shelves come and never go. `table_lock` guards the table: `shelves`, its counts, `shelf_by_id`.
 */
struct store_local {
    struct store store; /* First: a struct store is one of these. */
    struct os *os;
    struct os_file *lock_file;
    struct journal *journal;
    bool committing;       /* The journal's thread was started; else whoever waits commits. */
    enum err commit_error; /* Then: of a commit that failed. */
    struct metric_counter cells;
    struct local_expiry expiry;
    struct local_checkpointer checkpointer;

    pthread_rwlock_t table_lock;
    struct local_shelf **shelves;
    uint32_t shelves_count;
    uint32_t shelves_max;
    int64_t shelf_id_max; /* Of their campaigns' parts. */
    struct map shelf_by_id;

    struct store_documents documents;
    struct history *history; /* NULL: the folder is read only. */
    bool keeps_history;
    struct history_settings history_settings;
};

/* The family's functions. */
const struct store_ops *local_ops(void);

/* Why a command changes what it changes, as far as that is kept; and why the store itself does. */
const struct stock_cause *local_cause(const struct store_local *local,
                                      const struct store_command *command);
struct stock_cause local_own_cause(const struct store_local *local, enum stock_source source,
                                   int64_t at_ms);

/* The store behind the family's pointer. */
struct store_local *local_of(struct store *store);

/* The shelf of that id, or NULL. */
struct local_shelf *local_shelf_find(struct store_local *local, int64_t id);

/* The shelf of that id, made if need be. NULL: no memory. */
struct local_shelf *local_shelf_open(struct store_local *local, int64_t id);

/* The shelf with that index, in order of first appearance; NULL: there are no more. */
struct local_shelf *local_shelf_at(struct store_local *local, uint32_t index);

/* Returns when everything up to `seq` is durable. An error comes only where no thread commits: then
 * memory is ahead of the disk. */
MUST_USE enum err local_wait_until_durable(struct store_local *local, uint64_t seq);

/* Decide a command and set waiter.seq to what was observed. */
void local_put(struct store_local *local, struct store_command *command);
void local_mark(struct store_local *local, struct store_command *command);
void local_count(struct store_local *local, struct store_command *command);
void local_page(struct store_local *local, struct store_command *command);
void local_list(struct store_local *local, struct store_command *command);
void local_order(struct store_local *local, struct store_command *command);

/* Says what an order of the shelf is now, which is locked: all but its id, which is kept elsewhere.
 * `items` have room for its lines. */
void local_order_show(const struct local_shelf *shelf, const struct order *order,
                      struct stock_order_item *items, struct order_view *view);

/* The operations of the same names. */
enum err local_copy_shelf(struct store *store, int64_t from_id, int64_t to_id,
                          enum store_ties ties);
enum err local_copy_marks(struct store *store, int64_t from_id, int64_t to_id);
enum err local_orders(struct store *store, struct store_orders *orders);
enum err local_totals(struct store *store, int64_t shelf_id, int64_t campaign_id,
                      struct shelf_totals *totals);
enum err local_survey(struct store *store, struct shelf_survey *shelves, uint32_t shelves_count);

enum err local_history(struct store *store, struct store_history *history);

/* What the journal's history has to know of records. */
struct history_sorter local_history_sorter(void);

/* Now and then: history gives way to time, and to what the disk is needed for. The checkpointer's
 * thread. */
void local_history_look(struct store_local *local);

void local_expiry_init(struct store_local *local);
void local_expiry_deinit(struct store_local *local);

/* All shelves are there: lists those that have orders which expire. */
void local_expiry_list_all(struct store_local *local);

/* The journal's thread runs. Releases what expired while nobody looked, and starts the thread that
 * goes on with it. ERR_MEMORY: it cannot be started. */
MUST_USE enum err local_expiry_begin(struct store_local *local);
void local_expiry_end(struct store_local *local);

void local_checkpointer_init(struct store_local *local, uint64_t journal_bytes);
void local_checkpointer_deinit(struct store_local *local);
MUST_USE enum err local_checkpointer_start(struct store_local *local);
void local_checkpointer_metrics(struct store_local *local, struct store_checkpoints *figures);
enum err local_request_checkpoint(struct store *store);

/* A document was kept with that number, or came back with it. */
void local_documents_note(struct store_local *local, uint64_t seq);

/* Number of the last document, and how many there were. */
uint64_t local_documents_seq(struct store_local *local, uint64_t *count);

/* An order of the shelf, which is not locked, expires at that moment. */
void local_expiry_note(struct store_local *local, struct local_shelf *shelf, int64_t expires_at_ms);

#endif
