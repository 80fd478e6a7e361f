/* The local store on a real folder: what a write does, what a read sees, what is there after
 * opening it again. */
#include "store_world.h"

#include "base/buffer.h"

enum { SHELF = 7 };

static void last_writer_wins_by_its_moment(void **state)
{
    static const struct {
        int64_t count;
        int64_t updated_at_ms;
        int64_t count_after;
        int64_t moment_after;
        uint32_t applied;
    } rows[] = {
        {5, 1000, 5, 1000, 1}, {6, 999, 5, 1000, 0},  {7, 1000, 7, 1000, 1},
        {8, 1001, 8, 1001, 1}, {0, 5000, 0, 5000, 1}, {9, INT64_C(-1), 0, 5000, 0},
    };
    struct store_world *world = *state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct stock_write item = write_of("A", rows[i].count, rows[i].updated_at_ms);
        struct store_put put;
        struct stock_view view;
        assert_int_equal(put_items(world, SHELF, STORE_UNKNOWN_CREATE, &item, 1, &put), VERDICT_OK);
        assert_int_equal(put.applied_count, rows[i].applied);
        assert_int_equal(put.stale_count, 1 - rows[i].applied);
        assert_true(get_one(world, SHELF, "A", &view));
        assert_int_equal(view.available, rows[i].count_after);
        assert_int_equal(view.updated_at_ms, rows[i].moment_after);
        assert_int_equal(view.reserved, 0);
    }
}

static void stale_items_do_not_hold_back_the_others(void **state)
{
    struct store_world *world = *state;
    put_one(world, SHELF, "A", 1, 1000);
    put_one(world, SHELF, "B", 1, 1000);
    const struct stock_write items[] = {write_of("A", 2, 999), write_of("B", 2, 1001),
                                        write_of("C", 2, 1)};
    struct store_put put;
    assert_int_equal(put_items(world, SHELF, STORE_UNKNOWN_CREATE, items, 3, &put), VERDICT_OK);
    assert_int_equal(put.applied_count, 2);
    assert_int_equal(put.stale_count, 1);
    assert_int_equal(count_of(world, SHELF, "A"), 1);
    assert_int_equal(count_of(world, SHELF, "B"), 2);
    assert_int_equal(count_of(world, SHELF, "C"), 2);
}

static void unknown_skus_are_created_ignored_or_rejected(void **state)
{
    struct store_world *world = *state;
    const struct stock_write items[] = {write_of("known", 2, 2), write_of("strange", 3, 2),
                                        write_of("odd", 4, 2)};
    struct store_put put;
    put_one(world, SHELF, "known", 1, 1);

    assert_int_equal(put_items(world, SHELF, STORE_UNKNOWN_REJECT, items, 3, &put),
                     VERDICT_UNKNOWN_SKU);
    assert_true(bytes_equal(put.unknown, BYTES("strange")));
    assert_int_equal(put.applied_count, 0);
    assert_int_equal(count_of(world, SHELF, "known"), 1);

    assert_int_equal(put_items(world, SHELF, STORE_UNKNOWN_IGNORE, items, 3, &put), VERDICT_OK);
    assert_int_equal(put.applied_count, 1);
    assert_int_equal(count_of(world, SHELF, "known"), 2);
    assert_int_equal(count_of(world, SHELF, "strange"), -1);
    assert_int_equal(put_items(world, SHELF, STORE_UNKNOWN_IGNORE, &items[1], 2, &put), VERDICT_OK);
    assert_int_equal(put.applied_count, 0);

    assert_int_equal(put_items(world, SHELF, STORE_UNKNOWN_CREATE, items, 3, &put), VERDICT_OK);
    assert_int_equal(put.applied_count, 3);
    assert_int_equal(put_items(world, SHELF, STORE_UNKNOWN_REJECT, items, 3, &put), VERDICT_OK);
    assert_int_equal(count_of(world, SHELF, "odd"), 4);
}

static void list_gives_known_skus_in_the_order_asked(void **state)
{
    struct store_world *world = *state;
    const struct stock_key keys[] = {key_of("C"), key_of("none"), key_of("A"), key_of("a")};
    put_one(world, SHELF, "A", 1, 1);
    put_one(world, SHELF, "B", 2, 1);
    put_one(world, SHELF, "C", 3, 1);
    arena_reset(&world->arena);
    struct store_command command = {.kind = STORE_LIST,
                                    .shelf_id = SHELF,
                                    .arena = &world->arena,
                                    .list = {.keys = keys, .keys_count = 4}};
    assert_int_equal(run_command(world->store, &command), VERDICT_OK);
    assert_int_equal(command.views_count, 2);
    assert_int_equal(command.views[0].available, 3);
    assert_int_equal(command.views[1].available, 1);
    command.shelf_id = 12345; /* A shelf that nobody ever wrote to. */
    assert_int_equal(run_command(world->store, &command), VERDICT_OK);
    assert_int_equal(command.views_count, 0);
}

