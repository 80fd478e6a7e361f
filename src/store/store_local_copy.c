/* Carries what a shelf knows to another one, when warehouses join and leave groups (C60) and when a
 * campaign begins. Some cells at a time: they are read with the first shelf locked, and written as
 * ordinary commands to the other, so that no two shelves are ever locked at once. The disk is
 * waited for at the end, and in between where too much is under way or a batch has no room. What is
 * carried twice changes nothing. */
#include "store/record.h"
#include "store/store_copy.h"
#include "store/store_local_internal.h"

/* Records under way: a part of a batch, so that others find room in it, too. */
enum { UNDER_WAY_BYTES_MAX = JOURNAL_BATCH_BYTES_MAX / 4 };

struct copy {
    struct store_copy copy; /* First. */
    struct store_local *local;
    struct local_shelf *from;
    uint64_t seq_last;      /* Of the other shelf, after what was written. */
    size_t under_way_bytes; /* Of records that were not waited for, at most; 0: none. */
};

/* Reads the cells from number `start` on, with their details, into *views; *count: how many. SKUs
 * never move, so they are good without the lock. ERR_MEMORY. */
static enum err read_cells(struct copy *copy, uint32_t start, struct stock_view **views,
                           uint32_t *count)
{
    struct arena *arena = &copy->copy.arena;
    *views = arena_allocate(arena, STORE_COPY_CELLS_MAX * sizeof(**views));
    struct stock_details *details = arena_allocate(arena, STORE_COPY_CELLS_MAX * sizeof(*details));
    if (*views == NULL || details == NULL)
        return ERR_MEMORY;
    *count = 0;
    pthread_mutex_lock(&copy->from->lock);
    const struct shelf *shelf = copy->from->shelf;
    for (uint32_t cell = start; cell < shelf_cells_count(shelf) && *count < STORE_COPY_CELLS_MAX;
         cell++) {
        struct stock_view *view = &(*views)[*count];
        *view = shelf_view(shelf, cell);
        if (shelf_details(shelf, cell, 0, &details[*count]))
            view->details = &details[*count];
        ++*count;
    }
    pthread_mutex_unlock(&copy->from->lock);
    return OK;
}

static enum err wait_for_all(struct copy *copy)
{
    copy->under_way_bytes = 0;
    return local_wait_until_durable(copy->local, copy->seq_last);
}

static size_t record_bytes_max(const struct store_command *command)
{
    const size_t cause_bytes = record_cause_bytes_max(&command->cause, 0);
    if (command->kind == STORE_COUNT)
        return cause_bytes +
               record_count_bytes_max(command->count.items, command->count.items_count);
    return cause_bytes + record_mark_bytes_max(command->mark.keys, command->mark.keys_count);
}

static void decide(struct store_local *local, struct store_command *command)
{
    if (command->kind == STORE_COUNT)
        local_count(local, command);
    else
        local_mark(local, command);
}

/* Where it finds no room, that may be taken by what is under way; ERR_FULL: nothing was, and there
 * still is none. Or the error of a wait. */
static enum err run(struct store_copy *common, struct store_command *command)
{
    struct copy *copy = (struct copy *)(void *)common;
    struct os *os = copy->local->os;
    command->cause = local_own_cause(copy->local, STOCK_SOURCE_MOVE, os->now_ms(os));
    const size_t bytes_max = record_bytes_max(command);
    enum err error = OK;
    if (copy->under_way_bytes > 0 && copy->under_way_bytes + bytes_max > UNDER_WAY_BYTES_MAX)
        error = wait_for_all(copy);
    if (error != OK)
        return error;
    decide(copy->local, command);
    if (command->verdict == VERDICT_NO_ROOM && copy->under_way_bytes > 0) {
        error = wait_for_all(copy);
        if (error != OK)
            return error;
        decide(copy->local, command);
    }
    if (command->verdict != VERDICT_OK)
        return ERR_FULL;
    if (command->waiter.seq > copy->seq_last)
        copy->seq_last = command->waiter.seq;
    copy->under_way_bytes += bytes_max;
    return OK;
}

static bool has_unfit(struct local_shelf *shelf)
{
    if (shelf == NULL)
        return false;
    pthread_mutex_lock(&shelf->lock);
    const bool has = shelf_sums(shelf->shelf).unfit > 0;
    pthread_mutex_unlock(&shelf->lock);
    return has;
}

/* Copies all cells. */
static enum err copy_all(struct copy *copy)
{
    struct store_copy *common = &copy->copy;
    if (copy->from == NULL)
        return OK;
    common->with_unfit =
        has_unfit(copy->from) || has_unfit(local_shelf_find(copy->local, common->to_id));
    arena_init(&common->arena);
    enum err error = OK;
    uint32_t start = 0;
    uint32_t count = 0;
    do {
        struct stock_view *views = NULL;
        arena_reset(&common->arena);
        error = read_cells(copy, start, &views, &count);
        if (error == OK)
            error = store_copy_write(common, views, count);
        start += count;
    } while (error == OK && count > 0);
    if (error == OK)
        error = wait_for_all(copy);
    store_copy_tell(common);
    arena_deinit(&common->arena);
    return error;
}

static enum err copy_from(struct store *store, struct store_copy what)
{
    ASSERT(what.from_id != what.to_id);
    struct store_local *local = local_of(store);
    struct copy copy = {
        .copy = what, .local = local, .from = local_shelf_find(local, what.from_id)};
    copy.copy.run = run;
    return copy_all(&copy);
}

enum err local_copy_shelf(struct store *store, int64_t from_id, int64_t to_id, enum store_ties ties)
{
    return copy_from(store, (struct store_copy){
                                .from_id = from_id, .to_id = to_id, .numbers = true, .ties = ties});
}

enum err local_copy_marks(struct store *store, int64_t from_id, int64_t to_id)
{
    return copy_from(store, (struct store_copy){.from_id = from_id, .to_id = to_id});
}
