/* Adding to the query log and asking it: order, filters, pages, bounds. */
#include "request_log_world.h"

static void nothing_is_found_in_an_empty_log(void **state)
{
    struct world *world = *state;
    const struct request_filter filter = filter_all();
    world_find(world, &filter);
    assert_int_equal(world->page.entries_count, 0);
    assert_int_equal(world->page.position.size, 0);
}

/* Nobody wrote them yet: the thread does not run here. */
static void entry_is_found_as_soon_as_it_is_added(void **state)
{
    struct world *world = *state;
    static const struct request_error errors[] = {{BYTES_INIT("CODE"), BYTES_INIT("text\n")}};
    struct request_entry entry = entry_of(7);
    entry.errors = errors;
    entry.errors_count = 1;
    request_log_sink(world->log).add(world->log, &entry);
    const struct request_filter filter = filter_all();
    world_find(world, &filter);
    assert_int_equal(world->page.entries_count, 1);
    const struct request_entry *found = &world->page.entries[0];
    assert_int_equal(found->received_at_ms, entry.received_at_ms);
    assert_int_equal(found->took_us, 7);
    assert_int_equal(found->campaign_id, 10);
    assert_int_equal(found->business_id, 1);
    assert_int_equal(found->status, 200);
    assert_int_equal(found->request_bytes, 512);
    assert_int_equal(found->reply_bytes, 15);
    EXPECT_TEXT(found->method, "PUT");
    EXPECT_TEXT(found->path, "/campaigns/10/offers/stocks");
    EXPECT_TEXT(found->token, "sync");
    EXPECT_TEXT(found->caller, "shop/1.0");
    assert_int_equal(found->errors_count, 1);
    EXPECT_TEXT(found->errors[0].code, "CODE");
    EXPECT_TEXT(found->errors[0].message, "text\n");
}

static void newest_comes_first(void **state)
{
    struct world *world = *state;
    world_add(world, 1, 5);
    request_log_write(world->log);
    world_add(world, 6, 9);
    const struct request_filter filter = filter_all();
    world_find(world, &filter);
    assert_int_equal(world->page.entries_count, 9);
    for (size_t i = 0; i < 9; i++)
        assert_int_equal(world->page.entries[i].took_us, 9 - i);
    assert_int_equal(world->page.position.size, 0);
}

/* A hundred entries of four campaigns, five statuses and two methods. */
static void add_mixed(struct world *world)
{
    static const int64_t statuses[] = {200, 400, 404, 503, 0};
    for (int64_t number = 0; number < 100; number++) {
        struct request_entry entry = entry_of(number);
        entry.campaign_id = number % 4;
        entry.status = statuses[number % 5];
        entry.method = number < 50 ? BYTES("PUT") : BYTES("POST");
        request_log_add(world->log, &entry);
    }
}

static void filters_leave_what_matches(void **state)
{
    struct world *world = *state;
    add_mixed(world);
    const int64_t end = START_MS + 100 * STEP_MS;
    static const struct bytes none = {NULL, 0};
    const struct {
        const char *label;
        struct request_filter filter;
        int64_t count;
        int64_t newest;
        int64_t oldest;
    } rows[] = {
        {"all", {0, 0, none, INT64_MIN, INT64_MAX, 7, none, 0}, 100, 99, 0},
        {"campaign", {3, 0, none, INT64_MIN, INT64_MAX, 7, none, 0}, 25, 99, 3},
        {"other campaign", {5, 0, none, INT64_MIN, INT64_MAX, 7, none, 0}, 0, -1, -1},
        {"class 4", {0, 4, none, INT64_MIN, INT64_MAX, 7, none, 0}, 40, 97, 1},
        {"class 2", {0, 2, none, INT64_MIN, INT64_MAX, 7, none, 0}, 20, 95, 0},
        {"class 5", {0, 5, none, INT64_MIN, INT64_MAX, 7, none, 0}, 20, 98, 3},
        {"class 1", {0, 1, none, INT64_MIN, INT64_MAX, 7, none, 0}, 0, -1, -1},
        {"status 404", {0, 404, none, INT64_MIN, INT64_MAX, 7, none, 0}, 20, 97, 2},
        {"status 6", {0, 6, none, INT64_MIN, INT64_MAX, 7, none, 0}, 0, -1, -1},
        {"method", {0, 0, BYTES("PUT"), INT64_MIN, INT64_MAX, 7, none, 0}, 50, 49, 0},
        {"its case counts", {0, 0, BYTES("put"), INT64_MIN, INT64_MAX, 7, none, 0}, 0, -1, -1},
        {"from", {0, 0, none, end - 10 * STEP_MS, INT64_MAX, 7, none, 0}, 10, 99, 90},
        {"to", {0, 0, none, INT64_MIN, START_MS + 10 * STEP_MS, 7, none, 0}, 10, 9, 0},
        {"from, to", {0, 0, none, START_MS, START_MS + 1, 7, none, 0}, 1, 0, 0},
        {"later", {0, 0, none, end, INT64_MAX, 7, none, 0}, 0, -1, -1},
        {"earlier", {0, 0, none, INT64_MIN, START_MS, 7, none, 0}, 0, -1, -1},
        {"together", {2, 404, BYTES("POST"), START_MS, end, 1, none, 0}, 2, 82, 62},
    };
    for (size_t i = 0; i < ROWS_COUNT_OF(rows); i++) {
        int64_t newest = 0;
        int64_t oldest = 0;
        EXPECT(rows[i].label,
               world_count(world, rows[i].filter, &newest, &oldest) == rows[i].count);
        EXPECT(rows[i].label, newest == rows[i].newest && oldest == rows[i].oldest);
    }
}

