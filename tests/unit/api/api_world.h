/* An API over a store that the test chooses, with a small registry: business 1 sells from campaigns
 * 10003 and 10004 (one group), 10006 (its own warehouse), has 10005 and 10009 at the Market and one
 * campaign for each way of being switched off; business 2 has 20001 and 20002, without a group. */
#ifndef TESTS_UNIT_API_API_WORLD_H
#define TESTS_UNIT_API_API_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../support/exchange_case.h"
#include "../../support/expect.h"
#include "../../support/json_case.h"
#include "api/api.h"
#include "os/os.h"

/* 2025-09-17T09:06:40Z; its minute ends 20 s later. */
#define NOW_MS    INT64_C(1758100000000)
#define MINUTE_MS INT64_C(60000)

#define STOCKS     "/v2/campaigns/10003/offers/stocks"
#define FULL_KEY   "ACMA:FullFullFullFullFullFullFullFullFullFull:00000001"
#define WRITER_KEY "writer"
#define VIEWER_KEY "viewer"
#define SECOND_KEY "second"

static const char world_registry[] =
    "{\"businesses\":[{\"id\":1,\"name\":\"one\"},{\"id\":2,\"name\":\"two\"}],\"campaigns\":["
    "{\"id\":10003,\"businessId\":1,\"domain\":\"d\",\"placementType\":\"FBS\"},"
    "{\"id\":10004,\"businessId\":1,\"domain\":\"d\",\"placementType\":\"FBS\"},"
    "{\"id\":10005,\"businessId\":1,\"domain\":\"d\",\"placementType\":\"FBY\"},"
    "{\"id\":10006,\"businessId\":1,\"domain\":\"d\",\"placementType\":\"DBS\"},"
    "{\"id\":10009,\"businessId\":1,\"domain\":\"d\",\"placementType\":\"LAAS\"},"
    "{\"id\":10011,\"businessId\":1,\"domain\":\"d\",\"placementType\":\"FBY\","
    "\"apiAvailability\":\"DISABLED_BY_INACTIVITY\"},"
    "{\"id\":10012,\"businessId\":1,\"domain\":\"d\",\"placementType\":\"FBY\","
    "\"apiAvailability\":\"DISABLED_BY_NO_ACTIVE_CONTRACT\"},"
    "{\"id\":10013,\"businessId\":1,\"domain\":\"d\",\"placementType\":\"FBY\","
    "\"apiAvailability\":\"MANUALLY_DISABLED\"},"
    "{\"id\":10014,\"businessId\":1,\"domain\":\"d\",\"placementType\":\"FBY\","
    "\"apiAvailability\":\"DISABLED_BY_NO_PLACEMENT_TYPE\"},"
    "{\"id\":20001,\"businessId\":2,\"domain\":\"d\",\"placementType\":\"FBS\"},"
    "{\"id\":20002,\"businessId\":2,\"domain\":\"d\",\"placementType\":\"FBS\"}],"
    "\"warehouseGroups\":[{\"id\":77,\"businessId\":1,\"name\":\"g\"}],\"warehouses\":["
    "{\"id\":501,\"campaignId\":10003,\"name\":\"w\",\"groupId\":77},"
    "{\"id\":502,\"campaignId\":10004,\"name\":\"w\",\"groupId\":77},"
    "{\"id\":506,\"campaignId\":10006,\"name\":\"w\"},"
    "{\"id\":601,\"campaignId\":20001,\"name\":\"w\"},"
    "{\"id\":602,\"campaignId\":20002,\"name\":\"w\"}],\"tokens\":["
    "{\"name\":\"full\",\"businessId\":1,\"scopes\":[\"all-methods\"],\"apiKey\":\"" FULL_KEY "\"},"
    "{\"name\":\"writer\",\"businessId\":1,\"scopes\":[\"offers-and-cards-management\"],"
    "\"apiKey\":\"" WRITER_KEY "\"},"
    "{\"name\":\"viewer\",\"businessId\":1,\"scopes\":[\"all-methods:read-only\"],"
    "\"apiKey\":\"" VIEWER_KEY "\"},"
    "{\"name\":\"prices\",\"businessId\":1,\"scopes\":[\"pricing\"],\"apiKey\":\"prices\"},"
    "{\"name\":\"second\",\"businessId\":2,\"scopes\":[\"all-methods\"],\"apiKey\":\"" SECOND_KEY
    "\"},"
    "{\"name\":\"gone\",\"businessId\":1,\"scopes\":[\"all-methods\"],\"revoked\":true,"
    "\"apiKey\":\"gone\"},"
    "{\"name\":\"old\",\"businessId\":1,\"oauth\":\"y0_token\"},"
    "{\"name\":\"old gone\",\"businessId\":1,\"revoked\":true,\"oauth\":\"y0_gone\"}]}";

