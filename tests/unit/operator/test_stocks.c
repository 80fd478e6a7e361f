/* GET stores and GET campaigns/{id}/stocks over a store that says what the test wants: which
 * commands are sent to which shelves, and what becomes of trouble. */
#include "operator_world.h"

#define STOCKS_11 "/api/v1/campaigns/11/stocks"
#define STOCKS_12 "/api/v1/campaigns/12/stocks"
#define STOCKS_13 "/api/v1/campaigns/13/stocks"

static struct stock_view views[] = {
    {.sku = BYTES_INIT("A"), .available = 3, .reserved = 1, .updated_at_ms = NOW_MS},
    {.sku = BYTES_INIT("B"), .updated_at_ms = NOW_MS, .marks = STOCK_HIDDEN},
};

static int get(struct world *world, const char *path, const char *name, const char *value)
{
    world_begin(&world->one, "GET", path, "");
    if (name != NULL)
        exchange_case_parameter(&world->one, name, value);
    world->store.submitted = 0;
    exchange_case_run(&world->one, &world->handler);
    return world->one.exchange.status;
}

static void begin(struct world *world)
{
    world_init(world);
    world->store.views = views;
    world->store.views_count = 2;
}

static void a_store_alone_is_one_command(void **state)
{
    (void)state;
    struct world world;
    begin(&world);
    assert_int_equal(get(&world, STOCKS_11, "search", "Ab"), 200);
    assert_int_equal(world.store.submitted, 1);
    const struct store_command *page = &world.store.kept[0];
    assert_int_equal(page->kind, STORE_PAGE);
    assert_int_equal(page->shelf_id, SHELF_ALONE);
    assert_true(page->page.search);
    assert_int_equal(page->page.filter.match, STORE_MATCH_SUBSTRING);
    EXPECT_TEXT(
        exchange_case_reply(&world.one),
        "{\"status\":\"OK\",\"result\":{\"stocks\":[{\"sku\":\"A\",\"fit\":4,\"freeze\":1,"
        "\"available\":3,\"updatedAt\":\"2025-09-17T09:06:40Z\",\"hidden\":false,"
        "\"archived\":false,\"deleted\":false,\"freeStorage\":false},{\"sku\":\"B\",\"fit\":0,"
        "\"freeze\":0,\"available\":0,\"updatedAt\":\"2025-09-17T09:06:40Z\",\"hidden\":true,"
        "\"archived\":false,\"deleted\":false,\"freeStorage\":false}],\"paging\":{}}}");
    world_deinit(&world);
}

