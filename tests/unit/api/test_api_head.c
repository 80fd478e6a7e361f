/* Requests that are refused by their head: path, verb, credentials, scopes, campaign. The store is
 * never asked. */
#include "api_world.h"

#include <stdio.h>

#include "../../support/store_fake.h"

struct request_row {
    const char *method;
    const char *path;
    enum http_header header; /* HTTP_HEADERS_COUNT: none. */
    const char *value;
    int status;
    const char *code;
    const char *message;
};

static void refuse_all(const struct api_settings *settings, const struct request_row *rows,
                       size_t rows_count)
{
    struct store_fake store;
    store_fake_init(&store);
    struct world world;
    world_init(&world, settings, &store.store);
    for (size_t i = 0; i < rows_count; i++) {
        const struct request_row *row = &rows[i];
        exchange_case_begin(&world.one, row->method, row->path, NOW_MS);
        if (row->header < HTTP_HEADERS_COUNT)
            exchange_case_header(&world.one, row->header, row->value);
        exchange_case_body(&world.one,
                           BYTES("{\"skus\":[{\"sku\":\"A\",\"items\":[{\"count\":5}]}]}"));
        (void)world_run(&world);
        world_expect_error(&world, row->status, row->code, row->message);
        assert_true(world.one.exchange.rate.present); /* On every answer (§10). */
        assert_true(world.one.exchange.rate.until_ms == NOW_MS + 20000);
    }
    assert_int_equal(store.submitted, 0);
    world_deinit(&world);
}

#define NOT_FOUND    404, "NOT_FOUND"
#define UNAUTHORIZED 401, "UNAUTHORIZED"
#define FORBIDDEN    403, "FORBIDDEN"
#define BAD_REQUEST  400, "BAD_REQUEST"

static void paths_that_name_nothing_are_not_found(void **state)
{
    (void)state;
    static const char *const paths[] = {
        "",
        "/",
        "/v2",
        "/v2/",
        "/v1/campaigns/10003/offers/stocks",
        "/v9/campaigns/10003/offers/stocks",
        "/V2/campaigns/10003/offers/stocks",
        "/v2/v2/campaigns/10003/offers/stocks",
        "v2/campaigns/10003/offers/stocks",
        "//campaigns/10003/offers/stocks",
        "/v2//campaigns/10003/offers/stocks",
        "/v2/campaigns//offers/stocks",
        "/v2/campaigns/10003/offers/stocks/",
        "/v2/campaigns/10003/offer",
        "/v2/campaigns/10003/offers/stocks/x",
        "/v3/campaigns/10003/offers/stocks",
        "/v2/campaigns/10003/offers/stock",
        "/v2/campaigns/10003/Offers/stocks",
        "/v2/campaigns/10003/offers/stocks.xml",
        "/v2/campaigns/10003/offers/stocks.json.json",
        "/v2/campaigns/10003/offers/stocks.JSON",
        "/.json",
        "/v2/.json",
    };
    struct request_row rows[ROWS_COUNT_OF(paths)];
    for (size_t i = 0; i < ROWS_COUNT_OF(paths); i++)
        rows[i] = (struct request_row){"PUT",    paths[i],  HTTP_API_KEY,
                                       FULL_KEY, NOT_FOUND, "Resource not found"};
    refuse_all(&settings_2025, rows, ROWS_COUNT_OF(rows));
}

static void other_verbs_are_not_supported_and_allow_says_which_are(void **state)
{
    (void)state;
    static const char *const verbs[] = {"GET", "DELETE", "PATCH", "HEAD", "put", "OPTIONS", "X"};
    struct store_fake store;
    store_fake_init(&store);
    struct world world;
    world_init(&world, &settings_2025, &store.store);
    for (size_t i = 0; i < ROWS_COUNT_OF(verbs); i++) {
        char message[64];
        (void)snprintf(message, sizeof(message), "Request method '%s' not supported", verbs[i]);
        world_begin(&world, verbs[i], STOCKS ".json");
        (void)world_run(&world);
        world_expect_error(&world, 405, "METHOD_NOT_ALLOWED", message);
        assert_string_equal(world.one.exchange.allow, "POST, PUT");
    }
    world_deinit(&world);
}

