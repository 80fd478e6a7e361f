/* What a change means for shelves: numbers that are never given again, marks for new shelves, what
 * is taken away from whom, and who may still enter. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/stock.h"
#include "registry_world.h"

/* Shelves after THREE_STORES, and the numbers of the Market's warehouses. */
enum { GROUP_77 = 1, OWN_501 = 2, OWN_502 = 3, OWN_503 = 4, OWN_14 = 5 };
enum { MARKET_300 = 1, MARKET_301 = 2 };

static void start(struct world *world)
{
    world_init(world);
    apply(world, THREE_STORES);
    assert_int_equal(shelf_of(world, 11), GROUP_77);
    assert_int_equal(campaign_of(world, 11).own_shelf_id, OWN_501);
    assert_int_equal(campaign_of(world, 12).own_shelf_id, OWN_502);
    assert_int_equal(shelf_of(world, 13), OWN_503);
    assert_int_equal(shelf_of(world, 14), OWN_14);
}

static void expect_move(const struct world *world, uint32_t index, int64_t from, int64_t to)
{
    assert_int_equal(world->moves[index].from_shelf_id, from);
    assert_int_equal(world->moves[index].to_shelf_id, to);
}

static void numbers_of_what_was_removed_are_not_given_again(void **state)
{
    (void)state;
    struct world world;
    start(&world);
    apply(&world,
          "{\"campaigns\":[" CAMPAIGN(15, "FBS") "," CAMPAIGN(
              16, "LAAS") "],"
                          "\"warehouses\":[" STORE(505, 15) "],\"marketWarehouses\":[" MARKET(
                              302, "false") "]}");
    const int64_t shelf = shelf_of(&world, 15);
    const int64_t laas_shelf = shelf_of(&world, 16);
    struct market_warehouse_facts market;
    assert_true(registry_find_market_warehouse(world.registry, 302, &market));
    const int64_t number = market.number;
    apply(&world, "{\"remove\":{\"campaigns\":[15,16],\"warehouses\":[505],"
                  "\"marketWarehouses\":[302]}}");
    struct campaign_facts facts;
    assert_false(registry_find_campaign(world.registry, 15, &facts));
    assert_false(registry_find_market_warehouse(world.registry, 302, &market));

    /* Not in a registry that was made from the whole of this one, either. */
    struct buffer whole;
    buffer_init(&whole);
    encode(&world, &whole);
    struct world other;
    world_init(&other);
    apply_as(&other, buffer_text(&whole), REGISTRY_KEPT);
    struct world *worlds[] = {&world, &other};
    for (int i = 0; i < 2; i++) {
        apply(worlds[i],
              "{\"campaigns\":[" CAMPAIGN(15, "FBS") "," CAMPAIGN(
                  16, "LAAS") "],"
                              "\"warehouses\":[" STORE(505, 15) "],"
                                                                "\"marketWarehouses\":[" MARKET(
                                                                    302, "false") "]}");
        assert_true(shelf_of(worlds[i], 15) > shelf && shelf_of(worlds[i], 15) > laas_shelf);
        assert_true(shelf_of(worlds[i], 16) > shelf && shelf_of(worlds[i], 16) > laas_shelf);
        assert_true(registry_find_market_warehouse(worlds[i]->registry, 302, &market));
        assert_true(market.number > number);
    }
    buffer_deinit(&whole);
    world_deinit(&other);
    world_deinit(&world);
}

static void numbers_of_a_new_document_are_not_believed(void **state)
{
    (void)state;
    struct world world;
    start(&world);
    apply(&world,
          "{\"shelfIdLast\":900,\"marketNumberLast\":900,"
          "\"campaigns\":[{\"id\":16,\"businessId\":1,\"domain\":\"d\",\"placementType\":\"FBY\","
          "\"shelfId\":1}],\"marketWarehouses\":[{\"id\":302,\"name\":\"m\",\"shelfId\":1}]}");
    assert_int_equal(shelf_of(&world, 16), OWN_14 + 1);
    struct market_warehouse_facts market;
    assert_true(registry_find_market_warehouse(world.registry, 302, &market));
    assert_int_equal(market.number, MARKET_301 + 1);
    world_deinit(&world);
}

static void reserved_shelves_are_not_given(void **state)
{
    (void)state;
    struct world world;
    start(&world);
    registry_reserve_shelves(world.registry, 40);
    registry_reserve_shelves(world.registry, 30);
    apply(&world, FOURTH_STORE);
    assert_int_equal(shelf_of(&world, 15), 41);
    world_deinit(&world);
}

