/* Changing the registry while requests are served: what is checked, carried and kept, in which
 * order, and what is left when a step fails. */
#include <stdio.h>
#include <stdlib.h>

#include "keeper_world.h"

/* clang-format off */
static const char joins[] =
    "{\"warehouses\":[{\"id\":503,\"campaignId\":13,\"name\":\"w\",\"groupId\":77}]}";
static const char removes[] = "{\"remove\":{\"campaigns\":[13],\"warehouses\":[503]}}";
/* clang-format on */

static int64_t shelf_of(const struct world *world, int64_t campaign_id)
{
    struct campaign_facts facts;
    return registry_find_campaign(world->registry, campaign_id, &facts) ? facts.shelf_id : 0;
}

static bool may_write(const struct world *world, int64_t campaign_id, int64_t shelf_id)
{
    if (!registry_enter(world->registry, campaign_id, shelf_id, REGISTRY_USE_NUMBERS))
        return false;
    registry_leave(world->registry);
    return true;
}

static void look_at_the_old_state(void *context)
{
    const struct world *world = context;
    assert_int_equal(shelf_of(world, 13), 4);
    assert_false(may_write(world, 13, 4)); /* What it has was copied already. */
    assert_false(may_write(world, 13, 1));
    assert_true(may_write(world, 11, 1));
}

static void change_is_kept_before_anybody_sees_it(void **state)
{
    (void)state;
    struct world world;
    world_init(&world);
    EXPECT_TEXT(buffer_bytes(&world.notebook.steps), "keep;");
    world.notebook.look = look_at_the_old_state;
    world.notebook.context = &world;
    assert_int_equal(apply(&world, joins), OK);
    EXPECT_TEXT(buffer_bytes(&world.notebook.steps), "look 4 13;keep moves;join 4 1;moved;");
    assert_true(world.outcome.changed);
    assert_int_equal(world.outcome.moves_count, 1);
    assert_int_equal(shelf_of(&world, 13), 1);
    assert_true(may_write(&world, 13, 1));
    assert_false(may_write(&world, 13, 4));
    world_deinit(&world);
}

static void what_changes_nothing_is_not_kept(void **state)
{
    (void)state;
    struct world world;
    world_init(&world);
    assert_int_equal(apply(&world, three_stores), OK);
    assert_false(world.outcome.changed);
    EXPECT_TEXT(buffer_bytes(&world.notebook.steps), "");
    assert_true(may_write(&world, 13, 4));
    world_deinit(&world);
}

static void new_shelf_gets_marks(void **state)
{
    (void)state;
    struct world world;
    world_init(&world);
    world.notebook.shelf_id_max = 40; /* Left by a process that died. */
    assert_int_equal(apply(&world, "{\"campaigns\":[{\"id\":14,\"businessId\":1,\"domain\":\"d\","
                                   "\"placementType\":\"FBY\"}]}"),
                     OK);
    EXPECT_TEXT(buffer_bytes(&world.notebook.steps), "keep moves;marks 1 41;moved;");
    assert_int_equal(world.outcome.moves_count, 0);
    world_deinit(&world);
}

