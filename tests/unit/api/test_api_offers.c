/* Methods about offers over a store that only listens: which commands they give, in which order,
 * and what becomes of a request whose ground moves. What clients see is in tests/contract. */
#include "api_world.h"

#include <stdio.h>
#include <string.h>

#include "../../support/store_fake.h"

#define ARCHIVE  "/v2/businesses/1/offer-mappings/archive"
#define MAPPINGS "/v2/businesses/1/offer-mappings"
#define NOTHING  "{\"status\":\"OK\",\"result\":{}}"

static struct campaign_facts campaign_of(const struct world *world, int64_t id)
{
    struct campaign_facts facts;
    assert_true(registry_find_campaign(world->registry, id, &facts));
    return facts;
}

static void change_registry(struct world *world, const char *text)
{
    struct json_case json;
    struct arena arena;
    struct error_list errors;
    struct registry_document document;
    struct registry_change change;
    json_case_init(&json);
    arena_init(&arena);
    error_list_init(&errors);
    assert_true(registry_document_decode(json_case_root(&json, text), &arena, &document, &errors));
    assert_int_equal(registry_prepare(world->registry, &document, REGISTRY_NEW, &change, &errors),
                     OK);
    registry_commit(world->registry);
    registry_finish(world->registry);
    error_list_deinit(&errors);
    arena_deinit(&arena);
    json_case_deinit(&json);
}

/* A store that knows the SKU A everywhere; while it is asked the business grows. */
struct growth {
    struct world *world;
    int campaigns_left; /* So many more campaigns come. */
    int64_t campaign_id;
};

static struct stock_view view_of_a = {.sku = BYTES_INIT("A"), .available = 1};

static void answer_and_grow(struct store_fake *fake, struct store_command *command)
{
    struct growth *growth = fake->answer_context;
    command->verdict = VERDICT_OK;
    if (command->kind != STORE_LIST)
        return;
    command->views = &view_of_a;
    command->views_count = 1;
    if (growth->campaigns_left == 0)
        return;
    char text[200];
    growth->campaigns_left--;
    growth->campaign_id++;
    (void)snprintf(text, sizeof(text),
                   "{\"campaigns\":[{\"id\":%d,\"businessId\":1,\"domain\":\"d\","
                   "\"placementType\":\"FBY\"}]}",
                   (int)growth->campaign_id);
    change_registry(growth->world, text);
}

/* Whether a command of this kind was given on a shelf. */
static bool was_given(const struct store_fake *fake, enum store_command_kind kind, int64_t shelf_id)
{
    for (uint32_t i = 0; i < fake->submitted && i < STORE_FAKE_KEPT_MAX; i++) {
        if (fake->kept[i].kind == kind && fake->kept[i].shelf_id == shelf_id)
            return true;
    }
    return false;
}

static void archive_begins_anew_when_the_registry_changed_meanwhile(void **state)
{
    (void)state;
    struct world world;
    struct store_fake fake;
    store_fake_init(&fake);
    world_init(&world, &settings_2025, &fake.store);
    struct growth growth = {&world, 1, 30000};
    fake.answer = answer_and_grow;
    fake.answer_context = &growth;
    assert_int_equal(world_send(&world, "POST", ARCHIVE, "{\"offerIds\":[\"A\"]}"), 200);
    EXPECT_TEXT(exchange_case_reply(&world.one), NOTHING);
    assert_true(was_given(&fake, STORE_MARK, campaign_of(&world, 10003).shelf_id));
    assert_true(was_given(&fake, STORE_MARK, campaign_of(&world, 10006).shelf_id));
    assert_true(was_given(&fake, STORE_MARK, campaign_of(&world, 30001).shelf_id));
    assert_true(fake.last.mark.set == STOCK_ARCHIVED && fake.last.mark.create_unknown);
    world_deinit(&world);
}

static void archive_gives_up_on_a_registry_that_never_rests(void **state)
{
    (void)state;
    struct world world;
    struct store_fake fake;
    store_fake_init(&fake);
    world_init(&world, &settings_2025, &fake.store);
    struct growth growth = {&world, 100000, 30000};
    fake.answer = answer_and_grow;
    fake.answer_context = &growth;
    assert_int_equal(world_send(&world, "POST", ARCHIVE, "{\"offerIds\":[\"A\"]}"), 503);
    assert_true(world.one.exchange.retry_after_s > 0);
    world_deinit(&world);
}

static void archive_asks_the_markets_warehouses_first(void **state)
{
    (void)state;
    struct world world;
    struct store_fake fake;
    store_fake_init(&fake);
    world_init(&world, &settings_2025, &fake.store);
    change_registry(&world, "{\"marketWarehouses\":[{\"id\":147,\"name\":\"m\"},{\"id\":148,"
                            "\"name\":\"r\",\"returns\":true}]}");
    fake.views = &view_of_a;
    fake.views_count = 1;
    assert_int_equal(world_send(&world, "POST", ARCHIVE, "{\"offerIds\":[\"A\"]}"), 200);
    EXPECT_TEXT(exchange_case_reply(&world.one),
                "{\"status\":\"OK\",\"result\":{\"notArchivedOffers\":[{\"offerId\":\"A\","
                "\"error\":\"OFFER_HAS_STOCKS\"}]}}");
    assert_true(shelf_is_market(fake.kept[0].shelf_id));
    struct market_place places[2];
    assert_int_equal(registry_campaign_market_warehouses(world.registry, 10006, places, 2), 1);
    assert_true(was_given(&fake, STORE_LIST, places[0].shelf_id)); /* Returns count, too. */
    for (uint32_t i = 0; i < fake.submitted; i++)
        assert_int_equal(fake.kept[i].kind, STORE_LIST);
    world_deinit(&world);
}

