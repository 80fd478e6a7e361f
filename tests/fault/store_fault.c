/* The store that faults happen to. Nothing here fails. */
#include "store_fault.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

const struct stock_cause fault_cause = {
    .source = STOCK_SOURCE_API, .at_ms = MOMENT, .by = BYTES_INIT("token"), .request_id = 1};

static const int64_t shelf_ids[] = {SHELF, MARKET_SHELF, 55, 56, 99};
static const char *const order_ids[] = {"open", "packed", "shipped", "gone", "fresh", "large"};

static enum err take_document(void *context, struct bytes name, struct bytes content)
{
    struct fault_world *world = context;
    buffer_append_format(&world->documents, "%.*s=%.*s;", BYTES_ARG(name), BYTES_ARG(content));
    return world->documents.failed ? ERR_MEMORY : OK;
}

static enum err give_documents(void *context, const struct store_document_sink *sink)
{
    (void)context;
    sink->begin(sink->context);
    return sink->take(sink->context, BYTES("first"), BYTES("1"));
}

struct store_local_settings fault_world_settings(struct fault_world *world, const char *folder)
{
    return (struct store_local_settings){
        .os = os_sim_os(world->sim),
        .folder = folder,
        .documents = {world, take_document, give_documents},
        .history_days = HISTORY_DAYS_DEFAULT,
        .history_bytes_max = INT64_C(1) << 30,
    };
}

enum err fault_world_open_at(struct fault_world *world, const char *folder)
{
    const struct store_local_settings settings = fault_world_settings(world, folder);
    buffer_clear(&world->documents);
    world->store = NULL;
    return store_local_open(&settings, &world->opening, &world->store);
}

enum err fault_world_open(struct fault_world *world)
{
    return fault_world_open_at(world, FAULT_FOLDER);
}

void fault_world_init(struct fault_world *world)
{
    memset(world, 0, sizeof(*world));
    world->sim = os_sim_create(1);
    os_sim_set_now(world->sim, MOMENT);
    arena_init(&world->arena);
    buffer_init(&world->documents);
    for (int i = 0; i < MANY; i++) {
        memset(world->skus[i], 'x', SKU_BYTES - 1);
        const int length = snprintf(world->skus[i], SKU_BYTES, "many-%d", i);
        world->skus[i][length] = '-';
        world->many[i] = write_of(world->skus[i], i, MOMENT);
    }
}

static void run(struct fault_world *world, struct store_command command)
{
    command.arena = &world->arena;
    command.cause = fault_cause;
    (void)store_submit(world->store, &command);
    assert_int_equal(command.verdict, VERDICT_OK);
    assert_int_equal(store_local_commit(world->store), OK);
    arena_reset(&world->arena);
}

static void fill_shelf(struct fault_world *world, int64_t shelf_id)
{
    const struct stock_write items[] = {write_of("a", 20, MOMENT), write_of("b", 30, MOMENT),
                                        write_of("c", 0, MOMENT), write_of("d", 7, MOMENT)};
    const struct stock_count unfit[] = {{key_of("b"), STOCK_DEFECT, 2, MOMENT}};
    const struct stock_key marked[] = {key_of("c"), key_of("bare")};
    run(world, (struct store_command){.kind = STORE_PUT,
                                      .shelf_id = shelf_id,
                                      .put = {.items = items, .items_count = 4}});
    run(world, (struct store_command){.kind = STORE_COUNT,
                                      .shelf_id = shelf_id,
                                      .count = {.items = unfit, .items_count = 1}});
    run(world, (struct store_command){.kind = STORE_MARK,
                                      .shelf_id = shelf_id,
                                      .mark = {.keys = marked,
                                               .keys_count = 2,
                                               .set = STOCK_ARCHIVED,
                                               .create_unknown = true}});
}

static void fill_order(struct fault_world *world, const char *id, int64_t expires_at_ms,
                       enum order_action then)
{
    const struct stock_order_item item = {key_of("a"), 1};
    struct store_command command = {
        .kind = STORE_ORDER,
        .shelf_id = SHELF,
        .order = {.action = ORDER_RESERVE,
                  .campaign_id = 10,
                  .id = bytes_from_text(id),
                  .now_ms = MOMENT,
                  .expires_at_ms = expires_at_ms,
                  .items = &item,
                  .items_count = 1},
    };
    run(world, command);
    command.order.action = then;
    if (then != ORDER_RESERVE)
        run(world, command);
}

