/* The registry: upserts, look-ups, shelf numbers, moves, and replaying its own documents. What does
 * not fit together is in test_registry_check.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../support/chance.h"
#include "../../support/expect.h"
#include "../../support/json_case.h"
#include "registry/registry.h"

/* A registry and what applying a document takes. */
struct world {
    struct registry *registry;
    struct json_case json;
    struct error_list errors;
    struct registry_document document;
    struct registry_change change;
};

static void world_init(struct world *world)
{
    world->registry = registry_create();
    assert_non_null(world->registry);
    json_case_init(&world->json);
    error_list_init(&world->errors);
}

static void world_deinit(struct world *world)
{
    registry_destroy(world->registry);
    json_case_deinit(&world->json);
    error_list_deinit(&world->errors);
}

static enum err apply(struct world *world, const char *text)
{
    error_list_clear(&world->errors);
    assert_true(registry_document_decode(json_case_root(&world->json, text),
                                         registry_arena(world->registry), &world->document,
                                         &world->errors));
    return registry_apply(world->registry, &world->document, REGISTRY_NEW, &world->change,
                          &world->errors);
}

static void apply_well(struct world *world, const char *text)
{
    const enum err error = apply(world, text);
    EXPECT_ERROR(&world->errors, NULL);
    assert_int_equal(error, OK);
}

#define BUSINESSES "\"businesses\":[{\"id\":1,\"name\":\"one\"},{\"id\":2,\"name\":\"two\"}]"
#define CAMPAIGN(id, model)                                                                        \
    "{\"id\":" #id ",\"businessId\":1,\"domain\":\"d\",\"placementType\":\"" model "\"}"
#define STORE(id, campaign) "{\"id\":" #id ",\"campaignId\":" #campaign ",\"name\":\"w\"}"
#define STORE_IN(id, campaign, group)                                                              \
    "{\"id\":" #id ",\"campaignId\":" #campaign ",\"name\":\"w\",\"groupId\":" #group "}"
#define GROUP(id) "{\"id\":" #id ",\"businessId\":1,\"name\":\"g\"}"

/* Campaigns 11, 12, 13 sell from 501, 502, 503; 14 from the Market; 501 and 502 are in group 77. */
/* clang-format off */
static const char three_stores[] =
    "{" BUSINESSES ","
    "\"campaigns\":[" CAMPAIGN(11, "FBS") "," CAMPAIGN(12, "FBS") "," CAMPAIGN(13, "DBS") ","
    CAMPAIGN(14, "FBY") "],"
    "\"warehouseGroups\":[" GROUP(77) "],"
    "\"warehouses\":[" STORE_IN(501, 11, 77) "," STORE_IN(502, 12, 77) "," STORE(503, 13) "],"
    "\"tokens\":[{\"name\":\"t\",\"businessId\":1,\"scopes\":[\"all-methods\"],"
    "\"apiKey\":\"key\"},{\"name\":\"o\",\"businessId\":2,\"oauth\":\"bearer\"}]}";

/* One more campaign with a warehouse of its own, or in the group. */
static const char fourth_store[] =
    "{\"campaigns\":[" CAMPAIGN(15, "FBS") "],\"warehouses\":[" STORE(505, 15) "]}";
static const char fourth_store_in_group[] =
    "{\"campaigns\":[" CAMPAIGN(15, "FBS") "],\"warehouses\":[" STORE_IN(505, 15, 77) "]}";
/* clang-format on */

static int64_t shelf_of(const struct world *world, int64_t campaign_id)
{
    struct campaign_facts facts;
    assert_true(registry_find_campaign(world->registry, campaign_id, &facts));
    return facts.shelf_id;
}

