/* Reading and putting whole cells and orders. Bounds are those of shelf_load.c, with words. */
#include "ledger/shelf_state.h"

#include <stdlib.h>

#include "base/date.h"
#include "base/hash.h"
#include "ledger/order_book_internal.h"
#include "ledger/shelf_internal.h"

void shelf_cell_state(const struct shelf *shelf, uint32_t cell, struct cell_state *state)
{
    ASSERT(cell < shelf->cells_count);
    const struct cell *found = &shelf->cells[cell];
    *state = (struct cell_state){
        .sku = cell_sku(shelf, found),
        .available = found->available,
        .reserved = found->reserved,
        .updated_at_ms = found->updated_at_ms,
        .written = CELL_NOT_ORDERED,
        .marks = (int64_t)(found->sku_ref >> CELL_MARKS_SHIFT & CELL_MARKS_MASK),
    };
    if ((found->sku_ref & CELL_DETAILED) == 0)
        return;
    const struct cell_beside *beside = cell_details_beside(&shelf->details, cell);
    const struct turnover *turnover = cell_details_turnover(&shelf->details, cell);
    for (int i = 0; i < STOCK_UNFIT_COUNT; i++)
        state->unfit[i] = beside->counts[i];
    if (beside->ordered)
        state->written = beside->written;
    if (turnover != NULL && turnover->changed_at_ms != STOCK_NEVER_UPDATED)
        state->history = turnover;
}

static bool moment_is_sound(int64_t moment_ms)
{
    return moment_ms >= DATE_MS_MIN && moment_ms <= DATE_MS_MAX;
}

static bool is_within(int64_t number, int64_t max)
{
    return number >= 0 && number <= max;
}

/* What no cell can be; NULL: it is fine. */
static const char *state_problem(const struct cell_state *state)
{
    const bool never = state->updated_at_ms == STOCK_NEVER_UPDATED;
    if (state->sku.size == 0 || state->sku.size > SKU_BYTES_MAX)
        return "has a SKU of an impossible size";
    if (!is_within(state->reserved, STOCK_COUNT_MAX) ||
        !is_within(state->available, 2 * STOCK_COUNT_MAX - state->reserved))
        return "has more units than a cell can have, or less than none";
    if (!never && !moment_is_sound(state->updated_at_ms))
        return "was updated at an impossible moment";
    if (!is_within(state->marks, (int64_t)CELL_MARKS_MASK))
        return "has marks that nobody knows";
    if (state->written != CELL_NOT_ORDERED && !is_within(state->written, 2 * STOCK_COUNT_MAX))
        return "remembers an impossible number";
    bool any = state->available != 0 || state->reserved != 0;
    for (int i = 0; i < STOCK_UNFIT_COUNT; i++) {
        if (!is_within(state->unfit[i], STOCK_COUNT_MAX))
            return "has more unfit units than a count can say, or less than none";
        any = any || state->unfit[i] != 0;
    }
    return never && any ? "has units, though no number ever came" : NULL;
}

static const char *history_problem(const struct shelf *shelf, const struct cell_state *state)
{
    const uint64_t units = (uint64_t)(state->available + state->reserved);
    if (state->history == NULL)
        return shelf->details.keeps_history && units > 0 ? "has units, and no history" : NULL;
    if (!shelf->details.keeps_history)
        return "has a history, and is in no warehouse of the Market";
    return state->history->changed_at_ms == STOCK_NEVER_UPDATED ||
                   !turnover_is_sound(state->history, units)
               ? "has an impossible history"
               : NULL;
}

/* Whether it has something beside its two numbers, or had. */
static bool has_details(const struct cell_state *state)
{
    bool any = state->reserved != 0 || state->written != CELL_NOT_ORDERED || state->history != NULL;
    for (int i = 0; i < STOCK_UNFIT_COUNT; i++)
        any = any || state->unfit[i] != 0;
    return any;
}

