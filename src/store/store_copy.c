/* Numbers go as counts, which the other shelf takes unless it has newer ones; marks go by groups of
 * cells that have the same. */
#include "store/store_copy.h"

#include <inttypes.h>

#include "base/hash.h"
#include "os/log.h"

enum {
    ITEMS_MAX = STORE_COPY_CELLS_MAX * (1 + STOCK_UNFIT_COUNT),
    /* Exactly those of the first shelf, in whatever is copied: a business has them in common. */
    MARKS_COMMON = STOCK_ARCHIVED,
    /* Where numbers are copied these go along; what the other shelf has of them stays. */
    MARKS_ADDED = STOCK_FREE_STORAGE | STOCK_PLACED,
};
static_assert(ITEMS_MAX <= PUT_SKUS_MAX, "what is copied at a time is one command");

/* The cells that are carried just now. */
struct piece {
    const struct stock_view *views;
    struct stock_key *keys; /* Of the views. */
    uint32_t count;
};

/* What is available, as it can be written. Orders may have given back what was written anew
 * meanwhile: then it is more than anybody may write, or a record may hold, and the rest is left
 * behind. */
static int64_t writable(struct store_copy *copy, int64_t available)
{
    if (available <= STOCK_COUNT_MAX)
        return available;
    copy->cut_count++;
    copy->cut_units += available - STOCK_COUNT_MAX;
    return STOCK_COUNT_MAX;
}

/* The numbers of one cell, which has some. Returns how many. */
static uint32_t numbers_of(struct store_copy *copy, const struct stock_view *view,
                           const struct stock_key *key, struct stock_count *items)
{
    const int64_t moment_ms = view->updated_at_ms;
    items[0] =
        (struct stock_count){*key, STOCK_AVAILABLE, writable(copy, view->available), moment_ms};
    if (!copy->with_unfit)
        return 1;
    for (int unfit = 0; unfit < STOCK_UNFIT_COUNT; unfit++) {
        const int64_t units = view->details == NULL ? 0 : view->details->unfit[unfit];
        items[1 + unfit] = (struct stock_count){*key, (enum stock_type)(STOCK_UNFIT_FIRST + unfit),
                                                units, moment_ms};
    }
    return 1 + STOCK_UNFIT_COUNT;
}

/* Writes the numbers of cells that have any. */
static enum err write_numbers(struct store_copy *copy, const struct piece *piece)
{
    struct stock_count *items = arena_allocate(&copy->arena, ITEMS_MAX * sizeof(*items));
    if (items == NULL)
        return ERR_MEMORY;
    uint32_t count = 0;
    for (uint32_t i = 0; i < piece->count; i++) {
        if (piece->views[i].updated_at_ms != STOCK_NEVER_UPDATED)
            count += numbers_of(copy, &piece->views[i], &piece->keys[i], &items[count]);
    }
    if (count == 0)
        return OK;
    struct store_command command = {
        .kind = STORE_COUNT,
        .shelf_id = copy->to_id,
        .arena = &copy->arena,
        .count = {.ties = copy->ties, .items = items, .items_count = count},
    };
    return copy->run(copy, &command);
}

/* Writes the marks of those cells that have exactly these of `mask`. `create` says whether a cell
 * of them gets one on the other shelf, too. */
static enum err write_marks_of(struct store_copy *copy, const struct piece *piece, uint32_t mask,
                               uint32_t marks, bool create)
{
    struct stock_key *keys = arena_allocate(&copy->arena, STORE_COPY_CELLS_MAX * sizeof(*keys));
    if (keys == NULL)
        return ERR_MEMORY;
    uint32_t count = 0;
    for (uint32_t i = 0; i < piece->count; i++) {
        if ((piece->views[i].marks & mask) == marks)
            keys[count++] = piece->keys[i];
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
    return copy->run(copy, &command);
}

/* Cells without a number come to the other shelf with the numbers, else only those that are marked.
 */
static enum err write_marks(struct store_copy *copy, const struct piece *piece)
{
    const uint32_t mask = copy->numbers ? MARKS_COMMON | MARKS_ADDED : MARKS_COMMON;
    enum err error = OK;
    for (uint32_t marks = 0; marks <= mask && error == OK; marks++) {
        if ((marks & ~mask) == 0)
            error = write_marks_of(copy, piece, mask, marks, copy->numbers || marks != 0);
    }
    return error;
}

enum err store_copy_write(struct store_copy *copy, const struct stock_view *views,
                          uint32_t views_count)
{
    ASSERT(views_count <= STORE_COPY_CELLS_MAX);
    if (views_count == 0)
        return OK;
    struct piece piece = {views, arena_allocate(&copy->arena, views_count * sizeof(*piece.keys)),
                          views_count};
    if (piece.keys == NULL)
        return ERR_MEMORY;
    for (uint32_t i = 0; i < views_count; i++)
        piece.keys[i] = (struct stock_key){views[i].sku, bytes_hash(views[i].sku)};
    const enum err error = copy->numbers ? write_numbers(copy, &piece) : OK;
    return error == OK ? write_marks(copy, &piece) : error;
}

/* Whoever joined warehouses can count them again. */
void store_copy_tell(const struct store_copy *copy)
{
    if (copy->cut_count == 0)
        return;
    log_line(LOG_WARN,
             "event=copy_cut from=%" PRId64 " to=%" PRId64 " skus=%" PRIu32 " units_left=%" PRId64
             " problem=\"more available than a count may be\"",
             copy->from_id, copy->to_id, copy->cut_count, copy->cut_units);
}
