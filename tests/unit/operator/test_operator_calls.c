/* The operator API over a store that does what the test says: which commands a request becomes, and
 * what each outcome is answered with. */
#include "operator_world.h"

static const char order_body[] = "{\"orderId\":\"o\",\"items\":[{\"sku\":\"A\",\"count\":2}]}";
static const char counts_body[] = "{\"items\":[{\"sku\":\"A\",\"type\":\"FIT\",\"count\":2},"
                                  "{\"sku\":\"A\",\"type\":\"DEFECT\",\"count\":1},"
                                  "{\"sku\":\"B\",\"type\":\"AVAILABLE\",\"count\":3}]}";

/* Requests that reach the store with one command at once. */
static const struct {
    const char *method;
    const char *path;
    const char *body;
} storing[] = {
    {"POST", "/api/v1/campaigns/11/orders", order_body},
    {"POST", "/api/v1/campaigns/13/orders", order_body},
    {"GET", "/api/v1/campaigns/11/orders/o", ""},
    {"POST", "/api/v1/campaigns/11/orders/o/pack", ""},
    {"POST", "/api/v1/campaigns/12/orders/o/ship", ""},
    {"POST", "/api/v1/campaigns/13/orders/o/cancel", ""},
    {"PUT", "/api/v1/campaigns/11/warehouses/501/stocks", counts_body},
    {"PUT", "/api/v1/campaigns/13/warehouses/147/stocks", counts_body},
    {"POST", "/api/v1/campaigns/11/offers/free-storage", "{\"offerIds\":[\"A\"],\"free\":true}"},
};

static void no_room_is_503_with_a_wait(void **state)
{
    (void)state;
    struct world world;
    world_init(&world);
    for (size_t i = 0; i < ROWS_COUNT_OF(storing); i++) {
        for (int late = 0; late < 2; late++) {
            world.store.verdict = VERDICT_NO_ROOM;
            world.store.late = late == 1;
            assert_int_equal(
                world_send(&world, storing[i].method, storing[i].path, storing[i].body), 503);
            world_expect_code(&world, "SERVICE_UNAVAILABLE");
            assert_int_equal(world.one.exchange.retry_after_s, 1);
            assert_int_equal(world.store.submitted, 1);
        }
    }
    world_deinit(&world);
}

static void a_wrong_token_reaches_nobody(void **state)
{
    (void)state;
    struct world world;
    world_init(&world);
    for (size_t i = 0; i < ROWS_COUNT_OF(storing); i++) {
        exchange_case_begin(&world.one, storing[i].method, storing[i].path, NOW_MS);
        exchange_case_header(&world.one, HTTP_AUTHORIZATION, "Bearer Secret");
        exchange_case_run(&world.one, &world.handler);
        assert_int_equal(world.one.exchange.status, 401);
        assert_string_equal(world.one.exchange.authenticate, "Bearer");
        assert_int_equal(world.store.submitted, 0);
    }
    world_deinit(&world);
}

/* What each command of an order is answered with, in order. */
struct script {
    enum verdict verdicts[8];
    uint32_t at;
    struct order_shortage shortage;
};

static void play(struct store_fake *fake, struct store_command *command)
{
    struct script *script = fake->answer_context;
    assert_true(script->at < ROWS_COUNT_OF(script->verdicts));
    command->verdict = script->verdicts[script->at++];
    command->order.shortages = &script->shortage;
    command->order.shortages_count = 1;
    command->order.order = (struct order_view){.campaign_id = 13, .id = BYTES_INIT("o")};
}

static void what_the_operator_changes_is_his(void **state)
{
    (void)state;
    struct world world;
    world_init(&world);
    for (size_t i = 0; i < ROWS_COUNT_OF(storing); i++) {
        (void)world_send(&world, storing[i].method, storing[i].path, storing[i].body);
        const struct store_command *command = &world.store.kept[0];
        if (command->kind == STORE_ORDER && command->order.action == ORDER_READ)
            continue;
        assert_int_equal(command->cause.source, STOCK_SOURCE_OPERATOR);
        assert_true(command->cause.at_ms == NOW_MS);
        EXPECT_TEXT(command->cause.by, "operator");
        assert_true(command->cause.request_id == 0);
    }
    world_deinit(&world);
}

static void expect_command(const struct world *world, uint32_t at, enum order_action action,
                           int64_t shelf_id)
{
    const struct store_command *command = &world->store.kept[at];
    assert_int_equal(command->kind, STORE_ORDER);
    assert_int_equal(command->order.action, action);
    assert_int_equal(command->shelf_id, shelf_id);
    assert_int_equal(command->order.now_ms, NOW_MS);
}