static void set_details(struct shelf *shelf, uint32_t number, const struct cell_state *state)
{
    struct cell *cell = &shelf->cells[number];
    if ((cell->sku_ref & CELL_DETAILED) == 0)
        cell_details_add(&shelf->details, number);
    cell->sku_ref |= CELL_DETAILED;
    struct cell_beside *beside = cell_details_beside(&shelf->details, number);
    for (int i = 0; i < STOCK_UNFIT_COUNT; i++) {
        beside->counts[i] = (uint32_t)state->unfit[i];
        shelf->sums.unfit += (uint64_t)state->unfit[i];
    }
    beside->ordered = state->written != CELL_NOT_ORDERED;
    beside->written = beside->ordered ? (uint32_t)state->written : 0;
    if (state->history != NULL)
        *cell_details_turnover(&shelf->details, number) = *state->history;
}

enum err shelf_add_state(struct shelf *shelf, const struct cell_state *state, const char **problem)
{
    const struct stock_key key = {state->sku, bytes_hash(state->sku)};
    uint32_t number = CELL_NONE;
    *problem = state_problem(state);
    if (*problem == NULL)
        *problem = history_problem(shelf, state);
    if (*problem == NULL)
        shelf_find(shelf, &key, sizeof(key), 1, &number);
    if (number != CELL_NONE)
        *problem = "comes twice";
    if (*problem != NULL)
        return ERR_CORRUPT;
    enum err error = shelf_reserve(shelf, 1, state->sku.size);
    if (error == OK)
        error = shelf_reserve_details(shelf, 1);
    if (error != OK)
        return error;
    number = shelf_add(shelf, &key);
    struct cell *cell = &shelf->cells[number];
    cell->available = (uint32_t)state->available;
    cell->reserved = (uint32_t)state->reserved;
    cell->updated_at_ms = state->updated_at_ms;
    shelf->sums.available += cell->available;
    shelf->sums.reserved += cell->reserved;
    shelf_note_update(shelf, cell->updated_at_ms);
    shelf_set_marks(shelf, number, (uint32_t)state->marks);
    if (has_details(state))
        set_details(shelf, number, state);
    return OK;
}

const struct order *order_book_first(const struct order_book *book)
{
    return book->open.first != NULL ? book->open.first : book->over.first;
}

const struct order *order_book_next(const struct order_book *book, const struct order *order)
{
    if (order->list_next != NULL || !order_state_is_open(order->state))
        return order->list_next;
    return book->over.first;
}

static const char *order_problem(const struct order_book *book, const struct order *order)
{
    if ((int)order->state < 0 || (int)order->state >= ORDER_STATES_COUNT)
        return "is in a state that nobody knows";
    if (!moment_is_sound(order->created_at_ms) || !moment_is_sound(order->changed_at_ms) ||
        !moment_is_sound(order->expires_at_ms))
        return "has an impossible moment";
    if (order->state == ORDER_RESERVED && order->changed_at_ms != order->created_at_ms)
        return "is reserved, and was changed";
    if (order->state == ORDER_EXPIRED &&
        (order->expires_at_ms == 0 || order->expires_at_ms > order->changed_at_ms))
        return "expired before its moment";
    if (!order_lines_are_distinct(order->lines, order->lines_count))
        return "has a SKU twice";
    for (uint32_t i = 0; i < order->lines_count; i++) {
        if (order->lines[i].cell >= book->shelf->cells_count ||
            !is_within(order->lines[i].count, STOCK_COUNT_MAX) || order->lines[i].count == 0)
            return "has an impossible item";
    }
    if (order_book_find(book, order->campaign_id, order->id) != NULL)
        return "comes twice";
    return NULL;
}

enum err order_book_add_state(struct order_book *book, struct order *order, const char **problem)
{
    *problem = order_problem(book, order);
    if (*problem == NULL && order_state_is_open(order->state) &&
        book->open.count >= ORDERS_OPEN_MAX)
        *problem = "is one open order too many for its shelf";
    if (*problem == NULL && order_book_count(book) >= ORDERS_OPEN_MAX + ORDERS_FINISHED_MAX)
        *problem = "is one order too many for its shelf";
    if (*problem != NULL)
        return ERR_CORRUPT;
    const enum err error = order_book_reserve_order(book);
    if (error == OK)
        order_book_put(book, order);
    return error;
}

enum err order_book_end_states(struct order_book *book)
{
    return order_book_sort_by_moment(book);
}