/* Each filter is told to the shelf that knows it; what is left over is left out of the answer. */
static void filters_go_along_with_the_walk(void **state)
{
    (void)state;
    struct world world;
    begin(&world);
    static const struct {
        const char *path;
        const char *filter;
        int64_t shelf_id;
        uint32_t commands;
        struct store_filter expected;
    } rows[] = {
        {STOCKS_11,
         "IN_STOCK",
         SHELF_ALONE,
         1,
         {.marks_mask = STOCK_DELETED | STOCK_ARCHIVED, .available = STORE_PRESENT}},
        {STOCKS_11,
         "ZERO",
         SHELF_ALONE,
         1,
         {.marks_mask = STOCK_DELETED | STOCK_ARCHIVED, .available = STORE_ABSENT}},
        {STOCKS_11,
         "STALE",
         SHELF_ALONE,
         1,
         {.marks_mask = STOCK_DELETED | STOCK_ARCHIVED, .updated_before_ms = NOW_MS - 86400000}},
        {STOCKS_11,
         "HIDDEN",
         SHELF_ALONE,
         1,
         {.marks_mask = STOCK_DELETED | STOCK_HIDDEN, .marks_wanted = STOCK_HIDDEN}},
        {STOCKS_12,
         "HIDDEN",
         SHELF_GROUPED,
         2,
         {.marks_mask = STOCK_DELETED | STOCK_HIDDEN, .marks_wanted = STOCK_HIDDEN}},
        {STOCKS_12,
         "IN_STOCK",
         SHELF_GROUP,
         2,
         {.marks_mask = STOCK_ARCHIVED, .available = STORE_PRESENT}},
        {STOCKS_12,
         "ARCHIVED",
         SHELF_GROUP,
         2,
         {.marks_mask = STOCK_ARCHIVED, .marks_wanted = STOCK_ARCHIVED}},
        {STOCKS_13, "IN_STOCK", SHELF_FBY, 3, {.marks_mask = STOCK_DELETED | STOCK_ARCHIVED}},
    };
    for (size_t i = 0; i < ROWS_COUNT_OF(rows); i++) {
        world.store.late = i % 2 == 1;
        assert_int_equal(get(&world, rows[i].path, "filter", rows[i].filter), 200);
        const struct store_command *page = &world.store.kept[0];
        const struct store_filter *filter = &page->page.filter;
        EXPECT(rows[i].filter, page->shelf_id == rows[i].shelf_id);
        EXPECT(rows[i].filter, world.store.submitted == rows[i].commands);
        EXPECT(rows[i].filter, filter->marks_mask == rows[i].expected.marks_mask);
        EXPECT(rows[i].filter, filter->marks_wanted == rows[i].expected.marks_wanted);
        EXPECT(rows[i].filter, filter->available == rows[i].expected.available);
        EXPECT(rows[i].filter, filter->updated_before_ms == rows[i].expected.updated_before_ms);
        EXPECT(rows[i].filter, filter->never_updated);
    }
    world_deinit(&world);
}

static void nobody_else_is_asked_about_nothing(void **state)
{
    (void)state;
    struct world world;
    begin(&world);
    world.store.views_count = 0;
    world.store.next = BYTES("9");
    assert_int_equal(get(&world, STOCKS_13, NULL, NULL), 200);
    assert_int_equal(world.store.submitted, 1);
    assert_true(bytes_starts_with(
        exchange_case_reply(&world.one),
        BYTES("{\"status\":\"OK\",\"result\":{\"stocks\":[],\"paging\":{\"nextPageToken\":\"")));
    world_deinit(&world);
}

static void trouble_of_the_store_is_told(void **state)
{
    (void)state;
    struct world world;
    begin(&world);
    world.store.verdict = VERDICT_NO_ROOM;
    assert_int_equal(get(&world, STOCKS_11, NULL, NULL), 503);
    world.store.verdict = VERDICT_BAD_POSITION;
    assert_int_equal(get(&world, STOCKS_11, NULL, NULL), 400);
    world_expect_code(&world, "BAD_REQUEST");
    assert_int_equal(get(&world, "/api/v1/stores", NULL, NULL), 200);
    assert_int_equal(get(&world, "/api/v1/stores", "search", "12"), 200);
    EXPECT_TEXT(
        exchange_case_reply(&world.one),
        "{\"status\":\"OK\",\"result\":{\"stores\":[{\"campaignId\":12,\"businessId\":1,"
        "\"businessName\":\"b\",\"domain\":\"d\",\"placementType\":\"FBS\","
        "\"apiAvailability\":\"AVAILABLE\",\"warehouses\":[{\"id\":502,"
        "\"name\":\"w\"}],\"warehouseGroup\":{\"id\":77,\"name\":\"g\"},\"skus\":0,\"available\":0,"
        "\"reserved\":0,\"unfit\":0,\"hidden\":0,\"countedAt\":\"1970-01-01T00:00:00Z\","
        "\"updates\":"
        "[0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0]}],\"paging\":{}}}");
    world.store.totals_error = ERR_IO;
    assert_int_equal(get(&world, "/api/v1/stores", NULL, NULL), 503);
    world_deinit(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_store_alone_is_one_command),
        cmocka_unit_test(filters_go_along_with_the_walk),
        cmocka_unit_test(nobody_else_is_asked_about_nothing),
        cmocka_unit_test(trouble_of_the_store_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