static void an_order_is_looked_for_on_every_shelf_before_it_is_made(void **state)
{
    (void)state;
    struct world world;
    world_init(&world);
    const int64_t first = market_shelf_id(SHELF_FBY, 1);
    const int64_t second = market_shelf_id(SHELF_FBY, 3);
    struct script script = {
        .verdicts = {VERDICT_ORDER_UNKNOWN, VERDICT_ORDER_UNKNOWN, VERDICT_SHORTAGE, VERDICT_OK},
        .shortage = {BYTES_INIT("A"), 2, 1},
    };
    world.store.answer = play;
    world.store.answer_context = &script;
    for (int late = 0; late < 2; late++) {
        script.at = 0;
        world.store.late = late == 1;
        assert_int_equal(world_send(&world, "POST", "/api/v1/campaigns/13/orders", order_body),
                         200);
        assert_int_equal(world.store.submitted, 4);
        expect_command(&world, 0, ORDER_READ, first);
        expect_command(&world, 1, ORDER_READ, second);
        expect_command(&world, 2, ORDER_RESERVE, first);
        expect_command(&world, 3, ORDER_RESERVE, second);
    }
    /* Known on the second: it is repeated there, and nowhere else. */
    script = (struct script){.verdicts = {VERDICT_ORDER_UNKNOWN, VERDICT_OK, VERDICT_OK}};
    assert_int_equal(world_send(&world, "POST", "/api/v1/campaigns/13/orders", order_body), 200);
    assert_int_equal(world.store.submitted, 3);
    expect_command(&world, 2, ORDER_RESERVE, second);
    world_deinit(&world);
}

static void an_order_on_one_shelf_is_one_command(void **state)
{
    (void)state;
    struct world world;
    world_init(&world);
    assert_int_equal(world_send(&world, "POST", "/api/v1/campaigns/11/orders", order_body), 200);
    assert_int_equal(world.store.submitted, 1);
    expect_command(&world, 0, ORDER_RESERVE, SHELF_ALONE);
    world_deinit(&world);
}

/* Campaign 12 sells from its group; what was over before it joined lies on its own shelf. */
static void orders_of_before_a_group_are_found(void **state)
{
    (void)state;
    struct world world;
    world_init(&world);
    struct script script = {.verdicts = {VERDICT_ORDER_UNKNOWN, VERDICT_OK, VERDICT_OK}};
    world.store.answer = play;
    world.store.answer_context = &script;
    assert_int_equal(world_send(&world, "POST", "/api/v1/campaigns/12/orders", order_body), 200);
    assert_int_equal(world.store.submitted, 3);
    expect_command(&world, 0, ORDER_READ, SHELF_GROUP);
    expect_command(&world, 1, ORDER_READ, SHELF_GROUPED);
    expect_command(&world, 2, ORDER_RESERVE, SHELF_GROUPED);
    script.at = 0;
    assert_int_equal(world_send(&world, "POST", "/api/v1/campaigns/12/orders/o/ship", ""), 200);
    assert_int_equal(world.store.submitted, 2);
    expect_command(&world, 0, ORDER_SHIP, SHELF_GROUP);
    expect_command(&world, 1, ORDER_SHIP, SHELF_GROUPED);
    /* A new one is made on the group's shelf alone. */
    script = (struct script){
        .verdicts = {VERDICT_ORDER_UNKNOWN, VERDICT_ORDER_UNKNOWN, VERDICT_SHORTAGE},
        .shortage = {BYTES_INIT("A"), 2, 1},
    };
    assert_int_equal(world_send(&world, "POST", "/api/v1/campaigns/12/orders", order_body), 409);
    assert_int_equal(world.store.submitted, 3);
    expect_command(&world, 2, ORDER_RESERVE, SHELF_GROUP);
    world_deinit(&world);
}

/* While somebody makes an order on several shelves nobody else makes the same one; afterwards they
 * may, also when the first was never answered. */
static void the_same_order_is_made_by_one_at_a_time(void **state)
{
    (void)state;
    struct world world;
    world_init(&world);
    const char *path = "/api/v1/campaigns/13/orders";
    for (int answered = 0; answered < 2; answered++) {
        struct exchange_case other;
        exchange_case_init(&other);
        world.store.late = true;
        world_begin(&other, "POST", path, order_body);
        world.handler.begin(world.handler.context, &other.exchange);
        assert_false(world.handler.execute(world.handler.context, &other.exchange));
        world.store.late = false;
        assert_int_equal(world_send(&world, "POST", path, order_body), 503);
        assert_int_equal(world.store.submitted, 0);
        assert_int_equal(
            world_send(&world, "POST", path,
                       "{\"orderId\":\"other\",\"items\":[{\"sku\":\"A\",\"count\":2}]}"),
            200);
        if (answered == 1)
            assert_true(world.handler.finish(world.handler.context, &other.exchange));
        world.handler.end(world.handler.context, &other.exchange);
        assert_int_equal(world_send(&world, "POST", path, order_body), 200);
        exchange_case_deinit(&other);
    }
    world_deinit(&world);
}