static void shelves_do_not_know_of_each_other(void **state)
{
    static const int64_t ids[] = {0, 1, -1, INT64_MAX, INT64_MIN, INT64_C(1) << 32};
    struct store_world *world = *state;
    for (int again = 0; again < 2; again++) {
        for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
            if (again == 0)
                put_one(world, ids[i], "A", (int64_t)i, 1);
            assert_int_equal(count_of(world, ids[i], "A"), i);
        }
        store_world_reopen(world);
    }
    struct store_metrics metrics;
    store_metrics(world->store, &metrics);
    assert_int_equal(metrics.shelves_count, 6);
    assert_int_equal(metrics.cells_count, 6);
    assert_true(metrics.ready_for_writes);
}

/* The largest write there can be: PUT_SKUS_MAX new SKUs of the largest size. */
static void largest_write_is_taken_whole(void **state)
{
    static char skus[PUT_SKUS_MAX][SKU_BYTES_MAX + 1];
    static struct stock_write items[PUT_SKUS_MAX];
    struct store_world *world = *state;
    for (int i = 0; i < PUT_SKUS_MAX; i++) {
        memset(skus[i], 'x', SKU_BYTES_MAX);
        skus[i][SKU_BYTES_MAX - 4 + snprintf(skus[i] + SKU_BYTES_MAX - 4, 5, "%04d", i)] = '\0';
        items[i] = write_of(skus[i], STOCK_COUNT_MAX, INT64_C(253402300799999));
    }
    struct store_put put;
    for (int again = 0; again < 3; again++) {
        assert_int_equal(put_items(world, SHELF, STORE_UNKNOWN_CREATE, items, PUT_SKUS_MAX, &put),
                         VERDICT_OK);
        assert_int_equal(put.applied_count, PUT_SKUS_MAX);
    }
    store_world_reopen(world);
    assert_int_equal(count_of(world, SHELF, skus[0]), STOCK_COUNT_MAX);
    assert_int_equal(count_of(world, SHELF, skus[PUT_SKUS_MAX - 1]), STOCK_COUNT_MAX);
}

static void reopening_gives_the_same_cells_in_the_same_order(void **state)
{
    struct store_world *world = *state;
    char sku[16];
    for (int i = 0; i < 300; i++) {
        (void)snprintf(sku, sizeof(sku), "s%d", i * 7919 % 211);
        put_one(world, SHELF, sku, i, 1000 + i % 50);
    }
    static char before[211][32];
    for (int again = 0; again < 3; again++) {
        struct bytes position = {NULL, 0};
        int number = 0;
        do {
            const struct store_command command =
                get_page(world, SHELF, (struct store_page){.position = position, .limit = 100});
            assert_int_equal(command.verdict, VERDICT_OK);
            for (uint32_t i = 0; i < command.views_count; i++, number++) {
                char text[32];
                (void)snprintf(text, sizeof(text), "%.*s %lld %lld",
                               BYTES_ARG(command.views[i].sku),
                               (long long)command.views[i].available,
                               (long long)command.views[i].updated_at_ms);
                if (again == 0)
                    memcpy(before[number], text, sizeof(text));
                assert_string_equal(text, before[number]);
            }
            position = command.page.next;
        } while (position.size > 0);
        assert_int_equal(number, 211);
        store_world_reopen(world);
    }
}

static void second_opening_of_the_folder_is_refused_in_words(void **state)
{
    struct store_world *world = *state;
    struct store_opening opening;
    struct store *second = NULL;
    const struct store_local_settings settings = {
        .os = os_real(),
        .folder = world->folder,
        .documents = {.context = world, .take = take_document}};
    assert_int_equal(store_local_open(&settings, &opening, &second), ERR_BUSY);
    assert_non_null(strstr(opening.problem, "another stockd"));
    assert_non_null(strstr(opening.problem, world->folder));
    put_one(world, SHELF, "A", 1, 1); /* The first one goes on. */
    store_world_reopen(world);
    assert_int_equal(count_of(world, SHELF, "A"), 1);
}

static void folder_that_cannot_be_made_is_refused_in_words(void **state)
{
    struct store_world *world = *state;
    struct store_opening opening;
    struct store *store = NULL;
    char folder[128];
    (void)snprintf(folder, sizeof(folder), "%s/none/data", world->folder);
    const struct store_local_settings settings = {
        .os = os_real(), .folder = folder, .documents = {.context = world, .take = take_document}};
    assert_int_equal(store_local_open(&settings, &opening, &store), ERR_NOT_FOUND);
    assert_non_null(strstr(opening.problem, folder));
}

static void documents_come_back_in_order(void **state)
{
    struct store_world *world = *state;
    assert_int_equal(store_add_document(world->store, BYTES("a"), BYTES("1")), OK);
    put_one(world, SHELF, "A", 1, 1);
    assert_int_equal(store_add_document(world->store, BYTES("b"), BYTES("")), OK);
    assert_int_equal(store_add_document(world->store, BYTES("a"), BYTES("2")), OK);
    assert_string_equal(world->documents, "");
    for (int again = 0; again < 2; again++) {
        store_world_reopen(world);
        assert_string_equal(world->documents, "a=1;b=;a=2;");
        assert_int_equal(count_of(world, SHELF, "A"), 1);
    }
}

