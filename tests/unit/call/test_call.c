/* A call over a store that the test scripts: commands one after another, at once or later, and what
 * happens where there is no room. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../support/exchange_case.h"
#include "../../support/expect.h"
#include "../../support/store_fake.h"
#include "call/call.h"
#include "call/registry_keeper.h"

enum { NOW_MS = 1000, CAMPAIGN = 10, GROUPED = 11, COMMANDS = 3 };
enum { SHELF_GROUP = 1, SHELF = 2, SHELF_GROUPED = 3, STRANGE_SHELF = 99 };

static const char registry_text[] =
    "{\"businesses\":[{\"id\":1,\"name\":\"b\"}],"
    "\"campaigns\":[{\"id\":10,\"businessId\":1,\"domain\":\"d\",\"placementType\":\"FBS\"},"
    "{\"id\":11,\"businessId\":1,\"domain\":\"d\",\"placementType\":\"FBS\"}],"
    "\"warehouseGroups\":[{\"id\":77,\"businessId\":1,\"name\":\"g\"}],"
    "\"warehouses\":[{\"id\":100,\"campaignId\":10,\"name\":\"w\"},"
    "{\"id\":101,\"campaignId\":11,\"name\":\"w\",\"groupId\":77}]}";

struct world {
    struct store_fake store;
    struct registry *registry;
    struct parser_pool *parsers;
    struct exchange_case one;
    enum store_command_kind kind; /* Of every command. */
    int64_t campaign_id;
    int64_t shelf_id;
    uint32_t proceeded;
    uint32_t unavailable;
    enum call_use use;
    bool body_is_good;
    bool begin_fails;
    bool reply_fails;
};

/* The state of a call: the world that it is in. */
struct world_call {
    struct call call; /* First. */
    struct world *world;
};

static void world_init(struct world *world)
{
    *world = (struct world){
        .kind = STORE_LIST, .campaign_id = CAMPAIGN, .shelf_id = SHELF, .body_is_good = true};
    store_fake_init(&world->store);
    world->registry = registry_create();
    world->parsers = parser_pool_create(false);
    assert_non_null(world->registry);
    assert_non_null(world->parsers);
    struct registry_keeper *keeper = registry_keeper_create(world->registry, &world->store.store);
    assert_non_null(keeper);
    struct error_list errors;
    error_list_init(&errors);
    struct registry_outcome outcome;
    assert_int_equal(
        registry_keeper_apply_text(keeper, bytes_from_text(registry_text), &errors, &outcome), OK);
    error_list_deinit(&errors);
    registry_keeper_destroy(keeper);
    exchange_case_init(&world->one);
}

static void world_deinit(struct world *world)
{
    exchange_case_deinit(&world->one);
    parser_pool_destroy(world->parsers);
    registry_destroy(world->registry);
}

static void fill_command(struct world_call *own)
{
    own->call.command = (struct store_command){
        .kind = own->world->kind,
        .shelf_id = own->world->shelf_id,
    };
}

static bool proceed(struct call *call)
{
    struct world_call *own = (struct world_call *)(void *)call;
    if (++own->world->proceeded < COMMANDS) {
        fill_command(own);
        return true;
    }
    call->exchange->status = 200;
    buffer_append_text(&call->exchange->reply, "done");
    call->exchange->reply.failed = own->world->reply_fails;
    return false;
}

static void unavailable(struct call *call)
{
    struct world_call *own = (struct world_call *)(void *)call;
    own->world->unavailable++;
    call_refuse(call, 503, "SERVICE_UNAVAILABLE", "not now");
}

static bool check_body(struct call *call)
{
    const struct world_call *own = (struct world_call *)(void *)call;
    if (own->world->body_is_good)
        return true;
    call_refuse(call, 400, "BAD_REQUEST", "bad body");
    return false;
}

static bool begin(struct call *call)
{
    struct world_call *own = (struct world_call *)(void *)call;
    if (!own->world->begin_fails) {
        fill_command(own);
        return true;
    }
    call->exchange->status = 200;
    call->exchange->reply.failed = true;
    return false;
}

static const struct call_steps steps = {check_body, begin, proceed, unavailable};

static void handler_begin(void *context, struct http_exchange *exchange)
{
    struct world *world = context;
    struct world_call *own = call_allocate(exchange, sizeof(*own));
    assert_non_null(own);
    own->world = world;
    call_begin(&own->call, exchange, &steps, world->registry, &world->store.store, world->parsers);
    own->call.campaign_id = world->campaign_id;
    own->call.use = world->use;
    own->call.cause.source = STOCK_SOURCE_API;
    own->call.cause.by = BYTES("sync");
}

