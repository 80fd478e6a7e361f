/* Writing entries of an image, into room that is known to be enough: a cell is written in some tens
 * of nanoseconds, as the shelf's lock is held meanwhile. */
#include "ledger/shelf_entry.h"

#include "base/put.h"
#include "ledger/shelf_internal.h"

static uint8_t *put_u32(uint8_t *at, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        *at++ = (uint8_t)(value >> (8 * i));
    return at;
}

static uint8_t *put_bytes(uint8_t *at, struct bytes bytes)
{
    memcpy(at, bytes.data, bytes.size);
    return at + bytes.size;
}

uint8_t *entry_run_begin(struct entry_run *run, uint8_t *at, uint32_t first_cell)
{
    *at++ = ENTRY_CELLS;
    at = varint_put(at, first_cell);
    *run = (struct entry_run){.count_at = at};
    return put_u32(at, 0);
}

void entry_run_end(struct entry_run *run)
{
    (void)put_u32(run->count_at, run->count);
}

static uint8_t *put_history(uint8_t *at, const struct turnover *turnover)
{
    at = zigzag_put(at, turnover->changed_at_ms);
    uint8_t *count_at = at++;
    *count_at = 0;
    for (int i = 0; i < TURNOVER_DAYS_COUNT; i++) {
        const struct turnover_day *day = &turnover->days[i];
        if (day->unit_ms == 0 && day->sold == 0)
            continue;
        ++*count_at;
        *at++ = (uint8_t)i;
        at = varint_put(at, day->unit_ms);
        at = varint_put(at, day->sold);
    }
    return at;
}

static uint8_t *put_details(uint8_t *at, const struct shelf *shelf, uint32_t cell)
{
    const struct cell_beside *beside = cell_details_beside(&shelf->details, cell);
    const struct turnover *turnover = cell_details_turnover(&shelf->details, cell);
    uint8_t *flags = at++;
    *flags = beside->ordered ? ENTRY_DETAILS_ORDERED : 0;
    for (int i = 0; i < STOCK_UNFIT_COUNT; i++) {
        if (beside->counts[i] == 0)
            continue;
        *flags |= (uint8_t)(1 << i);
        at = varint_put(at, beside->counts[i]);
    }
    if (beside->ordered)
        at = varint_put(at, beside->written);
    if (turnover == NULL || turnover->changed_at_ms == STOCK_NEVER_UPDATED)
        return at;
    *flags |= ENTRY_DETAILS_HISTORY;
    return put_history(at, turnover);
}

uint8_t *entry_run_cell(struct entry_run *run, uint8_t *at, const struct shelf *shelf,
                        uint32_t cell)
{
    const struct cell *found = &shelf->cells[cell];
    const struct bytes sku = cell_sku(shelf, found);
    const bool updated = found->updated_at_ms != STOCK_NEVER_UPDATED;
    const bool detailed = (found->sku_ref & CELL_DETAILED) != 0;
    *at++ = (uint8_t)((found->sku_ref >> CELL_MARKS_SHIFT & CELL_MARKS_MASK) |
                      (found->reserved != 0 ? ENTRY_CELL_RESERVED : 0U) |
                      (detailed ? ENTRY_CELL_DETAILED : 0U) | (updated ? ENTRY_CELL_UPDATED : 0U));
    at = varint_put(at, sku.size);
    at = put_bytes(at, sku);
    if (updated) {
        at = zigzag_put(at, found->updated_at_ms - run->time_ms);
        at = varint_put(at, found->available);
        run->time_ms = found->updated_at_ms;
    }
    if (found->reserved != 0)
        at = varint_put(at, found->reserved);
    run->count++;
    return detailed ? put_details(at, shelf, cell) : at;
}

uint8_t *entry_order(uint8_t *at, const struct order *order)
{
    *at++ = ENTRY_ORDER;
    at = zigzag_put(at, order->campaign_id);
    at = varint_put(at, order->id.size);
    at = put_bytes(at, order->id);
    *at++ = (uint8_t)order->state;
    at = varint_put(at, order->place);
    at = zigzag_put(at, order->created_at_ms);
    at = zigzag_put(at, order->changed_at_ms);
    at = zigzag_put(at, order->expires_at_ms);
    at = put_u32(at, order->lines_count);
    int64_t next_cell = 0;
    for (uint32_t i = 0; i < order->lines_count; i++) {
        at = zigzag_put(at, order->lines[i].cell - next_cell);
        at = varint_put(at, order->lines[i].count);
        next_cell = (int64_t)order->lines[i].cell + 1;
    }
    return at;
}
