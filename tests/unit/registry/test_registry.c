/* The registry: upserts, look-ups, shelf numbers, moves, and replaying its own documents. What does
 * not fit together is in test_registry_check.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../support/chance.h"
#include "registry_world.h"

static void campaigns_lead_to_their_shelves(void **state)
{
    (void)state;
    struct world world;
    world_init(&world);
    apply(&world, THREE_STORES);
    assert_true(world.changed);
    assert_int_equal(world.copies_count, 0);
    struct campaign_facts facts;
    assert_true(registry_find_campaign(world.registry, 11, &facts));
    assert_int_equal(facts.id, 11);
    assert_int_equal(facts.business_id, 1);
    assert_int_equal(facts.placement, PLACEMENT_FBS);
    assert_int_equal(facts.availability, AVAILABILITY_AVAILABLE);
    assert_int_equal(facts.warehouse_id, 501);
    assert_true(facts.shelf_id > 0);
    assert_int_equal(shelf_of(&world, 12), facts.shelf_id); /* One shelf for the group. */
    assert_true(shelf_of(&world, 13) > 0);
    assert_int_not_equal(shelf_of(&world, 13), facts.shelf_id);
    assert_true(registry_find_campaign(world.registry, 14, &facts));
    assert_int_equal(facts.warehouse_id, 0);
    assert_true(facts.shelf_id > 0); /* Its own: it has no warehouse. */
    assert_int_equal(facts.own_shelf_id, facts.shelf_id);
    assert_int_not_equal(facts.shelf_id, shelf_of(&world, 11));
    assert_int_not_equal(facts.shelf_id, shelf_of(&world, 13));
    assert_false(registry_find_campaign(world.registry, 15, &facts));
    assert_false(registry_find_campaign(world.registry, 501, &facts));
    assert_false(registry_find_campaign(world.registry, 0, &facts));
    world_deinit(&world);
}

static void tokens_are_found_by_secret_and_kind(void **state)
{
    (void)state;
    struct world world;
    world_init(&world);
    struct token_facts facts;
    assert_false(registry_find_token(world.registry, TOKEN_API_KEY, BYTES("key"), &facts));
    assert_false(registry_has_tokens(world.registry));
    apply(&world, THREE_STORES);
    assert_true(registry_has_tokens(world.registry));
    assert_true(registry_find_token(world.registry, TOKEN_API_KEY, BYTES("key"), &facts));
    assert_int_equal(facts.business_id, 1);
    assert_int_equal(facts.scopes, SCOPE_BIT(SCOPE_ALL_METHODS));
    assert_false(facts.revoked);
    assert_true(registry_find_token(world.registry, TOKEN_OAUTH, BYTES("bearer"), &facts));
    assert_int_equal(facts.business_id, 2);
    assert_int_equal(facts.scopes, 0);
    assert_false(registry_find_token(world.registry, TOKEN_OAUTH, BYTES("key"), &facts));
    assert_false(registry_find_token(world.registry, TOKEN_API_KEY, BYTES("bearer"), &facts));
    assert_false(registry_find_token(world.registry, TOKEN_API_KEY, BYTES("KEY"), &facts));
    assert_false(registry_find_token(world.registry, TOKEN_API_KEY, BYTES("key "), &facts));
    assert_false(registry_find_token(world.registry, TOKEN_API_KEY, BYTES(""), &facts));
    world_deinit(&world);
}

static void secret_is_nowhere_in_the_encoded_registry(void **state)
{
    (void)state;
    struct world world;
    world_init(&world);
    apply(&world, "{" BUSINESSES ",\"tokens\":[{\"name\":\"t\",\"businessId\":1,"
                  "\"apiKey\":\"hush-hush\"}]}");
    struct buffer text;
    buffer_init(&text);
    registry_encode(world.registry, &text);
    assert_null(strstr(buffer_text(&text), "hush"));
    char hex[SHA256_HEX_BYTES];
    const struct sha256 hash = sha256_of(BYTES("hush-hush"));
    sha256_to_hex(&hash, hex);
    assert_non_null(strstr(buffer_text(&text), hex));
    buffer_deinit(&text);
    world_deinit(&world);
}