static void wrong_credentials_are_refused(void **state)
{
    (void)state;
    static const char syntax[] = "Authorization header has invalid syntax";
    static const char scheme[] = "Unsupported authorization type specified in Authorization header";
    static const struct request_row rows[] = {
        {"PUT", STOCKS, HTTP_HEADERS_COUNT, "", UNAUTHORIZED, "Credentials are not specified"},
        {"PUT", STOCKS, HTTP_API_KEY, "", UNAUTHORIZED, "Credentials are not specified"},
        {"PUT", STOCKS, HTTP_API_KEY, "nobody", UNAUTHORIZED, "Api-Key token is invalid"},
        {"PUT", STOCKS, HTTP_API_KEY, "y0_token", UNAUTHORIZED, "Api-Key token is invalid"},
        {"PUT", STOCKS, HTTP_API_KEY, "Bearer " FULL_KEY, UNAUTHORIZED, "Api-Key token is invalid"},
        {"PUT", STOCKS, HTTP_API_KEY, "gone", UNAUTHORIZED, "Api-Key token is revoked"},
        {"PUT", STOCKS, HTTP_AUTHORIZATION, "", UNAUTHORIZED, syntax},
        {"PUT", STOCKS, HTTP_AUTHORIZATION, "Bearer", UNAUTHORIZED, "OAuth token is not specified"},
        {"PUT", STOCKS, HTTP_AUTHORIZATION, "Basic eDp5", UNAUTHORIZED, scheme},
        {"PUT", STOCKS, HTTP_AUTHORIZATION, "Bearer nobody", FORBIDDEN, "OAuth token is invalid"},
        {"PUT", STOCKS, HTTP_AUTHORIZATION, "Bearer " FULL_KEY, FORBIDDEN,
         "OAuth token is invalid"},
        {"PUT", STOCKS, HTTP_AUTHORIZATION, "Bearer y0_gone", FORBIDDEN, "OAuth token is invalid"},
        {"PUT", STOCKS, HTTP_AUTHORIZATION, "OAuth", UNAUTHORIZED,
         "OAuth credentials are not specified"},
        {"PUT", STOCKS, HTTP_AUTHORIZATION, "OAuth x=y", UNAUTHORIZED, syntax},
        {"PUT", STOCKS, HTTP_AUTHORIZATION, "OAuth oauth_client_id=7", UNAUTHORIZED,
         "OAuth token is not specified"},
        {"PUT", STOCKS, HTTP_AUTHORIZATION, "OAuth oauth_token=\"\", oauth_client_id=7",
         UNAUTHORIZED, "OAuth token is not specified"},
        {"PUT", STOCKS, HTTP_AUTHORIZATION, "OAuth oauth_token=nobody, oauth_client_id=7",
         FORBIDDEN, "OAuth token is invalid"},
    };
    refuse_all(&settings_2025, rows, ROWS_COUNT_OF(rows));
}

static void newer_edition_words_some_of_it_differently(void **state)
{
    (void)state;
    static const struct request_row rows[] = {
        {"PUT", STOCKS, HTTP_API_KEY, "", UNAUTHORIZED, "Api-Key token is not specified"},
        {"PUT", STOCKS, HTTP_AUTHORIZATION, "Basic eDp5", UNAUTHORIZED,
         "Authorization header has invalid syntax"},
        {"PUT", STOCKS, HTTP_AUTHORIZATION, "OAuth oauth_token=y0_token", UNAUTHORIZED,
         "OAuth client id is not specified"},
        {"PUT", "/campaigns/77777/offers/stocks", HTTP_API_KEY, FULL_KEY, NOT_FOUND,
         "Campaign not found '77777'"},
        {"PUT", "/campaigns/10011/offers/stocks", HTTP_API_KEY, FULL_KEY, FORBIDDEN,
         "API for campaign '10011' disabled due to inactivity"},
        {"PUT", "/campaigns/10012/offers/stocks", HTTP_API_KEY, FULL_KEY, FORBIDDEN,
         "API for campaign '10012' disabled because there are no active contracts with Market"},
        {"PUT", "/campaigns/10013/offers/stocks", HTTP_API_KEY, FULL_KEY, FORBIDDEN,
         "API for campaign '10013' manually disabled"},
        {"PUT", "/campaigns/10014/offers/stocks", HTTP_API_KEY, FULL_KEY, FORBIDDEN,
         "API for campaign '10014' disabled because it has no placement program"},
        {"PUT", "/campaigns/10005/offers/stocks", HTTP_API_KEY, FULL_KEY, 400,
         "CAMPAIGN_TYPE_NOT_SUPPORTED",
         "Campaign type is not allowed. Allowed campaign types: FBS, DBS"},
    };
    refuse_all(&settings_2026, rows, ROWS_COUNT_OF(rows));
}