static void an_order_of_yesterday_is_only_looked_for(void **state)
{
    (void)state;
    struct world world;
    world_init(&world);
    static const char late_body[] = "{\"orderId\":\"o\",\"items\":[{\"sku\":\"A\",\"count\":2}],"
                                    "\"expiresAt\":\"1970-01-01T00:00:00Z\"}";
    world.store.verdict = VERDICT_ORDER_UNKNOWN;
    assert_int_equal(world_send(&world, "POST", "/api/v1/campaigns/11/orders", late_body), 400);
    assert_int_equal(world.store.submitted, 1);
    expect_command(&world, 0, ORDER_READ, SHELF_ALONE);
    world.store.verdict = VERDICT_OK;
    assert_int_equal(world_send(&world, "POST", "/api/v1/campaigns/11/orders", late_body), 200);
    expect_command(&world, 1, ORDER_RESERVE, SHELF_ALONE);
    assert_int_equal(world.store.kept[1].order.expires_at_ms, NOW_MS); /* Not 0: never. */
    world_deinit(&world);
}

static void counts_in_a_market_warehouse_are_marked_first(void **state)
{
    (void)state;
    struct world world;
    world_init(&world);
    static const struct {
        const char *path;
        int64_t stock_shelf_id;
        int64_t counted_shelf_id;
        uint32_t clear;
    } rows[] = {
        {"/api/v1/campaigns/13/warehouses/149/stocks", SHELF_FBY, SHELF_FBY + (INT64_C(3) << 32),
         STOCK_DELETED},
        {"/api/v1/campaigns/12/warehouses/148/stocks", SHELF_GROUP,
         SHELF_GROUPED + (INT64_C(2) << 32), 0},
    };
    for (size_t i = 0; i < ROWS_COUNT_OF(rows); i++) {
        world.store.late = i == 0;
        assert_int_equal(world_send(&world, "PUT", rows[i].path, counts_body), 200);
        assert_int_equal(world.store.submitted, 2);
        const struct store_command *mark = &world.store.kept[0];
        const struct store_command *count = &world.store.kept[1];
        assert_int_equal(mark->kind, STORE_MARK);
        assert_true(mark->shelf_id == rows[i].stock_shelf_id);
        assert_int_equal(mark->mark.set, STOCK_PLACED);
        assert_int_equal(mark->mark.clear, rows[i].clear);
        assert_int_equal(mark->mark.keys_count, 2); /* A and B. */
        assert_true(mark->mark.create_unknown);
        assert_int_equal(count->kind, STORE_COUNT);
        assert_true(count->shelf_id == rows[i].counted_shelf_id);
        assert_int_equal(count->count.items_count, 3);
    }
    assert_int_equal(
        world_send(&world, "PUT", "/api/v1/campaigns/12/warehouses/502/stocks", counts_body), 200);
    assert_int_equal(world.store.submitted, 1);
    assert_true(world.store.kept[0].shelf_id == SHELF_GROUP);
    world_deinit(&world);
}

static void a_count_below_what_is_reserved_is_409(void **state)
{
    (void)state;
    struct world world;
    world_init(&world);
    world.store.verdict = VERDICT_BELOW_RESERVED;
    world.store.below_sku = BYTES("A");
    world.store.below_reserved = 7;
    assert_int_equal(
        world_send(&world, "PUT", "/api/v1/campaigns/11/warehouses/501/stocks", counts_body), 409);
    EXPECT_TEXT(exchange_case_reply(&world.one),
                "{\"status\":\"ERROR\",\"errors\":[{\"code\":\"BELOW_RESERVED\",\"message\":"
                "\"FIT of 'A' must be 7 or more, as orders hold that many; nothing is "
                "changed\"}]}");
    world_deinit(&world);
}

