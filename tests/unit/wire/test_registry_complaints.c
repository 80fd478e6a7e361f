/* Registry documents that are refused: each complaint with its path. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "../../support/body_case.h"
#include "../../support/expect.h"
#include "wire/registry_document.h"

#define ID_PROBLEM     "must be a whole number, 1 or more"
#define TEXT_PROBLEM   "must be a text of 1 to 1024 bytes"
#define FLAG_PROBLEM   "must be true or false"
#define VALUES_PROBLEM "is not one of the values in docs/formats.md §6"
#define PERIOD_PROBLEM "must be a whole number of seconds, 1 to 604800"
#define URL_PROBLEM                                                                                \
    "must begin with http:// or https:// and a host, without '?', '#' and "                        \
    "spaces"
#define SECRETS_PROBLEM "give exactly one of apiKey, apiKeySha256, oauth and oauthSha256"

#define CAMPAIGN      "\"id\":1,\"businessId\":1,\"domain\":\"d\",\"placementType\":\"FBS\""
#define STORE         "\"id\":1,\"campaignId\":1,\"name\":\"w\""
#define TOKEN         "\"name\":\"t\",\"businessId\":1"
#define PUSH          "\"url\":\"http://h\",\"token\":\"t\""
#define PUSH_URL(url) "{" CAMPAIGN ",\"push\":{\"token\":\"t\",\"url\":\"" url "\"}}"
#define HEX64         "00112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF"

/* A list with one entry, and the one complaint about it. */
static const struct {
    const char *list;
    const char *entry;
    const char *complaint;
} rows[] = {
    {"businesses", "5", "businesses[0]: must be an object"},
    {"businesses", "null", "businesses[0]: must be an object"},
    {"businesses", "[]", "businesses[0]: must be an object"},
    {"businesses", "{\"name\":\"b\"}", "businesses[0].id: is missing"},
    {"businesses", "{\"id\":1}", "businesses[0].name: is missing"},
    {"businesses", "{\"id\":0,\"name\":\"b\"}", "businesses[0].id: " ID_PROBLEM},
    {"businesses", "{\"id\":-1,\"name\":\"b\"}", "businesses[0].id: " ID_PROBLEM},
    {"businesses", "{\"id\":1.0,\"name\":\"b\"}", "businesses[0].id: " ID_PROBLEM},
    {"businesses", "{\"id\":\"1\",\"name\":\"b\"}", "businesses[0].id: " ID_PROBLEM},
    {"businesses", "{\"id\":null,\"name\":\"b\"}", "businesses[0].id: " ID_PROBLEM},
    {"businesses", "{\"id\":9223372036854775808,\"name\":\"b\"}", "businesses[0].id: " ID_PROBLEM},
    {"businesses", "{\"id\":1,\"name\":\"\"}", "businesses[0].name: " TEXT_PROBLEM},
    {"businesses", "{\"id\":1,\"name\":5}", "businesses[0].name: " TEXT_PROBLEM},
    {"businesses", "{\"id\":1,\"name\":null}", "businesses[0].name: " TEXT_PROBLEM},
    {"businesses", "{\"id\":1,\"name\":\"b\",\"nmae\":1}",
     "businesses[0]: no field 'nmae' is known here"},
    {"businesses", "{\"id\":1,\"name\":\"b\",\"ID\":1}",
     "businesses[0]: no field 'ID' is known here"},
    {"campaigns", "{\"businessId\":1,\"domain\":\"d\",\"placementType\":\"FBS\"}",
     "campaigns[0].id: is missing"},
    {"campaigns", "{\"id\":1,\"domain\":\"d\",\"placementType\":\"FBS\"}",
     "campaigns[0].businessId: is missing"},
    {"campaigns", "{\"id\":1,\"businessId\":1,\"placementType\":\"FBS\"}",
     "campaigns[0].domain: is missing"},
    {"campaigns", "{\"id\":1,\"businessId\":1,\"domain\":\"d\"}",
     "campaigns[0].placementType: is missing"},
    {"campaigns", "{\"id\":1,\"businessId\":1,\"domain\":\"d\",\"placementType\":\"fbs\"}",
     "campaigns[0].placementType: " VALUES_PROBLEM},
    {"campaigns", "{\"id\":1,\"businessId\":1,\"domain\":\"d\",\"placementType\":\"EXPRESS\"}",
     "campaigns[0].placementType: " VALUES_PROBLEM},
    {"campaigns", "{\"id\":1,\"businessId\":1,\"domain\":\"d\",\"placementType\":0}",
     "campaigns[0].placementType: " VALUES_PROBLEM},
    {"campaigns", "{" CAMPAIGN ",\"apiAvailability\":\"OFF\"}",
     "campaigns[0].apiAvailability: " VALUES_PROBLEM},
    {"campaigns", "{" CAMPAIGN ",\"apiAvailability\":null}",
     "campaigns[0].apiAvailability: " VALUES_PROBLEM},
    {"warehouseGroups", "{\"businessId\":1,\"name\":\"g\"}", "warehouseGroups[0].id: is missing"},
    {"warehouseGroups", "{\"id\":1,\"name\":\"g\"}", "warehouseGroups[0].businessId: is missing"},
    {"warehouseGroups", "{\"id\":1,\"businessId\":1}", "warehouseGroups[0].name: is missing"},
    {"warehouseGroups", "{\"id\":1,\"businessId\":1,\"name\":\"g\",\"mainWarehouseId\":0}",
     "warehouseGroups[0].mainWarehouseId: " ID_PROBLEM},
    {"warehouses", "{\"id\":1,\"name\":\"w\"}", "warehouses[0].campaignId: is missing"},
    {"warehouses", "{" STORE ",\"groupId\":null}", "warehouses[0].groupId: " ID_PROBLEM},
    {"warehouses", "{" STORE ",\"express\":1}", "warehouses[0].express: " FLAG_PROBLEM},
    {"warehouses", "{" STORE ",\"express\":null}", "warehouses[0].express: " FLAG_PROBLEM},
    {"warehouses", "{" STORE ",\"address\":[]}", "warehouses[0].address: must be an object"},
    {"warehouses", "{" STORE ",\"address\":{}}", "warehouses[0].address: must have a city"},
    {"warehouses", "{" STORE ",\"address\":{\"city\":\"c\",\"street\":5}}",
     "warehouses[0].street: " TEXT_PROBLEM},
    {"warehouses", "{" STORE ",\"address\":{\"city\":\"c\",\"zip\":\"1\"}}",
     "warehouses[0].address: has a field that is not known"},
    {"warehouses",
     "{" STORE ",\"address\":{\"city\":\"c\",\"gps\":{\"latitude\":1,\"longitude\":\"2\"}}}",
     "warehouses[0].longitude: must be a number of degrees"},
    {"warehouses", "{" STORE ",\"address\":{\"city\":\"c\",\"gps\":{\"latitude\":1}}}",
     "warehouses[0].gps: must have latitude and longitude"},
    {"marketWarehouses", "{\"id\":1}", "marketWarehouses[0].name: is missing"},
    {"marketWarehouses", "{\"id\":1,\"name\":\"m\",\"returns\":\"yes\"}",
     "marketWarehouses[0].returns: " FLAG_PROBLEM},
    {"marketWarehouses", "{\"id\":1,\"name\":\"m\",\"shelfId\":0}",
     "marketWarehouses[0].shelfId: " ID_PROBLEM},
    {"warehouses", "{" STORE ",\"enabled\":0}", "warehouses[0].enabled: " FLAG_PROBLEM},
    {"campaigns", "{" CAMPAIGN ",\"shelfId\":\"1\"}", "campaigns[0].shelfId: " ID_PROBLEM},
    {"campaigns", "{" CAMPAIGN ",\"push\":null}", "campaigns[0].push: must be an object"},
    {"campaigns", "{" CAMPAIGN ",\"push\":{\"url\":\"http://h\"}}",
     "campaigns[0].push.token: is missing"},
    {"campaigns", "{" CAMPAIGN ",\"push\":{\"token\":\"t\"}}", "campaigns[0].push.url: is missing"},
    {"campaigns", "{" CAMPAIGN ",\"push\":{" PUSH ",\"period\":5}}",
     "campaigns[0].push: has a field that is not known"},
    {"campaigns", "{" CAMPAIGN ",\"push\":{" PUSH ",\"tokenIn\":\"body\"}}",
     "campaigns[0].push.tokenIn: " VALUES_PROBLEM},
    {"campaigns", "{" CAMPAIGN ",\"push\":{" PUSH ",\"tokenIn\":null}}",
     "campaigns[0].push.tokenIn: " VALUES_PROBLEM},
    {"campaigns", "{" CAMPAIGN ",\"push\":{" PUSH ",\"periodSeconds\":0}}",
     "campaigns[0].push.periodSeconds: " PERIOD_PROBLEM},
    {"campaigns", "{" CAMPAIGN ",\"push\":{" PUSH ",\"periodSeconds\":604801}}",
     "campaigns[0].push.periodSeconds: " PERIOD_PROBLEM},
    {"campaigns", "{" CAMPAIGN ",\"push\":{" PUSH ",\"periodSeconds\":\"60\"}}",
     "campaigns[0].push.periodSeconds: " PERIOD_PROBLEM},
    {"campaigns", "{" CAMPAIGN ",\"push\":{\"url\":\"http://h\",\"token\":\"\"}}",
     "campaigns[0].push.token: " TEXT_PROBLEM},
    {"campaigns", "{" CAMPAIGN ",\"push\":{\"url\":\"http://h\",\"token\":\"a\\r\\nHost: x\"}}",
     "campaigns[0].push.token: must not have control characters"},
    {"campaigns", "{" CAMPAIGN ",\"push\":{\"token\":\"t\",\"url\":5}}",
     "campaigns[0].push.url: " TEXT_PROBLEM},
    {"campaigns", PUSH_URL("ftp://h"), "campaigns[0].push.url: " URL_PROBLEM},
    {"campaigns", PUSH_URL("shop.example"), "campaigns[0].push.url: " URL_PROBLEM},
    {"campaigns", PUSH_URL("http://"), "campaigns[0].push.url: " URL_PROBLEM},
    {"campaigns", PUSH_URL("http:///stocks"), "campaigns[0].push.url: " URL_PROBLEM},
    {"campaigns", PUSH_URL("https://:443"), "campaigns[0].push.url: " URL_PROBLEM},
    {"campaigns", PUSH_URL("https://h/a?b=c"), "campaigns[0].push.url: " URL_PROBLEM},
    {"campaigns", PUSH_URL("https://h/a#b"), "campaigns[0].push.url: " URL_PROBLEM},
    {"campaigns", PUSH_URL("https://h/a b"), "campaigns[0].push.url: " URL_PROBLEM},
    {"campaigns", PUSH_URL("https://h/\\u0000"), "campaigns[0].push.url: " URL_PROBLEM},
    {"tokens", "{" TOKEN "}", "tokens[0].apiKey: " SECRETS_PROBLEM},
    {"tokens", "{" TOKEN ",\"apiKey\":\"k\",\"oauth\":\"o\"}",
     "tokens[0].apiKey: " SECRETS_PROBLEM},
    {"tokens", "{" TOKEN ",\"apiKey\":\"k\",\"apiKeySha256\":\"" HEX64 "\"}",
     "tokens[0].apiKey: " SECRETS_PROBLEM},
    {"tokens", "{\"businessId\":1,\"apiKey\":\"k\"}", "tokens[0].name: is missing"},
    {"tokens", "{\"name\":\"t\",\"apiKey\":\"k\"}", "tokens[0].businessId: is missing"},
    {"tokens", "{" TOKEN ",\"apiKey\":\"\"}", "tokens[0].apiKey: must be a text"},
    {"tokens", "{" TOKEN ",\"oauth\":7}", "tokens[0].oauth: must be a text"},
    {"tokens", "{" TOKEN ",\"apiKeySha256\":\"abc\"}",
     "tokens[0].apiKeySha256: must be 64 hexadecimal digits"},
    {"tokens", "{" TOKEN ",\"oauthSha256\":\"x" HEX64 "\"}",
     "tokens[0].oauthSha256: must be 64 hexadecimal digits"},
    {"tokens", "{" TOKEN ",\"apiKey\":\"k\",\"scopes\":\"all-methods\"}",
     "tokens[0].scopes: must be a list of scopes"},
    {"tokens", "{" TOKEN ",\"apiKey\":\"k\",\"scopes\":[\"ALL_METHODS\"]}",
     "tokens[0].scopes: has an unknown scope; docs/formats.md §6 lists them"},
    {"tokens", "{" TOKEN ",\"apiKey\":\"k\",\"scopes\":[1]}",
     "tokens[0].scopes: has an unknown scope; docs/formats.md §6 lists them"},
    {"tokens", "{" TOKEN ",\"apiKey\":\"k\",\"revoked\":\"no\"}",
     "tokens[0].revoked: " FLAG_PROBLEM},
};