static void entry_of_the_same_id_is_replaced_as_a_whole(void **state)
{
    (void)state;
    struct world world;
    world_init(&world);
    apply(&world, THREE_STORES);
    const int64_t shelf = shelf_of(&world, 13);
    apply(&world, "{\"campaigns\":[{\"id\":13,\"businessId\":1,\"domain\":\"x\","
                  "\"placementType\":\"FBS\",\"apiAvailability\":\"MANUALLY_DISABLED\"}],"
                  "\"tokens\":[{\"name\":\"t\",\"businessId\":1,\"revoked\":true,"
                  "\"apiKey\":\"newer\"}]}");
    assert_true(world.changed);
    struct campaign_facts campaign;
    assert_true(registry_find_campaign(world.registry, 13, &campaign));
    assert_int_equal(campaign.placement, PLACEMENT_FBS);
    assert_int_equal(campaign.availability, AVAILABILITY_MANUALLY_DISABLED);
    assert_int_equal(campaign.shelf_id, shelf);
    struct token_facts token;
    assert_false(registry_find_token(world.registry, TOKEN_API_KEY, BYTES("key"), &token));
    assert_true(registry_find_token(world.registry, TOKEN_API_KEY, BYTES("newer"), &token));
    assert_true(token.revoked);
    assert_int_equal(token.scopes, 0);
    apply(&world, "{\"campaigns\":[" CAMPAIGN(13, "FBS") "]}");
    assert_true(registry_find_campaign(world.registry, 13, &campaign));
    assert_int_equal(campaign.availability, AVAILABILITY_AVAILABLE);
    world_deinit(&world);
}

static void secret_that_was_revoked_stays_so(void **state)
{
    (void)state;
    struct world world;
    world_init(&world);
    apply(&world, THREE_STORES);
    apply(&world, "{\"tokens\":[{\"name\":\"t\",\"businessId\":1,\"revoked\":true,"
                  "\"apiKey\":\"key\"}]}");
    apply(&world, "{\"tokens\":[{\"name\":\"t\",\"businessId\":1,\"revoked\":false,"
                  "\"scopes\":[\"pricing\"],\"apiKey\":\"key\"}]}");
    struct token_facts token;
    assert_true(registry_find_token(world.registry, TOKEN_API_KEY, BYTES("key"), &token));
    assert_true(token.revoked);
    apply(&world, "{\"tokens\":[{\"name\":\"t\",\"businessId\":1,\"apiKey\":\"other\"}]}");
    assert_true(registry_find_token(world.registry, TOKEN_API_KEY, BYTES("other"), &token));
    assert_false(token.revoked);
    world_deinit(&world);
}

static void tokens_of_one_name_live_in_two_businesses(void **state)
{
    (void)state;
    struct world world;
    world_init(&world);
    apply(&world, "{" BUSINESSES ",\"tokens\":["
                  "{\"name\":\"t\",\"businessId\":1,\"apiKey\":\"first\"},"
                  "{\"name\":\"t\",\"businessId\":2,\"apiKey\":\"second\"}]}");
    struct token_facts facts;
    assert_true(registry_find_token(world.registry, TOKEN_API_KEY, BYTES("first"), &facts));
    assert_int_equal(facts.business_id, 1);
    assert_true(registry_find_token(world.registry, TOKEN_API_KEY, BYTES("second"), &facts));
    assert_int_equal(facts.business_id, 2);
    world_deinit(&world);
}

static void the_same_document_again_changes_nothing(void **state)
{
    (void)state;
    struct world world;
    world_init(&world);
    apply(&world, THREE_STORES);
    for (int i = 0; i < 3; i++) {
        apply(&world, THREE_STORES);
        assert_false(world.changed);
        assert_int_equal(world.copies_count, 0);
    }
    apply(&world, "{}");
    assert_false(world.changed);
    apply(&world, "{\"businesses\":[{\"id\":1,\"name\":\"one\"}]}");
    assert_false(world.changed);
    apply(&world, "{\"businesses\":[{\"id\":1,\"name\":\"One\"}]}");
    assert_true(world.changed);
    world_deinit(&world);
}