static void shape_of_unknown_keys_is_told_where_asked(void **state)
{
    (void)state;
    static const struct request_row rows[] = {
        {"PUT", STOCKS, HTTP_API_KEY, "nobody", UNAUTHORIZED, "Api-Key token prefix invalid"},
        {"PUT", STOCKS, HTTP_API_KEY, "acma:x", UNAUTHORIZED, "Api-Key token prefix invalid"},
        {"PUT", STOCKS, HTTP_API_KEY, "ACMA:short", UNAUTHORIZED, "Api-Key token length invalid"},
        {"PUT", STOCKS, HTTP_API_KEY, FULL_KEY "0", UNAUTHORIZED, "Api-Key token length invalid"},
        {"PUT", STOCKS, HTTP_API_KEY, "ACMA:FullFullFullFullFullFullFullFullFullFull-00000001",
         UNAUTHORIZED, "Api-Key token format invalid"},
        {"PUT", STOCKS, HTTP_API_KEY, "ACMA:Full-ullFullFullFullFullFullFullFullFull:00000001",
         UNAUTHORIZED, "Api-Key token format invalid"},
        {"PUT", STOCKS, HTTP_API_KEY, "ACMA:FullFullFullFullFullFullFullFullFullFull:0000000g",
         UNAUTHORIZED, "Api-Key token format invalid"},
        {"PUT", STOCKS, HTTP_API_KEY, "ACMA:FullFullFullFullFullFullFullFullFullFull:00000002",
         UNAUTHORIZED, "Api-Key token is invalid"},
    };
    struct api_settings settings = settings_2025;
    settings.key_shape_checked = true;
    refuse_all(&settings, rows, ROWS_COUNT_OF(rows));
}

static void scopes_and_campaigns_are_checked(void **state)
{
    (void)state;
    static const char may_write[] =
        "Token does not have any of the scopes to access the API method: all-methods, "
        "offers-and-cards-management";
    static const char may_read[] =
        "Token does not have any of the scopes to access the API method: all-methods, "
        "all-methods:read-only, offers-and-cards-management, offers-and-cards-management:read-only";
    static const char sleeping[] = "Access denied for campaign '10011' because it is not active";
    static const struct request_row rows[] = {
        {"PUT", STOCKS, HTTP_API_KEY, VIEWER_KEY, FORBIDDEN, may_write},
        {"PUT", STOCKS, HTTP_API_KEY, "prices", FORBIDDEN, may_write},
        {"POST", STOCKS, HTTP_API_KEY, "prices", FORBIDDEN, may_read},
        {"PUT", "/v2/campaigns/x/offers/stocks", HTTP_API_KEY, FULL_KEY, BAD_REQUEST,
         "Type mismatch: 'x'"},
        {"PUT", "/v2/campaigns/10003x/offers/stocks", HTTP_API_KEY, FULL_KEY, BAD_REQUEST,
         "Type mismatch: '10003x'"},
        {"PUT", "/v2/campaigns/9223372036854775808/offers/stocks", HTTP_API_KEY, FULL_KEY,
         BAD_REQUEST, "Type mismatch: '9223372036854775808'"},
        {"PUT", "/v2/campaigns/0/offers/stocks", HTTP_API_KEY, FULL_KEY, BAD_REQUEST,
         "campaignId must be greater than or equal to 1 (rejected value: 0)"},
        {"PUT", "/v2/campaigns/-5/offers/stocks", HTTP_API_KEY, FULL_KEY, BAD_REQUEST,
         "campaignId must be greater than or equal to 1 (rejected value: -5)"},
        {"PUT", "/v2/campaigns/77777/offers/stocks", HTTP_API_KEY, FULL_KEY, NOT_FOUND,
         "Campaign not found: '77777'"},
        {"POST", "/v2/campaigns/77777/offers/stocks", HTTP_API_KEY, FULL_KEY, NOT_FOUND,
         "Campaign not found: '77777'"},
        {"PUT", "/v2/campaigns/20001/offers/stocks", HTTP_API_KEY, FULL_KEY, FORBIDDEN,
         "Access denied"},
        {"POST", "/v2/campaigns/20001/offers/stocks", HTTP_AUTHORIZATION, "Bearer y0_token",
         FORBIDDEN, "Access denied"},
        {"PUT", "/v2/campaigns/10011/offers/stocks", HTTP_API_KEY, FULL_KEY, FORBIDDEN, sleeping},
        {"POST", "/v2/campaigns/10011/offers/stocks", HTTP_API_KEY, FULL_KEY, FORBIDDEN, sleeping},
        {"PUT", "/v2/campaigns/10005/offers/stocks", HTTP_API_KEY, FULL_KEY, 400,
         "CAMPAIGN_TYPE_NOT_SUPPORTED", "Campaign type is not allowed"},
        {"PUT", "/v2/campaigns/10009/offers/stocks", HTTP_API_KEY, FULL_KEY, 400,
         "CAMPAIGN_TYPE_NOT_SUPPORTED", "Campaign type is not allowed"},
    };
    refuse_all(&settings_2025, rows, ROWS_COUNT_OF(rows));
}

