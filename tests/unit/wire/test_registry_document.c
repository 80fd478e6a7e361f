/* Registry documents: what each field says, and that decoding undoes encoding. Complaints are in
 * test_registry_complaints.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../support/body_case.h"
#include "../../support/chance.h"
#include "../../support/expect.h"
#include "wire/registry_document.h"

static const char whole_text[] =
    "{\"businesses\":[{\"id\":861370,\"name\":\"Demo \\\"Trade\\\"\"}],"
    "\"campaigns\":[{\"id\":10003,\"businessId\":861370,\"domain\":\"store\",\"placementType\":"
    "\"FBS\",\"push\":{\"url\":\"https://shop.example/"
    "api\",\"token\":\"hush\",\"tokenIn\":\"query\","
    "\"periodSeconds\":60}},{\"id\":10008,\"businessId\":861370,\"domain\":\"off\","
    "\"placementType\":\"LAAS\","
    "\"apiAvailability\":\"DISABLED_BY_INACTIVITY\",\"shelfId\":8}],"
    "\"warehouseGroups\":[{\"id\":77,\"businessId\":861370,\"name\":\"MSK\",\"mainWarehouseId\":"
    "501}],"
    "\"warehouses\":[{\"id\":501,\"campaignId\":10003,\"name\":\"Tverskaya\",\"groupId\":77,"
    "\"express\":true,\"enabled\":false,\"address\":{\"city\":\"Moscow\",\"street\":\"T\","
    "\"number\":\"7\","
    "\"building\":\"1\",\"block\":\"B\",\"gps\":{\"latitude\":55.76,\"longitude\":-37}}}],"
    "\"marketWarehouses\":[{\"id\":300,\"name\":\"Returns\",\"returns\":true,\"shelfId\":4}],"
    "\"tokens\":[{\"name\":\"full\",\"businessId\":861370,\"scopes\":[\"all-methods\","
    "\"pricing:read-only\"],\"revoked\":true,\"apiKey\":\"secret\"},{\"name\":\"old\","
    "\"businessId\":861370,\"oauth\":\"y0\"}],"
    "\"remove\":{\"businesses\":[1],\"campaigns\":[2,3],\"warehouseGroups\":[4],\"warehouses\":[5],"
    "\"marketWarehouses\":[6],\"tokens\":[{\"businessId\":7,\"name\":\"gone\"}]},"
    "\"shelfIdLast\":70,\"marketNumberLast\":5}";

static bool decode(struct body_case *body, struct bytes text, struct registry_document *document)
{
    const struct json_value root = body_case_root(body, text);
    return registry_document_decode(root, &body->arena, document, &body->errors);
}

static void every_field_is_read(void **state)
{
    (void)state;
    struct body_case body;
    body_case_init(&body);
    struct registry_document document;
    assert_true(decode(&body, bytes_from_text(whole_text), &document));
    assert_int_equal(document.businesses_count, 1);
    assert_int_equal(document.businesses[0].id, 861370);
    EXPECT_TEXT(document.businesses[0].name, "Demo \"Trade\"");
    assert_int_equal(document.campaigns_count, 2);
    assert_int_equal(document.campaigns[0].id, 10003);
    assert_int_equal(document.campaigns[0].business_id, 861370);
    EXPECT_TEXT(document.campaigns[0].domain, "store");
    assert_int_equal(document.campaigns[0].placement, PLACEMENT_FBS);
    assert_int_equal(document.campaigns[0].availability, AVAILABILITY_AVAILABLE);
    assert_int_equal(document.campaigns[1].placement, PLACEMENT_LAAS);
    assert_int_equal(document.campaigns[1].availability, AVAILABILITY_DISABLED_BY_INACTIVITY);
    assert_int_equal(document.campaigns[1].shelf_id, 8);
    assert_int_equal(document.campaigns[1].push.url.size, 0);
    const struct registry_push *push = &document.campaigns[0].push;
    EXPECT_TEXT(push->url, "https://shop.example/api");
    EXPECT_TEXT(push->token, "hush");
    assert_true(push->token_in_query);
    assert_int_equal(push->period_s, 60);
    assert_int_equal(document.groups_count, 1);
    assert_int_equal(document.groups[0].id, 77);
    assert_int_equal(document.groups[0].main_warehouse_id, 501);
    assert_int_equal(document.market_warehouses_count, 1);
    assert_true(document.market_warehouses[0].returns);
    assert_int_equal(document.market_warehouses[0].number, 4);
    assert_int_equal(document.shelf_id_last, 70);
    assert_int_equal(document.market_number_last, 5);
    body_case_deinit(&body);
}

static void warehouse_and_its_address_are_read(void **state)
{
    (void)state;
    struct body_case body;
    body_case_init(&body);
    struct registry_document document;
    assert_true(decode(&body, bytes_from_text(whole_text), &document));
    assert_int_equal(document.warehouses_count, 1);
    const struct registry_warehouse *warehouse = &document.warehouses[0];
    assert_int_equal(warehouse->id, 501);
    assert_int_equal(warehouse->campaign_id, 10003);
    assert_int_equal(warehouse->group_id, 77);
    assert_true(warehouse->express);
    assert_true(warehouse->disabled);
    assert_true(warehouse->has_address);
    EXPECT_TEXT(warehouse->address.city, "Moscow");
    EXPECT_TEXT(warehouse->address.street, "T");
    EXPECT_TEXT(warehouse->address.number, "7");
    EXPECT_TEXT(warehouse->address.building, "1");
    EXPECT_TEXT(warehouse->address.block, "B");
    assert_true(warehouse->address.latitude > 55.75 && warehouse->address.latitude < 55.77);
    assert_true(warehouse->address.longitude < -36.9 && warehouse->address.longitude > -37.1);
    body_case_deinit(&body);
}

static void what_is_removed_is_read(void **state)
{
    (void)state;
    struct body_case body;
    body_case_init(&body);
    struct registry_document document;
    assert_true(decode(&body, bytes_from_text(whole_text), &document));
    const struct registry_removal *removal = &document.removal;
    assert_true(removal->businesses_count == 1 && removal->businesses[0] == 1);
    assert_true(removal->campaigns_count == 2 && removal->campaigns[1] == 3);
    assert_true(removal->groups_count == 1 && removal->groups[0] == 4);
    assert_true(removal->warehouses_count == 1 && removal->warehouses[0] == 5);
    assert_true(removal->market_warehouses_count == 1 && removal->market_warehouses[0] == 6);
    assert_int_equal(removal->tokens_count, 1);
    assert_int_equal(removal->tokens[0].business_id, 7);
    EXPECT_TEXT(removal->tokens[0].name, "gone");
    body_case_deinit(&body);
}

static void push_has_defaults(void **state)
{
    (void)state;
    static const char *const urls[] = {"http://h", "https://h:8080/a/b", "http://[::1]:1/x",
                                       "http://10.0.0.1/"};
    struct body_case body;
    struct registry_document document;
    struct buffer text;
    body_case_init(&body);
    buffer_init(&text);
    for (size_t i = 0; i < ROWS_COUNT_OF(urls); i++) {
        buffer_clear(&text);
        buffer_append_format(
            &text,
            "{\"campaigns\":[{\"id\":1,\"businessId\":1,\"domain\":\"d\","
            "\"placementType\":\"FBS\",\"push\":{\"token\":\"t\",\"url\":\"%s\"}}]}",
            urls[i]);
        EXPECT(urls[i], decode(&body, buffer_bytes(&text), &document));
        const struct registry_push *push = &document.campaigns[0].push;
        EXPECT_TEXT(push->url, urls[i]);
        assert_false(push->token_in_query);
        assert_int_equal(push->period_s, 3600);
    }
    buffer_deinit(&text);
    body_case_deinit(&body);
}

static void tokens_are_known_by_their_hash_alone(void **state)
{
    (void)state;
    struct body_case body;
    body_case_init(&body);
    struct registry_document document;
    assert_true(decode(&body, bytes_from_text(whole_text), &document));
    assert_int_equal(document.tokens_count, 2);
    const struct sha256 secret = sha256_of(BYTES("secret"));
    const struct sha256 oauth = sha256_of(BYTES("y0"));
    assert_int_equal(document.tokens[0].kind, TOKEN_API_KEY);
    assert_true(sha256_equal(&document.tokens[0].hash, &secret));
    assert_int_equal(document.tokens[0].scopes,
                     SCOPE_BIT(SCOPE_ALL_METHODS) | SCOPE_BIT(SCOPE_PRICING_READ_ONLY));
    assert_true(document.tokens[0].revoked);
    assert_int_equal(document.tokens[1].kind, TOKEN_OAUTH);
    assert_true(sha256_equal(&document.tokens[1].hash, &oauth));
    assert_int_equal(document.tokens[1].scopes, 0);
    assert_false(document.tokens[1].revoked);

    struct buffer text;
    buffer_init(&text);
    registry_document_encode(&text, &document);
    assert_null(strstr(buffer_text(&text), "secret"));
    assert_non_null(strstr(buffer_text(&text), "\"apiKeySha256\":\"2bb80d537b1da3e38bd30361"));
    assert_non_null(strstr(buffer_text(&text), "\"oauthSha256\":\""));
    buffer_deinit(&text);
    body_case_deinit(&body);
}

static void every_list_may_be_absent_or_empty(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "{}",
        "{\"businesses\":[],\"campaigns\":[],\"warehouseGroups\":[],\"warehouses\":[],"
        "\"marketWarehouses\":[],\"tokens\":[]}",
    };
    struct body_case body;
    body_case_init(&body);
    for (size_t i = 0; i < ROWS_COUNT_OF(rows); i++) {
        struct registry_document document;
        assert_true(decode(&body, bytes_from_text(rows[i]), &document));
        assert_int_equal(document.businesses_count + document.campaigns_count +
                             document.groups_count + document.warehouses_count +
                             document.market_warehouses_count + document.tokens_count,
                         0);
        struct buffer text;
        buffer_init(&text);
        registry_document_encode(&text, &document);
        EXPECT_TEXT(buffer_bytes(&text),
                    "{\"businesses\":[],\"campaigns\":[],\"warehouseGroups\":[],\"warehouses\":[],"
                    "\"marketWarehouses\":[],\"tokens\":[]}\n");
        buffer_deinit(&text);
    }
    body_case_deinit(&body);
}

static void document_outlives_the_json_it_came_from(void **state)
{
    (void)state;
    struct body_case body;
    body_case_init(&body);
    struct registry_document document;
    assert_true(decode(&body, bytes_from_text(whole_text), &document));
    (void)json_case_parse(&body.json,
                          BYTES("\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\""));
    EXPECT_TEXT(document.businesses[0].name, "Demo \"Trade\"");
    EXPECT_TEXT(document.warehouses[0].address.city, "Moscow");
    body_case_deinit(&body);
}

static void last_of_two_members_of_one_name_counts(void **state)
{
    (void)state;
    struct body_case body;
    body_case_init(&body);
    struct registry_document document;
    assert_true(decode(
        &body,
        BYTES("{\"tokens\":[],\"warehouses\":[{\"id\":1,\"campaignId\":1,\"name\":\"w\","
              "\"express\":true,\"express\":false,\"address\":{\"city\":\"A\",\"street\":"
              "\"S\"},\"address\":{\"city\":\"B\",\"city\":\"C\"}}],\"tokens\":[{\"name\":\"t\","
              "\"businessId\":1,\"scopes\":[\"all-methods\"],\"scopes\":[\"pricing\"],"
              "\"apiKey\":\"first\",\"apiKey\":\"last\"}]}"),
        &document));
    assert_false(document.warehouses[0].express);
    EXPECT_TEXT(document.warehouses[0].address.city, "C");
    EXPECT_TEXT(document.warehouses[0].address.street, "");
    assert_int_equal(document.tokens_count, 1);
    assert_int_equal(document.tokens[0].scopes, SCOPE_BIT(SCOPE_PRICING));
    const struct sha256 last = sha256_of(BYTES("last"));
    assert_true(sha256_equal(&document.tokens[0].hash, &last));
    body_case_deinit(&body);
}

static void names_of_models_and_states_are_those_of_the_contract(void **state)
{
    (void)state;
    static const char *const placements[] = {"FBS", "FBY", "DBS", "LAAS"};
    static const char *const availabilities[] = {
        "AVAILABLE", "DISABLED_BY_INACTIVITY", "DISABLED_BY_NO_ACTIVE_CONTRACT",
        "MANUALLY_DISABLED", "DISABLED_BY_NO_PLACEMENT_TYPE"};
    for (int i = 0; i < PLACEMENTS_COUNT; i++)
        assert_string_equal(placement_name((enum placement)i), placements[i]);
    for (int i = 0; i < AVAILABILITIES_COUNT; i++)
        assert_string_equal(availability_name((enum availability)i), availabilities[i]);
}

/* Random entries, with no care for whether they fit together. */
static struct bytes some_name(struct chance *chance)
{
    static const struct bytes names[] = {BYTES_INIT("a"),           BYTES_INIT("Store \"7\""),
                                         BYTES_INIT("\xD0\x96\t"),  BYTES_INIT("\xF0\x9F\x98\x80"),
                                         BYTES_INIT("back\\slash"), BYTES_INIT("a\0b")};
    return names[chance_below(chance, ROWS_COUNT_OF(names))];
}