void fault_world_begin(struct fault_world *world)
{
    fault_world_init(world);
    assert_int_equal(fault_world_open(world), OK);
    fill_shelf(world, SHELF);
    fill_shelf(world, MARKET_SHELF);
    fill_order(world, "shipped", 0, ORDER_SHIP);
    fill_order(world, "gone", 0, ORDER_CANCEL);
    fill_order(world, "open", MOMENT + 5000, ORDER_RESERVE);
    assert_int_equal(store_add_document(world->store, BYTES("first"), BYTES("1")), OK);
    arena_deinit(&world->arena); /* Whatever is asked for from here on has to be allocated. */
}

void fault_world_end(struct fault_world *world)
{
    if (world->store != NULL)
        store_close(world->store);
    arena_deinit(&world->arena);
    buffer_deinit(&world->documents);
    os_sim_destroy(world->sim);
}

void fault_world_reopen(struct fault_world *world)
{
    assert_int_equal(store_local_commit(world->store), OK);
    store_close(world->store);
    if (fault_world_open(world) != OK)
        fail_msg("%s", world->opening.problem);
}

static void show_cell(struct buffer *text, const struct stock_view *view)
{
    buffer_append_format(text, "  %.*s %" PRId64 " %" PRId64 " %" PRId64 " %x",
                         BYTES_ARG(bytes_clip(view->sku, 12)), view->available, view->reserved,
                         view->updated_at_ms, view->marks);
    for (int i = 0; view->details != NULL && i < STOCK_UNFIT_COUNT; i++)
        buffer_append_format(text, " %" PRId64, view->details->unfit[i]);
    if (view->details != NULL)
        buffer_append_format(text, " t%" PRId64, view->details->turnover_tenths);
    buffer_append_text(text, "\n");
}

static void show_shelf(struct fault_world *world, int64_t shelf_id, struct buffer *text)
{
    struct store_command command = {
        .kind = STORE_PAGE,
        .shelf_id = shelf_id,
        .arena = &world->arena,
        .page = {.limit = STORE_PAGE_CELLS_MAX,
                 .turnover_at_ms = MOMENT,
                 .filter = {.never_updated = true}},
    };
    bool more = true;
    while (more) {
        (void)store_submit(world->store, &command);
        assert_int_equal(command.verdict, VERDICT_OK);
        for (uint32_t i = 0; i < command.views_count; i++)
            show_cell(text, &command.views[i]);
        more = command.page.next.size > 0;
        command.page.position = command.page.next;
    }
    arena_deinit(&world->arena);
}

static void show_order(struct fault_world *world, const char *id, struct buffer *text)
{
    struct store_command command = {
        .kind = STORE_ORDER,
        .shelf_id = SHELF,
        .arena = &world->arena,
        .order = {.action = ORDER_READ,
                  .campaign_id = 10,
                  .id = bytes_from_text(id),
                  .now_ms = MOMENT},
    };
    (void)store_submit(world->store, &command);
    const struct order_view *order = &command.order.order;
    if (command.verdict == VERDICT_OK)
        buffer_append_format(text, "order %s %d %" PRId64 " %u items\n", id, order->state,
                             order->expires_at_ms, order->items_count);
    arena_deinit(&world->arena);
}

void fault_world_show(struct fault_world *world, struct buffer *text)
{
    buffer_clear(text);
    for (size_t i = 0; i < ROWS_COUNT_OF(shelf_ids); i++) {
        struct shelf_totals totals;
        assert_int_equal(store_totals(world->store, shelf_ids[i], 0, &totals), OK);
        buffer_append_format(
            text, "shelf %" PRId64 ": %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %u\n",
            shelf_ids[i], totals.cells_count, totals.available, totals.reserved, totals.unfit,
            totals.orders_count);
        show_shelf(world, shelf_ids[i], text);
    }
    for (size_t i = 0; i < ROWS_COUNT_OF(order_ids); i++)
        show_order(world, order_ids[i], text);
    assert_false(text->failed);
}
