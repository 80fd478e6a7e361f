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

enum { NOW_MS = 1000, CAMPAIGN = 10, SHELF = 1, STRANGE_SHELF = 99, COMMANDS = 3 };

static const char registry_text[] =
    "{\"businesses\":[{\"id\":1,\"name\":\"b\"}],"
    "\"campaigns\":[{\"id\":10,\"businessId\":1,\"domain\":\"d\",\"placementType\":\"FBS\"}],"
    "\"warehouses\":[{\"id\":100,\"campaignId\":10,\"name\":\"w\"}]}";

struct world {
    struct store_fake store;
    struct registry *registry;
    struct parser_pool *parsers;
    struct exchange_case one;
    enum store_command_kind kind; /* Of every command. */
    int64_t shelf_id;
    uint32_t proceeded;
    uint32_t unavailable;
    bool reply_fails;
};

/* The state of a call: the world that it is in. */
struct world_call {
    struct call call; /* First. */
    struct world *world;
};

static void world_init(struct world *world)
{
    *world = (struct world){.kind = STORE_LIST, .shelf_id = SHELF};
    store_fake_init(&world->store);
    world->registry = registry_create();
    world->parsers = parser_pool_create();
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

static void handler_begin(void *context, struct http_exchange *exchange)
{
    struct world *world = context;
    struct world_call *own = arena_allocate(&exchange->arena, sizeof(*own));
    assert_non_null(own);
    own->world = world;
    call_begin(&own->call, exchange, world->registry, &world->store.store, world->parsers);
    own->call.proceed = proceed;
    own->call.refuse_unavailable = unavailable;
    own->call.campaign_id = CAMPAIGN;
}

static bool handler_execute(void *context, struct http_exchange *exchange)
{
    (void)context;
    fill_command(exchange->state);
    return call_submit(exchange->state);
}

static void handler_await(void *context, struct http_exchange *exchange)
{
    (void)context;
    call_await(exchange->state);
}

static bool handler_finish(void *context, struct http_exchange *exchange)
{
    (void)context;
    return call_resume(exchange->state);
}

static void handler_end(void *context, struct http_exchange *exchange)
{
    (void)context;
    call_end(exchange->state);
}

static void world_run(struct world *world)
{
    const struct http_handler handler = {world,         handler_begin,  handler_execute,
                                         handler_await, handler_finish, handler_end};
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
        cmocka_unit_test(nobody_changes_a_shelf_of_others),
        cmocka_unit_test(kept_keys_outlive_their_document),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
