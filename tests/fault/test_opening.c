/* A data folder that is opened, checked or copied while the Nth allocation fails: it fails with
 * words, changes nothing, and works afterwards. */
#include "store_fault.h"

#include "allocation.h"
#include "journal/copy.h"

enum { DOCUMENTS_A_SEGMENT = 8 };

static void put_on_a_new_shelf(struct fault_world *world)
{
    struct store_command command = {
        .kind = STORE_PUT,
        .shelf_id = 99,
        .arena = &world->arena,
        .put = {.items = world->many, .items_count = 2, .unknown_policy = STORE_UNKNOWN_CREATE},
    };
    (void)store_submit(world->store, &command);
    assert_int_equal(command.verdict, VERDICT_OK);
    assert_int_equal(store_local_commit(world->store), OK);
}

enum found { FOUND_NOTHING, FOUND_JOURNAL, FOUND_CHECKPOINT };

/* An opening that fails says why, changes nothing, and works afterwards. */
static bool run_opening(const void *context, uint64_t number)
{
    const enum found found = *(const enum found *)context;
    struct buffer before;
    struct buffer now;
    struct fault_world world;
    buffer_init(&before);
    buffer_init(&now);
    if (found == FOUND_NOTHING)
        fault_world_init(&world);
    else
        fault_world_begin(&world);
    if (found == FOUND_CHECKPOINT) {
        assert_int_equal(store_local_checkpoint(world.store), OK);
        put_on_a_new_shelf(&world);
    }
    if (found != FOUND_NOTHING) {
        fault_world_show(&world, &before);
        store_close(world.store);
    }

    allocation_fail_at(number);
    const enum err error = fault_world_open(&world);
    const bool reached = allocation_end();

    EXPECT(world.opening.problem, error == OK || error == ERR_MEMORY);
    assert_true(reached || error == OK);
    if (error != OK) {
        assert_true(world.opening.problem[0] != '\0');
        assert_int_equal(fault_world_open(&world), OK);
    }
    if (found != FOUND_NOTHING) {
        fault_world_show(&world, &now);
        EXPECT_BYTES(buffer_bytes(&now), buffer_bytes(&before));
    }
    fault_world_end(&world);
    buffer_deinit(&before);
    buffer_deinit(&now);
    return reached;
}

static void opening_without_memory_fails_with_words(void **state)
{
    (void)state;
    static const enum found found[] = {FOUND_NOTHING, FOUND_JOURNAL, FOUND_CHECKPOINT};
    static const char *const labels[] = {"opening a new folder", "opening a journal",
                                         "opening a checkpoint and a journal"};
    for (size_t i = 0; i < ROWS_COUNT_OF(found); i++)
        allocation_sweep(labels[i], run_opening, &found[i]);
}

/* A check changes nothing, and says what was the matter. */
static bool run_check(const void *context, uint64_t number)
{
    (void)context;
    struct fault_world world;
    struct store_check check;
    fault_world_begin(&world);
    assert_int_equal(store_local_checkpoint(world.store), OK);
    store_close(world.store);
    world.store = NULL;
    const struct store_local_settings settings = fault_world_settings(&world, FAULT_FOLDER);
    allocation_fail_at(number);
    const enum err error = store_local_check(&settings, &check);
    const bool reached = allocation_end();
    EXPECT(check.problem, error == OK || (error == ERR_MEMORY && check.problem[0] != '\0'));
    buffer_clear(&world.documents); /* It remembers that it failed. */
    assert_int_equal(store_local_check(&settings, &check), OK);
    assert_int_equal(check.orders_open_count, 1);
    fault_world_end(&world);
    return reached;
}

/* A copy is whole, or it is none and another one can be made. */
static bool run_copy(const void *context, uint64_t number)
{
    (void)context;
    struct fault_world world;
    struct journal_recovery report;
    struct buffer before;
    struct buffer now;
    buffer_init(&before);
    buffer_init(&now);
    fault_world_begin(&world);
    fault_world_show(&world, &before);
    struct os *os = os_sim_os(world.sim);
    assert_int_equal(os->make_folder(os, "first"), OK);
    assert_int_equal(os->make_folder(os, "second"), OK);
    allocation_fail_at(number);
    const enum err error = journal_copy(os, FAULT_FOLDER, "first", NULL, &report);
    const bool reached = allocation_end();
    EXPECT(report.problem, error == OK || (error == ERR_MEMORY && report.problem[0] != '\0'));
    if (error != OK)
        assert_int_equal(journal_copy(os, FAULT_FOLDER, "second", NULL, &report), OK);
    store_close(world.store);
    assert_int_equal(fault_world_open_at(&world, error == OK ? "first" : "second"), OK);
    fault_world_show(&world, &now);
    EXPECT_BYTES(buffer_bytes(&now), buffer_bytes(&before));
    fault_world_end(&world);
    buffer_deinit(&before);
    buffer_deinit(&now);
    return reached;
}

static void check_and_copy_without_memory_fail_with_words(void **state)
{
    (void)state;
    allocation_sweep("check", run_check, NULL);
    allocation_sweep("copy", run_copy, NULL);
}

/* A commit that goes over to the next segment; `context` is a document, of which eight are too
 * much for one. */
static bool run_next_segment(const void *context, uint64_t number)
{
    const struct bytes document = *(const struct bytes *)context;
    struct fault_world world;
    fault_world_begin(&world);
    for (int i = 1; i < DOCUMENTS_A_SEGMENT; i++)
        assert_int_equal(store_add_document(world.store, BYTES("large"), document), OK);
    allocation_fail_at(number);
    const enum err error = store_add_document(world.store, BYTES("large"), document);
    const bool reached = allocation_end();
    assert_true(error == OK || (reached && error == ERR_MEMORY));
    assert_int_equal(store_add_document(world.store, BYTES("large"), document), OK);
    store_close(world.store);
    world.store = NULL;
    fault_world_end(&world);
    return reached;
}

/* What is refused for want of memory is refused before it is decided: a commit needs none. */
static void commit_needs_no_memory(void **state)
{
    (void)state;
    uint8_t *content = test_calloc(1, JOURNAL_SEGMENT_BYTES / DOCUMENTS_A_SEGMENT);
    const struct bytes document = {content, JOURNAL_SEGMENT_BYTES / DOCUMENTS_A_SEGMENT -
                                                2 * (size_t)JOURNAL_BLOCK_BYTES};
    allocation_sweep("commit to the next segment", run_next_segment, &document);
    test_free(content);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(opening_without_memory_fails_with_words),
        cmocka_unit_test(commit_needs_no_memory),
        cmocka_unit_test(check_and_copy_without_memory_fail_with_words),
    };
    log_set_level(LOG_ERROR);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