static void nothing_is_stranded(void **state)
{
    (void)state;
    static const struct {
        const char *document;
        struct stranded stranded;
        const char *complaint; /* NULL: it is done. */
    } rows[] = {
        {removes, {4, 0, {.cells_count = 3}}, NULL},
        {removes,
         {4, 0, {.cells_count = 1, .available = 5, .reserved = 2, .unfit = 1}},
         "warehouse 503 is removed; stranded units: 8 (available 5, reserved 2, unfit 1); "
         "set their counts to 0 before"},
        {removes,
         {4, 0, {.cells_count = 1, .orders_count = 3}},
         "warehouse 503 is removed; stranded orders: 3; ship or cancel them before"},
        {joins, {4, 13, {.cells_count = 1, .available = 5, .reserved = 2}}, NULL},
        {joins,
         {4, 13, {.cells_count = 1, .available = 5, .orders_count = 1}},
         "warehouse 503 joins warehouse group 77; stranded orders: 1; ship or cancel "
         "them before"},
        {"{\"warehouses\":[{\"id\":501,\"campaignId\":11,\"name\":\"w\"}]}",
         {1, 11, {.orders_count = 2}},
         "warehouse 501 leaves warehouse group 77; stranded orders: 2; ship or cancel "
         "them before"},
    };
    for (size_t i = 0; i < ROWS_COUNT_OF(rows); i++) {
        struct world world;
        world_init(&world);
        world.notebook.stranded[0] = rows[i].stranded;
        const uint64_t version = registry_version(world.registry);
        const enum err error = apply(&world, rows[i].document);
        EXPECT_ERROR(&world.errors, rows[i].complaint);
        assert_int_equal(error, rows[i].complaint == NULL ? OK : ERR_BUSY);
        const char *steps = buffer_text(&world.notebook.steps);
        EXPECT(steps, (strstr(steps, "keep") == NULL) == (rows[i].complaint != NULL));
        EXPECT(steps, strstr(steps, "copy") == NULL || rows[i].complaint == NULL);
        if (rows[i].complaint != NULL) {
            assert_int_equal(registry_version(world.registry), version);
            assert_true(may_write(&world, 13, 4) && may_write(&world, 11, 1));
            /* Once nothing lies there any more, it is done. */
            world.notebook.stranded[0].shelf_id = 0;
            assert_int_equal(apply(&world, rows[i].document), OK);
        }
        world_deinit(&world);
    }
}

/* Somebody else's order came before the fence was up. */
static void strand_an_order(struct notebook *notebook)
{
    notebook->stranded[0] = (struct stranded){4, 13, {.cells_count = 1, .orders_count = 1}};
}

static void other_nodes_are_kept_off(void **state)
{
    (void)state;
    struct world world;
    world_init(&world);
    world.notebook.store.ops = &shared_ops;
    assert_int_equal(apply(&world, joins), OK);
    EXPECT_TEXT(buffer_bytes(&world.notebook.steps),
                "look 4 13;fence 4;fence 4;look 4 13;keep moves;join 4 1;fence 1;moved;");
    world_deinit(&world);
}

static void what_came_before_the_fence_is_seen(void **state)
{
    (void)state;
    struct world world;
    world_init(&world);
    world.notebook.store.ops = &shared_ops;
    world.notebook.fenced = strand_an_order;
    assert_int_equal(apply(&world, joins), ERR_BUSY);
    EXPECT_ERROR(&world.errors, "warehouse 503 joins warehouse group 77; stranded orders: 1; ship "
                                "or cancel them before");
    EXPECT_TEXT(buffer_bytes(&world.notebook.steps), "look 4 13;fence 4;fence 4;look 4 13;moved;");
    assert_true(may_write(&world, 13, 4));
    world_deinit(&world);
}

static void without_a_fence_nothing_is_kept(void **state)
{
    (void)state;
    struct world world;
    world_init(&world);
    world.notebook.store.ops = &shared_ops;
    world.notebook.fence_error = ERR_IO;
    assert_int_equal(apply(&world, joins), ERR_IO);
    EXPECT_TEXT(buffer_bytes(&world.notebook.steps), "look 4 13;fence 4;fence 4;");
    assert_true(may_write(&world, 13, 4));
    world_deinit(&world);
}

static void nothing_to_do_is_said_by_who_knows_all(void **state)
{
    (void)state;
    struct world world;
    world_init(&world);
    world.notebook.store.ops = &shared_ops;
    assert_int_equal(apply(&world, three_stores), OK);
    assert_false(world.outcome.changed);
    world.notebook.confirm_error = ERR_BUSY;
    assert_int_equal(apply(&world, three_stores), ERR_BUSY);
    assert_true(may_write(&world, 13, 4));
    world_deinit(&world);
}

