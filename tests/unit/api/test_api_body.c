/* Requests that are refused by their body or query, by the store, or by a limit; and what each one
 * costs. The store is a fake. */
#include "api_world.h"

#include <stdio.h>
#include <string.h>

#include "../../support/store_fake.h"
#include "base/moment_id.h"

#define PUT_BODY   "{\"skus\":[{\"sku\":\"A\",\"items\":[{\"count\":5}]}]}"
#define PUT_BODY_2 "{\"skus\":[{\"sku\":\"A\",\"items\":[{\"count\":5}]},{\"sku\":\"B\"}]}"

static int64_t remaining(const struct world *world)
{
    return world->one.exchange.rate.remaining;
}

static void bodies_that_are_not_json_are_told_why(void **state)
{
    (void)state;
    static const struct {
        const char *body;
        const char *message;
    } rows[] = {
        {"", "Required request body is missing"},
        {" \n", "Unexpected end of content"},
        {"{\"skus\":[", "Unexpected end of content"},
        {"{\"skus\":[\x80",
         "Unexpected character '\\x80' at byte 9: expected a valid value 'UTF-8'"},
        {"{skus:[]}", "JSON: unexpected character 's' at line 1, column 2"},
        {"{\n\"skus\":[01]}", "JSON: number with a leading zero '1' at line 2, column 10"},
        {"[\"\n\"]", "JSON: control character in a string at line 1, column 3"},
        {"[\"\\ud800\"]", "JSON: lone surrogate '\\' at line 1, column 3"},
        {"[] []", "JSON: text behind the document '[' at line 1, column 4"},
        {"[]", "Illegal input at '$'"},
        {"{}", "skus size must be between 1 and 2000 (rejected size: 0)"},
    };
    struct store_fake store;
    store_fake_init(&store);
    struct world world;
    world_init(&world, &settings_2025, &store.store);
    for (size_t i = 0; i < ROWS_COUNT_OF(rows); i++) {
        (void)world_send(&world, "PUT", STOCKS, rows[i].body);
        world_expect_error(&world, 400, "BAD_REQUEST", rows[i].message);
        assert_int_equal(remaining(&world), RATE_SKUS_PER_MINUTE_MAX - (int64_t)i - 1); /* C50 */
    }
    assert_int_equal(store.submitted, 0);
    world_deinit(&world);
}

static void body_costs_what_it_names_even_when_it_is_refused(void **state)
{
    (void)state;
    struct store_fake store;
    store_fake_init(&store);
    struct world world;
    world_init(&world, &settings_2025, &store.store);
    assert_int_equal(world_send(&world, "PUT", STOCKS, PUT_BODY), 200);
    EXPECT_TEXT(exchange_case_reply(&world.one), "{\"status\":\"OK\"}");
    assert_int_equal(remaining(&world), RATE_SKUS_PER_MINUTE_MAX - 1);
    assert_int_equal(world_send(&world, "PUT", STOCKS, PUT_BODY_2), 400);
    assert_int_equal(remaining(&world), RATE_SKUS_PER_MINUTE_MAX - 3);
    assert_int_equal(store.submitted, 2); /* Whether an offer is deleted, and the write. */
    world_deinit(&world);
}

static void a_write_says_whose_it_is(void **state)
{
    (void)state;
    struct store_fake store;
    store_fake_init(&store);
    struct world world;
    world_init(&world, &settings_2025, &store.store);
    assert_int_equal(world_send(&world, "PUT", STOCKS, PUT_BODY), 200);
    const struct store_command *write = &store.kept[1];
    assert_int_equal(write->kind, STORE_PUT);
    assert_int_equal(write->cause.source, STOCK_SOURCE_API);
    assert_true(write->cause.at_ms == NOW_MS);
    EXPECT_TEXT(write->cause.by, "full");
    assert_true(write->cause.request_id == 0); /* No log is kept. */
    world_deinit(&world);
}

static void take_id(void *context, const struct request_entry *entry)
{
    uint64_t *id = context;
    assert_true(*id != entry->id);
    *id = entry->id;
}

static void a_write_names_its_entry_in_the_log(void **state)
{
    (void)state;
    uint64_t logged = 0;
    struct api_settings settings = settings_2025;
    settings.sink = (struct request_sink){&logged, take_id};
    struct store_fake store;
    store_fake_init(&store);
    struct world world;
    world_init(&world, &settings, &store.store);
    for (int i = 0; i < 3; i++) {
        store.submitted = 0;
        assert_int_equal(world_send(&world, "PUT", STOCKS, PUT_BODY), 200);
        assert_true(store.kept[1].cause.request_id == logged);
        assert_true(moment_id_ms(logged) == NOW_MS);
    }
    world_deinit(&world);
}

