/* Carries what a shelf knows to another one, when warehouses join and leave groups (C60) and when a
 * campaign begins. Some cells at a time: they are read with the first shelf locked, and written as
 * ordinary commands to the other, so that no two shelves are ever locked at once. The disk is
 * waited for at the end, and in between where too much is under way or a batch has no room. What is
 * carried twice changes nothing. */
#include <inttypes.h>

#include "base/hash.h"
#include "os/log.h"
#include "store/record.h"
#include "store/store_local_internal.h"

enum {
    COPY_CELLS_MAX = 400,
    COPY_ITEMS_MAX = COPY_CELLS_MAX * (1 + STOCK_UNFIT_COUNT),
    /* Exactly those of the first shelf, in whatever is copied: a business has them in common. */
    MARKS_COMMON = STOCK_ARCHIVED,
    /* Where numbers are copied these go along; what the other shelf has of them stays. */
    MARKS_ADDED = STOCK_FREE_STORAGE | STOCK_PLACED,
    /* Records under way: a part of a batch, so that others find room in it, too. */
    COPY_UNDER_WAY_BYTES_MAX = JOURNAL_BATCH_BYTES_MAX / 4,
};
static_assert(COPY_ITEMS_MAX <= PUT_SKUS_MAX, "what is copied at a time is one command");

/* Cells of the first shelf as they were. */
struct copied_cell {
    struct stock_key key;
    struct stock_view view;
    struct stock_details details;
};

struct copy {
    struct store_local *local;
    struct local_shelf *from;
    int64_t to_id;
    bool numbers; /* Not marks alone. */
    enum store_ties ties;
    bool with_unfit; /* One of the shelves has unfit units. */
    struct arena arena;
    struct copied_cell *cells;
    uint32_t cells_count;
    uint64_t seq_last;      /* Of the other shelf, after what was written. */
    size_t under_way_bytes; /* Of records that were not waited for, at most; 0: none. */
    uint32_t cut_count;     /* Cells that had more than may be written… */
    int64_t cut_units;      /* …and by how much. */
};

/* Reads the cells from number `start` on; none are left: cells_count is 0. */
static enum err copy_read(struct copy *copy, uint32_t start)
{
    copy->cells = arena_allocate(&copy->arena, COPY_CELLS_MAX * sizeof(*copy->cells));
    if (copy->cells == NULL)
        return ERR_MEMORY;
    copy->cells_count = 0;
    pthread_mutex_lock(&copy->from->lock);
    const struct shelf *shelf = copy->from->shelf;
    for (uint32_t cell = start;
         cell < shelf_cells_count(shelf) && copy->cells_count < COPY_CELLS_MAX; cell++) {
        struct copied_cell *copied = &copy->cells[copy->cells_count++];
        copied->view = shelf_view(shelf, cell);
        copied->details = (struct stock_details){{0}, -1};
        (void)shelf_details(shelf, cell, 0, &copied->details);
    }
    pthread_mutex_unlock(&copy->from->lock);
    for (uint32_t i = 0; i < copy->cells_count; i++) /* SKUs never move: no lock for this. */
        copy->cells[i].key =
            (struct stock_key){copy->cells[i].view.sku, bytes_hash(copy->cells[i].view.sku)};
    return OK;
}

static void wait_for_all(struct copy *copy)
{
    local_wait_until_durable(copy->local, copy->seq_last);
    copy->under_way_bytes = 0;
}

/* Runs a command whose record has at most so many bytes. Where it finds no room, that may be taken
 * by what is under way; ERR_FULL: nothing was, and there still is none. */
static enum err run(struct copy *copy, struct store_command *command, size_t bytes_max,
                    void (*decide)(struct store_local *local, struct store_command *command))
{
    if (copy->under_way_bytes > 0 && copy->under_way_bytes + bytes_max > COPY_UNDER_WAY_BYTES_MAX)
        wait_for_all(copy);
    decide(copy->local, command);
    if (command->verdict == VERDICT_NO_ROOM && copy->under_way_bytes > 0) {
        wait_for_all(copy);
        decide(copy->local, command);
    }
    if (command->verdict != VERDICT_OK)
        return ERR_FULL;
    if (command->waiter.seq > copy->seq_last)
        copy->seq_last = command->waiter.seq;
    copy->under_way_bytes += bytes_max;
    return OK;
}

/* What is available, as it can be written. Orders may have given back what was written anew
 * meanwhile: then it is more than anybody may write, or a record may hold, and the rest is left
 * behind. */
static int64_t writable(struct copy *copy, int64_t available)
{
    if (available <= STOCK_COUNT_MAX)
        return available;
    copy->cut_count++;
    copy->cut_units += available - STOCK_COUNT_MAX;
    return STOCK_COUNT_MAX;
}

