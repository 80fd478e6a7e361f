/* v3: a request that names several warehouses becomes one store command after another, and nothing
 * is written before everything was looked at. */
#include "api_world.h"

#include "../../support/store_fake.h"
#include "os/log.h"

#define UPDATE "/v3/businesses/2/offers/stocks/update"
#define ITEM(sku, warehouse)                                                                       \
    "{\"sku\":\"" sku "\",\"partnerWarehouseId\":" warehouse ",\"count\":5}"
#define TWO "{\"skuItems\":[" ITEM("A", "602") "," ITEM("B", "601") "," ITEM("C", "602") "]}"

static int send_second(struct world *world, const char *body)
{
    exchange_case_begin(&world->one, "POST", UPDATE, NOW_MS);
    exchange_case_header(&world->one, HTTP_API_KEY, SECOND_KEY);
    exchange_case_body(&world->one, bytes_from_text(body));
    return world_run(world);
}

static int64_t shelf_of(const struct world *world, int64_t warehouse_id)
{
    struct warehouse_facts facts;
    assert_true(registry_find_warehouse(world->registry, warehouse_id, &facts));
    return facts.shelf_id;
}

/* At once or later, each warehouse gets one write of what is its own. */
static void each_warehouse_is_one_write(void **state)
{
    (void)state;
    for (int late = 0; late < 2; late++) {
        struct store_fake store;
        store_fake_init(&store);
        store.late = late == 1;
        struct world world;
        world_init(&world, &settings_2025, &store.store);
        assert_int_equal(send_second(&world, TWO), 200);
        EXPECT_TEXT(exchange_case_reply(&world.one), "{\"status\":\"OK\"}");
        assert_int_equal(store.submitted, 2);
        assert_int_equal(store.kept[0].kind, STORE_PUT);
        assert_int_equal(store.kept[0].shelf_id, shelf_of(&world, 602));
        assert_int_equal(store.kept[0].put.items_count, 2);
        assert_int_equal(store.kept[1].kind, STORE_PUT);
        assert_int_equal(store.kept[1].shelf_id, shelf_of(&world, 601));
        assert_int_equal(store.kept[1].put.items_count, 1);
        world_deinit(&world);
    }
}

/* Answers commands from the second on with another verdict. */
static void fail_behind_the_first(struct store_fake *fake, struct store_command *command)
{
    command->verdict = fake->submitted > 1 ? VERDICT_NO_ROOM : VERDICT_OK;
    if (command->kind == STORE_PUT)
        command->put.applied_count = command->put.items_count;
}

static void no_room_in_the_second_warehouse_is_503_and_costs_nothing(void **state)
{
    (void)state;
    struct store_fake store;
    store_fake_init(&store);
    store.answer = fail_behind_the_first;
    struct world world;
    world_init(&world, &settings_2025, &store.store);
    assert_int_equal(send_second(&world, TWO), 503);
    assert_int_equal(store.submitted, 2);
    assert_int_equal(world.one.exchange.rate.remaining, 50);
    world_deinit(&world);
}

/* Knows every SKU but X. */
static void know_all_but_x(struct store_fake *fake, struct store_command *command)
{
    static struct stock_view views[GET_OFFER_IDS_MAX];
    (void)fake;
    command->verdict = VERDICT_OK;
    if (command->kind == STORE_PUT) {
        command->put.applied_count = command->put.items_count;
        return;
    }
    assert_int_equal(command->kind, STORE_LIST);
    command->views = views;
    command->views_count = 0;
    for (uint32_t i = 0; i < command->list.keys_count; i++) {
        if (!bytes_equal(command->list.keys[i].sku, BYTES("X")))
            views[command->views_count++] = (struct stock_view){.sku = command->list.keys[i].sku};
    }
}