static void handler_end(void *context, struct http_exchange *exchange)
{
    (void)context;
    call_end(exchange->state);
}

static void world_run(struct world *world)
{
    const struct http_handler handler = {world,      handler_begin, call_execute,
                                         call_await, call_finish,   handler_end};
    exchange_case_begin(&world->one, "POST", "/", NOW_MS);
    exchange_case_run(&world->one, &handler);
}

static void commands_run_one_after_another(void **state)
{
    (void)state;
    for (int late = 0; late < 2; late++) {
        struct world world;
        world_init(&world);
        world.store.late = late == 1;
        world_run(&world);
        assert_int_equal(world.store.submitted, COMMANDS);
        assert_int_equal(world.proceeded, COMMANDS);
        assert_int_equal(world.one.awaited, late == 1);
        assert_int_equal(world.one.exchange.status, 200);
        EXPECT_TEXT(exchange_case_reply(&world.one), "done");
        world_deinit(&world);
    }
}

static void no_room_is_an_answer(void **state)
{
    (void)state;
    for (int late = 0; late < 2; late++) {
        struct world world;
        world_init(&world);
        world.store.late = late == 1;
        world.store.verdict = VERDICT_NO_ROOM;
        world_run(&world);
        assert_int_equal(world.store.submitted, 1);
        assert_int_equal(world.proceeded, 0);
        assert_int_equal(world.unavailable, 1);
        assert_int_equal(world.one.exchange.status, 503);
        world_deinit(&world);
    }
}

static void a_reply_without_memory_is_an_answer(void **state)
{
    (void)state;
    struct world world;
    world_init(&world);
    world.reply_fails = true;
    world_run(&world);
    assert_int_equal(world.unavailable, 1);
    assert_int_equal(world.one.exchange.status, 503);
    world_deinit(&world);
}

static void a_body_that_is_refused_runs_nothing(void **state)
{
    (void)state;
    struct world world;
    world_init(&world);
    world.body_is_good = false;
    world_run(&world);
    assert_int_equal(world.store.submitted, 0);
    assert_int_equal(world.unavailable, 0);
    assert_int_equal(world.one.exchange.status, 400);
    world_deinit(&world);
}

static void a_beginning_without_memory_is_an_answer(void **state)
{
    (void)state;
    struct world world;
    world_init(&world);
    world.begin_fails = true;
    world_run(&world);
    assert_int_equal(world.store.submitted, 0);
    assert_int_equal(world.unavailable, 1);
    assert_int_equal(world.one.exchange.status, 503);
    world_deinit(&world);
}

static void a_call_without_memory_is_an_answer(void **state)
{
    (void)state;
    struct world world;
    world_init(&world);
    struct http_exchange *exchange = &world.one.exchange;
    exchange_case_begin(&world.one, "POST", "/", NOW_MS);
    exchange->state = &world;
    assert_null(call_allocate(exchange, SIZE_MAX));
    assert_null(exchange->state);
    assert_int_equal(exchange->status, 503);
    assert_int_equal(exchange->retry_after_s, 1);
    EXPECT_TEXT(exchange_case_reply(&world.one),
                "{\"status\":\"ERROR\",\"errors\":[{\"code\":\"SERVICE_UNAVAILABLE\",\"message\":"
                "\"Service temporarily unavailable. Please, try again later\"}]}");
    world_deinit(&world);
}

static void a_verb_of_others_is_refused_with_those_there_are(void **state)
{
    (void)state;
    static const struct route rows[] = {
        {"PUT", "a", "v1"}, {"GET", "a", "v1"}, {"POST", "b", "v1"}};
    static const struct route_table table = {rows, sizeof(rows[0]), 3};
    struct world world;
    world_init(&world);
    exchange_case_begin(&world.one, "DELETE", "/", NOW_MS);
    handler_begin(&world, &world.one.exchange);
    call_refuse_verb(world.one.exchange.state, &table, &rows[0]);
    assert_int_equal(world.one.exchange.status, 405);
    assert_string_equal(world.one.exchange.allow, "GET, PUT");
    EXPECT_TEXT(exchange_case_reply(&world.one),
                "{\"status\":\"ERROR\",\"errors\":[{\"code\":\"METHOD_NOT_ALLOWED\",\"message\":"
                "\"Request method 'DELETE' not supported\"}]}");
    handler_end(&world, &world.one.exchange);
    world_deinit(&world);
}