/* Received earlier, finished later: the order is that of finishing, the filter looks at each. */
static void entries_need_not_come_in_order_of_time(void **state)
{
    struct world *world = *state;
    world_add(world, 50, 60);
    request_log_write(world->log);
    world_add(world, 1, 9);
    struct request_filter filter = filter_all();
    filter.to_ms = START_MS + 5 * STEP_MS;
    world_find(world, &filter);
    assert_int_equal(world->page.entries_count, 4);
    filter = filter_all();
    filter.from_ms = START_MS + 60 * STEP_MS;
    world_find(world, &filter);
    assert_int_equal(world->page.entries_count, 1);
    assert_int_equal(world->page.entries[0].took_us, 60);
}

static void an_id_finds_its_entry_and_no_more(void **state)
{
    struct world *world = *state;
    for (int64_t number = 1; number <= 300; number++) {
        struct request_entry entry = entry_of(number);
        entry.id = (uint64_t)(1000 + number);
        request_log_add(world->log, &entry);
    }
    static const uint64_t ids[] = {1001, 1150, 1300, 1301};
    for (size_t i = 0; i < ROWS_COUNT_OF(ids); i++) {
        struct request_filter filter = filter_all();
        filter.id = ids[i];
        world_find(world, &filter);
        assert_int_equal(world->page.entries_count, ids[i] == 1301 ? 0 : 1);
        assert_int_equal(world->page.position.size, 0);
        if (world->page.entries_count == 1)
            assert_true(world->page.entries[0].id == ids[i]);
    }
}

static void pages_do_not_shift_while_entries_are_added(void **state)
{
    struct world *world = *state;
    struct request_filter filter = filter_all();
    int64_t next = 999;
    filter.limit = 7;
    world_add(world, 0, next);
    for (;;) {
        world_find(world, &filter);
        for (size_t i = 0; i < world->page.entries_count; i++)
            assert_int_equal(world->page.entries[i].took_us, next--);
        if (world->page.position.size == 0)
            break;
        filter.position = world->page.position;
        world_add(world, 1000, 1010);
    }
    assert_int_equal(next, -1);
}

static void last_page_that_is_full_has_no_position(void **state)
{
    struct world *world = *state;
    struct request_filter filter = filter_all();
    world_add(world, 1, 20);
    filter.limit = 10;
    world_find(world, &filter);
    assert_int_not_equal(world->page.position.size, 0);
    filter.position = world->page.position;
    world_find(world, &filter);
    assert_int_equal(world->page.entries_count, 10);
    assert_int_equal(world->page.position.size, 0);
}

static void position_of_somebody_else_is_refused_or_harmless(void **state)
{
    struct world *world = *state;
    struct request_filter filter = filter_all();
    static const char *const refused[] = {".",   "1",    "1.",  ".1",   "a.b",
                                          "1.x", "-1.0", "0.5", "1.-1", "99999999999999999999.1"};
    world_add(world, 1, 20);
    for (size_t i = 0; i < ROWS_COUNT_OF(refused); i++) {
        filter.position = bytes_from_text(refused[i]);
        EXPECT(refused[i],
               request_log_find(world->log, &filter, &world->arena, &world->page) == ERR_INVALID);
    }
    filter.position = BYTES("1.0");
    world_find(world, &filter);
    assert_int_equal(world->page.entries_count, 0);
    filter.position = BYTES("7.9223372036854775807"); /* No such file: the ones before it. */
    world_find(world, &filter);
    assert_int_equal(world->page.entries_count, 20);
    filter.position = BYTES("1.9223372036854775807"); /* Behind its end. */
    world_find(world, &filter);
    assert_int_equal(world->page.entries_count, 20);
    for (int offset = 1; offset < 500; offset++) { /* Inside a line. */
        char text[32];
        (void)snprintf(text, sizeof(text), "1.%d", offset);
        filter.position = bytes_from_text(text);
        world_find(world, &filter);
        assert_true(world->page.entries_count <= 4);
    }
}

