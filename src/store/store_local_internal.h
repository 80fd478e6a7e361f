/* What the files of the local store share. */
#ifndef STORE_STORE_LOCAL_INTERNAL_H
#define STORE_STORE_LOCAL_INTERNAL_H

#include <pthread.h>

#include "base/map.h"
#include "ledger/order_book.h"
#include "store/store.h"

/* A shelf with its lock. `lock` guards the fields below it; it comes after the table's lock and
 * before the journal's. The last three are guarded by the expiry's lock instead. */
struct local_shelf {
    int64_t id;
    pthread_mutex_t lock;
    struct shelf *shelf;
    struct order_book *orders;
    uint64_t seq_last; /* Of the last record about this shelf; what a reader has observed. */

    bool is_expiring; /* It is in the expiry's list. */
    int64_t next_ms;  /* Then: none of its orders expires before; INT64_MAX: none does. */
    struct local_shelf *expiring_next;
};

/* The thread that releases what expired. `lock` guards what is below it, and the list's members; it
 * is never held together with another. */
struct local_expiry {
    pthread_t thread;
    bool running;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct local_shelf *shelves; /* That have, or had, orders that expire. They never leave. */
    int64_t next_ms;             /* No order expires before; INT64_MAX: none does. */
    bool stopping;
};

/* Shelves come and never go. `table_lock` guards the table: `shelves`, its counts, `shelf_by_id`.
 */
struct store_local {
    struct store store; /* First: a struct store is one of these. */
    struct os *os;
    struct os_file *lock_file;
    struct journal *journal;
    bool committing; /* The journal's thread was started. */
    struct metric_counter cells;
    struct local_expiry expiry;

    pthread_rwlock_t table_lock;
    struct local_shelf **shelves;
    uint32_t shelves_count;
    uint32_t shelves_max;
    int64_t shelf_id_max; /* Of their campaigns' parts. */
    struct map shelf_by_id;

    store_take_document *take; /* While opening only. */
    void *take_context;
};

/* The store behind the family's pointer. */
struct store_local *local_of(struct store *store);

/* The shelf of that id, or NULL. */
struct local_shelf *local_shelf_find(struct store_local *local, int64_t id);

/* The shelf of that id, made if need be. NULL: no memory. */
struct local_shelf *local_shelf_open(struct store_local *local, int64_t id);

/* The shelf with that index, in order of first appearance; NULL: there are no more. */
struct local_shelf *local_shelf_at(struct store_local *local, uint32_t index);

/* Returns when everything up to `seq` is durable. */
void local_wait_until_durable(struct store_local *local, uint64_t seq);

/* Decide a command and set waiter.seq to what was observed. */
void local_put(struct store_local *local, struct store_command *command);
void local_mark(struct store_local *local, struct store_command *command);
void local_count(struct store_local *local, struct store_command *command);
void local_page(struct store_local *local, struct store_command *command);
void local_list(struct store_local *local, struct store_command *command);
void local_order(struct store_local *local, struct store_command *command);

/* The operations of the same names. */
enum err local_copy_shelf(struct store *store, int64_t from_id, int64_t to_id,
                          enum store_ties ties);
enum err local_copy_marks(struct store *store, int64_t from_id, int64_t to_id);
enum err local_totals(struct store *store, int64_t shelf_id, int64_t campaign_id,
                      struct shelf_totals *totals);

/* The journal's thread runs. Releases what expired while nobody looked, and starts the thread that
 * goes on with it. ERR_MEMORY: it cannot be started. */
MUST_USE enum err local_expiry_begin(struct store_local *local);
void local_expiry_end(struct store_local *local);

/* An order of the shelf, which is not locked, expires at that moment. */
void local_expiry_note(struct store_local *local, struct local_shelf *shelf, int64_t expires_at_ms);

#endif