/* The own shelf of a store in a group is for its marks alone; what a business has in common is not
 * on it. */
static void a_use_says_which_shelves_may_change(void **state)
{
    (void)state;
    static const struct {
        const char *label;
        enum store_command_kind kind;
        enum call_use use;
        int64_t shelf_id;
        uint32_t submitted;
    } rows[] = {
        {"numbers", STORE_PUT, CALL_USE_BY_COMMAND, SHELF_GROUP, COMMANDS},
        {"numbers, own", STORE_PUT, CALL_USE_BY_COMMAND, SHELF_GROUPED, 0},
        {"marks, own", STORE_MARK, CALL_USE_BY_COMMAND, SHELF_GROUPED, COMMANDS},
        {"common marks", STORE_MARK, CALL_USE_COMMON_MARKS, SHELF_GROUP, COMMANDS},
        {"common marks, own", STORE_MARK, CALL_USE_COMMON_MARKS, SHELF_GROUPED, 0},
        {"order, own", STORE_ORDER, CALL_USE_BY_COMMAND, SHELF_GROUPED, 0},
        {"order that is over, own", STORE_ORDER, CALL_USE_MARKS, SHELF_GROUPED, COMMANDS},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct world world;
        world_init(&world);
        world.campaign_id = GROUPED;
        world.kind = rows[i].kind;
        world.use = rows[i].use;
        world.shelf_id = rows[i].shelf_id;
        world_run(&world);
        EXPECT(rows[i].label, world.store.submitted == rows[i].submitted);
        world_deinit(&world);
    }
}

static void nobody_changes_a_shelf_of_others(void **state)
{
    (void)state;
    static const enum store_command_kind changing[] = {STORE_PUT, STORE_MARK, STORE_COUNT,
                                                       STORE_ORDER};
    for (size_t i = 0; i < sizeof(changing) / sizeof(changing[0]); i++) {
        struct world world;
        world_init(&world);
        world.kind = changing[i];
        world.shelf_id = STRANGE_SHELF;
        world_run(&world);
        assert_int_equal(world.store.submitted, 0);
        assert_int_equal(world.unavailable, 1);
        world.shelf_id = SHELF;
        world.proceeded = 0;
        world_run(&world);
        assert_int_equal(world.store.submitted, COMMANDS);
        world_deinit(&world);
    }
}

static void every_command_that_changes_something_says_why(void **state)
{
    (void)state;
    struct world world;
    world_init(&world);
    world.kind = STORE_PUT;
    world_run(&world);
    assert_int_equal(world.store.submitted, COMMANDS);
    for (uint32_t i = 0; i < COMMANDS; i++) {
        const struct stock_cause *cause = &world.store.kept[i].cause;
        assert_int_equal(cause->source, STOCK_SOURCE_API);
        assert_int_equal(cause->at_ms, NOW_MS);
        EXPECT_TEXT(cause->by, "sync");
    }
    world_deinit(&world);
}

static void kept_keys_outlive_their_document(void **state)
{
    (void)state;
    struct world world;
    world_init(&world);
    exchange_case_begin(&world.one, "POST", "/", NOW_MS);
    handler_begin(&world, &world.one.exchange);
    uint8_t text[] = "AB";
    const struct stock_key keys[] = {{{text, 1}, 7}, {{text + 1, 1}, 8}};
    struct stock_key *kept = call_keep_keys(world.one.exchange.state, keys, 2);
    assert_non_null(kept);
    memset(text, 'x', sizeof(text));
    EXPECT_TEXT(kept[0].sku, "A");
    EXPECT_TEXT(kept[1].sku, "B");
    assert_int_equal(kept[1].hash, 8);
    handler_end(&world, &world.one.exchange);
    world_deinit(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(commands_run_one_after_another),
        cmocka_unit_test(no_room_is_an_answer),
        cmocka_unit_test(a_reply_without_memory_is_an_answer),
        cmocka_unit_test(a_body_that_is_refused_runs_nothing),
        cmocka_unit_test(a_beginning_without_memory_is_an_answer),
        cmocka_unit_test(a_call_without_memory_is_an_answer),
        cmocka_unit_test(a_verb_of_others_is_refused_with_those_there_are),
        cmocka_unit_test(a_use_says_which_shelves_may_change),
        cmocka_unit_test(nobody_changes_a_shelf_of_others),
        cmocka_unit_test(every_command_that_changes_something_says_why),
        cmocka_unit_test(kept_keys_outlive_their_document),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
