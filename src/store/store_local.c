/* The local store: shelves in memory, what was done to them in a journal. This file
 * starts and closes it, commits, and holds the table of shelves and what documents take;
 * store_local_open.c opens it, store_local_write.c, _read.c and _order.c decide commands. */
#include "store/store_local.h"

#include <stddef.h>
#include <stdlib.h>

#include "store/record.h"
#include "store/store_local_internal.h"

enum { SHELVES_MIN = 16 };

struct store_local *local_of(struct store *store)
{
    static_assert(offsetof(struct store_local, store) == 0, "the store is the first member");
    return (struct store_local *)(void *)store;
}

const struct stock_cause *local_cause(const struct store_local *local,
                                      const struct store_command *command)
{
    static const struct stock_cause none = {.source = STOCK_SOURCE_NONE};
    return local->keeps_history ? &command->cause : &none;
}

struct stock_cause local_own_cause(const struct store_local *local, enum stock_source source,
                                   int64_t at_ms)
{
    return (struct stock_cause){.source = local->keeps_history ? source : STOCK_SOURCE_NONE,
                                .at_ms = at_ms};
}

struct local_shelf *local_shelf_find(struct store_local *local, int64_t id)
{
    pthread_rwlock_rdlock(&local->table_lock);
    const uint32_t index = map_get(&local->shelf_by_id, id);
    struct local_shelf *found = index == MAP_ABSENT ? NULL : local->shelves[index];
    pthread_rwlock_unlock(&local->table_lock);
    return found;
}

struct local_shelf *local_shelf_at(struct store_local *local, uint32_t index)
{
    pthread_rwlock_rdlock(&local->table_lock);
    struct local_shelf *found = index < local->shelves_count ? local->shelves[index] : NULL;
    pthread_rwlock_unlock(&local->table_lock);
    return found;
}

static void local_shelf_destroy(struct local_shelf *shelf)
{
    if (shelf == NULL)
        return;
    shelf_load_abandon(shelf->load);
    order_book_destroy(shelf->orders);
    shelf_destroy(shelf->shelf);
    pthread_mutex_destroy(&shelf->lock);
    free(shelf);
}

static struct local_shelf *local_shelf_create(int64_t id)
{
    struct local_shelf *made = calloc(1, sizeof(*made));
    if (made == NULL)
        return NULL;
    made->id = id;
    pthread_mutex_init(&made->lock, NULL);
    made->shelf = shelf_create(shelf_is_market(id));
    made->orders = made->shelf == NULL ? NULL : order_book_create(made->shelf);
    if (made->orders == NULL) {
        local_shelf_destroy(made);
        return NULL;
    }
    return made;
}

static enum err table_reserve(struct store_local *local)
{
    if (local->shelves_count < local->shelves_max)
        return OK;
    const uint32_t shelves_max =
        local->shelves_max == 0 ? (uint32_t)SHELVES_MIN : local->shelves_max * 2;
    struct local_shelf **shelves =
        realloc(local->shelves, shelves_max * sizeof(struct local_shelf *));
    if (shelves == NULL)
        return ERR_MEMORY;
    local->shelves = shelves;
    local->shelves_max = shelves_max;
    return OK;
}

/* With the table locked for writing. */
static struct local_shelf *table_add(struct store_local *local, int64_t id)
{
    const uint32_t index = map_get(&local->shelf_by_id, id);
    if (index != MAP_ABSENT)
        return local->shelves[index]; /* Somebody was faster. */
    struct local_shelf *made = local_shelf_create(id);
    if (made == NULL || table_reserve(local) != OK ||
        map_set(&local->shelf_by_id, id, local->shelves_count) != OK) {
        local_shelf_destroy(made);
        return NULL;
    }
    local->shelves[local->shelves_count++] = made;
    if (shelf_id_low(id) > local->shelf_id_max)
        local->shelf_id_max = shelf_id_low(id);
    return made;
}

struct local_shelf *local_shelf_open(struct store_local *local, int64_t id)
{
    struct local_shelf *found = local_shelf_find(local, id);
    if (found != NULL)
        return found;
    pthread_rwlock_wrlock(&local->table_lock);
    found = table_add(local, id);
    pthread_rwlock_unlock(&local->table_lock);
    return found;
}

static bool local_submit(struct store *store, struct store_command *command)
{
    struct store_local *local = local_of(store);
    ASSERT(command->kind != STORE_SPEND && command->pays == NULL); /* See store_counts_windows(). */
    switch (command->kind) {
    case STORE_PUT:
        local_put(local, command);
        break;
    case STORE_PAGE:
        local_page(local, command);
        break;
    case STORE_LIST:
        local_list(local, command);
        break;
    case STORE_MARK:
        local_mark(local, command);
        break;
    case STORE_COUNT:
        local_count(local, command);
        break;
    case STORE_ORDER:
        local_order(local, command);
        break;
    case STORE_SPEND:
        break;
    }
    return journal_is_durable(local->journal, command->waiter.seq);
}

static void command_durable(struct journal_waiter *waiter)
{
    struct store_command *command =
        (struct store_command *)(void *)((char *)waiter - offsetof(struct store_command, waiter));
    command->wake(command);
}

static void local_await(struct store *store, struct store_command *command)
{
    command->waiter.done = command_durable;
    journal_wait(local_of(store)->journal, &command->waiter);
}

