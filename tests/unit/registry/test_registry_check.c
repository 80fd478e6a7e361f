/* Documents whose entries do not fit together or not with what is known: each has its complaint. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "registry_world.h"

/* What is known before each row is applied. */
static const char known[] =
    "{\"businesses\":[{\"id\":1,\"name\":\"one\"},{\"id\":2,\"name\":\"two\"}],"
    "\"campaigns\":["
    "{\"id\":11,\"businessId\":1,\"domain\":\"d\",\"placementType\":\"FBS\"},"
    "{\"id\":12,\"businessId\":1,\"domain\":\"d\",\"placementType\":\"DBS\"},"
    "{\"id\":14,\"businessId\":1,\"domain\":\"d\",\"placementType\":\"FBY\"}],"
    "\"warehouseGroups\":[{\"id\":77,\"businessId\":1,\"name\":\"g\",\"mainWarehouseId\":501},"
    "{\"id\":78,\"businessId\":2,\"name\":\"g\"}],"
    "\"warehouses\":[{\"id\":501,\"campaignId\":11,\"name\":\"w\",\"groupId\":77},"
    "{\"id\":502,\"campaignId\":12,\"name\":\"w\"}],"
    "\"tokens\":[{\"name\":\"t\",\"businessId\":1,\"apiKey\":\"key\"}]}";