static struct bytes some_optional_name(struct chance *chance)
{
    return chance_one_in(chance, 2) ? (struct bytes){NULL, 0} : some_name(chance);
}

static int64_t some_id(struct chance *chance)
{
    return chance_one_in(chance, 20) ? INT64_MAX : chance_between(chance, 1, 1000000);
}

static int64_t some_optional_id(struct chance *chance)
{
    return chance_one_in(chance, 2) ? 0 : some_id(chance);
}

static double some_degrees(struct chance *chance)
{
    const double thousandths = (double)chance_between(chance, -180000, 180000);
    return chance_one_in(chance, 4) ? thousandths : thousandths / 1000.0;
}

enum { ENTRIES_MAX = 12 };

struct entries {
    struct registry_business businesses[ENTRIES_MAX];
    struct registry_campaign campaigns[ENTRIES_MAX];
    struct registry_group groups[ENTRIES_MAX];
    struct registry_warehouse warehouses[ENTRIES_MAX];
    struct registry_market_warehouse market_warehouses[ENTRIES_MAX];
    struct registry_token tokens[ENTRIES_MAX];
    int64_t ids[ENTRIES_MAX];
};

static struct registry_removal some_removal(struct chance *chance, struct entries *entries)
{
    return (struct registry_removal){
        .businesses = entries->ids,
        .businesses_count = (uint32_t)chance_below(chance, 2),
        .campaigns = entries->ids,
        .campaigns_count = (uint32_t)chance_below(chance, ENTRIES_MAX + 1),
        .groups = entries->ids,
        .groups_count = (uint32_t)chance_below(chance, 2),
        .warehouses = entries->ids,
        .warehouses_count = (uint32_t)chance_below(chance, 2),
        .market_warehouses = entries->ids,
        .market_warehouses_count = (uint32_t)chance_below(chance, 2),
        .tokens = entries->tokens,
        .tokens_count = (uint32_t)chance_below(chance, 2),
    };
}