static void too_large_body_is_refused_by_its_head_and_by_its_size(void **state)
{
    (void)state;
    static const char message[] =
        "The request is too big: Maximum allowed request size must be less than 512 KB";
    struct store_fake store;
    store_fake_init(&store);
    struct world world;
    world_init(&world, &settings_2025, &store.store);
    world_begin(&world, "PUT", STOCKS);
    world.one.exchange.content_length = BODY_BYTES_MAX + 1;
    (void)world_run(&world);
    world_expect_error(&world, 400, "BAD_REQUEST", message);
    world_begin(&world, "POST", STOCKS);
    exchange_case_body(&world.one, BYTES(PUT_BODY));
    world.one.exchange.body_too_large = true; /* It came in chunks. */
    (void)world_run(&world);
    world_expect_error(&world, 400, "BAD_REQUEST", message);
    world_begin(&world, "PUT", STOCKS);
    exchange_case_body(&world.one, BYTES(PUT_BODY));
    world.one.exchange.content_length = BODY_BYTES_MAX;
    assert_int_equal(world_run(&world), 200);
    world_deinit(&world);
}

static void content_type_is_json_in_utf8(void **state)
{
    (void)state;
    static const struct {
        const char *type;
        int status;
        const char *message; /* NULL: taken. */
    } rows[] = {
        {"application/json", 200, NULL},
        {"Application/JSON; Charset=UTF-8", 200, NULL},
        {"application/json;charset=\"utf-8\"", 200, NULL},
        {"application/json; x=y; charset=utf8", 200, NULL},
        {" application/json ", 200, NULL},
        {"application/json;", 200, NULL},
        {"application/json; charset=windows-1251", 400,
         "Unexpected character set 'windows-1251': expected a valid value 'UTF-8'"},
        {"application/json; charset=", 400,
         "Unexpected character set '': expected a valid value 'UTF-8'"},
        {"text/plain", 415, "Content type 'text/plain' not supported"},
        {"application/xml; charset=utf-8", 415,
         "Content type 'application/xml; charset=utf-8' not supported"},
        {"application/jsonx", 415, "Content type 'application/jsonx' not supported"},
        {"json", 415, "Unknown content-type: 'json'"},
        {"", 415, "Unknown content-type: ''"},
        {";charset=utf-8", 415, "Unknown content-type: ';charset=utf-8'"},
    };
    struct store_fake store;
    store_fake_init(&store);
    struct world world;
    world_init(&world, &settings_2025, &store.store);
    for (size_t i = 0; i < ROWS_COUNT_OF(rows); i++) {
        world_begin(&world, "PUT", STOCKS);
        exchange_case_header(&world.one, HTTP_CONTENT_TYPE, rows[i].type);
        exchange_case_body(&world.one, BYTES(PUT_BODY));
        EXPECT(rows[i].type, world_run(&world) == rows[i].status);
        if (rows[i].message == NULL)
            continue;
        const char *code = rows[i].status == 400 ? "BAD_REQUEST" : "UNSUPPORTED_MEDIA_TYPE";
        world_expect_error(&world, rows[i].status, code, rows[i].message);
    }
    world_begin(&world, "POST", STOCKS); /* Without a body it has no type. */
    exchange_case_header(&world.one, HTTP_CONTENT_TYPE, "text/plain");
    assert_int_equal(world_run(&world), 200);
    world_deinit(&world);
}

