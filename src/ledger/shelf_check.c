/* Checking a shelf against what its structs promise (the invariants in shelf_internal.h and
 * order_book_internal.h): cells first, then the index, then orders, then both together. */
#include "ledger/shelf_check.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/date.h"
#include "base/hash.h"
#include "ledger/order_book_internal.h"
#include "ledger/shelf_internal.h"

enum { WINDOW_KEYS = 64 };

static enum err say(char *problem, const char *format, ...) PRINTF(2, 3);

static enum err say(char *problem, const char *format, ...)
{
    if (problem == NULL)
        return ERR_CORRUPT;
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(problem, SHELF_PROBLEM_BYTES, format, arguments);
    va_end(arguments);
    return ERR_CORRUPT;
}

/* What is wrong with the numbers of a cell; NULL: nothing. */
static const char *numbers_problem(const struct cell *cell)
{
    const bool never = cell->updated_at_ms == STOCK_NEVER_UPDATED;
    if (cell->reserved > STOCK_COUNT_MAX ||
        (uint64_t)cell->available + cell->reserved > 2 * (uint64_t)STOCK_COUNT_MAX)
        return "has more units than a cell can have";
    if (!never && (cell->updated_at_ms < DATE_MS_MIN || cell->updated_at_ms > DATE_MS_MAX))
        return "was updated at an impossible moment";
    if (never && (cell->available != 0 || cell->reserved != 0))
        return "has units, though no number ever came";
    if (cell->reserved != 0 && (cell->sku_ref & CELL_DETAILED) == 0)
        return "has reserved units, though no order ever came";
    return NULL;
}

/* The same of what it has beside them; adds up its unfit units. */
static const char *details_problem(const struct shelf *shelf, uint32_t number, uint64_t *unfit)
{
    const struct cell *cell = &shelf->cells[number];
    const struct cell_beside *beside = cell_details_beside(&shelf->details, number);
    const struct turnover *turnover = cell_details_turnover(&shelf->details, number);
    const bool detailed = (cell->sku_ref & CELL_DETAILED) != 0;
    if (detailed != (beside != NULL) || (shelf->details.keeps_history && !detailed))
        return "is not found among the cells that have details, or is wrongly";
    if (!detailed)
        return NULL;
    for (int i = 0; i < STOCK_UNFIT_COUNT; i++) {
        if (beside->counts[i] > STOCK_COUNT_MAX)
            return "has more unfit units than a count can say";
        *unfit += beside->counts[i];
    }
    if (beside->ordered && beside->written > 2 * (uint64_t)STOCK_COUNT_MAX)
        return "remembers a number that is too large";
    if (turnover != NULL &&
        !turnover_is_sound(turnover, (uint64_t)cell->available + cell->reserved))
        return "has an impossible history";
    return NULL;
}

static const char *sku_problem(const struct shelf *shelf, const struct cell *cell)
{
    const uint64_t offset = cell->sku_ref >> SKU_OFFSET_SHIFT;
    const uint64_t size = cell->sku_ref & ((UINT64_C(1) << SKU_SIZE_BITS) - 1);
    if (size == 0 || size > SKU_BYTES_MAX)
        return "has a SKU of an impossible size";
    if (offset / CHUNK_BYTES >= shelf->chunks_used || offset % CHUNK_BYTES + size > CHUNK_BYTES)
        return "has a SKU that lies nowhere";
    return NULL;
}

static enum err check_cells(const struct shelf *shelf, char *problem)
{
    struct shelf_sums sums = {0, 0, 0};
    uint32_t detailed_count = 0;
    uint32_t marked_counts[STOCK_MARKS_COUNT] = {0};
    int64_t updated_at_ms = STOCK_NEVER_UPDATED;
    for (uint32_t i = 0; i < shelf->cells_count; i++) {
        const struct cell *cell = &shelf->cells[i];
        const char *found = numbers_problem(cell);
        if (found == NULL)
            found = details_problem(shelf, i, &sums.unfit);
        if (found == NULL)
            found = sku_problem(shelf, cell);
        if (found != NULL)
            return say(problem, "cell %" PRIu32 " %s", i, found);
        sums.available += cell->available;
        sums.reserved += cell->reserved;
        if (cell->updated_at_ms > updated_at_ms)
            updated_at_ms = cell->updated_at_ms;
        detailed_count += (cell->sku_ref & CELL_DETAILED) != 0;
        for (int mark = 0; mark < STOCK_MARKS_COUNT; mark++)
            marked_counts[mark] += (uint32_t)(cell->sku_ref >> (CELL_MARKS_SHIFT + mark) & 1);
    }
    if (sums.available != shelf->sums.available || sums.reserved != shelf->sums.reserved ||
        sums.unfit != shelf->sums.unfit)
        return say(problem, "the sums over all cells are wrong");
    if (updated_at_ms != shelf->updated_at_ms)
        return say(problem, "the moment of the newest number is wrong");
    if (detailed_count != shelf->details.count)
        return say(problem, "the number of cells that have details is wrong");
    for (int mark = 0; mark < STOCK_MARKS_COUNT; mark++) {
        if (marked_counts[mark] != shelf->marked_counts[mark])
            return say(problem, "the number of cells that have mark %d is wrong", 1 << mark);
    }
    return OK;
}