static struct registry_campaign some_campaign(struct chance *chance)
{
    struct registry_campaign campaign = {
        .id = some_id(chance),
        .business_id = some_id(chance),
        .domain = some_name(chance),
        .placement = (enum placement)chance_below(chance, PLACEMENTS_COUNT),
        .availability = (enum availability)chance_below(chance, AVAILABILITIES_COUNT),
        .shelf_id = some_optional_id(chance),
    };
    if (chance_one_in(chance, 2)) {
        campaign.push =
            (struct registry_push){BYTES("http://shop.example/a"), BYTES("\"t\\"),
                                   chance_one_in(chance, 2), chance_between(chance, 1, 604800)};
    }
    return campaign;
}

static struct registry_warehouse some_warehouse(struct chance *chance)
{
    struct registry_warehouse warehouse = {
        .id = some_id(chance),
        .campaign_id = some_id(chance),
        .name = some_name(chance),
        .group_id = some_optional_id(chance),
        .express = chance_one_in(chance, 2),
        .disabled = chance_one_in(chance, 2),
        .has_address = chance_one_in(chance, 2),
    };
    if (!warehouse.has_address)
        return warehouse;
    warehouse.address = (struct registry_address){
        some_name(chance),          some_optional_name(chance), some_optional_name(chance),
        some_optional_name(chance), some_optional_name(chance), some_degrees(chance),
        some_degrees(chance)};
    return warehouse;
}

