/* Are the results of a command what the rules say? */
#include <inttypes.h>
#include <stdio.h>

#include "auditor.h"
#include "trace.h"

static void check_number(struct bytes what, const char *name, int64_t wanted, int64_t got)
{
    if (wanted != got)
        trace_fail("%.*s: %s is %" PRId64 " and should be %" PRId64,
                   (int)(what.size < 24 ? what.size : 24), (const char *)what.data, name, got,
                   wanted);
}

static void check_put(const struct model_shelf *shelf, const struct store_put *put,
                      const struct outcome *outcome)
{
    if (outcome->verdict == VERDICT_OK) {
        check_number(BYTES("a put"), "applied", outcome->applied_count, put->applied_count);
        check_number(BYTES("a put"), "stale", outcome->stale_count, put->stale_count);
        return;
    }
    bool asked = false;
    for (uint32_t i = 0; i < put->items_count; i++)
        asked |= bytes_equal(put->items[i].key.sku, put->unknown);
    if (!asked || model_cell_find(shelf, put->unknown) != NULL)
        trace_fail("the unknown SKU is not one of those");
}

static void check_below(const struct model_shelf *shelf, const struct store_count *count)
{
    const struct model_cell *cell = model_cell_find(shelf, count->sku);
    bool below = false;
    for (uint32_t i = 0; cell != NULL && i < count->items_count; i++)
        below |= bytes_equal(count->items[i].key.sku, cell->sku) &&
                 count->items[i].type == STOCK_FIT && count->items[i].count < cell->reserved;
    if (!below)
        trace_fail("the SKU that is counted too low is not one of those");
    check_number(count->sku, "reserved", cell->reserved, count->reserved);
}

static void check_shortages(const struct model_shelf *shelf, const struct store_order *order)
{
    uint32_t told = 0;
    for (uint32_t i = 0; i < order->items_count; i++) {
        const struct stock_order_item *item = &order->items[i];
        const int64_t available = model_orderable(shelf, item->key.sku);
        if (available >= item->count)
            continue;
        if (told == order->shortages_count)
            trace_fail("a shortage is not told");
        const struct order_shortage *shortage = &order->shortages[told++];
        if (!bytes_equal(shortage->sku, item->key.sku))
            trace_fail("a shortage of another SKU is told");
        check_number(item->key.sku, "requested", item->count, shortage->requested);
        check_number(item->key.sku, "available", available, shortage->available);
    }
    check_number(BYTES("an order"), "shortages", told, order->shortages_count);
}

static void check_order_view(const struct model_order *wanted, const struct order_view *got)
{
    if (!bytes_equal(wanted->id, got->id) || wanted->campaign_id != got->campaign_id)
        trace_fail("another order is answered");
    check_number(wanted->id, "state", wanted->state, got->state);
    check_number(wanted->id, "created", wanted->created_ms, got->created_at_ms);
    check_number(wanted->id, "changed", wanted->changed_ms, got->changed_at_ms);
    check_number(wanted->id, "expires", wanted->expires_ms, got->expires_at_ms);
    check_number(wanted->id, "items", wanted->lines_count, got->items_count);
    for (uint32_t i = 0; i < wanted->lines_count; i++) {
        if (!bytes_equal(wanted->lines[i].sku, got->items[i].key.sku))
            trace_fail("another item is answered");
        check_number(wanted->lines[i].sku, "ordered", wanted->lines[i].count, got->items[i].count);
    }
}

static void check_order(const struct model_shelf *shelf, const struct store_order *order,
                        const struct outcome *outcome)
{
    const struct model_order *known = model_order_find(shelf, order->campaign_id, order->id);
    if (outcome->verdict == VERDICT_SHORTAGE)
        check_shortages(shelf, order);
    else
        check_number(order->id, "shortages", 0, order->shortages_count);
    if (known != NULL && outcome->verdict != VERDICT_NO_ROOM)
        check_order_view(known, &order->order);
    else
        check_number(order->id, "items of no order", 0, order->order.items_count);
}

static void check_view(const struct model_cell *cell, const struct stock_view *view,
                       int64_t turnover_at_ms)
{
    if (!bytes_equal(cell->sku, view->sku))
        trace_fail("%.*s is shown where %.*s should be",
                   (int)(view->sku.size < 24 ? view->sku.size : 24), (const char *)view->sku.data,
                   (int)(cell->sku.size < 24 ? cell->sku.size : 24), (const char *)cell->sku.data);
    check_number(cell->sku, "available", cell->available, view->available);
    check_number(cell->sku, "reserved", cell->reserved, view->reserved);
    check_number(cell->sku, "marks", cell->marks, view->marks);
    check_number(cell->sku, "updatedAt", cell->numbered ? cell->moment_ms : STOCK_NEVER_UPDATED,
                 view->updated_at_ms);
    for (int i = 0; i < STOCK_UNFIT_COUNT; i++)
        check_number(cell->sku, "an unfit count", cell->unfit[i],
                     view->details == NULL ? 0 : view->details->unfit[i]);
    check_number(cell->sku, "turnover",
                 turnover_at_ms == 0 ? -1 : model_turnover(cell, turnover_at_ms),
                 view->details == NULL ? -1 : view->details->turnover_tenths);
}

static void check_position(const char *name, int64_t wanted, struct bytes got)
{
    char text[24];
    const int size = snprintf(text, sizeof(text), "%" PRId64, wanted);
    const struct bytes expected = {(const uint8_t *)text, (size_t)size};
    if (wanted < 0 ? got.size != 0 : !bytes_equal(expected, got))
        trace_fail("position %s is \"%.*s\" and should be %" PRId64, name, BYTES_ARG(got), wanted);
}

static void check_page(const struct model_shelf *shelf, const struct store_command *command)
{
    static struct model_page page;
    model_page(shelf, &command->page, &page);
    check_number(BYTES("a page"), "verdict", page.verdict, command->verdict);
    check_number(BYTES("a page"), "size", page.cells_count, command->views_count);
    for (uint32_t i = 0; i < page.cells_count; i++)
        check_view(page.cells[i], &command->views[i], command->page.turnover_at_ms);
    check_position("next", page.next, command->page.next);
    check_position("prev", page.prev, command->page.prev);
}

static void check_list(const struct model_shelf *shelf, const struct store_command *command)
{
    uint32_t shown = 0;
    check_number(BYTES("a list"), "verdict", VERDICT_OK, command->verdict);
    for (uint32_t i = 0; i < command->list.keys_count; i++) {
        const struct model_cell *cell = model_cell_find(shelf, command->list.keys[i].sku);
        if (cell == NULL)
            continue;
        if (shown == command->views_count)
            trace_fail("a SKU is missing in a list");
        check_view(cell, &command->views[shown++], command->list.turnover_at_ms);
    }
    check_number(BYTES("a list"), "size", shown, command->views_count);
}

void auditor_check_results(struct auditor *auditor, const struct store_command *command,
                           const struct outcome *outcome)
{
    const struct model_shelf *shelf = model_shelf_find(&auditor->now, command->shelf_id);
    if (command->kind == STORE_PAGE) {
        check_page(shelf, command);
        return;
    }
    if (command->kind == STORE_LIST) {
        check_list(shelf, command);
        return;
    }
    check_number(BYTES("a command"), "verdict", outcome->verdict, command->verdict);
    if (command->kind == STORE_PUT)
        check_put(shelf, &command->put, outcome);
    if (command->kind == STORE_COUNT && outcome->verdict == VERDICT_BELOW_RESERVED)
        check_below(shelf, &command->count);
    if (command->kind == STORE_ORDER)
        check_order(shelf, &command->order, outcome);
}