/* Writes the numbers of cells that have any. */
static enum err copy_numbers(struct copy *copy)
{
    struct stock_count *items = arena_allocate(&copy->arena, COPY_ITEMS_MAX * sizeof(*items));
    if (items == NULL)
        return ERR_MEMORY;
    uint32_t count = 0;
    for (uint32_t i = 0; i < copy->cells_count; i++) {
        const struct copied_cell *cell = &copy->cells[i];
        const int64_t moment_ms = cell->view.updated_at_ms;
        if (moment_ms == STOCK_NEVER_UPDATED)
            continue;
        items[count++] = (struct stock_count){cell->key, STOCK_AVAILABLE,
                                              writable(copy, cell->view.available), moment_ms};
        for (int unfit = 0; unfit < STOCK_UNFIT_COUNT && copy->with_unfit; unfit++) {
            items[count++] =
                (struct stock_count){cell->key, (enum stock_type)(STOCK_UNFIT_FIRST + unfit),
                                     cell->details.unfit[unfit], moment_ms};
        }
    }
    if (count == 0)
        return OK;
    struct store_command command = {
        .kind = STORE_COUNT,
        .shelf_id = copy->to_id,
        .arena = &copy->arena,
        .count = {.ties = copy->ties, .items = items, .items_count = count},
    };
    return run(copy, &command, record_count_bytes_max(items, count), local_count);
}

/* Writes the marks of those cells that have exactly these of `mask`. `create` says whether a cell
 * of them gets one on the other shelf, too. */
static enum err copy_marks_of(struct copy *copy, uint32_t mask, uint32_t marks, bool create)
{
    struct stock_key *keys = arena_allocate(&copy->arena, COPY_CELLS_MAX * sizeof(*keys));
    if (keys == NULL)
        return ERR_MEMORY;
    uint32_t count = 0;
    for (uint32_t i = 0; i < copy->cells_count; i++) {
        if ((copy->cells[i].view.marks & mask) == marks)
            keys[count++] = copy->cells[i].key;
    }
    if (count == 0)
        return OK;
    struct store_command command = {
        .kind = STORE_MARK,
        .shelf_id = copy->to_id,
        .arena = &copy->arena,
        .mark = {.keys = keys,
                 .keys_count = count,
                 .set = marks,
                 .clear = MARKS_COMMON & ~marks,
                 .create_unknown = create},
    };
    return run(copy, &command, record_mark_bytes_max(keys, count), local_mark);
}

/* Cells without a number come to the other shelf with the numbers, else only those that are marked.
 */
static enum err copy_marks(struct copy *copy, bool numbers)
{
    const uint32_t mask = numbers ? MARKS_COMMON | MARKS_ADDED : MARKS_COMMON;
    enum err error = OK;
    for (uint32_t marks = 0; marks <= mask && error == OK; marks++) {
        if ((marks & ~mask) == 0)
            error = copy_marks_of(copy, mask, marks, numbers || marks != 0);
    }
    return error;
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

/* Whoever joined warehouses can count them again. */
static void tell_cut(const struct copy *copy)
{
    log_line(LOG_WARN,
             "event=copy_cut from=%" PRId64 " to=%" PRId64 " skus=%" PRIu32 " units_left=%" PRId64
             " problem=\"more available than a count may be\"",
             copy->from->id, copy->to_id, copy->cut_count, copy->cut_units);
}

/* Copies all cells. */
static enum err copy_all(struct copy *copy)
{
    if (copy->from == NULL)
        return OK;
    copy->with_unfit =
        has_unfit(copy->from) || has_unfit(local_shelf_find(copy->local, copy->to_id));
    arena_init(&copy->arena);
    enum err error = OK;
    uint32_t start = 0;
    do {
        arena_reset(&copy->arena);
        error = copy_read(copy, start);
        if (error == OK && copy->numbers)
            error = copy_numbers(copy);
        if (error == OK)
            error = copy_marks(copy, copy->numbers);
        start += copy->cells_count;
    } while (error == OK && copy->cells_count > 0);
    if (error == OK)
        wait_for_all(copy);
    if (copy->cut_count > 0)
        tell_cut(copy);
    arena_deinit(&copy->arena);
    return error;
}

enum err local_copy_shelf(struct store *store, int64_t from_id, int64_t to_id, enum store_ties ties)
{
    struct store_local *local = local_of(store);
    ASSERT(from_id != to_id);
    struct copy copy = {.local = local,
                        .from = local_shelf_find(local, from_id),
                        .to_id = to_id,
                        .numbers = true,
                        .ties = ties};
    return copy_all(&copy);
}

enum err local_copy_marks(struct store *store, int64_t from_id, int64_t to_id)
{
    struct store_local *local = local_of(store);
    ASSERT(from_id != to_id);
    struct copy copy = {.local = local, .from = local_shelf_find(local, from_id), .to_id = to_id};
    return copy_all(&copy);
}