static bool decode(struct body_case *body, const char *text)
{
    struct registry_document document;
    const struct json_value root = body_case_root(body, bytes_from_text(text));
    return registry_document_decode(root, &body->arena, &document, &body->errors);
}

static void every_wrong_field_is_told_with_its_path(void **state)
{
    (void)state;
    struct body_case body;
    body_case_init(&body);
    for (size_t i = 0; i < ROWS_COUNT_OF(rows); i++) {
        char text[512];
        (void)snprintf(text, sizeof(text), "{\"%s\":[%s]}", rows[i].list, rows[i].entry);
        EXPECT(text, !decode(&body, text));
        EXPECT_ERROR(&body.errors, rows[i].complaint);
    }
    body_case_deinit(&body);
}

static void wrong_document_and_wrong_lists_are_told(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"[]", "the registry must be an object"},
        {"null", "the registry must be an object"},
        {"5", "the registry must be an object"},
        {"{\"businesses\":{}}", "businesses: must be a list"},
        {"{\"tokens\":null}", "tokens: must be a list"},
        {"{\"warehouse\":[]}", "no list 'warehouse' is known in a registry"},
        {"{\"Businesses\":[]}", "no list 'Businesses' is known in a registry"},
        {"{\"\":[]}", "no list '' is known in a registry"},
        {"{\"shelfIdLast\":0}", "registry.shelfIdLast: " ID_PROBLEM},
        {"{\"marketNumberLast\":\"1\"}", "registry.marketNumberLast: " ID_PROBLEM},
        {"{\"remove\":[]}", "remove: must be an object"},
        {"{\"remove\":{\"warehouse\":[]}}", "remove: no list 'warehouse' is known here"},
        {"{\"remove\":{\"remove\":{}}}", "remove: no list 'remove' is known here"},
        {"{\"remove\":{\"campaigns\":5}}", "remove.campaigns: must be a list"},
        {"{\"remove\":{\"campaigns\":[5,0]}}", "remove.campaigns[1]: must be an id"},
        {"{\"remove\":{\"warehouses\":[{\"id\":5}]}}", "remove.warehouses[0]: must be an id"},
        {"{\"remove\":{\"warehouseGroups\":[1.5]}}", "remove.warehouseGroups[0]: must be an id"},
        {"{\"remove\":{\"tokens\":[5]}}", "remove.tokens[0]: must be an object"},
        {"{\"remove\":{\"tokens\":[{\"name\":\"t\"}]}}", "remove.tokens[0].businessId: is missing"},
        {"{\"remove\":{\"tokens\":[{\"name\":\"t\",\"businessId\":1,\"apiKey\":\"k\"}]}}",
         "remove.tokens[0]: no field 'apiKey' is known here"},
    };
    struct body_case body;
    body_case_init(&body);
    for (size_t i = 0; i < ROWS_COUNT_OF(cases); i++) {
        EXPECT(cases[i][0], !decode(&body, cases[i][0]));
        EXPECT_ERROR(&body.errors, cases[i][1]);
    }
    body_case_deinit(&body);
}