struct world {
    struct registry *registry;
    struct registry_keeper *keeper;
    struct api *api;
    struct http_handler handler;
    struct exchange_case one;
};

static const struct api_settings settings_2025 = {
    .edition = EDITION_2025,
    .unknown_sku = STORE_UNKNOWN_CREATE,
    .future_tolerance_ms = 60000,
    .limits_enforced = true,
};

static const struct api_settings settings_2026 = {
    .edition = EDITION_2026,
    .unknown_sku = STORE_UNKNOWN_CREATE,
    .future_tolerance_ms = 60000,
    .limits_enforced = true,
};

/* The store is lent and outlives the world. */
static inline void world_init(struct world *world, const struct api_settings *settings,
                              struct store *store)
{
    world->registry = registry_create();
    assert_non_null(world->registry);
    struct json_case json;
    json_case_init(&json);
    struct arena arena;
    arena_init(&arena);
    struct error_list errors;
    error_list_init(&errors);
    struct registry_document document;
    struct registry_change change;
    assert_true(registry_document_decode(json_case_root(&json, world_registry), &arena, &document,
                                         &errors));
    assert_int_equal(registry_prepare(world->registry, &document, REGISTRY_NEW, &change, &errors),
                     OK);
    registry_commit(world->registry);
    registry_finish(world->registry);
    error_list_deinit(&errors);
    arena_deinit(&arena);
    json_case_deinit(&json);
    world->keeper = registry_keeper_create(world->registry, store);
    assert_non_null(world->keeper);
    struct api_settings used = *settings;
    if (used.os == NULL)
        used.os = os_real(); /* It only tells how long a request took. */
    world->api = api_create(&used, store, world->registry, world->keeper);
    assert_non_null(world->api);
    world->handler = api_handler(world->api);
    exchange_case_init(&world->one);
}

static inline void world_deinit(struct world *world)
{
    exchange_case_deinit(&world->one);
    api_destroy(world->api);
    registry_keeper_destroy(world->keeper);
    registry_destroy(world->registry);
}

/* Starts a request with the key that may do everything. */
static inline void world_begin(struct world *world, const char *method, const char *path)
{
    exchange_case_begin(&world->one, method, path, NOW_MS);
    exchange_case_header(&world->one, HTTP_API_KEY, FULL_KEY);
}

static inline int world_run(struct world *world)
{
    exchange_case_run(&world->one, &world->handler);
    return world->one.exchange.status;
}

/* A whole request with a body, with the key that may do everything; gives the status. */
static inline int world_send(struct world *world, const char *method, const char *path,
                             const char *body)
{
    world_begin(world, method, path);
    if (body[0] != '\0')
        exchange_case_body(&world->one, bytes_from_text(body));
    return world_run(world);
}

/* The reply is an error with one message and this code. */
static inline void world_expect_error(const struct world *world, int status, const char *code,
                                      const char *message)
{
    struct buffer expected;
    buffer_init(&expected);
    buffer_append_text(&expected, "{\"status\":\"ERROR\",\"errors\":[{\"code\":");
    json_write_string(&expected, bytes_from_text(code));
    buffer_append_text(&expected, ",\"message\":");
    json_write_string(&expected, bytes_from_text(message));
    buffer_append_text(&expected, "}]}");
    EXPECT_BYTES(exchange_case_reply(&world->one), buffer_bytes(&expected));
    assert_int_equal(world->one.exchange.status, status);
    buffer_deinit(&expected);
}

#endif