static void limit_is_bounded_as_the_edition_has_it(void **state)
{
    (void)state;
    static const struct {
        const char *limit; /* NULL: not given. */
        uint32_t taken_2025;
        uint32_t taken_2026; /* 0: refused. */
        const char *message;
    } rows[] = {
        {NULL, 100, 50, NULL},
        {"1", 1, 1, NULL},
        {"100", 100, 100, NULL},
        {"101", 101, 100, NULL},
        {"200", 200, 100, NULL},
        {"201", 0, 100, "Parameter limit must be less than or equal to 200 (rejected value: 201)"},
        {"0", 0, 0, "Parameter limit must be greater than or equal to 1 (rejected value: 0)"},
        {"-1", 0, 0, "Parameter limit must be greater than or equal to 1 (rejected value: -1)"},
        {"", 0, 0, "Type mismatch: ''"},
        {"ten", 0, 0, "Type mismatch: 'ten'"},
        {"1.5", 0, 0, "Type mismatch: '1.5'"},
    };
    struct store_fake store;
    store_fake_init(&store);
    for (size_t i = 0; i < 2 * ROWS_COUNT_OF(rows); i++) {
        const uint32_t taken = i % 2 == 0 ? rows[i / 2].taken_2025 : rows[i / 2].taken_2026;
        struct world world;
        world_init(&world, i % 2 == 0 ? &settings_2025 : &settings_2026, &store.store);
        world_begin(&world, "POST", STOCKS);
        if (rows[i / 2].limit != NULL)
            exchange_case_parameter(&world.one, "limit", rows[i / 2].limit);
        (void)world_run(&world);
        if (taken == 0)
            world_expect_error(&world, 400, "BAD_REQUEST", rows[i / 2].message);
        else
            assert_int_equal(store.last.page.limit, taken);
        world_deinit(&world);
    }
}

static void page_tokens_that_mean_nothing_here_are_bad(void **state)
{
    (void)state;
    struct store_fake store;
    store_fake_init(&store);
    store.next = BYTES("7");
    struct world world;
    world_init(&world, &settings_2025, &store.store);
    static const char *const tokens[] = {"", "%%%", "e30", "eyBuZXh0SWQ6IDIzNDIgfQ==", "x"};
    for (size_t i = 0; i < ROWS_COUNT_OF(tokens); i++) {
        world_begin(&world, "POST", STOCKS);
        exchange_case_parameter(&world.one, i % 2 == 0 ? "page_token" : "pageToken", tokens[i]);
        (void)world_run(&world);
        world_expect_error(&world, 400, "BAD_REQUEST", "Bad page token");
    }
    store.verdict = VERDICT_BAD_POSITION;
    (void)world_send(&world, "POST", STOCKS, "");
    world_expect_error(&world, 400, "BAD_REQUEST", "Bad page token");
    world_deinit(&world);
}

static void store_without_room_is_503_and_costs_nothing(void **state)
{
    (void)state;
    struct store_fake store;
    store_fake_init(&store);
    store.verdict = VERDICT_NO_ROOM;
    struct world world;
    world_init(&world, &settings_2025, &store.store);
    static const char *const bodies[] = {PUT_BODY, "", "{\"offerIds\":[\"A\"]}"};
    for (size_t i = 0; i < ROWS_COUNT_OF(bodies); i++) {
        store.late = i == 1;
        (void)world_send(&world, i == 0 ? "PUT" : "POST", STOCKS, bodies[i]);
        world_expect_error(&world, 503, "SERVICE_UNAVAILABLE",
                           "Service temporarily unavailable. Please, try again later");
        assert_int_equal(world.one.exchange.retry_after_s, 1);
        assert_int_equal(remaining(&world), RATE_SKUS_PER_MINUTE_MAX);
    }
    store.verdict = VERDICT_OK;
    assert_int_equal(world_send(&world, "PUT", STOCKS, PUT_BODY), 200);
    assert_int_equal(world.one.exchange.retry_after_s, 0);
    world_deinit(&world);
}

static void unknown_sku_is_named(void **state)
{
    (void)state;
    struct store_fake store;
    store_fake_init(&store);
    store.verdict = VERDICT_UNKNOWN_SKU;
    store.unknown = BYTES("A \"1\"");
    struct world world;
    world_init(&world, &settings_2025, &store.store);
    (void)world_send(&world, "PUT", STOCKS, PUT_BODY);
    world_expect_error(&world, 400, "BAD_REQUEST",
                       "Unknown shop-sku 'A \"1\"' for warehouse '501'");
    world_deinit(&world);
}

static void unknown_sku_of_any_length_is_named_whole(void **state)
{
    (void)state;
    struct store_fake store;
    store_fake_init(&store);
    store.verdict = VERDICT_UNKNOWN_SKU;
    struct buffer sku;
    struct buffer message;
    buffer_init(&sku);
    buffer_init(&message);
    for (int i = 0; i < SKU_CODE_POINTS_MAX; i++)
        buffer_append_text(&sku, "\xF0\x9F\x98\x80");
    store.unknown = buffer_bytes(&sku);
    buffer_append_format(&message, "Unknown shop-sku '%.*s' for warehouse '501'",
                         BYTES_ARG(store.unknown));
    struct world world;
    world_init(&world, &settings_2025, &store.store);
    (void)world_send(&world, "PUT", STOCKS, PUT_BODY);
    world_expect_error(&world, 400, "BAD_REQUEST", buffer_text(&message));
    world_deinit(&world);
    buffer_deinit(&sku);
    buffer_deinit(&message);
}

