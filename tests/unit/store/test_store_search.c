/* Searches of the local store: what is found over pages that end early, and that the shelf is free
 * between two steps of one. */
#include "store_calls.h"

enum { SHELF = 3, ROUNDS = 150, CELLS = ROUNDS * PUT_SKUS_MAX, PAGES_MAX = 8 };

static void fill_shelf(struct store_world *world)
{
    static char skus[PUT_SKUS_MAX][32];
    static struct stock_write items[PUT_SKUS_MAX];
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < PUT_SKUS_MAX; i++) {
            (void)snprintf(skus[i], sizeof(skus[i]), "SKU-%d-%d", round, i);
            items[i] = write_of(skus[i], round % 2, round);
        }
        assert_int_equal(put_items(world, SHELF, STORE_UNKNOWN_CREATE, items, PUT_SKUS_MAX, NULL),
                         VERDICT_OK);
    }
}

/* What a search over all pages comes to. */
struct found {
    uint32_t count;
    uint32_t pages;
    uint32_t empty_pages;
    char last[32]; /* SKU. */
};

static struct found search_all(struct store_world *world, struct store_filter filter,
                               uint32_t limit)
{
    struct found found = {.count = 0};
    char kept[64] = "";
    filter.never_updated = true;
    struct store_page page = {.limit = limit, .search = true, .filter = filter};
    do {
        page.position = bytes_from_text(kept);
        const struct store_command command = get_page(world, SHELF, page);
        assert_int_equal(command.verdict, VERDICT_OK);
        assert_int_equal(command.page.prev.size, 0);
        found.count += command.views_count;
        found.pages++;
        found.empty_pages += command.views_count == 0;
        if (command.views_count > 0)
            (void)snprintf(found.last, sizeof(found.last), "%.*s",
                           BYTES_ARG(command.views[command.views_count - 1].sku));
        (void)snprintf(kept, sizeof(kept), "%.*s", BYTES_ARG(command.page.next));
    } while (kept[0] != '\0');
    return found;
}

static void a_page_ends_early_and_the_next_goes_on(void **state)
{
    struct store_world *world = *state;
    fill_shelf(world);
    struct store_filter filter = {.match = STORE_MATCH_SUBSTRING, .text = BYTES("nowhere")};
    struct found found = search_all(world, filter, 50);
    assert_int_equal(found.count, 0);
    assert_int_equal(found.pages, (CELLS + (1 << 17) - 1) >> 17);
    filter.text = BYTES("ku-149-1999");
    found = search_all(world, filter, 50);
    assert_int_equal(found.count, 1);
    assert_string_equal(found.last, "SKU-149-1999");
    assert_int_equal(found.empty_pages, found.pages - 1);
    filter = (struct store_filter){.match = STORE_MATCH_PREFIX, .text = BYTES("SKU-7-")};
    found = search_all(world, filter, STORE_PAGE_CELLS_MAX);
    assert_int_equal(found.count, PUT_SKUS_MAX);
    filter.available = STORE_ABSENT;
    assert_int_equal(search_all(world, filter, 50).count, 0);
    filter = (struct store_filter){.updated_before_ms = 3};
    assert_int_equal(search_all(world, filter, STORE_PAGE_CELLS_MAX).count, 3 * PUT_SKUS_MAX);
}

static void a_page_is_full_before_it_looked_at_everything(void **state)
{
    struct store_world *world = *state;
    put_one(world, SHELF, "a1", 1, 1);
    put_one(world, SHELF, "a2", 1, 1);
    put_one(world, SHELF, "b", 1, 1);
    const struct store_filter filter = {.match = STORE_MATCH_PREFIX, .text = BYTES("a")};
    struct found found = search_all(world, filter, 1);
    assert_int_equal(found.count, 2);
    assert_string_equal(found.last, "a2");
    found = search_all(world, filter, 2);
    assert_int_equal(found.count, 2);
}

static void a_position_that_was_never_given_is_refused(void **state)
{
    struct store_world *world = *state;
    static const char *const positions[] = {"2", "-1", "x", "99999999999999999999"};
    put_one(world, SHELF, "a", 1, 1);
    for (size_t i = 0; i < sizeof(positions) / sizeof(positions[0]); i++) {
        const struct store_page page = {
            .limit = 1, .search = true, .position = bytes_from_text(positions[i])};
        assert_int_equal(get_page(world, SHELF, page).verdict, VERDICT_BAD_POSITION);
    }
    const struct store_page page = {.limit = 1, .search = true};
    assert_int_equal(get_page(world, SHELF + 1, page).views_count, 0);
}

/* The machine, but in the pauses of the test's own thread somebody else writes. */
struct busy_os {
    struct os os; /* First. */
    struct store_world *world;
    pthread_t searcher;
    bool searching;
    int writes;
};

static void write_in_pause(struct os *os, int64_t us)
{
    struct busy_os *busy = (struct busy_os *)(void *)os;
    (void)us;
    if (!pthread_equal(busy->searcher, pthread_self()) || !busy->searching)
        return;
    put_one(busy->world, SHELF, "SKU-0-0", 1, ROUNDS + ++busy->writes);
    put_one(busy->world, SHELF, "new", 1, ROUNDS + busy->writes);
}

static void others_write_between_two_steps(void **state)
{
    struct store_world *world = *state;
    struct busy_os busy = {.os = *os_real(), .world = world, .searcher = pthread_self()};
    busy.os.pause = write_in_pause;
    store_close(world->store);
    assert_int_equal(store_world_open_at(world, &busy.os, world->folder), OK);
    assert_int_equal(store_local_start(world->store), OK);
    fill_shelf(world);
    busy.searching = true;
    const struct store_filter filter = {.match = STORE_MATCH_SUBSTRING, .text = BYTES("new")};
    const struct found found = search_all(world, filter, 50);
    busy.searching = false;
    assert_int_equal(found.count, 1);
    assert_true(busy.writes >= 2 * (CELLS >> 17)); /* Some steps in each page. */
    int64_t count = count_of(world, SHELF, "SKU-0-0");
    assert_int_equal(count, 1);
    store_world_reopen(world); /* The one with our machine ends before that does. */
}

int main(void)
{
    log_set_level(LOG_ERROR);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_page_ends_early_and_the_next_goes_on, store_world_begin,
                                        store_world_end),
        cmocka_unit_test_setup_teardown(a_page_is_full_before_it_looked_at_everything,
                                        store_world_begin, store_world_end),
        cmocka_unit_test_setup_teardown(a_position_that_was_never_given_is_refused,
                                        store_world_begin, store_world_end),
        cmocka_unit_test_setup_teardown(others_write_between_two_steps, store_world_begin,
                                        store_world_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
