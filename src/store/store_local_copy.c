/* Carries what a shelf knows to another one, when warehouses join and leave groups (C60) and when a
 * campaign begins. Some cells at a time: they are read with the first shelf locked, and written as
 * ordinary commands to the other, so that no two shelves are ever locked at once. What is carried
 * twice changes nothing. */
#include "base/hash.h"
#include "store/store_local_internal.h"

enum {
    COPY_CELLS_MAX = 400,
    COPY_ITEMS_MAX = COPY_CELLS_MAX * (1 + STOCK_UNFIT_COUNT),
    MARKS_COMMON = STOCK_ARCHIVED | STOCK_FREE_STORAGE,
};
static_assert(COPY_ITEMS_MAX <= PUT_SKUS_MAX, "what is copied at a time is one command");

/* Cells of the first shelf as they were. */
struct copied_cell {
    struct stock_key key;
    struct stock_view view;
    bool detailed;
    struct stock_details details;
};

struct copy {
    struct store_local *local;
    struct local_shelf *from;
    int64_t to_id;
    bool with_unfit; /* One of the shelves has unfit units. */
    struct arena arena;
    struct copied_cell *cells;
    uint32_t cells_count;
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
        copied->detailed = shelf_details(shelf, cell, 0, &copied->details);
    }
    pthread_mutex_unlock(&copy->from->lock);
    for (uint32_t i = 0; i < copy->cells_count; i++) /* SKUs never move: no lock for this. */
        copy->cells[i].key =
            (struct stock_key){copy->cells[i].view.sku, bytes_hash(copy->cells[i].view.sku)};
    return OK;
}

/* Waits for what a command wrote. ERR_FULL: it was refused. */
static enum err command_end(struct copy *copy, const struct store_command *command)
{
    if (command->verdict != VERDICT_OK)
        return ERR_FULL;
    local_wait_until_durable(copy->local, command->waiter.seq);
    return OK;
}

/* A number that orders gave back may be more than may be written. */
static int64_t writable(int64_t count)
{
    return count < STOCK_COUNT_MAX ? count : STOCK_COUNT_MAX;
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
                                              writable(cell->view.available), moment_ms};
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
        .count = {.items = items, .items_count = count},
    };
    local_count(copy->local, &command);
    return command_end(copy, &command);
}

/* Writes the common marks of those cells that have exactly these. `create` says whether a cell of
 * them gets one on the other shelf, too. */
static enum err copy_marks_of(struct copy *copy, uint32_t marks, bool create)
{
    struct stock_key *keys = arena_allocate(&copy->arena, COPY_CELLS_MAX * sizeof(*keys));
    if (keys == NULL)
        return ERR_MEMORY;
    uint32_t count = 0;
    for (uint32_t i = 0; i < copy->cells_count; i++) {
        if ((copy->cells[i].view.marks & MARKS_COMMON) == marks)
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
    local_mark(copy->local, &command);
    return command_end(copy, &command);
}

/* Cells without a number come to the other shelf with `all`, else only those that are marked. */
static enum err copy_marks(struct copy *copy, bool all)
{
    static const uint32_t marks[] = {0, STOCK_ARCHIVED, STOCK_FREE_STORAGE, MARKS_COMMON};
    enum err error = OK;
    for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]) && error == OK; i++)
        error = copy_marks_of(copy, marks[i], all || marks[i] != 0);
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

/* Copies all cells: numbers too, or marks alone. */
static enum err copy_all(struct store_local *local, int64_t from_id, int64_t to_id, bool numbers)
{
    ASSERT(from_id != to_id);
    struct copy copy = {.local = local, .from = local_shelf_find(local, from_id), .to_id = to_id};
    if (copy.from == NULL)
        return OK;
    copy.with_unfit = has_unfit(copy.from) || has_unfit(local_shelf_find(local, to_id));
    arena_init(&copy.arena);
    enum err error = OK;
    uint32_t start = 0;
    do {
        arena_reset(&copy.arena);
        error = copy_read(&copy, start);
        if (error == OK && numbers)
            error = copy_numbers(&copy);
        if (error == OK)
            error = copy_marks(&copy, numbers);
        start += copy.cells_count;
    } while (error == OK && copy.cells_count > 0);
    arena_deinit(&copy.arena);
    return error;
}

enum err local_copy_shelf(struct store *store, int64_t from_id, int64_t to_id)
{
    return copy_all(local_of(store), from_id, to_id, true);
}

enum err local_copy_marks(struct store *store, int64_t from_id, int64_t to_id)
{
    return copy_all(local_of(store), from_id, to_id, false);
}