static void write_that_is_not_durable_yet_is_answered_when_it_is(void **state)
{
    (void)state;
    struct store_fake store;
    store_fake_init(&store);
    store.late = true;
    struct world world;
    world_init(&world, &settings_2025, &store.store);
    assert_int_equal(world_send(&world, "PUT", STOCKS, PUT_BODY), 200);
    assert_true(world.one.awaited);
    EXPECT_TEXT(exchange_case_reply(&world.one), "{\"status\":\"OK\"}");
    assert_int_equal(world_send(&world, "POST", STOCKS, ""), 200);
    assert_true(world.one.awaited);
    world_deinit(&world);
}

static void settings_reach_the_store(void **state)
{
    (void)state;
    struct store_fake store;
    store_fake_init(&store);
    struct api_settings settings = settings_2025;
    settings.unknown_sku = STORE_UNKNOWN_REJECT;
    struct world world;
    world_init(&world, &settings, &store.store);
    assert_int_equal(world_send(&world, "PUT", STOCKS, PUT_BODY), 200);
    assert_int_equal(store.last.kind, STORE_PUT);
    assert_int_equal(store.last.put.unknown_policy, STORE_UNKNOWN_REJECT);
    const int64_t shelf = store.last.shelf_id;
    assert_int_equal(world_send(&world, "POST", "/campaigns/10004/offers/stocks.json",
                                "{\"stocksWarehouseId\":502,\"hasStocks\":false}"),
                     200);
    assert_int_equal(store.last.kind, STORE_PAGE);
    assert_int_equal(store.last.page.filter.presence, STORE_ABSENT);
    assert_int_equal(store.last.shelf_id, shelf); /* One group, one shelf. */
    assert_int_equal(world_send(&world, "POST", STOCKS, "{\"offerIds\":[\"A\",\"B\"]}"), 200);
    assert_int_equal(store.last.kind, STORE_LIST);
    assert_int_equal(store.last.list.keys_count, 2);
    world_deinit(&world);
}

/* A body with that many SKUs. */
static void many_skus(struct buffer *body, int count)
{
    buffer_clear(body);
    buffer_append_text(body, "{\"skus\":[");
    for (int i = 0; i < count; i++)
        buffer_append_format(body, "%s{\"sku\":\"%d\",\"items\":[{\"count\":1}]}",
                             i == 0 ? "" : ",", i);
    buffer_append_text(body, "]}");
}

static void fifty_full_writes_use_up_a_minute(void **state)
{
    (void)state;
    static const char message[] = "Hit rate limit of 100000 requests per 1 minute for resource "
                                  "campaigns/{campaignId}/offers/stocks for campaignId 10003";
    struct store_fake store;
    store_fake_init(&store);
    struct world world;
    world_init(&world, &settings_2025, &store.store);
    struct buffer body;
    buffer_init(&body);
    many_skus(&body, PUT_SKUS_MAX);
    for (int i = 1; i <= 50; i++) {
        assert_int_equal(world_send(&world, "PUT", STOCKS, buffer_text(&body)), 200);
        assert_int_equal(remaining(&world), RATE_SKUS_PER_MINUTE_MAX - i * PUT_SKUS_MAX);
    }
    (void)world_send(&world, "PUT", STOCKS, buffer_text(&body));
    world_expect_error(&world, 420, "LIMIT_EXCEEDED", message);
    assert_int_equal(remaining(&world), 0);
    assert_true(world.one.exchange.rate.until_ms == NOW_MS + 20000);
    (void)world_send(&world, "PUT", STOCKS, "not json"); /* The head already refuses. */
    world_expect_error(&world, 420, "LIMIT_EXCEEDED", message);
    assert_int_equal(store.submitted, 2 * 50); /* A member of a group asks before it writes. */
    /* Another method, another campaign and the next minute are free. */
    assert_int_equal(world_send(&world, "POST", STOCKS, ""), 200);
    assert_int_equal(
        world_send(&world, "PUT", "/v2/campaigns/10004/offers/stocks", buffer_text(&body)), 200);
    exchange_case_begin(&world.one, "PUT", STOCKS, NOW_MS + 20000);
    exchange_case_header(&world.one, HTTP_API_KEY, FULL_KEY);
    exchange_case_body(&world.one, buffer_bytes(&body));
    assert_int_equal(world_run(&world), 200);
    buffer_deinit(&body);
    world_deinit(&world);
}

