/* The local store: shelves in memory, what was done to them in a journal. This file opens and
 * closes it, replays records, and holds the table of shelves; store_local_write.c, _read.c and
 * _order.c decide commands. */
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/record.h"
#include "store/store_local_internal.h"

enum { PATH_BYTES_MAX = 4096, SHELVES_MIN = 16 };

struct store_local *local_of(struct store *store)
{
    static_assert(offsetof(struct store_local, store) == 0, "the store is the first member");
    return (struct store_local *)(void *)store;
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

void local_wait_until_durable(struct store_local *local, uint64_t seq)
{
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
    if (error == OK)
        local_wait_until_durable(
            local, journal_append(local->journal, record.size, buffer_bytes(&record)));
    buffer_deinit(&record);
    return error;
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
}

static void local_close(struct store *store)
{
    struct store_local *local = local_of(store);
    local_expiry_end(local);
    if (local->committing)
        journal_stop(local->journal);
    journal_close(local->journal);
    for (uint32_t i = 0; i < local->shelves_count; i++)
        local_shelf_destroy(local->shelves[i]);
    free(local->shelves);
    map_deinit(&local->shelf_by_id);
    pthread_rwlock_destroy(&local->table_lock);
    local->os->close(local->os, local->lock_file);
    free(local);
}

static const struct store_ops local_ops = {
    .submit = local_submit,
    .await = local_await,
    .add_document = local_add_document,
    .copy_shelf = local_copy_shelf,
    .copy_marks = local_copy_marks,
    .totals = local_totals,
    .metrics = local_metrics,
    .close = local_close,
};

static enum err replay_shelf(struct store_local *local, uint64_t seq, uint8_t kind,
                             struct cursor *cursor)
{
    struct local_shelf *shelf = local_shelf_open(local, record_shelf_decode(cursor));
    if (shelf == NULL)
        return ERR_MEMORY;
    const uint32_t cells_count = shelf_cells_count(shelf->shelf);
    const enum err error = record_apply(kind, cursor, shelf->shelf, shelf->orders);
    metric_add(&local->cells, shelf_cells_count(shelf->shelf) - cells_count);
    shelf->seq_last = seq;
    return error;
}

static enum err replay(void *context, uint64_t seq, struct bytes payload)
{
    struct store_local *local = context;
    struct cursor cursor = cursor_begin(payload);
    const uint8_t kind = record_kind_decode(&cursor);
    if (record_kind_has_shelf(kind))
        return replay_shelf(local, seq, kind, &cursor);
    if (kind != RECORD_DOCUMENT)
        return ERR_UNSUPPORTED;
    struct bytes name;
    struct bytes content;
    const enum err error = record_document_decode(&cursor, &name, &content);
    return error == OK ? local->take(local->take_context, name, content) : error;
}

static enum err say(struct store_opening *opening, enum err error, const char *format, ...)
    PRINTF(3, 4);

static enum err say(struct store_opening *opening, enum err error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(opening->problem, sizeof(opening->problem), format, arguments);
    va_end(arguments);
    return error;
}

/* Takes the folder's lock, so that two processes never write one journal. */
static enum err lock_folder(struct store_local *local, const char *folder,
                            struct store_opening *opening)
{
    struct os *os = local->os;
    char path[PATH_BYTES_MAX];
    (void)snprintf(path, sizeof(path), "%s/lock", folder);
    enum err error = os->open(os, path, OS_OPEN_CREATE, &local->lock_file);
    if (error == ERR_BUSY)
        error = os->open(os, path, OS_OPEN_WRITE, &local->lock_file);
    if (error != OK)
        return say(opening, error, "cannot open %s: %s", path, err_text(error));
    error = os->lock(os, local->lock_file);
    if (error != OK) {
        return say(opening, error,
                   "another stockd has the data folder %s open; stop it, or name another folder",
                   folder);
    }
    return OK;
}

/* Makes the data folder and the journal's in it, so that they survive a power cut: each folder is
 * synced, and so is the one that the data folder stands in. */
static enum err make_folders(struct os *os, const char *folder, const char *journal_folder)
{
    char parent[PATH_BYTES_MAX];
    (void)snprintf(parent, sizeof(parent), "%s", folder);
    for (size_t i = strlen(parent); i > 1 && parent[i - 1] == '/'; i--)
        parent[i - 1] = '\0'; /* A trailing slash names the same folder. */
    char *slash = strrchr(parent, '/');
    if (slash == NULL)
        (void)snprintf(parent, sizeof(parent), ".");
    else
        slash[slash == parent] = '\0'; /* The root keeps its own slash. */
    enum err error = os->make_folder(os, folder);
    if (error == OK)
        error = os->sync_folder(os, parent);
    if (error == ERR_DENIED)
        error = OK; /* A parent that may be entered but not read: somebody else made the folder. */
    if (error == OK)
        error = os->make_folder(os, journal_folder);
    if (error == OK)
        error = os->sync_folder(os, folder);
    return error;
}

static enum err open_folder(struct store_local *local, const char *folder,
                            struct store_opening *opening)
{
    struct os *os = local->os;
    char path[PATH_BYTES_MAX];
    if (snprintf(path, sizeof(path), "%s/journal", folder) >= (int)sizeof(path))
        return say(opening, ERR_INVALID, "the path of the data folder is too long");
    enum err error = make_folders(os, folder, path);
    if (error != OK) {
        return say(opening, error, "cannot create the data folder %s: %s", folder,
                   error == ERR_NOT_FOUND ? "the folder it would stand in does not exist"
                                          : err_text(error));
    }
    error = lock_folder(local, folder, opening);
    if (error != OK)
        return error;
    error = journal_open(os, path, replay, local, &opening->recovery, &local->journal);
    if (error != OK)
        return say(opening, error, "cannot open the journal in %s: %s; %s", path, err_text(error),
                   opening->recovery.problem);
    error = journal_start(local->journal);
    if (error != OK)
        return say(opening, error, "cannot start the journal's thread");
    local->committing = true;
    error = local_expiry_begin(local);
    if (error != OK)
        return say(opening, error, "cannot start the thread that releases expired orders");
    return OK;
}

enum err store_local_open(struct os *os, const char *folder, store_take_document *take,
                          void *context, struct store_opening *opening, struct store **store)
{
    *opening = (struct store_opening){.problem = ""};
    struct store_local *local = calloc(1, sizeof(*local));
    if (local == NULL)
        return say(opening, ERR_MEMORY, "out of memory");
    local->store.ops = &local_ops;
    local->os = os;
    local->take = take;
    local->take_context = context;
    map_init(&local->shelf_by_id);
    pthread_rwlock_init(&local->table_lock, NULL);
    const enum err error = open_folder(local, folder, opening);
    if (error != OK) {
        local_close(&local->store);
        return error;
    }
    *store = &local->store;
    return OK;
}