/* What version 0.1 kept: campaigns and the Market's warehouses have no numbers. */
static void journal_of_an_older_stockd_keeps_its_numbers(void **state)
{
    (void)state;
    static const char *const kept[] = {
        "{\"businesses\":[{\"id\":1,\"name\":\"b\"}],\"campaigns\":[" CAMPAIGN(
            11, "FBS") "," CAMPAIGN(14,
                                    "FBY") "],\"warehouses\":[{\"id\":501,\"campaignId\":11,"
                                           "\"name\":\"w\",\"shelfId\":1}],"
                                           "\"marketWarehouses\":[{\"id\":300,\"name\":\"m\"}]}",
        "{\"campaigns\":[" CAMPAIGN(12, "FBS") "],\"warehouses\":[{\"id\":502,\"campaignId\":12,"
                                               "\"name\":\"w\",\"shelfId\":2}]}",
    };
    struct world world;
    world_init(&world);
    for (size_t i = 0; i < ROWS_COUNT_OF(kept); i++)
        apply_as(&world, kept[i], REGISTRY_KEPT);
    assert_int_equal(shelf_of(&world, 11), 1);
    assert_int_equal(shelf_of(&world, 12), 2);
    assert_int_equal(shelf_of(&world, 14), 0);
    struct market_place place;
    assert_int_equal(registry_campaign_market_warehouses(world.registry, 14, &place, 1), 0);
    assert_false(registry_enter(world.registry, 14, 0, REGISTRY_USE_NUMBERS));

    uint32_t count = 0;
    struct registry_change change;
    assert_true(
        registry_find_unnumbered(world.registry, &world.body.arena, &world.document, &count));
    assert_int_equal(count, 2);
    assert_int_equal(registry_prepare(world.registry, &world.document, REGISTRY_NEW, &change,
                                      &world.body.errors),
                     OK);
    assert_true(change.changed);
    registry_commit(world.registry);
    assert_int_equal(shelf_of(&world, 14), 3);
    assert_int_equal(registry_campaign_market_warehouses(world.registry, 14, &place, 1), 1);
    assert_int_equal(place.shelf_id, market_shelf_id(3, 1));
    assert_true(
        registry_find_unnumbered(world.registry, &world.body.arena, &world.document, &count));
    assert_int_equal(count, 0);
    world_deinit(&world);
}

static void new_shelf_gets_the_marks_of_its_business(void **state)
{
    (void)state;
    struct world world;
    start(&world);
    assert_int_equal(world.marks_count, 0); /* Nobody had any. */
    apply(&world, FOURTH_STORE);
    assert_int_equal(world.copies_count, 0);
    assert_int_equal(world.marks_count, 1);
    assert_true(world.moves[0].marks_only);
    expect_move(&world, 0, GROUP_77, shelf_of(&world, 15));

    apply(&world, "{\"campaigns\":[" CAMPAIGN(16, "FBY") "]}");
    assert_int_equal(world.marks_count, 1);
    expect_move(&world, 0, GROUP_77, shelf_of(&world, 16));

    /* Two newcomers in a new group share a shelf. */
    apply(&world, "{\"campaigns\":[" CAMPAIGN(17, "FBS") "," CAMPAIGN(
                      18, "FBS") "],"
                                 "\"warehouseGroups\":[" GROUP(
                                     78) "],"
                                         "\"warehouses\":[" STORE_IN(507, 17, 78) "," STORE_IN(
                                             508, 18, 78) "]}");
    assert_int_equal(world.copies_count, 0);
    assert_int_equal(world.marks_count, 1);
    expect_move(&world, 0, GROUP_77, shelf_of(&world, 17));

    /* A copy brings marks along. */
    apply(&world,
          "{\"warehouseGroups\":[" GROUP(79) "],\"warehouses\":[" STORE_IN(503, 13, 79) "]}");
    assert_int_equal(world.copies_count, 1);
    assert_int_equal(world.marks_count, 0);

    /* A newcomer to a group that sells is no new shelf. */
    apply(&world,
          "{\"campaigns\":[" CAMPAIGN(19, "FBS") "],"
                                                 "\"warehouses\":[" STORE_IN(509, 19, 77) "]}");
    assert_int_equal(world.copies_count + world.marks_count, 0);
    world_deinit(&world);
}

