/* What happened to a SKU: every kind of event, with its cause and what it left, newest first, in
 * pages of any size. */
#include "history_world.h"

static void every_kind_of_event_is_told_with_its_cause(void **state)
{
    struct history_world *history = *state;
    live(history);
    assert_string_equal(history_of(history, "A", STORE_HISTORY_EVENTS_MAX), life);
    assert_string_equal(history_of(history, "B", 2), "9 count operator//9 9+0 type=0 count=9 of=2\n"
                                                     "2 write push//2 7+0 of=0\n");
    assert_string_equal(history_of(history, "C", 2), "");
    world_reopen(history);
    assert_string_equal(history_of(history, "A", STORE_HISTORY_EVENTS_MAX), life);
}

static void pages_of_any_size_tell_the_same(void **state)
{
    struct history_world *history = *state;
    live(history);
    for (uint32_t limit = 1; limit <= 14; limit++)
        assert_string_equal(history_of(history, "A", limit), life);
}

static void a_history_has_the_time_that_was_asked_for(void **state)
{
    struct history_world *history = *state;
    live(history);
    assert_string_equal(
        history_between(history, "A", 2, NOW + 7 * SECOND, NOW + 9 * SECOND),
        "8 ship operator//8 20+3 2 of 10/two\n7 pack operator//7 20+5 2 of 10/two\n");
    os_sim_set_now(history->sim, NOW + 9 * SECOND + 30 * DAY); /* What is older is not kept. */
    assert_string_equal(history_of(history, "B", 2),
                        "9 count operator//9 9+0 type=0 count=9 of=2\n");
    os_sim_set_now(history->sim, NOW + 32 * DAY);
    assert_string_equal(history_of(history, "B", 2), "");
}

/* Shelves are told apart, though their cells have the same numbers. */
static void a_shelf_carried_to_another_begins_there(void **state)
{
    struct history_world *history = *state;
    put_one(caused(history, 1, STOCK_SOURCE_API, "front"), SHELF + 1, "A", 10, NOW);
    (void)caused(history, 2, STOCK_SOURCE_API, "front");
    assert_int_equal(store_copy_shelf(history->world->store, SHELF + 1, SHELF, STORE_TIES_LAST),
                     OK);
    assert_string_equal(history_of(history, "A", 5), "2 count move//0 10+0 type=2 count=10 of=0\n");
}

/* As in a folder of before histories, or while none is kept. */
static void what_came_without_a_cause_is_not_told(void **state)
{
    struct history_world *history = *state;
    put_one(caused(history, 1, STOCK_SOURCE_API, ""), SHELF, "A", 10, NOW);
    assert_int_equal(reserve_one(caused(history, 2, STOCK_SOURCE_NONE, ""), SHELF, "one",
                                 ordered("A", 3), NOW, 0),
                     VERDICT_OK);
    put_one(caused(history, 3, STOCK_SOURCE_API, ""), SHELF, "A", 11, NOW + 1);
    assert_string_equal(history_of(history, "A", 1), "3 write api//3 11+3 of=1\n"
                                                     "1 write api//1 10+-1 of=0\n");
    history->world->history_days = 0;
    world_reopen(history);
    put_one(caused(history, 4, STOCK_SOURCE_API, ""), SHELF, "A", 12, NOW + 2);
    struct store_history page = {.shelf_id = SHELF,
                                 .key = key_of("A"),
                                 .until_ms = INT64_MAX,
                                 .limit = 1,
                                 .arena = &history->world->arena};
    assert_int_equal(store_history(history->world->store, &page), ERR_UNSUPPORTED);
    history->world->history_days = 1;
    world_reopen(history);
    assert_string_equal(history_of(history, "A", 1), "3 write api//3 11+3 of=1\n"
                                                     "1 write api//1 10+-1 of=0\n");
}

static void positions_that_no_page_gave_are_refused(void **state)
{
    struct history_world *history = *state;
    static const char *const bad[] = {"x",     "1",      "1.0",    "0.0.0",  "-1.0.0",
                                      "1.7.0", "1.-1.0", "1.0.-2", "99.0.0", "1.0.0.0"};
    put_one(caused(history, 1, STOCK_SOURCE_API, ""), SHELF, "A", 10, NOW);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct store_history page = {.shelf_id = SHELF,
                                     .key = key_of("A"),
                                     .until_ms = INT64_MAX,
                                     .limit = 1,
                                     .position = bytes_from_text(bad[i]),
                                     .arena = &history->world->arena};
        assert_int_equal(store_history(history->world->store, &page), ERR_INVALID);
    }
}

static void a_long_name_of_a_token_is_cut_at_a_character(void **state)
{
    struct history_world *history = *state;
    char name[2 * STOCK_CAUSE_BY_BYTES_MAX] = "x";
    for (int i = 0; i < STOCK_CAUSE_BY_BYTES_MAX / 2 + 3; i++)
        memcpy(name + 1 + (ptrdiff_t)2 * i, "\xD0\xB6", 3);
    put_one(caused(history, 1, STOCK_SOURCE_API, name), SHELF, "A", 10, NOW);
    char expected[512];
    (void)snprintf(expected, sizeof(expected), "1 write api/%.127s/1 10+0 of=0\n", name);
    assert_string_equal(history_of(history, "A", 1), expected);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, world_begin, world_end)
    log_set_level(LOG_ERROR);
    const struct CMUnitTest tests[] = {
        TEST(every_kind_of_event_is_told_with_its_cause),
        TEST(pages_of_any_size_tell_the_same),
        TEST(a_history_has_the_time_that_was_asked_for),
        TEST(a_shelf_carried_to_another_begins_there),
        TEST(what_came_without_a_cause_is_not_told),
        TEST(positions_that_no_page_gave_are_refused),
        TEST(a_long_name_of_a_token_is_cut_at_a_character),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