static void refused_document_leaves_everything_as_it_was(void **state)
{
    (void)state;
    struct world world;
    world_init(&world);
    apply(&world, THREE_STORES);
    struct buffer before;
    struct buffer after;
    buffer_init(&before);
    buffer_init(&after);
    registry_encode(world.registry, &before);
    const int64_t shelf = shelf_of(&world, 13);
    assert_int_equal(prepare(&world, "{\"businesses\":[{\"id\":9,\"name\":\"nine\"}],"
                                     "\"warehouses\":[" STORE_IN(503, 13, 77) "," STORE(
                                         504, 99) "],"
                                                  "\"tokens\":[{\"name\":\"t\",\"businessId\":1,"
                                                  "\"apiKey\":\"other\"}]}"),
                     ERR_INVALID);
    EXPECT_ERROR(&world.body.errors,
                 "warehouse 504: campaignId 99 is not a campaign of this registry; "
                 "add it to 'campaigns'");
    registry_encode(world.registry, &after);
    EXPECT_BYTES(buffer_bytes(&after), buffer_bytes(&before));
    assert_int_equal(shelf_of(&world, 13), shelf);
    struct token_facts facts;
    assert_true(registry_find_token(world.registry, TOKEN_API_KEY, BYTES("key"), &facts));
    assert_false(registry_find_token(world.registry, TOKEN_API_KEY, BYTES("other"), &facts));
    /* And no shelf number was spent: the next new warehouse gets the one that it would have got. */
    apply(&world, FOURTH_STORE);
    struct world fresh;
    world_init(&fresh);
    apply(&fresh, THREE_STORES);
    apply(&fresh, FOURTH_STORE);
    assert_int_equal(shelf_of(&world, 15), shelf_of(&fresh, 15));
    world_deinit(&fresh);
    buffer_deinit(&before);
    buffer_deinit(&after);
    world_deinit(&world);
}

static void moves_follow_warehouses_in_and_out_of_groups(void **state)
{
    (void)state;
    struct world world;
    world_init(&world);
    apply(&world, THREE_STORES);
    const int64_t own = shelf_of(&world, 13);
    const int64_t group = shelf_of(&world, 11);

    apply(&world, "{\"warehouses\":[" STORE_IN(503, 13, 77) "]}"); /* Joins. */
    assert_int_equal(world.copies_count, 1);
    assert_int_equal(world.moves[0].from_shelf_id, own);
    assert_int_equal(world.moves[0].to_shelf_id, group);
    assert_int_equal(shelf_of(&world, 13), group);

    apply(&world, "{\"warehouses\":[" STORE(503, 13) "]}"); /* Leaves with a copy. */
    assert_int_equal(world.copies_count, 1);
    assert_int_equal(world.moves[0].from_shelf_id, group);
    assert_int_equal(world.moves[0].to_shelf_id, own);
    assert_int_equal(shelf_of(&world, 13), own);

    apply(&world,
          "{\"warehouseGroups\":[" GROUP(78) "],\"warehouses\":[" STORE_IN(501, 11, 78) "]}");
    assert_int_equal(world.copies_count, 2); /* Through its own shelf. */
    const int64_t between = world.moves[0].to_shelf_id;
    assert_int_equal(world.moves[0].from_shelf_id, group);
    assert_int_equal(world.moves[1].from_shelf_id, between);
    assert_int_equal(world.moves[1].to_shelf_id, shelf_of(&world, 11));
    assert_true(between != group && between != own && between != shelf_of(&world, 11));
    assert_int_equal(shelf_of(&world, 12), group);
    world_deinit(&world);
}

static void warehouses_leave_before_others_join(void **state)
{
    (void)state;
    struct world world;
    world_init(&world);
    apply(&world, THREE_STORES);
    apply(&world, "{\"warehouses\":[" STORE(501, 11) "]}");
    const int64_t joins = shelf_of(&world, 11);
    const int64_t group = shelf_of(&world, 12);
    apply(&world, "{\"warehouses\":[" STORE_IN(501, 11, 77) "," STORE(502, 12) "]}");
    assert_int_equal(world.copies_count, 2);
    /* 502 takes along what the group had, not what 501 brings. */
    assert_int_equal(world.moves[0].from_shelf_id, group);
    assert_int_equal(world.moves[0].to_shelf_id, shelf_of(&world, 12));
    assert_int_equal(world.moves[1].from_shelf_id, joins);
    assert_int_equal(world.moves[1].to_shelf_id, group);
    world_deinit(&world);
}

static void new_warehouse_in_a_group_moves_nothing(void **state)
{
    (void)state;
    struct world world;
    world_init(&world);
    apply(&world, THREE_STORES);
    apply(&world, FOURTH_STORE_IN_GROUP);
    assert_int_equal(world.copies_count, 0);
    assert_int_equal(shelf_of(&world, 15), shelf_of(&world, 11));
    apply(&world, "{\"warehouses\":[" STORE(505, 15) "," STORE(502, 12) "]}");
    assert_int_equal(world.copies_count, 2);
    assert_true(shelf_of(&world, 15) != shelf_of(&world, 12));
    assert_true(shelf_of(&world, 15) != shelf_of(&world, 11));
    world_deinit(&world);
}