/* What another node began: nothing but a fence, or something to be carried. */
static void what_another_node_began_is_ended(void **state)
{
    (void)state;
    struct world world;
    world_init(&world);
    world.notebook.store.ops = &shared_ops;
    buffer_clear(&world.notebook.steps);
    assert_int_equal(registry_keeper_end(world.keeper), OK);
    EXPECT_TEXT(buffer_bytes(&world.notebook.steps), "moved;");
    world.notebook.copy_error = ERR_BUSY;
    assert_int_equal(apply(&world, joins), ERR_BUSY);
    assert_false(may_write(&world, 13, 4));
    world.notebook.copy_error = OK;
    buffer_clear(&world.notebook.steps);
    assert_int_equal(registry_keeper_end(world.keeper), OK);
    EXPECT_TEXT(buffer_bytes(&world.notebook.steps), "join 4 1;fence 1;moved;");
    assert_true(may_write(&world, 13, 1));
    world_deinit(&world);
}

static void everything_that_would_be_stranded_is_told(void **state)
{
    (void)state;
    struct world world;
    world_init(&world);
    world.notebook.stranded[0] = (struct stranded){4, 0, {.available = 5, .orders_count = 1}};
    world.notebook.stranded[1] = (struct stranded){1, 11, {.orders_count = 1}};
    assert_int_equal(apply(&world, "{\"remove\":{\"campaigns\":[11,13],\"warehouses\":[501,503]}}"),
                     ERR_BUSY);
    assert_int_equal(world.errors.count, 3);
    world_deinit(&world);
}

/* A disk that fills up while units are carried: the change is kept, and nobody sells by what is
 * half there. */
static void what_could_not_be_carried_stays_closed_until_it_is(void **state)
{
    (void)state;
    struct world world;
    world_init(&world);
    world.notebook.copy_error = ERR_FULL;
    assert_int_equal(apply(&world, joins), ERR_FULL);
    assert_int_equal(shelf_of(&world, 13), 1);
    assert_false(may_write(&world, 13, 4));
    assert_int_equal(apply(&world, "{\"businesses\":[{\"id\":5,\"name\":\"b\"}]}"), ERR_FULL);
    assert_int_equal(registry_keeper_complete(world.keeper, &world.errors), OK); /* A start. */
    assert_false(may_write(&world, 13, 4));
    struct registry *replayed = registry_create(); /* What a start would find. */
    assert_non_null(replayed);
    for (uint32_t i = 0; i < world.notebook.documents_count; i++) {
        const struct bytes name = i == 0 ? BYTES("registry") : BYTES("registry moves");
        assert_int_equal(
            registry_take_document(replayed, name, buffer_bytes(&world.notebook.documents[i])), OK);
    }
    const struct registry_move *moves = NULL;
    assert_int_equal(registry_unfinished(replayed, &moves), 1);
    assert_true(moves[0].from_shelf_id == 4 && moves[0].to_shelf_id == 1 && moves[0].joins);
    assert_int_equal(registry_take_document(replayed, BYTES("registry"), BYTES("{}")), ERR_CORRUPT);
    assert_int_equal(registry_take_document(replayed, BYTES("registry moved"), BYTES("")), OK);
    assert_int_equal(registry_unfinished(replayed, &moves), 0);
    registry_destroy(replayed);

    world.notebook.copy_error = OK;
    buffer_clear(&world.notebook.steps);
    assert_int_equal(apply(&world, joins), OK);
    EXPECT_TEXT(buffer_bytes(&world.notebook.steps), "join 4 1;moved;");
    assert_true(may_write(&world, 13, 1));
    world_deinit(&world);
}

static void failure_of_any_step_leaves_everything_as_it_was(void **state)
{
    (void)state;
    struct world world;
    world_init(&world);
    struct buffer before;
    struct buffer after;
    buffer_init(&before);
    buffer_init(&after);
    registry_encode(world.registry, &before);
    enum err *const steps[] = {&world.notebook.totals_error, &world.notebook.document_error};
    for (size_t i = 0; i < ROWS_COUNT_OF(steps); i++) {
        *steps[i] = ERR_FULL;
        assert_int_equal(apply(&world, joins), ERR_FULL);
        EXPECT_ERROR(&world.errors, NULL);
        *steps[i] = OK;
        buffer_clear(&after);
        registry_encode(world.registry, &after);
        EXPECT_BYTES(buffer_bytes(&after), buffer_bytes(&before));
        assert_true(may_write(&world, 13, 4));
    }
    assert_int_equal(world.notebook.documents_count, 1);
    assert_int_equal(apply(&world, joins), OK);
    buffer_deinit(&before);
    buffer_deinit(&after);
    world_deinit(&world);
}