static void other_business_gives_no_marks(void **state)
{
    (void)state;
    struct world world;
    start(&world);
    apply(&world, "{\"campaigns\":[{\"id\":20,\"businessId\":2,\"domain\":\"d\",\"placementType\":"
                  "\"FBY\"}]}");
    assert_int_equal(world.copies_count + world.marks_count, 0);
    world_deinit(&world);
}

/* What lay on the shelf of a group went along with those who left it. */
static void group_that_was_empty_begins_with_a_new_shelf(void **state)
{
    (void)state;
    struct world world;
    start(&world);
    apply(&world, "{\"warehouses\":[" STORE(501, 11) "," STORE(502, 12) "]}");
    assert_int_equal(world.copies_count, 2);
    apply(&world, "{\"warehouses\":[" STORE_IN(503, 13, 77) "]}");
    const int64_t group = shelf_of(&world, 13);
    assert_int_equal(group, OWN_14 + 1);
    assert_int_equal(world.copies_count, 1);
    expect_move(&world, 0, OWN_503, group);
    /* The document that is kept says so. */
    assert_int_equal(world.document.groups_count, 1);
    assert_int_equal(world.document.groups[0].id, 77);
    assert_int_equal(world.document.groups[0].shelf_id, group);
    apply(&world, "{\"warehouses\":[" STORE_IN(502, 12, 77) "]}");
    assert_int_equal(world.document.groups_count, 0);
    assert_int_equal(shelf_of(&world, 12), group);
    world_deinit(&world);
}

static const struct {
    const char *document;
    const char
        *vacated; /* Lines of shelf, campaign and why; campaign 0: the shelf must be empty. */
} vacated_rows[] = {
    {"{}", ""},
    {"{\"campaigns\":[" CAMPAIGN(13, "FBS") "]}", ""},
    {"{\"remove\":{\"campaigns\":[13],\"warehouses\":[503]}}",
     "4 0 warehouse 503 is removed\n"
     "8589934596 0 campaign 13 is removed\n"},
    /* The group sells on: only this campaign's orders matter. */
    {"{\"remove\":{\"campaigns\":[11],\"warehouses\":[501]}}",
     "1 11 campaign 11 is removed\n"
     "8589934594 0 campaign 11 is removed\n"},
    /* Nobody is left in the group. */
    {"{\"remove\":{\"campaigns\":[11,12],\"warehouses\":[501,502]}}",
     "1 0 warehouse 501 is removed, the last one of group 77\n"
     "8589934594 0 campaign 11 is removed\n"
     "8589934595 0 campaign 12 is removed\n"},
    /* One leaves with a copy, the other is removed. */
    {"{\"remove\":{\"campaigns\":[11],\"warehouses\":[501]},\"warehouses\":[" STORE(502, 12) "]}",
     "1 11 campaign 11 is removed\n"
     "8589934594 0 campaign 11 is removed\n"
     "1 12 warehouse 502 leaves warehouse group 77\n"},
    /* Both go, and somebody else takes what is there. */
    {"{\"remove\":{\"campaigns\":[11,12],\"warehouses\":[501,502]},"
     "\"warehouses\":[" STORE_IN(503, 13, 77) "]}",
     "1 11 campaign 11 is removed\n"
     "8589934594 0 campaign 11 is removed\n"
     "1 12 campaign 12 is removed\n"
     "8589934595 0 campaign 12 is removed\n"
     "4 13 warehouse 503 joins warehouse group 77\n"},
    {"{\"warehouses\":[" STORE_IN(503, 13, 77) "]}",
     "4 13 warehouse 503 joins warehouse group 77\n"},
    {"{\"warehouses\":[" STORE(501, 11) "]}", "1 11 warehouse 501 leaves warehouse group 77\n"},
    {"{\"warehouseGroups\":[" GROUP(78) "],\"warehouses\":[" STORE_IN(501, 11, 78) "]}",
     "1 11 warehouse 501 joins warehouse group 78\n"},
    {"{\"remove\":{\"campaigns\":[14]}}", "5 14 campaign 14 is removed\n"
                                          "4294967301 0 campaign 14 is removed\n"},
    {"{\"remove\":{\"marketWarehouses\":[300]}}",
     "4294967301 0 market warehouse 300 is removed (campaign 14)\n"},
    {"{\"remove\":{\"marketWarehouses\":[301]}}",
     "8589934594 0 market warehouse 301 is removed (campaign 11)\n"
     "8589934595 0 market warehouse 301 is removed (campaign 12)\n"
     "8589934596 0 market warehouse 301 is removed (campaign 13)\n"},
    {"{\"marketWarehouses\":[" MARKET(300, "true") "]}",
     "4294967301 0 market warehouse 300 changes its 'returns' (campaign 14)\n"},
    {"{\"campaigns\":[" CAMPAIGN(14, "LAAS") "]}", ""},
    {"{\"campaigns\":[" CAMPAIGN(14, "FBS") "],\"warehouses\":[" STORE(504, 14) "]}",
     "5 14 campaign 14 changes its model to FBS\n"
     "4294967301 0 campaign 14 changes its model to FBS\n"},
    {"{\"remove\":{\"warehouses\":[503]},\"campaigns\":[" CAMPAIGN(13, "FBY") "]}",
     "4 0 warehouse 503 is removed\n"
     "8589934596 0 campaign 13 changes its model to FBY\n"},
    {"{\"remove\":{\"warehouses\":[503]},\"warehouses\":[" STORE(504, 13) "]}",
     "4 0 warehouse 503 is removed\n"
     "8589934596 0 campaign 13 passes from warehouse 503 to warehouse 504\n"},
};

