/* Reads back all that a store shows, as any reader would, into a model. It was just opened, so
 * every answer is there at once, and all of them agree. */
#include <inttypes.h>
#include <stdlib.h>

#include "auditor.h"
#include "base/hash.h"
#include "trace.h"

struct reading {
    struct auditor *auditor;
    struct store *store;
    int64_t now_ms;
    struct arena arena; /* Of one command. */
};

static void submit(struct reading *reading, struct store_command *command)
{
    command->arena = &reading->arena;
    if (!store_submit(reading->store, command))
        trace_fail("what was just recovered is not durable");
    if (command->verdict != VERDICT_OK && command->verdict != VERDICT_ORDER_UNKNOWN)
        trace_fail("reading is refused: %d", (int)command->verdict);
}

static void take_view(struct model_shelf *shelf, const struct stock_view *view, struct bytes sku)
{
    struct model_cell *cell = model_cell_add(shelf, sku);
    cell->available = view->available;
    cell->reserved = view->reserved;
    cell->marks = view->marks;
    cell->numbered = view->updated_at_ms != STOCK_NEVER_UPDATED;
    cell->moment_ms = cell->numbered ? view->updated_at_ms : 0;
    cell->turnover = view->details == NULL ? -1 : view->details->turnover_tenths;
    for (int i = 0; view->details != NULL && i < STOCK_UNFIT_COUNT; i++)
        cell->unfit[i] = view->details->unfit[i];
}

static struct bytes kept(struct auditor *auditor, struct bytes bytes)
{
    uint8_t *copy = arena_allocate(&auditor->memory, bytes.size + 1);
    ASSERT(copy != NULL);
    if (bytes.size > 0)
        memcpy(copy, bytes.data, bytes.size);
    return (struct bytes){copy, bytes.size};
}

/* All cells, page by page; pages have another size each time. */
static void read_cells(struct reading *reading, struct model_shelf *shelf)
{
    static const uint32_t limits[] = {STORE_PAGE_CELLS_MAX, 3, 17};
    struct bytes position = {NULL, 0};
    do {
        struct store_command command = {
            .kind = STORE_PAGE,
            .shelf_id = shelf->id,
            .page = {.position = position,
                     .limit = limits[reading->auditor->restarts_count % 3],
                     .filter = {.never_updated = true},
                     .turnover_at_ms = reading->now_ms},
        };
        submit(reading, &command);
        if (command.views_count == 0 && command.page.next.size > 0)
            trace_fail("a page is empty, and others follow");
        for (uint32_t i = 0; i < command.views_count; i++)
            take_view(shelf, &command.views[i], kept(reading->auditor, command.views[i].sku));
        position = kept(reading->auditor, command.page.next);
        arena_reset(&reading->arena);
    } while (position.size > 0);
}

/* The same cells by their SKUs. */
static void read_lists(struct reading *reading, const struct model_shelf *shelf)
{
    struct stock_key keys[GET_OFFER_IDS_MAX];
    for (uint32_t at = 0; at < shelf->cells_count; at += GET_OFFER_IDS_MAX) {
        uint32_t count = 0;
        while (count < GET_OFFER_IDS_MAX && at + count < shelf->cells_count) {
            const struct bytes sku = shelf->cells[at + count].sku;
            keys[count++] = (struct stock_key){sku, bytes_hash(sku)};
        }
        struct store_command command = {
            .kind = STORE_LIST, .shelf_id = shelf->id, .list = {.keys = keys, .keys_count = count}};
        submit(reading, &command);
        if (command.views_count != count)
            trace_fail("shelf %" PRId64 ": %" PRIu32 " of %" PRIu32 " SKUs are found", shelf->id,
                       command.views_count, count);
        for (uint32_t i = 0; i < count; i++) {
            if (!bytes_equal(command.views[i].sku, keys[i].sku) ||
                command.views[i].available != shelf->cells[at + i].available)
                trace_fail("shelf %" PRId64 ": a page and a list do not agree", shelf->id);
        }
        arena_reset(&reading->arena);
    }
}

bool auditor_read_order(struct store *store, const struct order_name *name, struct arena *arena,
                        struct model_order *order)
{
    struct store_command command = {
        .kind = STORE_ORDER,
        .shelf_id = name->shelf_id,
        .arena = arena,
        .order = {.action = ORDER_READ, .campaign_id = name->campaign_id, .id = name->id},
    };
    (void)store_submit(store, &command);
    if (command.verdict != VERDICT_OK)
        return false;
    const struct order_view *view = &command.order.order;
    struct deed_item *lines = arena_allocate(arena, view->items_count * sizeof(*lines));
    ASSERT(lines != NULL);
    for (uint32_t i = 0; i < view->items_count; i++)
        lines[i] = (struct deed_item){view->items[i].key.sku, view->items[i].count, 0, STOCK_FIT};
    *order = (struct model_order){
        .campaign_id = name->campaign_id,
        .id = name->id,
        .state = view->state,
        .created_ms = view->created_at_ms,
        .changed_ms = view->changed_at_ms,
        .expires_ms = view->expires_at_ms,
        .lines = lines,
        .lines_count = view->items_count,
    };
    return true;
}

/* Sums that the store keeps, against those of what it showed. */
static void check_totals(struct reading *reading, const struct model_shelf *shelf)
{
    struct shelf_totals totals;
    const struct shelf_totals sums = model_totals(shelf, 0);
    if (store_totals(reading->store, shelf->id, 0, &totals) != OK)
        trace_fail("totals of shelf %" PRId64 " are refused", shelf->id);
    if (totals.cells_count != sums.cells_count || totals.available != sums.available ||
        totals.reserved != sums.reserved || totals.unfit != sums.unfit ||
        totals.orders_count != sums.orders_count)
        trace_fail("shelf %" PRId64 ": totals are not the sums of its cells and orders", shelf->id);
}

void auditor_read_all(struct auditor *auditor, struct store *store, int64_t now_ms,
                      struct model *seen)
{
    struct reading reading = {.auditor = auditor, .store = store, .now_ms = now_ms};
    arena_init(&reading.arena);
    for (uint32_t i = 0; i < auditor->now.shelves_count; i++)
        read_cells(&reading, model_shelf_open(seen, auditor->now.shelves[i].id));
    for (uint32_t i = 0; i < auditor->names_count; i++) {
        const struct order_name *name = &auditor->names[i];
        struct model_order order;
        if (auditor_read_order(store, name, &auditor->memory, &order))
            *model_order_add(model_shelf_open(seen, name->shelf_id)) = order;
    }
    for (uint32_t i = 0; i < seen->shelves_count; i++) {
        read_lists(&reading, &seen->shelves[i]);
        check_totals(&reading, &seen->shelves[i]);
    }
    arena_deinit(&reading.arena);
}