static void what_is_no_document_is_told_with_its_place(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"", "line 1: the file is empty"},
        {"{\n\"businesses\": [", "line 2: the file ends in the middle of the document"},
        {"{\"a\": \"\xFF\"}", "byte 7: the file is not UTF-8"},
        {"{\"warehouse\":[]}", "no list 'warehouse' is known in a registry"},
        {"{\"campaigns\":[{\"id\":9,\"businessId\":8,\"domain\":\"d\",\"placementType\":\"FBY\"}]}",
         "campaign 9: businessId 8 is not a business of this registry; add it to 'businesses'"},
    };
    struct world world;
    world_init(&world);
    for (size_t i = 0; i < ROWS_COUNT_OF(rows); i++) {
        assert_int_equal(apply(&world, rows[i][0]), ERR_INVALID);
        EXPECT_ERROR(&world.errors, rows[i][1]);
        EXPECT_TEXT(buffer_bytes(&world.notebook.steps), "");
    }
    world_deinit(&world);
}

static void document_that_fits_in_no_record_is_refused(void **state)
{
    (void)state;
    enum { TOKENS_COUNT = 70000, NAME_BYTES = 32 };
    struct world world;
    world_init(&world);
    struct registry_token *tokens = calloc(TOKENS_COUNT, sizeof(*tokens));
    char(*names)[NAME_BYTES] = calloc(TOKENS_COUNT, NAME_BYTES);
    assert_true(tokens != NULL && names != NULL);
    for (int i = 0; i < TOKENS_COUNT; i++) {
        (void)snprintf(names[i], NAME_BYTES, "token %d", i);
        tokens[i] = (struct registry_token){.name = bytes_from_text(names[i]),
                                            .business_id = 1,
                                            .hash = sha256_of(bytes_from_text(names[i]))};
    }
    struct registry_document document = {.tokens = tokens, .tokens_count = TOKENS_COUNT};
    assert_int_equal(registry_keeper_apply(world.keeper, &document, &world.errors, &world.outcome),
                     ERR_UNSUPPORTED);
    EXPECT_ERROR(&world.errors, NULL);
    document.tokens_count = TOKENS_COUNT / 2;
    assert_int_equal(registry_keeper_apply(world.keeper, &document, &world.errors, &world.outcome),
                     OK);
    free(tokens);
    free(names);
    world_deinit(&world);
}

static void warehouse_is_switched_off_and_on(void **state)
{
    (void)state;
    struct world world;
    world_init(&world);
    struct warehouse_facts facts;
    for (int i = 0; i < 4; i++) {
        const bool enabled = i >= 2;
        assert_int_equal(registry_keeper_enable_warehouse(world.keeper, 501, enabled, &world.errors,
                                                          &world.outcome),
                         OK);
        assert_int_equal(world.outcome.changed, i % 2 == 0);
        assert_true(registry_find_warehouse(world.registry, 501, &facts));
        assert_int_equal(facts.enabled, enabled);
        assert_int_equal(facts.group_id, 77);
    }
    assert_int_equal(
        registry_keeper_enable_warehouse(world.keeper, 11, true, &world.errors, &world.outcome),
        ERR_NOT_FOUND);
    world_deinit(&world);
}