static void what_is_taken_away_is_told(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS_COUNT_OF(vacated_rows); i++) {
        struct world world;
        start(&world);
        apply(&world, vacated_rows[i].document);
        EXPECT_TEXT(buffer_bytes(&world.vacated), vacated_rows[i].vacated);
        world_deinit(&world);
    }
}

static bool may(const struct world *world, int64_t campaign_id, int64_t shelf_id,
                enum registry_use use)
{
    if (!registry_enter(world->registry, campaign_id, shelf_id, use))
        return false;
    registry_leave(world->registry);
    return true;
}

static bool may_enter(const struct world *world, int64_t campaign_id, int64_t shelf_id)
{
    return may(world, campaign_id, shelf_id, REGISTRY_USE_NUMBERS);
}

static bool may_mark(const struct world *world, int64_t campaign_id, int64_t shelf_id)
{
    return may(world, campaign_id, shelf_id, REGISTRY_USE_COMMON_MARKS);
}

static void campaign_enters_its_own_shelves_only(void **state)
{
    (void)state;
    struct world world;
    start(&world);
    const int64_t returns = market_shelf_id(OWN_501, MARKET_301);
    assert_true(may_enter(&world, 11, GROUP_77));
    assert_true(may_enter(&world, 11, returns));
    assert_false(may_enter(&world, 11, market_shelf_id(OWN_501, MARKET_300))); /* No returns. */
    assert_false(may_enter(&world, 11, market_shelf_id(GROUP_77, MARKET_301)));
    assert_false(may_enter(&world, 11, market_shelf_id(OWN_502, MARKET_301)));
    assert_false(may_enter(&world, 11, market_shelf_id(OWN_501, 3)));
    assert_false(may_enter(&world, 11, OWN_502));
    assert_false(may_enter(&world, 11, OWN_503));
    assert_true(may_enter(&world, 14, OWN_14));
    assert_true(may_enter(&world, 14, market_shelf_id(OWN_14, MARKET_300)));
    assert_false(may_enter(&world, 14, market_shelf_id(OWN_14, MARKET_301)));
    assert_false(may_enter(&world, 99, GROUP_77));
    /* Numbers never go to the own shelf of who sells from a group, nor do common marks. */
    assert_false(may_enter(&world, 11, OWN_501));
    assert_false(may_mark(&world, 11, OWN_501));
    assert_true(may(&world, 11, OWN_501, REGISTRY_USE_MARKS));
    assert_true(may(&world, 11, GROUP_77, REGISTRY_USE_MARKS));
    assert_false(may(&world, 11, OWN_502, REGISTRY_USE_MARKS));
    assert_false(may(&world, 11, returns, REGISTRY_USE_MARKS));
    assert_true(may_mark(&world, 14, OWN_14));
    world_deinit(&world);
}