enum { CAMPAIGNS_COUNT = 25, GROUPS_COUNT = 4, MARKET_WAREHOUSES_COUNT = 5 };

/* What the random documents know to be there: it may be removed. */
struct present {
    bool campaigns[CAMPAIGNS_COUNT + 1]; /* FBS ones with warehouse 500 + id, every fifth is FBY. */
    bool market[MARKET_WAREHOUSES_COUNT + 1];
};

static bool is_fby(int campaign)
{
    return campaign % 5 == 0;
}

static void add_campaigns(struct chance *chance, struct present *present, struct buffer *text)
{
    const int first = (int)chance_between(chance, 1, CAMPAIGNS_COUNT);
    const int last = (int)chance_between(chance, first, CAMPAIGNS_COUNT);
    buffer_append_text(text, ",\"campaigns\":[");
    for (int i = first; i <= last; i++) {
        present->campaigns[i] = true;
        buffer_append_format(
            text, "%s{\"id\":%d,\"businessId\":1,\"domain\":\"d\",\"placementType\":\"%s\"}",
            i == first ? "" : ",", i, is_fby(i) ? "FBY" : "FBS");
    }
    buffer_append_text(text, "],\"warehouses\":[");
    const char *comma = "";
    for (int i = last; i >= first; i--) { /* Not in the order of the campaigns. */
        const int group = (int)chance_below(chance, GROUPS_COUNT + 1);
        if (is_fby(i))
            continue;
        buffer_append_format(text, "%s{\"id\":%d,\"campaignId\":%d,\"name\":\"w\"", comma, 500 + i,
                             i);
        comma = ",";
        if (group > 0)
            buffer_append_format(text, ",\"groupId\":%d", group);
        buffer_append_text(text, "}");
    }
    buffer_append_text(text, "]");
}

static void remove_campaigns(struct chance *chance, struct present *present, struct buffer *text)
{
    struct buffer warehouses;
    buffer_init(&warehouses);
    buffer_append_text(text, "{\"remove\":{\"campaigns\":[");
    const char *comma = "";
    for (int i = 1; i <= CAMPAIGNS_COUNT; i++) {
        if (!present->campaigns[i] || !chance_one_in(chance, 3))
            continue;
        present->campaigns[i] = false;
        buffer_append_format(text, "%s%d", comma, i);
        if (!is_fby(i))
            buffer_append_format(&warehouses, "%s%d", warehouses.size == 0 ? "" : ",", 500 + i);
        comma = ",";
    }
    buffer_append_text(text, "],\"warehouses\":[");
    buffer_append(text, buffer_bytes(&warehouses));
    buffer_append_text(text, "],\"marketWarehouses\":[");
    comma = "";
    for (int i = 1; i <= MARKET_WAREHOUSES_COUNT; i++) {
        if (!present->market[i] || !chance_one_in(chance, 3))
            continue;
        present->market[i] = false;
        buffer_append_format(text, "%s%d", comma, i);
        comma = ",";
    }
    buffer_append_text(text, "]}}");
    buffer_deinit(&warehouses);
}

/* A random document that fits: campaigns 1… of business 1, or what is removed of them. */
static void some_document(struct chance *chance, struct present *present, struct buffer *text)
{
    buffer_clear(text);
    if (chance_one_in(chance, 3)) {
        remove_campaigns(chance, present, text);
        return;
    }
    buffer_append_text(text, "{\"businesses\":[{\"id\":1,\"name\":\"b\"}],\"warehouseGroups\":[");
    for (int i = 1; i <= GROUPS_COUNT; i++)
        buffer_append_format(text, "%s{\"id\":%d,\"businessId\":1,\"name\":\"g\"}",
                             i == 1 ? "" : ",", i);
    const int market = (int)chance_between(chance, 1, MARKET_WAREHOUSES_COUNT);
    present->market[market] = true;
    buffer_append_format(text, "],\"marketWarehouses\":[{\"id\":%d,\"name\":\"m\"}]", market);
    add_campaigns(chance, present, text);
    buffer_append_text(text, "}");
}

