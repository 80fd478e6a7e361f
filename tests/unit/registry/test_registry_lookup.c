/* Facts of one entry, and listings: what they show, in which order, and from which position. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/stock.h"
#include "registry_world.h"

/* A fourth warehouse with everything, switched off; its shop is asked. */
static const char whole_store[] =
    "{\"campaigns\":[{\"id\":15,\"businessId\":1,\"domain\":\"shop\",\"placementType\":\"FBS\","
    "\"push\":{\"url\":\"https://shop.example/api\",\"token\":\"hush\",\"tokenIn\":\"query\","
    "\"periodSeconds\":60}},{\"id\":21,\"businessId\":2,\"domain\":\"d\",\"placementType\":\"DBS\","
    "\"push\":{\"url\":\"http://"
    "h\",\"token\":\"t\"}}],\"warehouses\":[{\"id\":400,\"campaignId\":15,"
    "\"name\":\"Tverskaya\",\"express\":true,\"enabled\":false,\"address\":{\"city\":\"Moscow\"}},"
    "{\"id\":506,\"campaignId\":21,\"name\":\"w\"}]}";

static void start(struct world *world)
{
    world_init(world);
    apply(world, THREE_STORES);
    apply(world, whole_store);
}

static void token_has_its_name_and_kind(void **state)
{
    (void)state;
    struct world world;
    start(&world);
    struct token_facts facts;
    assert_true(registry_find_token(world.registry, TOKEN_API_KEY, BYTES("key"), &facts));
    EXPECT_TEXT(facts.name, "t");
    assert_int_equal(facts.kind, TOKEN_API_KEY);
    assert_true(registry_find_token(world.registry, TOKEN_OAUTH, BYTES("bearer"), &facts));
    EXPECT_TEXT(facts.name, "o");
    assert_int_equal(facts.kind, TOKEN_OAUTH);
    world_deinit(&world);
}

static void business_has_groups_when_a_warehouse_is_in_one(void **state)
{
    (void)state;
    struct world world;
    start(&world);
    struct business_facts facts;
    assert_true(registry_find_business(world.registry, 1, &facts));
    EXPECT_TEXT(facts.name, "one");
    assert_true(facts.has_groups);
    assert_true(registry_business_has_groups(world.registry, 1));
    assert_false(registry_business_has_groups(world.registry, 2));
    assert_false(registry_business_has_groups(world.registry, 3));
    assert_false(registry_find_business(world.registry, 3, &facts));
    apply(&world, "{\"warehouses\":[" STORE(501, 11) "," STORE(502, 12) "]}");
    assert_false(registry_business_has_groups(world.registry, 1));
    world_deinit(&world);
}

static void campaign_and_its_warehouse_know_each_other(void **state)
{
    (void)state;
    struct world world;
    start(&world);
    const struct campaign_facts campaign = campaign_of(&world, 15);
    EXPECT_TEXT(campaign.domain, "shop");
    EXPECT_TEXT(campaign.business_name, "one");
    assert_int_equal(campaign.group_id, 0);
    assert_int_equal(campaign_of(&world, 11).group_id, 77);
    struct warehouse_facts warehouse;
    assert_true(registry_find_warehouse(world.registry, 400, &warehouse));
    EXPECT_TEXT(warehouse.name, "Tverskaya");
    assert_int_equal(warehouse.campaign_id, 15);
    assert_int_equal(warehouse.business_id, 1);
    assert_int_equal(warehouse.placement, PLACEMENT_FBS);
    assert_true(warehouse.express && !warehouse.enabled && warehouse.has_address);
    EXPECT_TEXT(warehouse.address.city, "Moscow");
    assert_int_equal(warehouse.shelf_id, campaign.shelf_id);
    assert_true(registry_find_warehouse(world.registry, 501, &warehouse));
    assert_int_equal(warehouse.group_id, 77);
    EXPECT_TEXT(warehouse.group_name, "g");
    assert_int_equal(warehouse.shelf_id, shelf_of(&world, 12));
    assert_int_equal(warehouse.own_shelf_id, campaign_of(&world, 11).own_shelf_id);
    assert_true(warehouse.enabled);
    assert_false(registry_find_warehouse(world.registry, 11, &warehouse));
    world_deinit(&world);
}