static const char *const rows[][2] = {
    {"{\"campaigns\":[{\"id\":15,\"businessId\":9,\"domain\":\"d\",\"placementType\":\"FBY\"}]}",
     "campaign 15: businessId 9 is not a business of this registry; add it to 'businesses'"},
    {"{\"campaigns\":[{\"id\":15,\"businessId\":1,\"domain\":\"d\",\"placementType\":\"FBS\"}]}",
     "campaign 15: a campaign of model FBS needs a warehouse; add one to 'warehouses'"},
    {"{\"campaigns\":[{\"id\":15,\"businessId\":1,\"domain\":\"d\",\"placementType\":\"DBS\"}]}",
     "campaign 15: a campaign of model DBS needs a warehouse; add one to 'warehouses'"},
    {"{\"campaigns\":[{\"id\":11,\"businessId\":1,\"domain\":\"d\",\"placementType\":\"FBY\"}]}",
     "warehouse 501: campaign 11 is FBY and sells from the Market's warehouses, it has none of its "
     "own"},
    {"{\"warehouseGroups\":[{\"id\":79,\"businessId\":9,\"name\":\"g\"}]}",
     "warehouse group 79: businessId 9 is not a business of this registry; add it to "
     "'businesses'"},
    {"{\"warehouseGroups\":[{\"id\":79,\"businessId\":1,\"name\":\"g\",\"mainWarehouseId\":502}]}",
     "warehouse group 79: mainWarehouseId 502 is not a warehouse of this group"},
    {"{\"warehouseGroups\":[{\"id\":77,\"businessId\":1,\"name\":\"g\",\"mainWarehouseId\":999}]}",
     "warehouse group 77: mainWarehouseId 999 is not a warehouse of this group"},
    {"{\"warehouses\":[{\"id\":501,\"campaignId\":11,\"name\":\"w\"}]}", /* The main one leaves. */
     "warehouse group 77: mainWarehouseId 501 is not a warehouse of this group"},
    {"{\"warehouses\":[{\"id\":503,\"campaignId\":99,\"name\":\"w\"}]}",
     "warehouse 503: campaignId 99 is not a campaign of this registry; add it to 'campaigns'"},
    {"{\"warehouses\":[{\"id\":503,\"campaignId\":14,\"name\":\"w\"}]}",
     "warehouse 503: campaign 14 is FBY and sells from the Market's warehouses, it has none of its "
     "own"},
    {"{\"warehouses\":[{\"id\":503,\"campaignId\":11,\"name\":\"w\"}]}",
     "warehouse 503: campaign 11 has another warehouse already"},
    {"{\"warehouses\":[{\"id\":502,\"campaignId\":12,\"name\":\"w\",\"groupId\":99}]}",
     "warehouse 502: groupId 99 is not a group of this registry; add it to 'warehouseGroups'"},
    {"{\"warehouses\":[{\"id\":502,\"campaignId\":12,\"name\":\"w\",\"groupId\":78}]}",
     "warehouse 502: group 78 belongs to another business"},
    {"{\"warehouseGroups\":[{\"id\":77,\"businessId\":2,\"name\":\"g\",\"mainWarehouseId\":501}]}",
     "warehouse 501: group 77 belongs to another business"},
    {"{\"tokens\":[{\"name\":\"n\",\"businessId\":9,\"apiKey\":\"k\"}]}",
     "token 'n': businessId 9 is not a business of this registry"},
    {"{\"tokens\":[{\"name\":\"n\",\"businessId\":1,\"apiKey\":\"key\"}]}",
     "token 'n': another token has the same secret"},
    {"{\"tokens\":[{\"name\":\"n\",\"businessId\":2,\"oauth\":\"key\"}]}",
     "token 'n': another token has the same secret"},
    {"{\"tokens\":[{\"name\":\"n\",\"businessId\":1,\"apiKey\":\"a\"},"
     "{\"name\":\"n\",\"businessId\":1,\"apiKey\":\"b\"}]}",
     "tokens[1]: an entry with the same name stands above it"},
    {"{\"businesses\":[{\"id\":5,\"name\":\"x\"},{\"id\":6,\"name\":\"y\"},{\"id\":5,\"name\":"
     "\"x\"}]}",
     "businesses[2]: an entry with the same id stands above it"},
    {"{\"campaigns\":[{\"id\":14,\"businessId\":1,\"domain\":\"d\",\"placementType\":\"FBY\"},"
     "{\"id\":14,\"businessId\":1,\"domain\":\"d\",\"placementType\":\"FBY\"}]}",
     "campaigns[1]: an entry with the same id stands above it"},
    {"{\"warehouseGroups\":[{\"id\":78,\"businessId\":2,\"name\":\"g\"},"
     "{\"id\":78,\"businessId\":2,\"name\":\"g\"}]}",
     "warehouseGroups[1]: an entry with the same id stands above it"},
    {"{\"warehouses\":[{\"id\":502,\"campaignId\":12,\"name\":\"w\"},"
     "{\"id\":502,\"campaignId\":12,\"name\":\"w\"}]}",
     "warehouses[1]: an entry with the same id stands above it"},
    {"{\"marketWarehouses\":[{\"id\":3,\"name\":\"m\"},{\"id\":3,\"name\":\"m\"}]}",
     "marketWarehouses[1]: an entry with the same id stands above it"},
    {"{\"campaigns\":[{\"id\":14,\"businessId\":1,\"domain\":\"d\",\"placementType\":\"FBY\","
     "\"push\":{\"url\":\"http://h\",\"token\":\"t\"}}]}",
     "campaign 14: 'push' is for FBS and DBS, whose shops know their stock; leave it out"},
    /* Removal: of what is not there, of what others refer to, and of what is in the document. */
    {"{\"remove\":{\"businesses\":[9]}}",
     "remove.businesses[0]: 9 is not an entry of this registry"},
    {"{\"remove\":{\"campaigns\":[14,501]}}",
     "remove.campaigns[1]: 501 is not an entry of this registry"},
    {"{\"remove\":{\"warehouseGroups\":[78,78]}}",
     "remove.warehouseGroups[1]: the same entry stands above it"},
    {"{\"remove\":{\"warehouses\":[11]}}",
     "remove.warehouses[0]: 11 is not an entry of this registry"},
    {"{\"remove\":{\"marketWarehouses\":[1]}}",
     "remove.marketWarehouses[0]: 1 is not an entry of this registry"},
    {"{\"remove\":{\"tokens\":[{\"businessId\":2,\"name\":\"t\"}]}}",
     "remove.tokens[0]: business 2 has no token 't'"},
    {"{\"remove\":{\"businesses\":[2]}}",
     "warehouse group 78: businessId 2 is not a business of this registry; add it to 'businesses'"},
    {"{\"remove\":{\"warehouses\":[502]}}",
     "campaign 12: a campaign of model DBS needs a warehouse; add one to 'warehouses'"},
    {"{\"remove\":{\"campaigns\":[12]}}",
     "warehouse 502: campaignId 12 is not a campaign of this registry; add it to 'campaigns'"},
    {"{\"remove\":{\"warehouses\":[501],\"campaigns\":[11]}}",
     "warehouse group 77: mainWarehouseId 501 is not a warehouse of this group"},
    {"{\"remove\":{\"warehouseGroups\":[77]}}",
     "warehouse 501: groupId 77 is not a group of this registry; add it to 'warehouseGroups'"},
    {"{\"remove\":{\"campaigns\":[14]},\"campaigns\":[{\"id\":14,\"businessId\":1,\"domain\":"
     "\"d\",\"placementType\":\"FBY\"}]}",
     "campaigns[0]: the same document removes it"},
};