static void shelves_of_a_prepared_change_are_closed(void **state)
{
    (void)state;
    struct world world;
    start(&world);
    static const char joins[] = "{\"warehouses\":[" STORE_IN(503, 13, 77) "]}";
    for (int i = 0; i < 2; i++) {
        assert_int_equal(prepare(&world, joins), OK);
        assert_false(may_enter(&world, 13, OWN_503));
        assert_false(may_mark(&world, 13, OWN_503));
        assert_true(may_enter(&world, 11, GROUP_77)); /* It only receives. */
        if (i == 0)
            registry_abandon(world.registry);
        else
            registry_commit(world.registry);
        assert_int_equal(may_enter(&world, 13, OWN_503), i == 0);
    }
    assert_true(may_enter(&world, 13, GROUP_77));
    registry_finish(world.registry);

    /* Who left sells when its copy is whole, and nobody sells from what is being copied. */
    assert_int_equal(prepare(&world, "{\"warehouses\":[{\"id\":503,\"campaignId\":13,"
                                     "\"name\":\"w\"}]}"),
                     OK);
    registry_commit(world.registry);
    assert_false(may_enter(&world, 13, OWN_503));
    assert_false(may_enter(&world, 11, GROUP_77));
    registry_finish(world.registry);
    assert_true(may_enter(&world, 13, OWN_503));
    assert_true(may_enter(&world, 11, GROUP_77));

    /* Who gives marks may be sold from meanwhile. */
    assert_int_equal(prepare(&world, FOURTH_STORE), OK);
    assert_true(may_enter(&world, 11, GROUP_77));
    assert_false(may_mark(&world, 11, GROUP_77));
    assert_false(may_enter(&world, 15, OWN_14 + 1)); /* Nobody knows it yet. */
    registry_commit(world.registry);
    assert_false(may_mark(&world, 11, GROUP_77));
    registry_finish(world.registry);
    assert_true(may_mark(&world, 11, GROUP_77));
    assert_true(may_enter(&world, 15, OWN_14 + 1));
    world_deinit(&world);
}

static void whoever_comes_after_the_change_does_not_get_in(void **state)
{
    (void)state;
    struct world world;
    start(&world);
    apply(&world, "{\"warehouses\":[" STORE(501, 11) "]}");
    assert_false(may_enter(&world, 11, GROUP_77)); /* Looked up before. */
    assert_true(may_enter(&world, 11, OWN_501));
    apply(&world, "{\"remove\":{\"campaigns\":[13],\"warehouses\":[503]}}");
    assert_false(may_enter(&world, 13, OWN_503));
    world_deinit(&world);
}

static void version_grows_with_each_commit(void **state)
{
    (void)state;
    struct world world;
    start(&world);
    const uint64_t version = registry_version(world.registry);
    assert_int_equal(prepare(&world, FOURTH_STORE), OK);
    registry_abandon(world.registry);
    assert_int_equal(registry_version(world.registry), version);
    struct campaign_facts facts;
    assert_false(registry_find_campaign(world.registry, 15, &facts));
    apply(&world, FOURTH_STORE);
    assert_true(registry_version(world.registry) > version);
    world_deinit(&world);
}

static void texts_outlive_what_they_were_said_of(void **state)
{
    (void)state;
    struct world world;
    start(&world);
    struct warehouse_facts facts;
    apply(&world, "{\"warehouses\":[{\"id\":503,\"campaignId\":13,\"name\":\"Tverskaya\"}]}");
    assert_true(registry_find_warehouse(world.registry, 503, &facts));
    const struct bytes name = facts.name;
    for (int i = 0; i < 3; i++) {
        apply(&world, "{\"warehouses\":[{\"id\":503,\"campaignId\":13,\"name\":\"elsewhere\"}]}");
        apply(&world, "{\"warehouses\":[{\"id\":503,\"campaignId\":13,\"name\":\"Tverskaya\"}]}");
        assert_true(registry_find_warehouse(world.registry, 503, &facts));
        assert_ptr_equal(facts.name.data, name.data); /* Kept once. */
    }
    apply(&world, "{\"remove\":{\"campaigns\":[13],\"warehouses\":[503]}}");
    EXPECT_TEXT(name, "Tverskaya");
    world_deinit(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_of_what_was_removed_are_not_given_again),
        cmocka_unit_test(numbers_of_a_new_document_are_not_believed),
        cmocka_unit_test(reserved_shelves_are_not_given),
        cmocka_unit_test(journal_of_an_older_stockd_keeps_its_numbers),
        cmocka_unit_test(new_shelf_gets_the_marks_of_its_business),
        cmocka_unit_test(other_business_gives_no_marks),
        cmocka_unit_test(group_that_was_empty_begins_with_a_new_shelf),
        cmocka_unit_test(what_is_taken_away_is_told),
        cmocka_unit_test(campaign_enters_its_own_shelves_only),
        cmocka_unit_test(shelves_of_a_prepared_change_are_closed),
        cmocka_unit_test(whoever_comes_after_the_change_does_not_get_in),
        cmocka_unit_test(version_grows_with_each_commit),
        cmocka_unit_test(texts_outlive_what_they_were_said_of),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