static void header_that_comes_twice_is_refused(void **state)
{
    (void)state;
    struct store_fake store;
    store_fake_init(&store);
    struct world world;
    world_init(&world, &settings_2025, &store.store);
    world_begin(&world, "POST", STOCKS);
    exchange_case_header(&world.one, HTTP_API_KEY, FULL_KEY);
    (void)world_run(&world);
    world_expect_error(&world, 401, "UNAUTHORIZED", "Api-Key token format invalid");
    exchange_case_begin(&world.one, "POST", STOCKS, NOW_MS);
    exchange_case_header(&world.one, HTTP_AUTHORIZATION, "Bearer y0_token");
    exchange_case_header(&world.one, HTTP_AUTHORIZATION, "Bearer y0_token");
    (void)world_run(&world);
    world_expect_error(&world, 401, "UNAUTHORIZED", "Authorization header has invalid syntax");
    world_deinit(&world);
}

static void every_way_of_naming_oneself_is_taken(void **state)
{
    (void)state;
    static const struct {
        enum http_header header;
        const char *value;
    } rows[] = {
        {HTTP_API_KEY, FULL_KEY},
        {HTTP_API_KEY, "  " WRITER_KEY "\t"},
        {HTTP_API_KEY, VIEWER_KEY},
        {HTTP_AUTHORIZATION, "Bearer y0_token"},
        {HTTP_AUTHORIZATION, "bearer   y0_token "},
        {HTTP_AUTHORIZATION, "OAuth oauth_token=y0_token, oauth_client_id=7"},
        {HTTP_AUTHORIZATION, "OAuth oauth_token=\"y0_token\", oauth_client_id=\"7\""},
        {HTTP_AUTHORIZATION, "OAuth oauth_client_id=\"7\",oauth_token=\"y0_token\""},
        {HTTP_AUTHORIZATION, "OAUTH oauth_token=y0_token"},
    };
    struct store_fake store;
    store_fake_init(&store);
    struct world world;
    world_init(&world, &settings_2025, &store.store);
    for (size_t i = 0; i < ROWS_COUNT_OF(rows); i++) {
        exchange_case_begin(&world.one, "POST", STOCKS, NOW_MS);
        exchange_case_header(&world.one, rows[i].header, rows[i].value);
        EXPECT(rows[i].value, world_run(&world) == 200);
    }
    world_begin(&world, "POST", STOCKS); /* C44: Api-Key decides. */
    exchange_case_header(&world.one, HTTP_AUTHORIZATION, "Bearer nobody");
    assert_int_equal(world_run(&world), 200);
    world_deinit(&world);
}

static void business_header_goes_with_oauth_in_the_newer_edition(void **state)
{
    (void)state;
    static const struct {
        const char *value;
        int status_2025;
        int status_2026;
    } rows[] = {
        {"1", 200, 200}, {" 1 ", 200, 200}, {"2", 200, 403}, {"x", 200, 400}, {"", 200, 400}};
    struct store_fake store;
    store_fake_init(&store);
    for (size_t i = 0; i < 2 * ROWS_COUNT_OF(rows); i++) {
        struct world world;
        world_init(&world, i % 2 == 0 ? &settings_2025 : &settings_2026, &store.store);
        exchange_case_begin(&world.one, "POST", STOCKS, NOW_MS);
        exchange_case_header(&world.one, HTTP_AUTHORIZATION, "Bearer y0_token");
        exchange_case_header(&world.one, HTTP_BUSINESS_ID, rows[i / 2].value);
        EXPECT(rows[i / 2].value, world_run(&world) == (i % 2 == 0 ? rows[i / 2].status_2025
                                                                   : rows[i / 2].status_2026));
        world_deinit(&world);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths_that_name_nothing_are_not_found),
        cmocka_unit_test(other_verbs_are_not_supported_and_allow_says_which_are),
        cmocka_unit_test(wrong_credentials_are_refused),
        cmocka_unit_test(newer_edition_words_some_of_it_differently),
        cmocka_unit_test(shape_of_unknown_keys_is_told_where_asked),
        cmocka_unit_test(scopes_and_campaigns_are_checked),
        cmocka_unit_test(header_that_comes_twice_is_refused),
        cmocka_unit_test(every_way_of_naming_oneself_is_taken),
        cmocka_unit_test(business_header_goes_with_oauth_in_the_newer_edition),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