/* A file that is applied at each start says nothing of it. */
static void switch_of_a_seller_stays_unless_the_document_says(void **state)
{
    (void)state;
    struct world world;
    start(&world);
    struct warehouse_facts facts;
    apply(&world, "{\"warehouses\":[{\"id\":400,\"campaignId\":15,\"name\":\"new\"}]}");
    assert_true(registry_find_warehouse(world.registry, 400, &facts));
    EXPECT_TEXT(facts.name, "new");
    assert_false(facts.enabled);
    /* The document that is kept does say it, and then it counts. */
    assert_true(world.document.warehouses[0].disabled);
    apply_as(&world, "{\"warehouses\":[" STORE(400, 15) "]}", REGISTRY_KEPT);
    assert_true(registry_find_warehouse(world.registry, 400, &facts));
    assert_true(facts.enabled);
    apply(&world,
          "{\"warehouses\":[{\"id\":400,\"campaignId\":15,\"name\":\"w\",\"enabled\":false}]}");
    assert_true(registry_find_warehouse(world.registry, 400, &facts));
    assert_false(facts.enabled);
    apply(&world,
          "{\"warehouses\":[{\"id\":400,\"campaignId\":15,\"name\":\"w\",\"enabled\":true}]}");
    assert_true(registry_find_warehouse(world.registry, 400, &facts));
    assert_true(facts.enabled);
    world_deinit(&world);
}

static void market_places_follow_the_model(void **state)
{
    (void)state;
    struct world world;
    start(&world);
    apply(&world, "{\"marketWarehouses\":[" MARKET(305, "false") "," MARKET(304, "false") "]}");
    struct market_place places[4];
    assert_int_equal(registry_campaign_market_warehouses(world.registry, 14, places, 4), 3);
    assert_int_equal(places[0].warehouse_id, 300);
    assert_int_equal(places[1].warehouse_id, 305); /* Not by id. */
    assert_int_equal(places[2].warehouse_id, 304);
    const int64_t own = campaign_of(&world, 14).own_shelf_id;
    assert_int_equal(places[0].shelf_id, market_shelf_id(own, 1));
    assert_int_equal(places[1].shelf_id, market_shelf_id(own, 3));
    assert_int_equal(registry_campaign_market_warehouses(world.registry, 14, places, 2), 2);
    assert_int_equal(registry_campaign_market_warehouses(world.registry, 11, places, 4), 1);
    assert_int_equal(places[0].warehouse_id, 301);
    assert_int_equal(places[0].shelf_id, market_shelf_id(campaign_of(&world, 11).own_shelf_id, 2));
    assert_int_equal(registry_campaign_market_warehouses(world.registry, 99, places, 4), 0);

    struct market_place place;
    assert_true(registry_find_market_place(world.registry, 14, 305, &place));
    assert_int_equal(place.warehouse_id, 305);
    assert_int_equal(place.shelf_id, market_shelf_id(own, 3));
    assert_false(registry_find_market_place(world.registry, 14, 301, &place)); /* For returns. */
    assert_true(registry_find_market_place(world.registry, 11, 301, &place));
    assert_false(registry_find_market_place(world.registry, 14, 99, &place));
    assert_false(registry_find_market_place(world.registry, 99, 305, &place));

    struct market_warehouse_facts facts[REGISTRY_MARKET_WAREHOUSES_MAX];
    assert_int_equal(registry_list_market_warehouses(world.registry, facts), 4);
    assert_true(facts[1].id == 301 && facts[1].returns && facts[1].number == 2);
    assert_true(registry_find_market_warehouse(world.registry, 305, &facts[0]));
    assert_true(facts[0].number == 3 && !facts[0].returns);
    assert_false(registry_find_market_warehouse(world.registry, 306, &facts[0]));
    world_deinit(&world);
}

static void campaigns_are_listed_from_a_position(void **state)
{
    (void)state;
    struct world world;
    start(&world);
    struct campaign_facts rows[10];
    uint32_t total = 0;
    struct registry_range range = {.business_id = 1, .rows_max = 10};
    assert_int_equal(registry_list_campaigns(world.registry, range, rows, &total), 5);
    assert_int_equal(total, 5);
    assert_true(rows[0].id == 11 && rows[3].id == 14 && rows[4].id == 15);
    range = (struct registry_range){1, 3, 1};
    assert_int_equal(registry_list_campaigns(world.registry, range, rows, &total), 1);
    assert_int_equal(total, 5);
    assert_int_equal(rows[0].id, 14);
    range = (struct registry_range){1, 5, 1};
    assert_int_equal(registry_list_campaigns(world.registry, range, rows, &total), 0);
    assert_int_equal(total, 5);
    range = (struct registry_range){0, 0, 0};
    assert_int_equal(registry_list_campaigns(world.registry, range, NULL, &total), 0);
    assert_int_equal(total, 6);
    range = (struct registry_range){3, 0, 10};
    assert_int_equal(registry_list_campaigns(world.registry, range, rows, &total), 0);
    assert_int_equal(total, 0);
    world_deinit(&world);
}

