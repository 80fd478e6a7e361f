/* What is done to the cells of a shelf (CONTRACT §12): numbers are written or counted, units are
 * reserved and leave, marks are set. Sums over the shelf go along with every change. */
#include "ledger/shelf_internal.h"

static const struct cell *cell_at(const struct shelf *shelf, uint32_t number)
{
    ASSERT(number < shelf->cells_count);
    return &shelf->cells[number];
}

/* A cell, or what it has beside its numbers, that is about to change. */
static struct cell *cell_to_change(struct shelf *shelf, uint32_t number)
{
    ASSERT(number < shelf->cells_count);
    shelf_keep_cell(shelf, number);
    return &shelf->cells[number];
}

/* Invariant 1 of a cell, after a change. */
static void check(const struct cell *cell)
{
    ASSERT(cell->reserved <= STOCK_COUNT_MAX);
    ASSERT((uint64_t)cell->available + cell->reserved <= 2 * (uint64_t)STOCK_COUNT_MAX);
}

struct shelf_sums shelf_sums(const struct shelf *shelf)
{
    return shelf->sums;
}

int64_t shelf_updated_at_ms(const struct shelf *shelf)
{
    return shelf->updated_at_ms;
}

bool shelf_details(const struct shelf *shelf, uint32_t cell, int64_t turnover_at_ms,
                   struct stock_details *details)
{
    const struct cell *found = cell_at(shelf, cell);
    if ((found->sku_ref & CELL_DETAILED) == 0)
        return false;
    const struct cell_beside *unfit = cell_details_beside(&shelf->details, cell);
    for (int i = 0; i < STOCK_UNFIT_COUNT; i++)
        details->unfit[i] = unfit->counts[i];
    const struct turnover *turnover = cell_details_turnover(&shelf->details, cell);
    details->turnover_tenths = -1;
    if (turnover != NULL && turnover_at_ms != 0) {
        details->turnover_tenths =
            turnover_tenths(turnover, (uint64_t)found->available + found->reserved, turnover_at_ms);
    }
    return true;
}

/* The units of the cell are about to change in number. */
static void history_goes_on(struct shelf *shelf, uint32_t cell, int64_t moment_ms)
{
    const struct cell *found = cell_at(shelf, cell);
    if ((found->sku_ref & CELL_DETAILED) == 0)
        return;
    struct turnover *turnover = cell_details_turnover(&shelf->details, cell);
    if (turnover != NULL)
        turnover_advance(turnover, (uint64_t)found->available + found->reserved, moment_ms);
}

bool shelf_accepts(const struct shelf *shelf, uint32_t cell, int64_t updated_at_ms)
{
    return updated_at_ms >= cell_at(shelf, cell)->updated_at_ms;
}

bool shelf_is_repeat(const struct shelf *shelf, uint32_t cell, int64_t count, int64_t updated_at_ms)
{
    const struct cell *found = cell_at(shelf, cell);
    const uint64_t deleted = (uint64_t)STOCK_DELETED << CELL_MARKS_SHIFT;
    if (updated_at_ms != found->updated_at_ms ||
        (found->sku_ref & (CELL_DETAILED | deleted)) != CELL_DETAILED)
        return false;
    const struct cell_beside *beside = cell_details_beside(&shelf->details, cell);
    return beside->ordered && beside->written == count;
}

/* A number was written: what orders did before is in it. */
static void begin_anew(struct shelf *shelf, uint32_t cell)
{
    if ((cell_at(shelf, cell)->sku_ref & CELL_DETAILED) != 0)
        cell_details_beside(&shelf->details, cell)->ordered = false;
}

void shelf_set_available(struct shelf *shelf, uint32_t cell, int64_t count, int64_t updated_at_ms)
{
    struct cell *found = cell_to_change(shelf, cell);
    const uint64_t deleted = (uint64_t)STOCK_DELETED << CELL_MARKS_SHIFT;
    ASSERT(updated_at_ms >= found->updated_at_ms);
    ASSERT(count >= 0);
    ASSERT(count <= STOCK_COUNT_MAX);
    if ((found->sku_ref & (CELL_DETAILED | deleted)) != 0) {
        history_goes_on(shelf, cell, updated_at_ms);
        begin_anew(shelf, cell);
        shelf_set_marks(shelf, cell, shelf_marks(shelf, cell) & ~(uint32_t)STOCK_DELETED);
    }
    shelf->sums.available += (uint64_t)count - found->available;
    found->available = (uint32_t)count;
    found->updated_at_ms = updated_at_ms;
    shelf_note_update(shelf, updated_at_ms);
}

bool shelf_covers_reserved(const struct shelf *shelf, uint32_t cell, int64_t fit_count)
{
    return fit_count >= cell_at(shelf, cell)->reserved;
}

/* What a cell that is being changed has beside its numbers, made if need be, in room that was
 * reserved. */