static void trouble_of_the_registry_is_told(void **state)
{
    (void)state;
    struct world world;
    world_init(&world);
    static const char removal[] = "{\"remove\":{\"campaigns\":[11],\"warehouses\":[501]}}";
    static const char token[] = "{\"name\":\"t\",\"businessId\":1,\"scopes\":[\"pricing\"]}";
    static const enum err errors[] = {ERR_FULL, ERR_IO, ERR_MEMORY};
    for (size_t i = 0; i < ROWS_COUNT_OF(errors); i++) {
        world.store.document_error = errors[i];
        assert_int_equal(world_send(&world, "POST", "/api/v1/registry", removal), 503);
        assert_int_equal(world.one.exchange.retry_after_s, 1);
        assert_int_equal(world_send(&world, "POST", "/api/v1/tokens", token), 503);
    }
    world.store.document_error = OK;
    world.store.totals.available = 5;
    assert_int_equal(world_send(&world, "POST", "/api/v1/registry", removal), 409);
    world_expect_code(&world, "STOCK_WOULD_BE_STRANDED");
    world.store.totals.available = 0;
    assert_int_equal(world_send(&world, "POST", "/api/v1/registry", removal), 200);
    EXPECT_TEXT(exchange_case_reply(&world.one),
                "{\"status\":\"OK\",\"result\":{\"changed\":true,\"moves\":0}}");
    assert_int_equal(world_send(&world, "POST", "/api/v1/tokens", token), 200);
    world.store.document_error = ERR_FULL;
    assert_int_equal(
        world_send(&world, "POST", "/api/v1/tokens/revoke", "{\"name\":\"t\",\"businessId\":1}"),
        503);
    world_deinit(&world);
}

static void push_is_answered_as_it_says(void **state)
{
    (void)state;
    struct world world;
    world_init(&world);
    static const struct {
        enum err error;
        int status;
        const char *code;
    } rows[] = {
        {OK, 200, NULL},
        {ERR_NOT_FOUND, 404, "NOT_FOUND"},
        {ERR_DENIED, 409, "PUSH_OFF"},
        {ERR_FULL, 503, "SERVICE_UNAVAILABLE"},
        {ERR_MEMORY, 503, "SERVICE_UNAVAILABLE"},
    };
    for (size_t i = 0; i < ROWS_COUNT_OF(rows); i++) {
        world.push.error = rows[i].error;
        assert_int_equal(world_send(&world, "POST", "/api/v1/campaigns/11/push/ask", ""),
                         rows[i].status);
        assert_string_equal(world.push.called, "ask");
        assert_int_equal(world.push.campaign_id, 11);
        if (rows[i].code != NULL)
            world_expect_code(&world, rows[i].code);
        assert_int_equal(world_send(&world, "POST", "/api/v1/campaigns/12/push/enable", ""),
                         rows[i].status);
        assert_string_equal(world.push.called, "enable");
        assert_int_equal(world.push.campaign_id, 12);
    }
    assert_int_equal(world_send(&world, "GET", "/api/v1/push", ""), 503);
    world.push.error = OK;
    world.push.shop = (struct push_state){.campaign_id = 11,
                                          .warehouse_id = 501,
                                          .url = BYTES_INIT("https://shop/stocks"),
                                          .failures = 5,
                                          .failed_ms = NOW_MS,
                                          .failure_code = BYTES_INIT("CANT_GET_RESPONSE"),
                                          .failure_message = BYTES_INIT("READ_TIMED_OUT: 27 s")};
    assert_int_equal(world_send(&world, "GET", "/api/v1/push", ""), 200);
    EXPECT_TEXT(exchange_case_reply(&world.one),
                "{\"status\":\"OK\",\"result\":{\"shops\":[{\"campaignId\":11,\"warehouseId\":501,"
                "\"url\":\"https://shop/stocks\",\"state\":\"OFF\",\"failures\":5,"
                "\"lastFailure\":{\"at\":\"2025-09-17T09:06:40Z\",\"code\":\"CANT_GET_RESPONSE\","
                "\"message\":\"READ_TIMED_OUT: 27 s\"}}]}}");
    world_deinit(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_room_is_503_with_a_wait),
        cmocka_unit_test(a_wrong_token_reaches_nobody),
        cmocka_unit_test(what_the_operator_changes_is_his),
        cmocka_unit_test(an_order_is_looked_for_on_every_shelf_before_it_is_made),
        cmocka_unit_test(an_order_on_one_shelf_is_one_command),
        cmocka_unit_test(orders_of_before_a_group_are_found),
        cmocka_unit_test(the_same_order_is_made_by_one_at_a_time),
        cmocka_unit_test(an_order_of_yesterday_is_only_looked_for),
        cmocka_unit_test(counts_in_a_market_warehouse_are_marked_first),
        cmocka_unit_test(a_count_below_what_is_reserved_is_409),
        cmocka_unit_test(trouble_of_the_registry_is_told),
        cmocka_unit_test(push_is_answered_as_it_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