static void complaints_name_the_entry_and_stop_at_twenty(void **state)
{
    (void)state;
    struct body_case body;
    body_case_init(&body);
    struct buffer text;
    buffer_init(&text);
    buffer_append_text(&text, "{\"businesses\":[{\"id\":1,\"name\":\"b\"}");
    for (int i = 0; i < 30; i++)
        buffer_append_text(&text, ",{\"id\":0,\"name\":\"b\"}");
    buffer_append_text(&text, "]}");
    assert_false(decode(&body, buffer_text(&text)));
    assert_int_equal(body.errors.count, ERRORS_PER_REPLY_MAX);
    EXPECT_TEXT(error_at(&body.errors, 0), "businesses[1].id: " ID_PROBLEM);
    EXPECT_TEXT(error_at(&body.errors, 19), "businesses[20].id: " ID_PROBLEM);
    buffer_deinit(&text);
    body_case_deinit(&body);
}

static void text_of_1024_bytes_is_taken_and_a_longer_one_is_not(void **state)
{
    (void)state;
    struct body_case body;
    body_case_init(&body);
    for (int size = 1024; size <= 1025; size++) {
        struct buffer text;
        buffer_init(&text);
        buffer_append_text(&text, "{\"businesses\":[{\"id\":1,\"name\":\"");
        for (int i = 0; i < size; i++)
            buffer_append_text(&text, "x");
        buffer_append_text(&text, "\"}]}");
        assert_int_equal(decode(&body, buffer_text(&text)), size == 1024);
        EXPECT_ERROR(&body.errors, size == 1024 ? NULL : "businesses[0].name: " TEXT_PROBLEM);
        buffer_deinit(&text);
    }
    body_case_deinit(&body);
}

static void hashed_secrets_are_taken_in_either_case(void **state)
{
    (void)state;
    struct body_case body;
    body_case_init(&body);
    assert_true(decode(&body, "{\"tokens\":[{" TOKEN ",\"apiKeySha256\":\"" HEX64 "\"}]}"));
    assert_true(decode(&body, "{\"tokens\":[{" TOKEN ",\"oauthSha256\":\"" HEX64 "\"}]}"));
    body_case_deinit(&body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_wrong_field_is_told_with_its_path),
        cmocka_unit_test(wrong_document_and_wrong_lists_are_told),
        cmocka_unit_test(complaints_name_the_entry_and_stop_at_twenty),
        cmocka_unit_test(text_of_1024_bytes_is_taken_and_a_longer_one_is_not),
        cmocka_unit_test(hashed_secrets_are_taken_in_either_case),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