static void unknown_skus_are_looked_for_before_anything_is_written(void **state)
{
    (void)state;
    struct store_fake store;
    store_fake_init(&store);
    store.answer = know_all_but_x;
    struct world world;
    struct api_settings settings = settings_2025;
    settings.unknown_sku = STORE_UNKNOWN_REJECT;
    world_init(&world, &settings, &store.store);
    assert_int_equal(send_second(&world, TWO), 200);
    static const enum store_command_kind kinds[] = {STORE_LIST, STORE_LIST, STORE_PUT, STORE_PUT};
    assert_int_equal(store.submitted, ROWS_COUNT_OF(kinds));
    for (size_t i = 0; i < ROWS_COUNT_OF(kinds); i++)
        assert_int_equal(store.kept[i].kind, kinds[i]);
    store.submitted = 0;
    (void)send_second(&world, "{\"skuItems\":[" ITEM("A", "602") "," ITEM("X", "601") "]}");
    world_expect_error(&world, 400, "BAD_REQUEST", "Unknown shop-sku 'X' for warehouse '601'");
    assert_int_equal(store.submitted, 2);
    assert_int_equal(store.last.kind, STORE_LIST);
    world_deinit(&world);
}

static void look_ups_come_in_portions(void **state)
{
    (void)state;
    struct store_fake store;
    store_fake_init(&store);
    store.answer = know_all_but_x;
    struct world world;
    struct api_settings settings = settings_2025;
    settings.unknown_sku = STORE_UNKNOWN_REJECT;
    world_init(&world, &settings, &store.store);
    struct buffer body;
    buffer_init(&body);
    buffer_append_text(&body, "{\"skuItems\":[" ITEM("Y", "602"));
    for (int i = 0; i < 1001; i++)
        buffer_append_format(&body, ",{\"sku\":\"S%d\",\"partnerWarehouseId\":601,\"count\":%d}", i,
                             i);
    buffer_append_text(&body, "]}");
    assert_int_equal(send_second(&world, buffer_text(&body)), 200);
    static const uint32_t sizes[] = {1, 500, 500, 1};
    assert_int_equal(store.submitted, ROWS_COUNT_OF(sizes) + 2);
    for (size_t i = 0; i < ROWS_COUNT_OF(sizes); i++)
        assert_int_equal(store.kept[i].list.keys_count, sizes[i]);
    assert_int_equal(store.last.put.items_count, 1001);
    buffer_deinit(&body);
    world_deinit(&world);
}

/* A failed disk is told as 503 and gives the price back; the warehouse stays as it was. */
static void status_that_cannot_be_kept_is_not_changed(void **state)
{
    (void)state;
    struct store_fake store;
    store_fake_init(&store);
    store.document_error = ERR_FULL;
    log_set_level(LOG_ERROR);
    struct world world;
    world_init(&world, &settings_2025, &store.store);
    const char *const path = "/v2/campaigns/10006/warehouse/status";
    assert_int_equal(world_send(&world, "POST", path, "{\"enabled\":false}"), 503);
    assert_int_equal(world.one.exchange.rate.remaining, 100);
    struct warehouse_facts facts;
    assert_true(registry_find_warehouse(world.registry, 506, &facts));
    assert_true(facts.enabled);
    store.document_error = OK;
    assert_int_equal(world_send(&world, "POST", path, "{\"enabled\":false}"), 200);
    assert_true(registry_find_warehouse(world.registry, 506, &facts));
    assert_false(facts.enabled);
    assert_int_equal(store.documents, 2);
    assert_int_equal(world_send(&world, "POST", path, "{\"enabled\":false}"), 200);
    assert_int_equal(store.documents, 2); /* Nothing changed, nothing is written. */
    world_deinit(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_warehouse_is_one_write),
        cmocka_unit_test(no_room_in_the_second_warehouse_is_503_and_costs_nothing),
        cmocka_unit_test(unknown_skus_are_looked_for_before_anything_is_written),
        cmocka_unit_test(look_ups_come_in_portions),
        cmocka_unit_test(status_that_cannot_be_kept_is_not_changed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
