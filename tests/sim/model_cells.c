/* The rules of numbers and marks: what a write, a mark and a count do to the cells of a shelf. */
#include "model.h"

bool model_has_past(int64_t shelf_id)
{
    return shelf_id > INT64_C(0xFFFFFFFF); /* In one of the Market's warehouses. */
}

/* C7: a number that is not older than the last one counts. */
static bool is_older(const struct model_cell *cell, int64_t moment_ms)
{
    return cell->numbered && moment_ms < cell->moment_ms;
}

/* C118: the last write once more would bring back what was ordered since. One that was deleted
 * meanwhile comes back by it. */
static bool is_repeat(const struct model_cell *cell, const struct deed_item *item)
{
    return cell->numbered && cell->ordered && item->moment_ms == cell->moment_ms &&
           item->count == cell->written && (cell->marks & STOCK_DELETED) == 0;
}

/* What can be sold is so many from now on. */
static void set_available(struct model_shelf *shelf, struct model_cell *cell, int64_t available,
                          int64_t moment_ms, struct arena *memory)
{
    if (model_has_past(shelf->id))
        model_live_on(cell, moment_ms, 0, memory);
    cell->available = available;
    cell->ordered = false;
}

static void put_item(struct model_shelf *shelf, const struct deed *deed,
                     const struct deed_item *item, struct outcome *outcome, struct arena *memory)
{
    struct model_cell *cell = model_cell_find(shelf, item->sku);
    if (cell == NULL && deed->policy == STORE_UNKNOWN_IGNORE)
        return;
    if (cell == NULL)
        cell = model_cell_add(shelf, item->sku);
    if (is_older(cell, item->moment_ms) || is_repeat(cell, item)) {
        outcome->stale_count++;
        return;
    }
    set_available(shelf, cell, item->count, item->moment_ms, memory);
    cell->marks &= ~(uint32_t)STOCK_DELETED;
    cell->numbered = true;
    cell->moment_ms = item->moment_ms;
    outcome->applied_count++;
    outcome->changed = true;
}

struct outcome model_put(struct model_shelf *shelf, const struct deed *deed, struct arena *memory)
{
    struct outcome outcome = {.verdict = VERDICT_OK};
    for (uint32_t i = 0; i < deed->items_count; i++) {
        if (deed->policy == STORE_UNKNOWN_REJECT &&
            model_cell_find(shelf, deed->items[i].sku) == NULL)
            outcome.verdict = VERDICT_UNKNOWN_SKU;
    }
    for (uint32_t i = 0; i < deed->items_count && outcome.verdict == VERDICT_OK; i++)
        put_item(shelf, deed, &deed->items[i], &outcome, memory);
    return outcome;
}

struct outcome model_mark(struct model_shelf *shelf, const struct deed *deed)
{
    struct outcome outcome = {.verdict = VERDICT_OK};
    for (uint32_t i = 0; i < deed->items_count; i++) {
        struct model_cell *cell = model_cell_find(shelf, deed->items[i].sku);
        if (cell == NULL && !deed->create)
            continue;
        const bool is_new = cell == NULL;
        if (is_new)
            cell = model_cell_add(shelf, deed->items[i].sku);
        const uint32_t before = cell->marks;
        cell->marks = (before & ~deed->clear) | deed->set;
        outcome.changed |= is_new || cell->marks != before;
    }
    return outcome;
}

static void count_item(struct model_shelf *shelf, const struct deed *deed,
                       const struct deed_item *item, struct outcome *outcome, struct arena *memory)
{
    struct model_cell *cell = model_cell_find(shelf, item->sku);
    if (cell == NULL)
        cell = model_cell_add(shelf, item->sku);
    if (is_older(cell, item->moment_ms))
        return;
    const bool tie = cell->numbered && item->moment_ms == cell->moment_ms;
    switch (item->type) {
    case STOCK_FIT:
        set_available(shelf, cell, item->count - cell->reserved, item->moment_ms, memory);
        break;
    case STOCK_AVAILABLE:
        if (deed->ties == STORE_TIES_LEAST && tie && cell->available < item->count)
            set_available(shelf, cell, cell->available, item->moment_ms, memory);
        else
            set_available(shelf, cell, item->count, item->moment_ms, memory);
        break;
    case STOCK_QUARANTINE:
    case STOCK_DEFECT:
    case STOCK_EXPIRED:
    case STOCK_UTILIZATION:
        cell->unfit[(int)item->type - STOCK_UNFIT_FIRST] = item->count;
        break;
    case STOCK_FREEZE:
        ASSERT(false); /* Nobody may count what orders hold. */
    }
    cell->numbered = true;
    cell->moment_ms = item->moment_ms;
    outcome->changed = true;
}

struct outcome model_count(struct model_shelf *shelf, const struct deed *deed, struct arena *memory)
{
    struct outcome outcome = {.verdict = VERDICT_OK};
    for (uint32_t i = 0; i < deed->items_count; i++) {
        const struct deed_item *item = &deed->items[i];
        const struct model_cell *cell = model_cell_find(shelf, item->sku);
        if (cell != NULL && item->type == STOCK_FIT && !is_older(cell, item->moment_ms) &&
            item->count < cell->reserved)
            outcome.verdict = VERDICT_BELOW_RESERVED;
    }
    for (uint32_t i = 0; i < deed->items_count && outcome.verdict == VERDICT_OK; i++)
        count_item(shelf, deed, &deed->items[i], &outcome, memory);
    return outcome;
}