static void write_that_finds_no_room_half_way_may_be_tried_again(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {ARCHIVE, "{\"offerIds\":[\"A\"]}"},
        {"/v2/campaigns/10003/hidden-offers", "{\"hiddenOffers\":[{\"offerId\":\"A\"}]}"},
        {"/v2/campaigns/10003/offers/delete", "{\"offerIds\":[\"A\"]}"},
    };
    struct world world;
    struct store_fake fake;
    store_fake_init(&fake);
    world_init(&world, &settings_2025, &fake.store);
    fake.verdict = VERDICT_NO_ROOM;
    for (size_t i = 0; i < ROWS_COUNT_OF(rows); i++) {
        assert_int_equal(world_send(&world, "POST", rows[i][0], rows[i][1]), 503);
        EXPECT(rows[i][0], world.one.exchange.retry_after_s > 0);
    }
    world_deinit(&world);
}

static void hiding_in_a_group_makes_the_offer_known_there_first(void **state)
{
    (void)state;
    struct world world;
    struct store_fake fake;
    store_fake_init(&fake);
    world_init(&world, &settings_2025, &fake.store);
    fake.late = true; /* The document is gone when the second command is given. */
    assert_int_equal(world_send(&world, "POST", "/v2/campaigns/10003/hidden-offers",
                                "{\"hiddenOffers\":[{\"offerId\":\"A\"}]}"),
                     200);
    const struct campaign_facts campaign = campaign_of(&world, 10003);
    assert_int_equal(fake.submitted, 2);
    assert_true(fake.kept[0].shelf_id == campaign.shelf_id);
    assert_true(fake.kept[0].mark.set == 0 && fake.kept[0].mark.clear == 0);
    assert_true(fake.kept[0].mark.create_unknown);
    assert_true(fake.kept[1].shelf_id == campaign.own_shelf_id);
    assert_true(fake.kept[1].mark.set == STOCK_HIDDEN && fake.kept[1].mark.create_unknown);
    fake.submitted = 0;
    assert_int_equal(world_send(&world, "POST", "/v2/campaigns/10006/hidden-offers",
                                "{\"hiddenOffers\":[{\"offerId\":\"A\"}]}"),
                     200);
    assert_int_equal(fake.submitted, 1); /* Outside a group the shelf is one. */
    world_deinit(&world);
}

static void put_of_a_groups_member_brings_its_offers_back(void **state)
{
    (void)state;
    static const char body[] = "{\"skus\":[{\"sku\":\"A\",\"items\":[{\"count\":1}]}]}";
    struct world world;
    struct store_fake fake;
    store_fake_init(&fake);
    world_init(&world, &settings_2025, &fake.store);
    fake.late = true;
    const int64_t own_shelf_id = campaign_of(&world, 10003).own_shelf_id;
    for (uint32_t deleted = 0; deleted < 2;
         deleted++) { /* Asks, writes, and clears what there is. */
        struct stock_view view = {.sku = BYTES("A"), .marks = STOCK_DELETED};
        fake.views = &view;
        fake.views_count = deleted;
        fake.submitted = 0;
        assert_int_equal(world_send(&world, "PUT", STOCKS, body), 200);
        assert_int_equal(fake.submitted, 2 + deleted);
        assert_int_equal(fake.kept[0].kind, STORE_PAGE);
        assert_true(fake.kept[0].shelf_id == own_shelf_id);
        assert_int_equal(fake.kept[1].kind, STORE_PUT);
    }
    assert_int_equal(fake.kept[2].kind, STORE_MARK);
    assert_true(fake.kept[2].shelf_id == own_shelf_id);
    assert_true(fake.kept[2].mark.clear == STOCK_DELETED && !fake.kept[2].mark.create_unknown);
    fake.submitted = 0;
    assert_int_equal(world_send(&world, "PUT", "/v2/campaigns/10006/offers/stocks", body), 200);
    assert_int_equal(fake.submitted, 1); /* The store does it by itself. */
    world_deinit(&world);
}

static void list_of_a_business_ends_early_rather_than_never(void **state)
{
    (void)state;
    struct world world;
    struct store_fake fake;
    store_fake_init(&fake);
    world_init(&world, &settings_2025, &fake.store);
    fake.next = BYTES("7"); /* No shelf ever ends, and nothing is on it. */
    assert_int_equal(world_send(&world, "POST", MAPPINGS, "{}"), 200);
    assert_int_equal(fake.submitted, 64);
    const struct bytes reply = exchange_case_reply(&world.one);
    assert_true(bytes_starts_with(
        reply, BYTES("{\"status\":\"OK\",\"result\":{\"paging\":{\"nextPageToken\":\"")));
    const struct bytes end = BYTES("\"},\"offerMappings\":[]}}");
    EXPECT_BYTES(((struct bytes){reply.data + reply.size - end.size, end.size}), end);
    world_deinit(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(archive_begins_anew_when_the_registry_changed_meanwhile),
        cmocka_unit_test(archive_gives_up_on_a_registry_that_never_rests),
        cmocka_unit_test(archive_asks_the_markets_warehouses_first),
        cmocka_unit_test(write_that_finds_no_room_half_way_may_be_tried_again),
        cmocka_unit_test(hiding_in_a_group_makes_the_offer_known_there_first),
        cmocka_unit_test(put_of_a_groups_member_brings_its_offers_back),
        cmocka_unit_test(list_of_a_business_ends_early_rather_than_never),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