static enum err check_index(const struct shelf *shelf, char *problem)
{
    uint64_t used_count = 0;
    for (uint64_t i = 0; i < shelf->slots_count; i++)
        used_count += shelf->slots[i].cell != CELL_NONE;
    if (used_count != shelf->cells_count)
        return say(problem, "the index has %" PRIu64 " entries for %" PRIu32 " cells", used_count,
                   shelf->cells_count);
    struct stock_key keys[WINDOW_KEYS];
    uint32_t cells[WINDOW_KEYS];
    for (uint32_t start = 0; start < shelf->cells_count; start += WINDOW_KEYS) {
        const uint32_t left = shelf->cells_count - start;
        const uint32_t count = left < WINDOW_KEYS ? left : (uint32_t)WINDOW_KEYS;
        for (uint32_t i = 0; i < count; i++) {
            keys[i].sku = cell_sku(shelf, &shelf->cells[start + i]);
            keys[i].hash = bytes_hash(keys[i].sku);
        }
        shelf_find(shelf, keys, sizeof(keys[0]), count, cells);
        for (uint32_t i = 0; i < count; i++) {
            if (cells[i] != start + i)
                return say(problem, "the SKU of cell %" PRIu32 " is not found there", start + i);
        }
    }
    return OK;
}

/* What is wrong with an order of the list; NULL: nothing. */
static const char *order_problem(const struct order_book *book, const struct order *order)
{
    if (order->lines_count == 0 || order->lines_count > ORDER_ITEMS_MAX ||
        !order_lines_are_distinct(order->lines, order->lines_count))
        return "has impossible lines";
    for (uint32_t i = 0; i < order->lines_count; i++) {
        if (order->lines[i].cell >= book->shelf->cells_count || order->lines[i].count == 0)
            return "has a line about no cell, or no units";
    }
    if (order_book_find(book, order->campaign_id, order->id) != order)
        return "is not found by its name";
    const bool expires = order->state == ORDER_RESERVED && order->expires_at_ms != 0;
    const bool waits =
        order->expiry_index < book->expiring_count && book->expiring[order->expiry_index] == order;
    if (expires != waits)
        return "should, or should not, wait for its end";
    return NULL;
}

static enum err check_list(const struct order_book *book, const struct order_list *list,
                           char *problem)
{
    uint32_t count = 0;
    const struct order *last = NULL;
    for (const struct order *order = list->first; order != NULL; order = order->list_next) {
        const char *found = order_problem(book, order);
        if (order->list_prev != last || (last != NULL && order->place <= last->place))
            found = "is not in its place";
        if (order_state_is_open(order->state) != (list == &book->open))
            found = "is in the wrong list";
        if (found != NULL)
            return say(problem, "an order of campaign %" PRId64 " %s", order->campaign_id, found);
        last = order;
        count++;
    }
    if (last != list->last || count != list->count)
        return say(problem, "the number of orders is wrong");
    return OK;
}

/* Whether who expires first is on top, and everything below is an order that waits. */
static enum err check_expiring(const struct order_book *book, char *problem)
{
    for (uint32_t i = 0; i < book->expiring_count; i++) {
        const struct order *order = book->expiring[i];
        if (order->expiry_index != i ||
            (i > 0 && book->expiring[(i - 1) / 2]->expires_at_ms > order->expires_at_ms))
            return say(problem, "the orders that expire are out of order");
    }
    return OK;
}

/* Adds up what open orders hold of each cell, and of all. */
static enum err add_up_lines(const struct order_book *book, struct map *held, uint64_t *total)
{
    *total = 0;
    for (const struct order *order = book->open.first; order != NULL; order = order->list_next) {
        for (uint32_t i = 0; i < order->lines_count; i++) {
            const struct order_line *line = &order->lines[i];
            const uint32_t before = map_get(held, line->cell);
            const uint64_t after = (before == MAP_ABSENT ? 0 : before) + (uint64_t)line->count;
            if (after > (uint64_t)STOCK_COUNT_MAX)
                return ERR_CORRUPT;
            const enum err error = map_set(held, line->cell, (uint32_t)after);
            if (error != OK)
                return error;
            *total += line->count;
        }
    }
    return OK;
}

/* Of a cell with a line; all others have nothing reserved if the totals are the same, too. */
static enum err compare_lines(const struct shelf *shelf, const struct order_book *book,
                              const struct map *held, char *problem)
{
    for (const struct order *order = book->open.first; order != NULL; order = order->list_next) {
        for (uint32_t i = 0; i < order->lines_count; i++) {
            const uint32_t cell = order->lines[i].cell;
            if (map_get(held, cell) != shelf->cells[cell].reserved)
                return say(problem, "cell %" PRIu32 " has other units reserved than orders hold",
                           cell);
        }
    }
    return OK;
}

enum err shelf_check_reserved(const struct shelf *shelf, const struct order_book *book,
                              char *problem)
{
    struct map held;
    map_init(&held);
    uint64_t total = 0;
    enum err error = add_up_lines(book, &held, &total);
    if (error == ERR_CORRUPT)
        (void)say(problem, "orders hold more of a cell than it can have reserved");
    if (error == OK)
        error = compare_lines(shelf, book, &held, problem);
    if (error == OK && total != shelf->sums.reserved)
        error = say(problem, "cells have %" PRIu64 " units reserved, orders hold %" PRIu64,
                    shelf->sums.reserved, total);
    map_deinit(&held);
    return error;
}

enum err shelf_check(const struct shelf *shelf, const struct order_book *book,
                     char problem[SHELF_PROBLEM_BYTES])
{
    enum err error = check_cells(shelf, problem);
    if (error == OK)
        error = check_index(shelf, problem);
    if (error == OK)
        error = check_list(book, &book->open, problem);
    if (error == OK)
        error = check_list(book, &book->over, problem);
    if (error == OK)
        error = check_expiring(book, problem);
    return error == OK ? shelf_check_reserved(shelf, book, problem) : error;
}