static void one_page_reads_a_bounded_part(void **state)
{
    struct world *world = *state;
    world->settings.bytes_max = 4 * REQUEST_LOG_BYTES_MIN;
    world_reopen(world);
    world_add_large(world, 1, 9000); /* 40 MB. */
    struct request_filter filter = filter_all();
    filter.campaign_id = 11;
    int calls_count = 0;
    do {
        world_find(world, &filter);
        assert_int_equal(world->page.entries_count, 0);
        filter.position = world->page.position;
        calls_count++;
    } while (world->page.position.size > 0);
    assert_in_range(calls_count, 3, 4);
    filter = filter_all();
    filter.to_ms = START_MS + 2 * STEP_MS; /* Files are passed over: the first call is enough. */
    world_find(world, &filter);
    assert_int_equal(world->page.entries_count, 1);
}

static void batch_that_is_full_drops_and_counts(void **state)
{
    struct world *world = *state;
    int64_t newest = 0;
    int64_t oldest = 0;
    world_add(world, 1, 50000);
    const int64_t dropped = world_metric(world, "stockd_request_log_dropped_total");
    assert_in_range(dropped, 10000, 40000);
    assert_int_equal(world_count(world, filter_all(), &newest, &oldest), 50000 - dropped);
    assert_int_equal(newest, 50000 - dropped);
    assert_int_equal(oldest, 1);
    world_add(world, 50001, 50001);
    (void)world_count(world, filter_all(), &newest, &oldest);
    assert_int_equal(newest, 50001);
    assert_int_equal(world_metric(world, "stockd_request_log_dropped_total"), dropped);
    assert_int_equal(world_metric(world, "stockd_request_log_written_total"), 50001 - dropped);
}

static void figures_tell_what_is_on_disk(void **state)
{
    struct world *world = *state;
    world_add(world, 1, 100);
    assert_int_equal(world_metric(world, "stockd_request_log_written_total"), 0);
    request_log_write(world->log);
    assert_int_equal(world_metric(world, "stockd_request_log_written_total"), 100);
    assert_int_equal(world_metric(world, "stockd_request_log_dropped_total"), 0);
    assert_int_equal(world_metric(world, "stockd_request_log_bytes"),
                     os_sim_used_bytes(world->sim));
    assert_in_range(os_sim_used_bytes(world->sim), 100 * 130, 100 * 170);
}

static void filter_checksum_covers_the_filter_alone(void **state)
{
    (void)state;
    const struct request_filter all = filter_all();
    const uint64_t checksum = request_filter_checksum(&all);
    struct request_filter filter = all;
    filter.limit = 3;
    filter.position = BYTES("1.2");
    assert_int_equal(request_filter_checksum(&filter), checksum);
    struct request_filter others[5] = {all, all, all, all, all};
    others[0].campaign_id = 1;
    others[1].status = 1;
    others[2].method = BYTES("PUT");
    others[3].from_ms = 1;
    others[4].to_ms = 1;
    for (size_t i = 0; i < 5; i++)
        assert_int_not_equal(request_filter_checksum(&others[i]), checksum);
}

#define WORLD_TEST(name) cmocka_unit_test_setup_teardown(name, world_begin, world_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(nothing_is_found_in_an_empty_log),
        WORLD_TEST(entry_is_found_as_soon_as_it_is_added),
        WORLD_TEST(newest_comes_first),
        WORLD_TEST(filters_leave_what_matches),
        WORLD_TEST(entries_need_not_come_in_order_of_time),
        WORLD_TEST(an_id_finds_its_entry_and_no_more),
        WORLD_TEST(pages_do_not_shift_while_entries_are_added),
        WORLD_TEST(last_page_that_is_full_has_no_position),
        WORLD_TEST(position_of_somebody_else_is_refused_or_harmless),
        WORLD_TEST(one_page_reads_a_bounded_part),
        WORLD_TEST(batch_that_is_full_drops_and_counts),
        WORLD_TEST(figures_tell_what_is_on_disk),
        WORLD_TEST(filter_checksum_covers_the_filter_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