/* Campaigns that a search finds, page after page of so many. */
static void expect_found(const struct world *world, const char *text, uint32_t rows_max,
                         const char *expected)
{
    struct store_facts rows[10];
    struct buffer found;
    struct registry_search search = {.text = bytes_from_text(text), .rows_max = rows_max};
    buffer_init(&found);
    do {
        const uint32_t count =
            registry_search_stores(world->registry, &search, rows, &search.first);
        for (uint32_t i = 0; i < count; i++)
            buffer_append_format(&found, " %" PRId64, rows[i].campaign.id);
    } while (search.first != 0);
    EXPECT_TEXT(buffer_bytes(&found), expected);
    buffer_deinit(&found);
}

static void stores_are_found_by_names_and_numbers(void **state)
{
    (void)state;
    struct world world;
    start(&world);
    static const struct {
        const char *text;
        const char *expected;
    } rows[] = {
        {"", " 11 12 13 14 15 21"},
        {"2", " 21"},
        {"1", " 11 12 13 14 15"},
        {"shop", " 15"},
        {"verska", " 15"},
        {"15", " 15"},
        {"99", ""},
        {"w\x01", ""},
    };
    for (uint32_t rows_max = 1; rows_max <= 10; rows_max += 3) {
        for (size_t i = 0; i < ROWS_COUNT_OF(rows); i++)
            expect_found(&world, rows[i].text, rows_max, rows[i].expected);
    }
    struct store_facts facts[1];
    uint32_t next = 0;
    const struct registry_search search = {.text = BYTES("11"), .rows_max = 1};
    assert_int_equal(registry_search_stores(world.registry, &search, facts, &next), 1);
    assert_int_equal(facts[0].campaign.group_id, 77);
    assert_true(facts[0].group_name.size > 0 && facts[0].warehouse_name.size > 0);
    assert_int_equal(next, 1);
    world_deinit(&world);
}

static void warehouses_are_listed_by_id(void **state)
{
    (void)state;
    struct world world;
    start(&world);
    struct warehouse_facts rows[10];
    struct registry_warehouse_query query = {.business_id = 1, .rows_max = 10};
    assert_int_equal(registry_list_warehouses(world.registry, &query, rows), 4);
    assert_true(rows[0].id == 400 && rows[1].id == 501 && rows[3].id == 503);
    query.rows_max = 2;
    query.after_id = 400;
    assert_int_equal(registry_list_warehouses(world.registry, &query, rows), 2);
    assert_true(rows[0].id == 501 && rows[1].id == 502);
    query.after_id = 502;
    assert_int_equal(registry_list_warehouses(world.registry, &query, rows), 1);
    assert_int_equal(rows[0].id, 503);
    query.business_id = 0;
    assert_int_equal(registry_list_warehouses(world.registry, &query, rows), 2);
    assert_int_equal(rows[1].id, 506);
    const int64_t campaigns[] = {15, 12, 14, 21};
    query = (struct registry_warehouse_query){
        .business_id = 1, .campaign_ids = campaigns, .campaign_ids_count = 4, .rows_max = 10};
    assert_int_equal(registry_list_warehouses(world.registry, &query, rows), 2);
    assert_true(rows[0].id == 400 && rows[1].id == 502);
    world_deinit(&world);
}

static void group_shows_its_main_warehouse(void **state)
{
    (void)state;
    struct world world;
    start(&world);
    apply(&world, "{\"warehouseGroups\":[" GROUP(
                      78) ",{\"id\":79,\"businessId\":1,\"name\":\"g\","
                          "\"mainWarehouseId\":400}],\"warehouses\":[" STORE_IN(
                              503, 13,
                              79) ","
                                  "{\"id\":400,\"campaignId\":15,\"name\":\"w\",\"groupId\":79}]}");
    struct group_row rows[4];
    uint32_t total = 0;
    const struct registry_range range = {1, 0, 4};
    assert_int_equal(registry_list_groups(world.registry, range, rows, &total), 3);
    assert_true(rows[0].id == 77 && rows[0].main_warehouse_id == 501);
    assert_true(rows[1].id == 78 && rows[1].main_warehouse_id == 0);
    assert_true(rows[2].id == 79 && rows[2].main_warehouse_id == 400);
    world_deinit(&world);
}