static struct registry_token some_token(struct chance *chance)
{
    struct registry_token token = {
        .name = some_name(chance),
        .business_id = some_id(chance),
        .kind = chance_one_in(chance, 2) ? TOKEN_OAUTH : TOKEN_API_KEY,
        .scopes = (uint32_t)chance_below(chance, SCOPE_BIT(SCOPES_COUNT)),
        .revoked = chance_one_in(chance, 2),
    };
    chance_fill(chance, token.hash.data, sizeof(token.hash.data));
    return token;
}

static struct registry_document some_document(struct chance *chance, struct entries *entries)
{
    for (int i = 0; i < ENTRIES_MAX; i++) {
        entries->businesses[i] = (struct registry_business){some_id(chance), some_name(chance)};
        entries->campaigns[i] = some_campaign(chance);
        entries->ids[i] = some_id(chance);
        entries->groups[i] =
            (struct registry_group){some_id(chance), some_id(chance), some_name(chance),
                                    some_optional_id(chance), some_optional_id(chance)};
        entries->warehouses[i] = some_warehouse(chance);
        entries->market_warehouses[i] = (struct registry_market_warehouse){
            some_id(chance), some_name(chance), chance_one_in(chance, 2), some_optional_id(chance)};
        entries->tokens[i] = some_token(chance);
    }
    return (struct registry_document){
        .businesses = entries->businesses,
        .businesses_count = (uint32_t)chance_below(chance, ENTRIES_MAX + 1),
        .campaigns = entries->campaigns,
        .campaigns_count = (uint32_t)chance_below(chance, ENTRIES_MAX + 1),
        .groups = entries->groups,
        .groups_count = (uint32_t)chance_below(chance, ENTRIES_MAX + 1),
        .warehouses = entries->warehouses,
        .warehouses_count = (uint32_t)chance_below(chance, ENTRIES_MAX + 1),
        .market_warehouses = entries->market_warehouses,
        .market_warehouses_count = (uint32_t)chance_below(chance, ENTRIES_MAX + 1),
        .tokens = entries->tokens,
        .tokens_count = (uint32_t)chance_below(chance, ENTRIES_MAX + 1),
        .removal = some_removal(chance, entries),
        .shelf_id_last = some_optional_id(chance),
        .market_number_last = some_optional_id(chance),
    };
}