static void largest_document_is_kept_and_a_larger_one_refused(void **state)
{
    struct store_world *world = *state;
    uint8_t *content = calloc(1, (size_t)JOURNAL_RECORD_BYTES_MAX);
    assert_non_null(content);
    memset(content, 'd', (size_t)JOURNAL_RECORD_BYTES_MAX);
    assert_int_equal(store_add_document(world->store, BYTES("big"),
                                        (struct bytes){content, REGISTRY_DOCUMENT_BYTES_MAX}),
                     OK);
    assert_int_equal(store_add_document(world->store, BYTES("big"),
                                        (struct bytes){content, JOURNAL_RECORD_BYTES_MAX}),
                     ERR_FULL);
    free(content);
    store_world_reopen(world);
    assert_memory_equal(world->documents, "big=dddd", 8);
}

static enum err refuse_document(void *context, struct bytes name, struct bytes content)
{
    (void)context;
    (void)name;
    (void)content;
    return ERR_UNSUPPORTED;
}

static void document_that_nobody_understands_ends_the_opening(void **state)
{
    struct store_world *world = *state;
    assert_int_equal(store_add_document(world->store, BYTES("a"), BYTES("1")), OK);
    store_close(world->store);
    const struct store_local_settings settings = {
        .os = os_real(),
        .folder = world->folder,
        .documents = {.context = NULL, .take = refuse_document}};
    assert_int_equal(store_local_open(&settings, &world->opening, &world->store), ERR_UNSUPPORTED);
    assert_non_null(strstr(world->opening.problem, "record 1"));
    world->store = NULL;
}

static void copied_shelf_holds_the_newest_of_both(void **state)
{
    struct store_world *world = *state;
    put_one(world, 1, "older there", 1, 2000);
    put_one(world, 2, "older there", 2, 1000);
    put_one(world, 1, "newer there", 3, 1000);
    put_one(world, 2, "newer there", 4, 2000);
    put_one(world, 1, "equal", 5, 1000);
    put_one(world, 2, "equal", 6, 1000);
    put_one(world, 1, "only here", 7, 1);
    put_one(world, 2, "only there", 8, 1);
    assert_int_equal(store_copy_shelf(world->store, 1, 2, STORE_TIES_LAST), OK);
    assert_int_equal(store_copy_shelf(world->store, 99, 2, STORE_TIES_LAST),
                     OK); /* Nothing to copy. */
    for (int again = 0; again < 2; again++) {
        assert_int_equal(count_of(world, 2, "older there"), 1);
        assert_int_equal(count_of(world, 2, "newer there"), 4);
        assert_int_equal(count_of(world, 2, "equal"), 5);
        assert_int_equal(count_of(world, 2, "only here"), 7);
        assert_int_equal(count_of(world, 2, "only there"), 8);
        assert_int_equal(count_of(world, 1, "newer there"), 3);
        assert_int_equal(count_of(world, 1, "only there"), -1);
        store_world_reopen(world);
    }
}

static void copy_takes_more_cells_than_one_write_may_have(void **state)
{
    enum { CELLS = 2 * PUT_SKUS_MAX + 3 };
    static char skus[CELLS][16];
    static struct stock_write items[CELLS];
    struct store_world *world = *state;
    for (int i = 0; i < CELLS; i++) {
        (void)snprintf(skus[i], sizeof(skus[i]), "s%d", i);
        items[i] = write_of(skus[i], i, 1);
    }
    for (uint32_t i = 0; i < CELLS; i += PUT_SKUS_MAX)
        assert_int_equal(put_items(world, 1, STORE_UNKNOWN_CREATE, &items[i],
                                   i + PUT_SKUS_MAX < CELLS ? PUT_SKUS_MAX : CELLS - i, NULL),
                         VERDICT_OK);
    assert_int_equal(store_copy_shelf(world->store, 1, 2, STORE_TIES_LAST), OK);
    store_world_reopen(world);
    for (int i = 0; i < CELLS; i++)
        assert_int_equal(count_of(world, 2, skus[i]), i);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, store_world_begin, store_world_end)
    const struct CMUnitTest tests[] = {
        TEST(last_writer_wins_by_its_moment),
        TEST(stale_items_do_not_hold_back_the_others),
        TEST(unknown_skus_are_created_ignored_or_rejected),
        TEST(list_gives_known_skus_in_the_order_asked),
        TEST(shelves_do_not_know_of_each_other),
        TEST(largest_write_is_taken_whole),
        TEST(reopening_gives_the_same_cells_in_the_same_order),
        TEST(second_opening_of_the_folder_is_refused_in_words),
        TEST(folder_that_cannot_be_made_is_refused_in_words),
        TEST(documents_come_back_in_order),
        TEST(largest_document_is_kept_and_a_larger_one_refused),
        TEST(document_that_nobody_understands_ends_the_opening),
        TEST(copied_shelf_holds_the_newest_of_both),
        TEST(copy_takes_more_cells_than_one_write_may_have),
    };
    log_set_level(LOG_ERROR);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