static struct cell_beside *details_open(struct shelf *shelf, uint32_t cell)
{
    struct cell *found = &shelf->cells[cell];
    if ((found->sku_ref & CELL_DETAILED) == 0) {
        cell_details_add(&shelf->details, cell);
        found->sku_ref |= CELL_DETAILED;
    }
    return cell_details_beside(&shelf->details, cell);
}

static void set_unfit(struct shelf *shelf, uint32_t cell, enum stock_type type, uint32_t count)
{
    ASSERT(stock_type_is_unfit(type));
    if (count == 0 && (cell_at(shelf, cell)->sku_ref & CELL_DETAILED) == 0)
        return; /* Nothing becomes nothing. */
    uint32_t *unfit = &details_open(shelf, cell)->counts[(int)type - STOCK_UNFIT_FIRST];
    shelf->sums.unfit += (uint64_t)count - *unfit;
    *unfit = count;
}

void shelf_set_counted(struct shelf *shelf, uint32_t cell, enum stock_type type, int64_t count,
                       int64_t updated_at_ms)
{
    struct cell *found = cell_to_change(shelf, cell);
    ASSERT(updated_at_ms >= found->updated_at_ms);
    ASSERT(count >= 0);
    ASSERT(count <= STOCK_COUNT_MAX);
    ASSERT(type != STOCK_FREEZE);
    if (type == STOCK_FIT || type == STOCK_AVAILABLE) {
        const int64_t available = type == STOCK_FIT ? count - found->reserved : count;
        ASSERT(available >= 0);
        history_goes_on(shelf, cell, updated_at_ms);
        begin_anew(shelf, cell);
        shelf->sums.available += (uint64_t)available - found->available;
        found->available = (uint32_t)available;
    } else {
        set_unfit(shelf, cell, type, (uint32_t)count);
    }
    found->updated_at_ms = updated_at_ms;
    shelf_note_update(shelf, updated_at_ms);
    check(found);
}

enum err shelf_reserve_details(struct shelf *shelf, uint32_t cells)
{
    return cell_details_reserve(&shelf->details, cells);
}

uint32_t shelf_marks(const struct shelf *shelf, uint32_t cell)
{
    return (uint32_t)(cell_at(shelf, cell)->sku_ref >> CELL_MARKS_SHIFT & CELL_MARKS_MASK);
}

void shelf_set_marks(struct shelf *shelf, uint32_t cell, uint32_t marks)
{
    ASSERT((marks & ~CELL_MARKS_MASK) == 0);
    struct cell *found = cell_to_change(shelf, cell);
    const uint32_t before = shelf_marks(shelf, cell);
    for (int i = 0; i < STOCK_MARKS_COUNT; i++)
        shelf->marked_counts[i] += (marks >> i & 1) - (before >> i & 1);
    found->sku_ref &= ~(CELL_MARKS_MASK << CELL_MARKS_SHIFT);
    found->sku_ref |= (uint64_t)marks << CELL_MARKS_SHIFT;
}

uint32_t shelf_marked_count(const struct shelf *shelf, enum stock_mark mark)
{
    return shelf->marked_counts[__builtin_ctz((unsigned)mark)];
}

int64_t shelf_reservable(const struct shelf *shelf, uint32_t cell)
{
    const struct cell *found = cell_at(shelf, cell);
    const int64_t left = STOCK_COUNT_MAX - found->reserved;
    return found->available < left ? found->available : left;
}

void shelf_take(struct shelf *shelf, uint32_t cell, int64_t count)
{
    struct cell *found = cell_to_change(shelf, cell);
    ASSERT(count > 0);
    ASSERT(count <= shelf_reservable(shelf, cell));
    struct cell_beside *beside = details_open(shelf, cell);
    if (!beside->ordered)
        beside->written = found->available;
    beside->ordered = true;
    found->available -= (uint32_t)count;
    found->reserved += (uint32_t)count;
    shelf->sums.available -= (uint64_t)count;
    shelf->sums.reserved += (uint64_t)count;
    check(found);
}

void shelf_give_back(struct shelf *shelf, uint32_t cell, int64_t count)
{
    struct cell *found = cell_to_change(shelf, cell);
    ASSERT(count > 0);
    ASSERT(count <= found->reserved);
    found->available += (uint32_t)count;
    found->reserved -= (uint32_t)count;
    shelf->sums.available += (uint64_t)count;
    shelf->sums.reserved -= (uint64_t)count;
    check(found);
}

void shelf_release(struct shelf *shelf, uint32_t cell, int64_t count, bool sold, int64_t now_ms)
{
    struct cell *found = cell_to_change(shelf, cell);
    ASSERT(count > 0);
    ASSERT(count <= found->reserved);
    history_goes_on(shelf, cell, now_ms);
    struct turnover *turnover =
        (found->sku_ref & CELL_DETAILED) == 0 ? NULL : cell_details_turnover(&shelf->details, cell);
    if (sold && turnover != NULL)
        turnover_sell(turnover, (uint64_t)count);
    found->reserved -= (uint32_t)count;
    shelf->sums.reserved -= (uint64_t)count;
    check(found);
}
