/* Carries what a shelf knows to another one (C60): pages of cells are read from the one, and what
 * follows from them is written to the other.
 *
 * The shelves are closed for whoever else would write to them, in this node by the registry and in
 * all by a fence (store_fence). A fence may also forbid the copy itself: another node carried on
 * with it, and is through. */
#include <string.h>

#include "store/command.h"
#include "store/store_copy.h"
#include "store/store_pg_internal.h"

static_assert((int)STORE_COPY_CELLS_MAX <= STORE_PAGE_CELLS_MAX, "they come out of one page");

struct copy {
    struct store_copy copy; /* First. */
    struct store_pg *pg;
    uint8_t position[PAGE_POSITION_BYTES_MAX]; /* Of the next page. */
    size_t position_bytes;
};

static enum err run(struct store_copy *common, struct store_command *command)
{
    struct copy *copy = (struct copy *)(void *)common;
    struct os *os = copy->pg->os;
    command->cause = (struct stock_cause){.source = STOCK_SOURCE_MOVE, .at_ms = os->now_ms(os)};
    if (command_run(&copy->pg->store, command) == VERDICT_OK)
        return OK;
    return command->pending != NULL && command->pending->fenced ? ERR_BUSY : ERR_IO;
}

/* Carries the next cells, and notes where those behind them are; none are: it has no bytes. */
static enum err copy_some(struct copy *copy)
{
    struct store_command command = {
        .kind = STORE_PAGE,
        .shelf_id = copy->copy.from_id,
        .arena = &copy->copy.arena,
        .page = {.position = {copy->position, copy->position_bytes},
                 .limit = STORE_COPY_CELLS_MAX,
                 .filter = {.never_updated = true}},
    };
    const enum err error = run(&copy->copy, &command);
    if (error != OK)
        return error;
    const struct bytes next = command.page.next;
    ASSERT(next.size <= sizeof(copy->position));
    if (next.size > 0)
        memcpy(copy->position, next.data, next.size);
    copy->position_bytes = next.size;
    return store_copy_write(&copy->copy, command.views, command.views_count);
}

/* Whether unfit units are on one of the shelves. */
static enum err find_unfit(struct copy *copy)
{
    struct shelf_totals from;
    struct shelf_totals to;
    enum err error = pg_totals(&copy->pg->store, copy->copy.from_id, 0, &from);
    if (error == OK)
        error = pg_totals(&copy->pg->store, copy->copy.to_id, 0, &to);
    if (error == OK)
        copy->copy.with_unfit = from.unfit > 0 || to.unfit > 0;
    return error;
}

static enum err copy_all(struct copy *copy)
{
    enum err error = copy->copy.numbers ? find_unfit(copy) : OK;
    if (error != OK)
        return error;
    arena_init(&copy->copy.arena);
    do {
        arena_reset(&copy->copy.arena);
        error = copy_some(copy);
    } while (error == OK && copy->position_bytes > 0);
    store_copy_tell(&copy->copy);
    arena_deinit(&copy->copy.arena);
    return error;
}

enum err pg_copy_shelf(struct store *store, int64_t from_id, int64_t to_id, enum store_ties ties)
{
    ASSERT(from_id != to_id);
    struct copy copy = {
        .copy = {.from_id = from_id, .to_id = to_id, .numbers = true, .ties = ties, .run = run},
        .pg = pg_of(store)};
    return copy_all(&copy);
}

enum err pg_copy_marks(struct store *store, int64_t from_id, int64_t to_id)
{
    ASSERT(from_id != to_id);
    struct copy copy = {.copy = {.from_id = from_id, .to_id = to_id, .run = run},
                        .pg = pg_of(store)};
    return copy_all(&copy);
}
