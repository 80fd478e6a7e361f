/* What the files of the local store share. */
#ifndef STORE_STORE_LOCAL_INTERNAL_H
#define STORE_STORE_LOCAL_INTERNAL_H

#include <pthread.h>

#include "base/map.h"
#include "ledger/shelf.h"
#include "store/store.h"

/* A shelf with its lock. `lock` guards both fields below it; it comes after the table's lock and
 * before the journal's. */
struct local_shelf {
    int64_t id;
    pthread_mutex_t lock;
    struct shelf *shelf;
    uint64_t seq_last; /* Of the last record about this shelf; what a reader has observed. */
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

    pthread_rwlock_t table_lock;
    struct local_shelf **shelves;
    uint32_t shelves_count;
    uint32_t shelves_max;
    int64_t shelf_id_max;
    struct map shelf_by_id;

    store_take_document *take; /* While opening only. */
    void *take_context;
};

/* The shelf of that id, or NULL. */
struct local_shelf *local_shelf_find(struct store_local *local, int64_t id);

/* The shelf of that id, made if need be. NULL: no memory. */
struct local_shelf *local_shelf_open(struct store_local *local, int64_t id);

/* Decide a command and set waiter.seq to what was observed. */
void local_put(struct store_local *local, struct store_command *command);
void local_page(struct store_local *local, struct store_command *command);
void local_list(struct store_local *local, struct store_command *command);

#endif