static void campaigns_lead_to_their_shelves(void **state)
{
    (void)state;
    struct world world;
    world_init(&world);
    apply_well(&world, three_stores);
    assert_true(world.change.changed);
    assert_int_equal(world.change.moves_count, 0);
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
    assert_int_equal(facts.shelf_id, 0);
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
    apply_well(&world, three_stores);
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
    apply_well(&world, "{" BUSINESSES ",\"tokens\":[{\"name\":\"t\",\"businessId\":1,"
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
    apply_well(&world, three_stores);
    const int64_t shelf = shelf_of(&world, 13);
    apply_well(&world, "{\"campaigns\":[{\"id\":13,\"businessId\":1,\"domain\":\"x\","
                       "\"placementType\":\"FBS\",\"apiAvailability\":\"MANUALLY_DISABLED\"}],"
                       "\"tokens\":[{\"name\":\"t\",\"businessId\":1,\"revoked\":true,"
                       "\"apiKey\":\"newer\"}]}");
    assert_true(world.change.changed);
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
    apply_well(&world, "{\"campaigns\":[" CAMPAIGN(13, "FBS") "]}");
    assert_true(registry_find_campaign(world.registry, 13, &campaign));
    assert_int_equal(campaign.availability, AVAILABILITY_AVAILABLE);
    world_deinit(&world);
}

static void tokens_of_one_name_live_in_two_businesses(void **state)
{
    (void)state;
    struct world world;
    world_init(&world);
    apply_well(&world, "{" BUSINESSES ",\"tokens\":["
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
    apply_well(&world, three_stores);
    for (int i = 0; i < 3; i++) {
        apply_well(&world, three_stores);
        assert_false(world.change.changed);
        assert_int_equal(world.change.moves_count, 0);
    }
    apply_well(&world, "{}");
    assert_false(world.change.changed);
    apply_well(&world, "{\"businesses\":[{\"id\":1,\"name\":\"one\"}]}");
    assert_false(world.change.changed);
    apply_well(&world, "{\"businesses\":[{\"id\":1,\"name\":\"One\"}]}");
    assert_true(world.change.changed);
    world_deinit(&world);
}

static void refused_document_leaves_everything_as_it_was(void **state)
{
    (void)state;
    struct world world;
    world_init(&world);
    apply_well(&world, three_stores);
    struct buffer before;
    struct buffer after;
    buffer_init(&before);
    buffer_init(&after);
    registry_encode(world.registry, &before);
    const int64_t shelf = shelf_of(&world, 13);
    assert_int_equal(apply(&world, "{\"businesses\":[{\"id\":9,\"name\":\"nine\"}],"
                                   "\"warehouses\":[" STORE_IN(503, 13, 77) "," STORE(
                                       504, 99) "],"
                                                "\"tokens\":[{\"name\":\"t\",\"businessId\":1,"
                                                "\"apiKey\":\"other\"}]}"),
                     ERR_INVALID);
    EXPECT_ERROR(&world.errors, "warehouse 504: campaignId 99 is not a campaign of this registry; "
                                "add it to 'campaigns'");
    registry_encode(world.registry, &after);
    EXPECT_BYTES(buffer_bytes(&after), buffer_bytes(&before));
    assert_int_equal(shelf_of(&world, 13), shelf);
    struct token_facts facts;
    assert_true(registry_find_token(world.registry, TOKEN_API_KEY, BYTES("key"), &facts));
    assert_false(registry_find_token(world.registry, TOKEN_API_KEY, BYTES("other"), &facts));
    /* And no shelf number was spent: the next new warehouse gets the one that it would have got. */
    apply_well(&world, fourth_store);
    struct world fresh;
    world_init(&fresh);
    apply_well(&fresh, three_stores);
    apply_well(&fresh, fourth_store);
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
    apply_well(&world, three_stores);
    const int64_t own = shelf_of(&world, 13);
    const int64_t group = shelf_of(&world, 11);

    apply_well(&world, "{\"warehouses\":[" STORE_IN(503, 13, 77) "]}"); /* Joins. */
    assert_int_equal(world.change.moves_count, 1);
    assert_int_equal(world.change.moves[0].from_shelf_id, own);
    assert_int_equal(world.change.moves[0].to_shelf_id, group);
    assert_int_equal(shelf_of(&world, 13), group);

    apply_well(&world, "{\"warehouses\":[" STORE(503, 13) "]}"); /* Leaves with a copy. */
    assert_int_equal(world.change.moves_count, 1);
    assert_int_equal(world.change.moves[0].from_shelf_id, group);
    assert_int_equal(world.change.moves[0].to_shelf_id, own);
    assert_int_equal(shelf_of(&world, 13), own);

    apply_well(&world,
               "{\"warehouseGroups\":[" GROUP(78) "],\"warehouses\":[" STORE_IN(501, 11, 78) "]}");
    assert_int_equal(world.change.moves_count, 2); /* Through its own shelf. */
    const int64_t between = world.change.moves[0].to_shelf_id;
    assert_int_equal(world.change.moves[0].from_shelf_id, group);
    assert_int_equal(world.change.moves[1].from_shelf_id, between);
    assert_int_equal(world.change.moves[1].to_shelf_id, shelf_of(&world, 11));
    assert_true(between != group && between != own && between != shelf_of(&world, 11));
    assert_int_equal(shelf_of(&world, 12), group);
    world_deinit(&world);
}

static void warehouses_leave_before_others_join(void **state)
{
    (void)state;
    struct world world;
    world_init(&world);
    apply_well(&world, three_stores);
    apply_well(&world, "{\"warehouses\":[" STORE(501, 11) "]}");
    const int64_t joins = shelf_of(&world, 11);
    const int64_t group = shelf_of(&world, 12);
    apply_well(&world, "{\"warehouses\":[" STORE_IN(501, 11, 77) "," STORE(502, 12) "]}");
    assert_int_equal(world.change.moves_count, 2);
    /* 502 takes along what the group had, not what 501 brings. */
    assert_int_equal(world.change.moves[0].from_shelf_id, group);
    assert_int_equal(world.change.moves[0].to_shelf_id, shelf_of(&world, 12));
    assert_int_equal(world.change.moves[1].from_shelf_id, joins);
    assert_int_equal(world.change.moves[1].to_shelf_id, group);
    world_deinit(&world);
}

static void new_warehouse_in_a_group_moves_nothing(void **state)
{
    (void)state;
    struct world world;
    world_init(&world);
    apply_well(&world, three_stores);
    apply_well(&world, fourth_store_in_group);
    assert_int_equal(world.change.moves_count, 0);
    assert_int_equal(shelf_of(&world, 15), shelf_of(&world, 11));
    apply_well(&world, "{\"warehouses\":[" STORE(505, 15) "," STORE(502, 12) "]}");
    assert_int_equal(world.change.moves_count, 2);
    assert_true(shelf_of(&world, 15) != shelf_of(&world, 12));
    assert_true(shelf_of(&world, 15) != shelf_of(&world, 11));
    world_deinit(&world);
}

enum { CAMPAIGNS_COUNT = 25, GROUPS_COUNT = 4 };

/* A random document that fits: campaigns 1… of business 1, each with warehouse 500 + its id. */
static void some_document(struct chance *chance, struct buffer *text)
{
    buffer_clear(text);
    buffer_append_text(text, "{\"businesses\":[{\"id\":1,\"name\":\"b\"}],\"warehouseGroups\":[");
    for (int i = 1; i <= GROUPS_COUNT; i++)
        buffer_append_format(text, "%s{\"id\":%d,\"businessId\":1,\"name\":\"g\"}",
                             i == 1 ? "" : ",", i);
    buffer_append_text(text, "],\"campaigns\":[");
    const int first = (int)chance_between(chance, 1, CAMPAIGNS_COUNT);
    const int last = (int)chance_between(chance, first, CAMPAIGNS_COUNT);
    for (int i = first; i <= last; i++) {
        buffer_append_format(
            text, "%s{\"id\":%d,\"businessId\":1,\"domain\":\"d\",\"placementType\":\"FBS\"}",
            i == first ? "" : ",", i);
    }
    buffer_append_text(text, "],\"warehouses\":[");
    for (int i = last; i >= first; i--) { /* Not in the order of the campaigns. */
        const int group = (int)chance_below(chance, GROUPS_COUNT + 1);
        buffer_append_format(text, "%s{\"id\":%d,\"campaignId\":%d,\"name\":\"w\"",
                             i == last ? "" : ",", 500 + i, i);
        if (group > 0)
            buffer_append_format(text, ",\"groupId\":%d", group);
        buffer_append_text(text, "}");
    }
    buffer_append_text(text, "]}");
}

static void replayed_documents_give_the_same_registry_and_shelves(void **state)
{
    (void)state;
    struct chance chance = chance_begin(__func__);
    struct buffer text;
    struct buffer kept;
    buffer_init(&text);
    buffer_init(&kept);
    for (int round = 0; round < 40; round++) {
        struct world world;
        struct world replayed;
        world_init(&world);
        world_init(&replayed);
        for (int step = 0; step < 12; step++) {
            some_document(&chance, &text);
            apply_well(&world, buffer_text(&text));
            if (!world.change.changed)
                continue; /* It is not kept. */
            buffer_clear(&kept);
            registry_document_encode(&kept, &world.document);
            apply_well(&replayed, buffer_text(&kept));
        }
        buffer_clear(&text);
        buffer_clear(&kept);
        registry_encode(world.registry, &text);
        registry_encode(replayed.registry, &kept);
        EXPECT_BYTES(buffer_bytes(&kept), buffer_bytes(&text));
        for (int64_t id = 1; id <= CAMPAIGNS_COUNT; id++) {
            struct campaign_facts one = {0};
            struct campaign_facts other = {0};
            assert_int_equal(registry_find_campaign(world.registry, id, &one),
                             registry_find_campaign(replayed.registry, id, &other));
            assert_true(one.shelf_id == other.shelf_id && one.warehouse_id == other.warehouse_id);
        }
        world_deinit(&world);
        world_deinit(&replayed);
    }
    buffer_deinit(&text);
    buffer_deinit(&kept);
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
    apply_well(&world, buffer_text(&text));
    assert_false(world.change.changed);
    buffer_deinit(&text);
    world_deinit(&world);
}

int main(void)
{
    cmocka_set_message_output(CM_OUTPUT_TAP);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(campaigns_lead_to_their_shelves),
        cmocka_unit_test(tokens_are_found_by_secret_and_kind),
        cmocka_unit_test(secret_is_nowhere_in_the_encoded_registry),
        cmocka_unit_test(entry_of_the_same_id_is_replaced_as_a_whole),
        cmocka_unit_test(tokens_of_one_name_live_in_two_businesses),
        cmocka_unit_test(the_same_document_again_changes_nothing),
        cmocka_unit_test(refused_document_leaves_everything_as_it_was),
        cmocka_unit_test(moves_follow_warehouses_in_and_out_of_groups),
        cmocka_unit_test(warehouses_leave_before_others_join),
        cmocka_unit_test(new_warehouse_in_a_group_moves_nothing),
        cmocka_unit_test(replayed_documents_give_the_same_registry_and_shelves),
        cmocka_unit_test(destroying_nothing_is_fine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
