/* The operator API over a store that the test chooses, with a small registry: business 1 sells from
 * campaign 11 (its own warehouse 501), 12 (warehouse 502 in group 77) and 13 (FBY), and the Market
 * has warehouses 147 and 149, and 148 for returns. Shelves: group 1, warehouses 2 and 3, FBY 4. */
#ifndef TESTS_UNIT_OPERATOR_OPERATOR_WORLD_H
#define TESTS_UNIT_OPERATOR_OPERATOR_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../support/exchange_case.h"
#include "../../support/expect.h"
#include "../../support/store_fake.h"
#include "operator/operator.h"
#include "os/os_sim.h"

#define NOW_MS INT64_C(1758100000000) /* 2025-09-17T09:06:40Z */

enum { SHELF_GROUP = 1, SHELF_ALONE = 2, SHELF_GROUPED = 3, SHELF_FBY = 4 };

/* clang-format off */
static const char world_registry[] =
    "{\"businesses\":[{\"id\":1,\"name\":\"b\"}],\"campaigns\":["
    "{\"id\":11,\"businessId\":1,\"domain\":\"d\",\"placementType\":\"FBS\"},"
    "{\"id\":12,\"businessId\":1,\"domain\":\"d\",\"placementType\":\"FBS\"},"
    "{\"id\":13,\"businessId\":1,\"domain\":\"d\",\"placementType\":\"FBY\"}],"
    "\"warehouseGroups\":[{\"id\":77,\"businessId\":1,\"name\":\"g\"}],\"warehouses\":["
    "{\"id\":501,\"campaignId\":11,\"name\":\"w\"},"
    "{\"id\":502,\"campaignId\":12,\"name\":\"w\",\"groupId\":77}],\"marketWarehouses\":["
    "{\"id\":147,\"name\":\"m\"},{\"id\":148,\"name\":\"r\",\"returns\":true},"
    "{\"id\":149,\"name\":\"m\"}]}";
/* clang-format on */

/* Push as the test wants it. */
struct push_fake {
    enum err error;
    int64_t campaign_id; /* Of the last call. */
    const char *called;
    struct push_state shop;
};

struct world {
    struct os_sim *sim;
    struct store_fake store;
    struct registry *registry;
    struct registry_keeper *keeper;
    struct push_fake push;
    struct operator_api *api;
    struct http_handler handler;
    struct exchange_case one;
};

static inline enum err push_fake_list(void *context, struct arena *arena, struct push_state **shops,
                                      uint32_t *shops_count)
{
    struct push_fake *push = context;
    (void)arena;
    push->called = "list";
    *shops = &push->shop;
    *shops_count = push->shop.campaign_id == 0 ? 0 : 1;
    return push->error;
}

static inline enum err push_fake_enable(void *context, int64_t campaign_id)
{
    struct push_fake *push = context;
    push->called = "enable";
    push->campaign_id = campaign_id;
    return push->error;
}

static inline enum err push_fake_ask(void *context, int64_t campaign_id)
{
    struct push_fake *push = context;
    push->called = "ask";
    push->campaign_id = campaign_id;
    return push->error;
}

static inline void world_init(struct world *world)
{
    memset(world, 0, sizeof(*world));
    world->sim = os_sim_create(1);
    store_fake_init(&world->store);
    world->registry = registry_create();
    world->keeper = registry_keeper_create(world->registry, &world->store.store);
    assert_non_null(world->keeper);
    struct error_list errors;
    struct registry_outcome outcome;
    error_list_init(&errors);
    assert_int_equal(registry_keeper_apply_text(world->keeper, bytes_from_text(world_registry),
                                                &errors, &outcome),
                     OK);
    error_list_deinit(&errors);
    const struct operator_settings settings = {
        .os = os_sim_os(world->sim),
        .store = &world->store.store,
        .registry = world->registry,
        .keeper = world->keeper,
        .push = {&world->push, push_fake_list, push_fake_enable, push_fake_ask},
        .token = sha256_of(BYTES("secret")),
        .future_tolerance_ms = 60000,
        .version = "1",
    };
    world->api = operator_create(&settings);
    assert_non_null(world->api);
    world->handler = operator_handler(world->api);
    exchange_case_init(&world->one);
}

static inline void world_deinit(struct world *world)
{
    exchange_case_deinit(&world->one);
    operator_destroy(world->api);
    registry_keeper_destroy(world->keeper);
    registry_destroy(world->registry);
    os_sim_destroy(world->sim);
}

/* Fills in a request with the token. */
static inline void world_begin(struct exchange_case *one, const char *method, const char *path,
                               const char *body)
{
    exchange_case_begin(one, method, path, NOW_MS);
    exchange_case_header(one, HTTP_AUTHORIZATION, "Bearer secret");
    if (body[0] != '\0')
        exchange_case_body(one, bytes_from_text(body));
}

/* A whole request; gives the status. */
static inline int world_send(struct world *world, const char *method, const char *path,
                             const char *body)
{
    world_begin(&world->one, method, path, body);
    world->store.submitted = 0;
    exchange_case_run(&world->one, &world->handler);
    return world->one.exchange.status;
}

/* The reply is an error with this code. */
static inline void world_expect_code(const struct world *world, const char *code)
{
    struct buffer start;
    buffer_init(&start);
    buffer_append_format(&start, "{\"status\":\"ERROR\",\"errors\":[{\"code\":\"%s\",", code);
    EXPECT(code, bytes_starts_with(exchange_case_reply(&world->one), buffer_bytes(&start)));
    buffer_deinit(&start);
}

#endif