static void same_warehouses(const struct registry_document *left,
                            const struct registry_document *right)
{
    assert_int_equal(left->warehouses_count, right->warehouses_count);
    for (uint32_t i = 0; i < left->warehouses_count; i++) {
        const struct registry_warehouse *one = &left->warehouses[i];
        const struct registry_warehouse *other = &right->warehouses[i];
        assert_true(one->id == other->id && one->campaign_id == other->campaign_id);
        assert_true(one->group_id == other->group_id && one->express == other->express);
        assert_int_equal(one->disabled, other->disabled);
        EXPECT_BYTES(other->name, one->name);
        assert_int_equal(one->has_address, other->has_address);
        EXPECT_BYTES(other->address.city, one->address.city);
        EXPECT_BYTES(other->address.block, one->address.block);
        assert_memory_equal(&one->address.latitude, &other->address.latitude, sizeof(double));
        assert_memory_equal(&one->address.longitude, &other->address.longitude, sizeof(double));
    }
}

static void same_tokens(const struct registry_document *left, const struct registry_document *right)
{
    assert_int_equal(left->tokens_count, right->tokens_count);
    for (uint32_t i = 0; i < left->tokens_count; i++) {
        const struct registry_token *one = &left->tokens[i];
        const struct registry_token *other = &right->tokens[i];
        EXPECT_BYTES(other->name, one->name);
        assert_true(one->business_id == other->business_id && one->kind == other->kind);
        assert_true(one->scopes == other->scopes && one->revoked == other->revoked);
        assert_true(sha256_equal(&one->hash, &other->hash));
    }
}

static void decoding_undoes_encoding(void **state)
{
    (void)state;
    struct chance chance = chance_begin(__func__);
    struct body_case body;
    body_case_init(&body);
    struct buffer text;
    struct buffer again;
    buffer_init(&text);
    buffer_init(&again);
    for (int round = 0; round < 1000; round++) {
        struct entries entries;
        struct registry_document decoded;
        const struct registry_document document = some_document(&chance, &entries);
        buffer_clear(&text);
        buffer_clear(&again);
        registry_document_encode(&text, &document);
        assert_true(decode(&body, buffer_bytes(&text), &decoded));
        same_warehouses(&document, &decoded);
        same_tokens(&document, &decoded);
        registry_document_encode(&again, &decoded); /* Everything else, in one comparison. */
        EXPECT_BYTES(buffer_bytes(&again), buffer_bytes(&text));
    }
    buffer_deinit(&text);
    buffer_deinit(&again);
    body_case_deinit(&body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_field_is_read),
        cmocka_unit_test(warehouse_and_its_address_are_read),
        cmocka_unit_test(what_is_removed_is_read),
        cmocka_unit_test(push_has_defaults),
        cmocka_unit_test(tokens_are_known_by_their_hash_alone),
        cmocka_unit_test(every_list_may_be_absent_or_empty),
        cmocka_unit_test(document_outlives_the_json_it_came_from),
        cmocka_unit_test(last_of_two_members_of_one_name_counts),
        cmocka_unit_test(names_of_models_and_states_are_those_of_the_contract),
        cmocka_unit_test(decoding_undoes_encoding),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