static void requests_of_one_campaign_are_counted_while_they_are_under_way(void **state)
{
    (void)state;
    struct store_fake store;
    store_fake_init(&store);
    for (int edition = 0; edition < 2; edition++) {
        const int parallel_max = edition == 0 ? 2 : 4;
        struct world world;
        world_init(&world, edition == 0 ? &settings_2025 : &settings_2026, &store.store);
        struct exchange_case others[4];
        for (int i = 0; i < parallel_max; i++) {
            exchange_case_init(&others[i]);
            exchange_case_begin(&others[i], "PUT", STOCKS, NOW_MS);
            exchange_case_header(&others[i], HTTP_API_KEY, FULL_KEY);
            world.handler.begin(world.handler.context, &others[i].exchange);
            assert_int_equal(others[i].exchange.status, 0);
        }
        (void)world_send(&world, "PUT", STOCKS, PUT_BODY);
        world_expect_error(&world, 420, "LIMIT_EXCEEDED",
                           edition == 0
                               ? "Hit rate limit of 2 parallel requests"
                               : "Hit rate limit of 4 parallel requests for campaignId 10003");
        assert_int_equal(remaining(&world), RATE_SKUS_PER_MINUTE_MAX); /* C49: it costs nothing. */
        assert_int_equal(world_send(&world, "PUT", "/v2/campaigns/10004/offers/stocks", PUT_BODY),
                         200);
        world.handler.end(world.handler.context, &others[0].exchange); /* The client left. */
        assert_int_equal(world_send(&world, "PUT", STOCKS, PUT_BODY), 200);
        for (int i = 0; i < parallel_max; i++) {
            if (i > 0)
                world.handler.end(world.handler.context, &others[i].exchange);
            exchange_case_deinit(&others[i]);
        }
        world_deinit(&world);
    }
}

static void metrics_count_what_was_answered(void **state)
{
    (void)state;
    struct store_fake store;
    store_fake_init(&store);
    struct world world;
    world_init(&world, &settings_2025, &store.store);
    assert_int_equal(world_send(&world, "PUT", STOCKS, PUT_BODY), 200);
    assert_int_equal(world_send(&world, "PUT", STOCKS, "{}"), 400);
    assert_int_equal(world_send(&world, "PATCH", STOCKS, ""), 405);
    struct buffer page;
    buffer_init(&page);
    api_write_metrics(world.api, &page);
    static const char *const lines[] = {
        "stockd_requests_total{method=\"PUT\",status=\"200\"} 1\n",
        "stockd_requests_total{method=\"PUT\",status=\"400\"} 1\n",
        "stockd_requests_total{method=\"other\",status=\"405\"} 1\n",
        "stockd_requests_total{method=\"POST\",status=\"200\"} 0\n",
        "stockd_skus_written_total 1\n",
        "stockd_limits_enforced 1\n",
    };
    for (size_t i = 0; i < ROWS_COUNT_OF(lines); i++)
        EXPECT(lines[i], strstr(buffer_text(&page), lines[i]) != NULL);
    buffer_deinit(&page);
    world_deinit(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bodies_that_are_not_json_are_told_why),
        cmocka_unit_test(body_costs_what_it_names_even_when_it_is_refused),
        cmocka_unit_test(a_write_says_whose_it_is),
        cmocka_unit_test(a_write_names_its_entry_in_the_log),
        cmocka_unit_test(too_large_body_is_refused_by_its_head_and_by_its_size),
        cmocka_unit_test(content_type_is_json_in_utf8),
        cmocka_unit_test(limit_is_bounded_as_the_edition_has_it),
        cmocka_unit_test(page_tokens_that_mean_nothing_here_are_bad),
        cmocka_unit_test(store_without_room_is_503_and_costs_nothing),
        cmocka_unit_test(unknown_sku_is_named),
        cmocka_unit_test(unknown_sku_of_any_length_is_named_whole),
        cmocka_unit_test(write_that_is_not_durable_yet_is_answered_when_it_is),
        cmocka_unit_test(settings_reach_the_store),
        cmocka_unit_test(fifty_full_writes_use_up_a_minute),
        cmocka_unit_test(requests_of_one_campaign_are_counted_while_they_are_under_way),
        cmocka_unit_test(metrics_count_what_was_answered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