/* A waiter for a thread that has nothing else to do. */
struct blocking_waiter {
    struct journal_waiter waiter; /* First. */
    pthread_mutex_t lock;
    pthread_cond_t woken;
    bool done;
};

static void blocking_done(struct journal_waiter *waiter)
{
    struct blocking_waiter *blocking = (struct blocking_waiter *)(void *)waiter;
    pthread_mutex_lock(&blocking->lock);
    blocking->done = true;
    pthread_cond_signal(&blocking->woken);
    pthread_mutex_unlock(&blocking->lock);
}

/* Without the journal's thread: this one does its work. Once it failed it fails for good. */
static enum err commit_alone(struct store_local *local)
{
    ASSERT(!local->committing);
    if (local->commit_error == OK)
        local->commit_error = journal_commit(local->journal);
    return local->commit_error;
}

static enum err commit_until_durable(struct store_local *local, uint64_t seq)
{
    enum err error = OK;
    while (error == OK && !journal_is_durable(local->journal, seq))
        error = commit_alone(local);
    return error;
}

enum err local_wait_until_durable(struct store_local *local, uint64_t seq)
{
    if (!local->committing)
        return commit_until_durable(local, seq);
    struct blocking_waiter blocking = {.waiter = {.seq = seq, .done = blocking_done}};
    pthread_mutex_init(&blocking.lock, NULL);
    pthread_cond_init(&blocking.woken, NULL);
    journal_wait(local->journal, &blocking.waiter);
    pthread_mutex_lock(&blocking.lock);
    while (!blocking.done)
        pthread_cond_wait(&blocking.woken, &blocking.lock);
    pthread_mutex_unlock(&blocking.lock);
    pthread_cond_destroy(&blocking.woken);
    pthread_mutex_destroy(&blocking.lock);
    return OK;
}

static enum err local_add_document(struct store *store, struct bytes name, struct bytes content)
{
    struct store_local *local = local_of(store);
    struct buffer record;
    buffer_init(&record);
    record_document_encode(&record, name, content);
    enum err error = record.failed ? ERR_MEMORY : OK;
    if (error == OK && record.size > JOURNAL_RECORD_BYTES_MAX)
        error = ERR_FULL;
    if (error == OK)
        error = journal_reserve(local->journal, record.size);
    if (error == OK) {
        const uint64_t seq = journal_append(local->journal, record.size, buffer_bytes(&record));
        local_documents_note(local, seq);
        error = local_wait_until_durable(local, seq);
    }
    buffer_deinit(&record);
    return error;
}

static struct store_histories histories_of(struct store_local *local)
{
    const struct history_figures figures = history_figures(local->history);
    struct store_histories histories = {.bytes = figures.bytes,
                                        .lost_records = figures.lost_records,
                                        .unusable_files = figures.unusable_files};
    if (figures.files_count > 0)
        histories.oldest_age_ms = local->os->now_ms(local->os) - figures.oldest_at_ms;
    return histories;
}

static void local_metrics(struct store *store, struct store_metrics *metrics)
{
    struct store_local *local = local_of(store);
    pthread_rwlock_rdlock(&local->table_lock);
    metrics->shelves_count = local->shelves_count;
    metrics->shelf_id_max = local->shelf_id_max;
    pthread_rwlock_unlock(&local->table_lock);
    metrics->cells_count = metric_read(&local->cells);
    metrics->journal_bytes = journal_disk_bytes(local->journal);
    metrics->ready_for_writes = journal_has_room(local->journal);
    metrics->journal = journal_metrics(local->journal);
    metrics->histories = histories_of(local);
    local_checkpointer_metrics(local, &metrics->checkpoints);
}

static void local_close(struct store *store)
{
    struct store_local *local = local_of(store);
    store_local_stop_checkpoints(store);
    local_checkpointer_deinit(local);
    local_expiry_end(local);
    local_expiry_deinit(local);
    if (local->committing)
        journal_stop(local->journal);
    history_close(local->history);
    journal_close(local->journal);
    for (uint32_t i = 0; i < local->shelves_count; i++)
        local_shelf_destroy(local->shelves[i]);
    free(local->shelves);
    map_deinit(&local->shelf_by_id);
    pthread_rwlock_destroy(&local->table_lock);
    local->os->close(local->os, local->lock_file);
    free(local);
}

static const struct store_ops ops = {
    .submit = local_submit,
    .await = local_await,
    .add_document = local_add_document,
    .copy_shelf = local_copy_shelf,
    .copy_marks = local_copy_marks,
    .totals = local_totals,
    .orders = local_orders,
    .history = local_history,
    .survey = local_survey,
    .metrics = local_metrics,
    .request_checkpoint = local_request_checkpoint,
    .close = local_close,
};

const struct store_ops *local_ops(void)
{
    return &ops;
}

enum err store_local_start(struct store *store)
{
    struct store_local *local = local_of(store);
    ASSERT(!local->committing);
    enum err error = local->commit_error;
    if (error == OK)
        error = journal_start(local->journal);
    if (error != OK)
        return error;
    local->committing = true;
    error = local_expiry_begin(local);
    return error == OK ? local_checkpointer_start(local) : error;
}

enum err store_local_commit(struct store *store)
{
    return commit_alone(local_of(store));
}