static void tokens_are_listed_and_counted(void **state)
{
    (void)state;
    struct world world;
    start(&world);
    apply(&world,
          "{\"tokens\":[{\"name\":\"u\",\"businessId\":1,\"revoked\":true,\"apiKey\":\"u\"},"
          "{\"name\":\"v\",\"businessId\":1,\"oauth\":\"v\"}]}");
    struct token_facts rows[4];
    uint32_t total = 0;
    const struct registry_range range = {1, 1, 4};
    assert_int_equal(registry_list_tokens(world.registry, range, rows, &total), 2);
    assert_int_equal(total, 3);
    EXPECT_TEXT(rows[0].name, "u");
    assert_true(rows[0].revoked);
    assert_int_equal(registry_count_tokens(world.registry, 1), 1); /* OAuth is no key. */
    assert_int_equal(registry_count_tokens(world.registry, 2), 0);
    struct registry_token entry;
    assert_true(registry_find_token_entry(world.registry, 2, BYTES("o"), &entry));
    assert_int_equal(entry.kind, TOKEN_OAUTH);
    assert_false(registry_find_token_entry(world.registry, 1, BYTES("o"), &entry));
    world_deinit(&world);
}

static void shops_to_ask_are_listed(void **state)
{
    (void)state;
    struct world world;
    start(&world);
    struct push_row rows[4];
    uint32_t total = 0;
    const struct registry_range all = {0, 0, 4};
    assert_int_equal(registry_list_push(world.registry, all, rows, &total), 2);
    assert_int_equal(rows[0].campaign_id, 15);
    assert_int_equal(rows[0].warehouse_id, 400);
    assert_int_equal(rows[0].shelf_id, shelf_of(&world, 15));
    EXPECT_TEXT(rows[0].push.url, "https://shop.example/api");
    EXPECT_TEXT(rows[0].push.token, "hush");
    assert_true(rows[0].push.token_in_query);
    assert_int_equal(rows[0].push.period_s, 60);
    assert_int_equal(rows[1].business_id, 2);
    assert_false(rows[1].push.token_in_query);
    assert_int_equal(rows[1].push.period_s, 3600);
    const struct registry_range second = {0, 1, 1};
    assert_int_equal(registry_list_push(world.registry, second, rows, &total), 1);
    assert_int_equal(rows[0].campaign_id, 21);
    /* An entry is replaced as a whole: without `push` the shop is not asked any more. */
    apply(&world, "{\"campaigns\":[" CAMPAIGN(15, "FBS") "]}");
    assert_int_equal(registry_list_push(world.registry, all, rows, &total), 1);
    world_deinit(&world);
}

static void shelves_of_a_business_are_listed_once(void **state)
{
    (void)state;
    struct world world;
    start(&world);
    struct shelf_row rows[10];
    uint32_t total = 0;
    const struct registry_range range = {1, 0, 10};
    assert_int_equal(registry_list_shelves(world.registry, range, rows, &total), 4);
    assert_int_equal(total, 4);
    const int64_t campaigns[] = {11, 13, 14, 15};
    for (int i = 0; i < 4; i++) {
        assert_int_equal(rows[i].campaign_id, campaigns[i]);
        assert_int_equal(rows[i].shelf_id, shelf_of(&world, campaigns[i]));
    }
    const struct registry_range all = {0, 4, 10};
    assert_int_equal(registry_list_shelves(world.registry, all, rows, &total), 1);
    assert_int_equal(rows[0].campaign_id, 21);
    world_deinit(&world);
}

static void nothing_is_found_in_an_empty_registry(void **state)
{
    (void)state;
    struct world world;
    world_init(&world);
    const struct registry_range range = {0, 0, 1};
    const struct registry_warehouse_query query = {.rows_max = 1};
    struct warehouse_facts warehouse;
    struct campaign_facts campaign;
    struct shelf_row shelf;
    uint32_t total = 1;
    assert_int_equal(registry_list_campaigns(world.registry, range, &campaign, &total), 0);
    assert_int_equal(total, 0);
    assert_int_equal(registry_list_warehouses(world.registry, &query, &warehouse), 0);
    assert_int_equal(registry_list_shelves(world.registry, range, &shelf, &total), 0);
    world_deinit(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(token_has_its_name_and_kind),
        cmocka_unit_test(business_has_groups_when_a_warehouse_is_in_one),
        cmocka_unit_test(campaign_and_its_warehouse_know_each_other),
        cmocka_unit_test(switch_of_a_seller_stays_unless_the_document_says),
        cmocka_unit_test(market_places_follow_the_model),
        cmocka_unit_test(campaigns_are_listed_from_a_position),
        cmocka_unit_test(stores_are_found_by_names_and_numbers),
        cmocka_unit_test(warehouses_are_listed_by_id),
        cmocka_unit_test(group_shows_its_main_warehouse),
        cmocka_unit_test(tokens_are_listed_and_counted),
        cmocka_unit_test(shops_to_ask_are_listed),
        cmocka_unit_test(shelves_of_a_business_are_listed_once),
        cmocka_unit_test(nothing_is_found_in_an_empty_registry),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