static void entries_that_do_not_fit_are_refused(void **state)
{
    (void)state;
    struct world world;
    world_init(&world);
    struct buffer before;
    struct buffer after;
    buffer_init(&before);
    buffer_init(&after);
    apply(&world, known);
    encode(&world, &before);
    for (size_t i = 0; i < ROWS_COUNT_OF(rows); i++) {
        EXPECT(rows[i][0], prepare(&world, rows[i][0]) == ERR_INVALID);
        EXPECT_ERROR(&world.body.errors, rows[i][1]);
        encode(&world, &after);
        EXPECT_BYTES(buffer_bytes(&after), buffer_bytes(&before));
    }
    buffer_deinit(&before);
    buffer_deinit(&after);
    world_deinit(&world);
}

static void everything_that_does_not_fit_is_told_at_once(void **state)
{
    (void)state;
    struct world world;
    world_init(&world);
    assert_int_equal(
        prepare(&world,
                "{\"campaigns\":[{\"id\":1,\"businessId\":9,\"domain\":\"d\",\"placementType\":"
                "\"FBS\"}],\"tokens\":[{\"name\":\"t\",\"businessId\":8,\"apiKey\":\"k\"}]}"),
        ERR_INVALID);
    assert_int_equal(world.body.errors.count, 3);
    EXPECT_TEXT(error_at(&world.body.errors, 2),
                "token 't': businessId 8 is not a business of this registry");
    world_deinit(&world);
}

static void warehouse_may_be_handed_from_one_campaign_to_another(void **state)
{
    (void)state;
    struct world world;
    world_init(&world);
    apply(&world, known);
    apply(&world, "{\"warehouses\":[{\"id\":501,\"campaignId\":12,\"name\":\"w\",\"groupId\":77},"
                  "{\"id\":502,\"campaignId\":11,\"name\":\"w\"}]}");
    assert_int_equal(campaign_of(&world, 11).warehouse_id, 502);
    assert_int_equal(campaign_of(&world, 12).warehouse_id, 501);
    world_deinit(&world);
}

/* Market warehouses 1…count. */
static void market_document(struct buffer *text, int count)
{
    buffer_clear(text);
    buffer_append_text(text, "{\"marketWarehouses\":[");
    for (int i = 1; i <= count; i++)
        buffer_append_format(text, "%s{\"id\":%d,\"name\":\"m\"}", i == 1 ? "" : ",", i);
    buffer_append_text(text, "]}");
}

static void market_warehouses_are_at_most_64(void **state)
{
    (void)state;
    struct world world;
    world_init(&world);
    struct buffer text;
    buffer_init(&text);
    market_document(&text, 65);
    assert_int_equal(prepare(&world, buffer_text(&text)), ERR_INVALID);
    EXPECT_ERROR(&world.body.errors, "marketWarehouses: there may be 64, and these are 65");
    market_document(&text, 64);
    apply(&world, buffer_text(&text));
    /* An older stockd kept more: they stay, and may become fewer. */
    market_document(&text, 70);
    apply_as(&world, buffer_text(&text), REGISTRY_KEPT);
    apply(&world, "{\"remove\":{\"marketWarehouses\":[70]}}");
    assert_int_equal(prepare(&world, "{\"marketWarehouses\":[{\"id\":71,\"name\":\"m\"}]}"),
                     ERR_INVALID);
    struct market_warehouse_facts facts[REGISTRY_MARKET_WAREHOUSES_MAX];
    assert_int_equal(registry_list_market_warehouses(world.registry, facts), 64);
    buffer_deinit(&text);
    world_deinit(&world);
}

/* A document with warehouse 502 at a place. */
static void place_document(struct buffer *text, const char *latitude, const char *longitude)
{
    buffer_clear(text);
    buffer_append_format(
        text,
        "{\"warehouses\":[{\"id\":502,\"campaignId\":12,\"name\":\"w\",\"address\":{"
        "\"city\":\"c\",\"gps\":{\"latitude\":%s,\"longitude\":%s}}}]}",
        latitude, longitude);
}

static void places_are_on_the_globe(void **state)
{
    (void)state;
    static const struct {
        const char *latitude;
        const char *longitude;
        const char *complaint;
    } cases[] = {
        {"90", "180", NULL},
        {"-90", "-180.0", NULL},
        {"90.5", "0", "warehouses[0].latitude: must be -90 to 90 degrees"},
        {"-1e300", "0", "warehouses[0].latitude: must be -90 to 90 degrees"},
        {"0", "180.001", "warehouses[0].longitude: must be -180 to 180 degrees"},
        {"0", "-181", "warehouses[0].longitude: must be -180 to 180 degrees"},
    };
    struct world world;
    struct buffer text;
    world_init(&world);
    buffer_init(&text);
    apply(&world, known);
    for (size_t i = 0; i < ROWS_COUNT_OF(cases); i++) {
        place_document(&text, cases[i].latitude, cases[i].longitude);
        const enum err error = prepare(&world, buffer_text(&text));
        EXPECT_ERROR(&world.body.errors, cases[i].complaint);
        assert_int_equal(error, cases[i].complaint == NULL ? OK : ERR_INVALID);
        if (error == OK)
            registry_abandon(world.registry);
    }
    buffer_deinit(&text);
    world_deinit(&world);
}