/* Both know the same campaigns, on the same shelves. */
static void expect_same(const struct world *one, const struct world *other)
{
    struct buffer one_text;
    struct buffer other_text;
    buffer_init(&one_text);
    buffer_init(&other_text);
    encode(one, &one_text);
    encode(other, &other_text);
    EXPECT_BYTES(buffer_bytes(&other_text), buffer_bytes(&one_text));
    buffer_deinit(&one_text);
    buffer_deinit(&other_text);
    for (int64_t id = 1; id <= CAMPAIGNS_COUNT; id++) {
        struct campaign_facts left = {0};
        struct campaign_facts right = {0};
        assert_int_equal(registry_find_campaign(one->registry, id, &left),
                         registry_find_campaign(other->registry, id, &right));
        assert_true(left.shelf_id == right.shelf_id && left.warehouse_id == right.warehouse_id);
        assert_true(left.own_shelf_id == right.own_shelf_id && left.group_id == right.group_id);
    }
}

/* A file that is applied at each start must not switch on what its seller switched off. */
static void switch_of_a_warehouse_stays_unless_a_document_says_otherwise(void **state)
{
    (void)state;
    static const struct {
        const char *member;
        enum registry_origin origin;
        bool enabled;
    } rows[] = {
        {"", REGISTRY_NEW, true},
        {",\"enabled\":false", REGISTRY_NEW, false},
        {"", REGISTRY_NEW, false},
        {",\"enabled\":true", REGISTRY_NEW, true},
        {",\"enabled\":false", REGISTRY_NEW, false},
        {"", REGISTRY_KEPT, true}, /* It was kept so because it was on. */
    };
    struct world world;
    world_init(&world);
    apply(&world, THREE_STORES);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct buffer text;
        struct warehouse_facts facts;
        buffer_init(&text);
        buffer_append_format(&text,
                             "{\"warehouses\":[{\"id\":501,\"campaignId\":11,\"name\":\"w\","
                             "\"groupId\":77%s}]}",
                             rows[i].member);
        apply_as(&world, buffer_text(&text), rows[i].origin);
        assert_true(registry_find_warehouse(world.registry, 501, &facts));
        assert_int_equal(facts.enabled, rows[i].enabled);
        buffer_deinit(&text);
    }
    world_deinit(&world);
}

static void replayed_documents_give_the_same_registry_and_shelves(void **state)
{
    (void)state;
    struct chance chance = chance_begin(__func__);
    struct buffer text;
    buffer_init(&text);
    for (int round = 0; round < 60; round++) {
        struct present present = {{false}, {false}};
        struct world world;
        struct world replayed;
        struct world checkpointed;
        world_init(&world);
        world_init(&replayed);
        world_init(&checkpointed);
        for (int step = 0; step < 16; step++) {
            some_document(&chance, &present, &text);
            apply(&world, buffer_text(&text));
            if (!world.changed)
                continue; /* It is not kept. */
            buffer_clear(&text);
            registry_document_encode(&text, &world.document);
            apply_as(&replayed, buffer_text(&text), REGISTRY_KEPT);
        }
        expect_same(&world, &replayed);
        /* The whole as one document says as much, numbers of what was removed included. */
        encode(&world, &text);
        apply_as(&checkpointed, buffer_text(&text), REGISTRY_KEPT);
        expect_same(&world, &checkpointed);
        world_deinit(&world);
        world_deinit(&replayed);
        world_deinit(&checkpointed);
    }
    buffer_deinit(&text);
}

static void destroying_nothing_is_fine(void **state)
{
    (void)state;
    registry_destroy(NULL);
    struct world world;
    world_init(&world);
    struct buffer text;
    buffer_init(&text);
    registry_encode(world.registry, &text);
    apply(&world, buffer_text(&text));
    assert_false(world.changed);
    buffer_deinit(&text);
    world_deinit(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(campaigns_lead_to_their_shelves),
        cmocka_unit_test(tokens_are_found_by_secret_and_kind),
        cmocka_unit_test(secret_is_nowhere_in_the_encoded_registry),
        cmocka_unit_test(entry_of_the_same_id_is_replaced_as_a_whole),
        cmocka_unit_test(secret_that_was_revoked_stays_so),
        cmocka_unit_test(tokens_of_one_name_live_in_two_businesses),
        cmocka_unit_test(the_same_document_again_changes_nothing),
        cmocka_unit_test(refused_document_leaves_everything_as_it_was),
        cmocka_unit_test(moves_follow_warehouses_in_and_out_of_groups),
        cmocka_unit_test(warehouses_leave_before_others_join),
        cmocka_unit_test(new_warehouse_in_a_group_moves_nothing),
        cmocka_unit_test(switch_of_a_warehouse_stays_unless_a_document_says_otherwise),
        cmocka_unit_test(replayed_documents_give_the_same_registry_and_shelves),
        cmocka_unit_test(destroying_nothing_is_fine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