static void kept_documents_give_the_same_registry(void **state)
{
    (void)state;
    struct world world;
    world_init(&world);
    assert_int_equal(apply(&world, joins), OK);
    assert_int_equal(apply(&world, "{\"campaigns\":[{\"id\":14,\"businessId\":1,\"domain\":\"d\","
                                   "\"placementType\":\"FBY\"}],\"marketWarehouses\":[{\"id\":300,"
                                   "\"name\":\"m\"}]}"),
                     OK);
    assert_int_equal(apply(&world, "{\"remove\":{\"campaigns\":[13,14],\"warehouses\":[503],"
                                   "\"tokens\":[{\"businessId\":1,\"name\":\"t\"}]}}"),
                     OK);
    assert_int_equal(
        registry_keeper_enable_warehouse(world.keeper, 501, false, &world.errors, &world.outcome),
        OK);
    struct registry *replayed = registry_create();
    assert_non_null(replayed);
    for (uint32_t i = 0; i < world.notebook.documents_count; i++) {
        const struct bytes kept = buffer_bytes(&world.notebook.documents[i]);
        assert_int_equal(registry_take_document(replayed, BYTES("registry"), kept), OK);
    }
    struct buffer left;
    struct buffer right;
    buffer_init(&left);
    buffer_init(&right);
    registry_encode(world.registry, &left);
    registry_encode(replayed, &right);
    EXPECT_BYTES(buffer_bytes(&right), buffer_bytes(&left));
    buffer_deinit(&left);
    buffer_deinit(&right);
    registry_destroy(replayed);
    world_deinit(&world);
}

static void strange_document_in_the_store_is_told(void **state)
{
    (void)state;
    struct registry *registry = registry_create();
    assert_non_null(registry);
    assert_int_equal(registry_take_document(registry, BYTES("prices"), BYTES("{}")),
                     ERR_UNSUPPORTED);
    assert_int_equal(registry_take_document(registry, BYTES("registry"), BYTES("{")), ERR_CORRUPT);
    assert_int_equal(registry_take_document(registry, BYTES("registry"),
                                            BYTES("{\"remove\":{\"campaigns\":[1]}}")),
                     ERR_CORRUPT);
    assert_int_equal(registry_take_document(registry, BYTES("registry"), BYTES("{}")), OK);
    registry_destroy(registry);
}

/* An older stockd knew no numbers of campaigns and of the Market's warehouses. */
static void documents_of_an_older_stockd_are_completed_once(void **state)
{
    (void)state;
    struct world world;
    world_init(&world);
    assert_int_equal(
        registry_take_document(
            world.registry, BYTES("registry"),
            BYTES("{\"campaigns\":[{\"id\":14,\"businessId\":1,\"domain\":\"d\",\"placementType\":"
                  "\"LAAS\"}],\"marketWarehouses\":[{\"id\":300,\"name\":\"m\"}]}")),
        OK);
    assert_int_equal(shelf_of(&world, 14), 0);
    world.notebook.shelf_id_max = 9;
    for (int i = 0; i < 2; i++) {
        assert_int_equal(registry_keeper_complete(world.keeper, &world.errors), OK);
        assert_int_equal(shelf_of(&world, 14), 10);
        assert_int_equal(world.notebook.documents_count, 2);
    }
    const char *kept = buffer_text(&world.notebook.documents[1]);
    EXPECT(kept, strstr(kept, "\"shelfId\":10") != NULL && strstr(kept, "\"shelfId\":1}") != NULL);
    world_deinit(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(change_is_kept_before_anybody_sees_it),
        cmocka_unit_test(what_changes_nothing_is_not_kept),
        cmocka_unit_test(new_shelf_gets_marks),
        cmocka_unit_test(nothing_is_stranded),
        cmocka_unit_test(everything_that_would_be_stranded_is_told),
        cmocka_unit_test(other_nodes_are_kept_off),
        cmocka_unit_test(what_came_before_the_fence_is_seen),
        cmocka_unit_test(without_a_fence_nothing_is_kept),
        cmocka_unit_test(nothing_to_do_is_said_by_who_knows_all),
        cmocka_unit_test(what_another_node_began_is_ended),
        cmocka_unit_test(what_could_not_be_carried_stays_closed_until_it_is),
        cmocka_unit_test(failure_of_any_step_leaves_everything_as_it_was),
        cmocka_unit_test(what_is_no_document_is_told_with_its_place),
        cmocka_unit_test(document_that_fits_in_no_record_is_refused),
        cmocka_unit_test(warehouse_is_switched_off_and_on),
        cmocka_unit_test(kept_documents_give_the_same_registry),
        cmocka_unit_test(strange_document_in_the_store_is_told),
        cmocka_unit_test(documents_of_an_older_stockd_are_completed_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