static void address_of(struct buffer *text, const char *field, int count)
{
    buffer_clear(text);
    buffer_append_text(text, "{\"warehouses\":[{\"id\":502,\"campaignId\":12,\"name\":\"w\","
                             "\"address\":{\"city\":\"c\",\"gps\":{\"latitude\":1,"
                             "\"longitude\":1},\"");
    buffer_append_format(text, "%s\":\"", field);
    for (int i = 0; i < count; i++)
        buffer_append_text(text, "\xD0\x96");
    buffer_append_text(text, "\"}}]}");
}

static void addresses_are_as_long_as_answers_may_show(void **state)
{
    (void)state;
    static const struct {
        const char *field;
        int characters_max;
        const char *complaint;
    } cases[] = {
        {"city", 200, "warehouses[0].address.city: must be at most 200 characters"},
        {"street", 512, "warehouses[0].address.street: must be at most 512 characters"},
        {"number", 256, "warehouses[0].address.number: must be at most 256 characters"},
        {"building", 16, "warehouses[0].address.building: must be at most 16 characters"},
        {"block", 16, "warehouses[0].address.block: must be at most 16 characters"},
    };
    struct world world;
    struct buffer text;
    world_init(&world);
    buffer_init(&text);
    apply(&world, known);
    for (size_t i = 0; i < ROWS_COUNT_OF(cases); i++) {
        if (cases[i].characters_max <= 256) { /* Texts have 1,024 bytes at most. */
            address_of(&text, cases[i].field, cases[i].characters_max + 1);
            assert_int_equal(prepare(&world, buffer_text(&text)), ERR_INVALID);
            EXPECT_ERROR(&world.body.errors, cases[i].complaint);
        }
        address_of(&text, cases[i].field, cases[i].characters_max);
        assert_int_equal(prepare(&world, buffer_text(&text)), OK);
        registry_abandon(world.registry);
    }
    buffer_deinit(&text);
    world_deinit(&world);
}

/* A document with a token whose name has `count` characters of two bytes. */
static void token_document(struct buffer *text, int count)
{
    buffer_clear(text);
    buffer_append_text(text, "{\"tokens\":[{\"businessId\":1,\"apiKey\":\"k\",\"name\":\"");
    for (int i = 0; i < count; i++)
        buffer_append_text(text, "\xD0\x96");
    buffer_append_text(text, "\"}]}");
}

static void name_of_a_token_has_at_most_100_characters(void **state)
{
    (void)state;
    struct world world;
    struct buffer text;
    world_init(&world);
    buffer_init(&text);
    apply(&world, known);
    token_document(&text, 101);
    assert_int_equal(prepare(&world, buffer_text(&text)), ERR_INVALID);
    EXPECT_ERROR(&world.body.errors, "tokens[0].name: must be at most 100 characters");
    token_document(&text, 100);
    apply(&world, buffer_text(&text));
    buffer_deinit(&text);
    world_deinit(&world);
}

/* An older stockd kept what a new document is refused for. It may come again. */
static void limits_that_came_later_do_not_touch_what_is_known(void **state)
{
    (void)state;
    struct world world;
    struct buffer text;
    world_init(&world);
    buffer_init(&text);
    apply(&world, known);
    place_document(&text, "91", "0");
    apply_as(&world, buffer_text(&text), REGISTRY_KEPT);
    apply(&world, buffer_text(&text));
    assert_false(world.changed);
    place_document(&text, "92", "0");
    assert_int_equal(prepare(&world, buffer_text(&text)), ERR_INVALID);
    token_document(&text, 101);
    apply_as(&world, buffer_text(&text), REGISTRY_KEPT);
    apply(&world, buffer_text(&text));
    assert_false(world.changed);
    buffer_deinit(&text);
    world_deinit(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(entries_that_do_not_fit_are_refused),
        cmocka_unit_test(everything_that_does_not_fit_is_told_at_once),
        cmocka_unit_test(warehouse_may_be_handed_from_one_campaign_to_another),
        cmocka_unit_test(market_warehouses_are_at_most_64),
        cmocka_unit_test(places_are_on_the_globe),
        cmocka_unit_test(addresses_are_as_long_as_answers_may_show),
        cmocka_unit_test(name_of_a_token_has_at_most_100_characters),
        cmocka_unit_test(limits_that_came_later_do_not_touch_what_is_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
