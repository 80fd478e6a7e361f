/* The files of the query log: turning to a new one, removing old ones, restarts, full and failing
 * disks, torn tails. */
#include "../../support/chance.h"
#include "request_log_world.h"

enum { MIB = 1024 * 1024 };

struct name_list {
    size_t count;
    char names[64][64];
};

static void visit_name(void *context, const char *name)
{
    struct name_list *list = context;
    assert_true(list->count < 64);
    (void)snprintf(list->names[list->count++], sizeof(list->names[0]), "%s", name);
}

static size_t files_count(struct world *world)
{
    struct name_list list = {.count = 0};
    assert_int_equal(world->os->list_folder(world->os, FOLDER, visit_name, &list), OK);
    return list.count;
}

static int64_t count_all(struct world *world, int64_t *newest, int64_t *oldest)
{
    return world_count(world, filter_all(), newest, oldest);
}

/* The last line of a file is a summary. */
static bool has_summary(struct world *world, const char *path)
{
    struct os_file *file = NULL;
    uint64_t size = 0;
    size_t got = 0;
    char text[64] = "";
    assert_int_equal(world->os->open(world->os, path, OS_OPEN_READ, &file), OK);
    assert_int_equal(world->os->size(world->os, file, &size), OK);
    assert_true(size > sizeof(text));
    assert_int_equal(
        world->os->read(world->os, file, size - sizeof(text) + 1, text, sizeof(text) - 1, &got),
        OK);
    world->os->close(world->os, file);
    const char *summary = strstr(text, "\n{\"from\":1704067200010,\"to\":17040672");
    return summary != NULL && strchr(summary + 1, '\n') == text + sizeof(text) - 2;
}

/* Puts bytes at the end of a file, as somebody else. */
static void append_to(struct world *world, const char *path, struct bytes bytes)
{
    struct os_file *file = NULL;
    uint64_t size = 0;
    if (world->os->open(world->os, path, OS_OPEN_WRITE, &file) != OK)
        assert_int_equal(world->os->open(world->os, path, OS_OPEN_CREATE, &file), OK);
    assert_int_equal(world->os->size(world->os, file, &size), OK);
    assert_int_equal(world->os->write(world->os, file, size, bytes), OK);
    world->os->close(world->os, file);
}

static void restart_goes_on_in_the_same_file(void **state)
{
    struct world *world = *state;
    int64_t newest = 0;
    int64_t oldest = 0;
    for (int64_t run = 0; run < 5; run++) {
        world_add(world, run * 10, run * 10 + 9);
        world_reopen(world); /* Closing writes. */
        assert_int_equal(count_all(world, &newest, &oldest), run * 10 + 10);
        assert_int_equal(newest, run * 10 + 9);
        assert_int_equal(oldest, 0);
    }
    assert_int_equal(files_count(world), 1);
}

static void large_file_is_followed_by_another(void **state)
{
    struct world *world = *state;
    int64_t newest = 0;
    int64_t oldest = 0;
    world_add_large(world, 1, 1000); /* 4.3 MB in files of 1 MiB. */
    assert_int_equal(files_count(world), 5);
    assert_true(has_summary(world, FOLDER "/0000000000000001.requests"));
    assert_false(has_summary(world, FOLDER "/0000000000000005.requests"));
    assert_int_equal(count_all(world, &newest, &oldest), 1000);
    world_reopen(world);
    assert_int_equal(count_all(world, &newest, &oldest), 1000);
    world_add_large(world, 1001, 2000);
    assert_int_equal(files_count(world), 9);
    assert_int_equal(count_all(world, &newest, &oldest), 2000);
}

static void file_of_a_day_is_followed_by_another(void **state)
{
    struct world *world = *state;
    int64_t newest = 0;
    int64_t oldest = 0;
    for (int64_t day = 0; day < 4; day++) {
        const int64_t number = day * DAY_MS / STEP_MS;
        os_sim_set_now(world->sim, START_MS + day * DAY_MS);
        world_add(world, number, number + 9);
        request_log_write(world->log);
        assert_int_equal(files_count(world), day + 1);
        if (day == 2)
            world_reopen(world);
    }
    assert_int_equal(count_all(world, &newest, &oldest), 40);
}

static void old_files_are_removed(void **state)
{
    struct world *world = *state;
    int64_t newest = 0;
    int64_t oldest = 0;
    for (int64_t day = 0; day < 15; day++) {
        const int64_t number = day * DAY_MS / STEP_MS;
        os_sim_set_now(world->sim, START_MS + day * DAY_MS);
        world_add(world, number, number);
        request_log_write(world->log);
    }
    assert_int_equal(count_all(world, &newest, &oldest), 11); /* Day 4 to day 14, both whole. */
    assert_int_equal(oldest, 4 * DAY_MS / STEP_MS);
    assert_int_equal(files_count(world), 11);
    os_sim_advance(world->sim, 10 * DAY_MS);
    request_log_write(world->log); /* Nothing new: the last file may go too, once it is older. */
    assert_int_equal(files_count(world), 1);
    os_sim_advance(world->sim, 1);
    world_reopen(world);
    assert_int_equal(files_count(world), 0);
    world_add(world, 14 * DAY_MS / STEP_MS + DAY_MS, 14 * DAY_MS / STEP_MS + DAY_MS);
    assert_int_equal(count_all(world, &newest, &oldest), 1);
}

static void all_files_stay_within_the_limit(void **state)
{
    struct world *world = *state;
    int64_t newest = 0;
    int64_t oldest = 0;
    for (int64_t step = 0; step < 100; step++) {
        world_add_large(world, step * 100, step * 100 + 99);
        assert_true(os_sim_used_bytes(world->sim) <= (uint64_t)REQUEST_LOG_BYTES_MIN);
    }
    assert_true(os_sim_used_bytes(world->sim) > (uint64_t)REQUEST_LOG_BYTES_MIN - 2 * MIB);
    const int64_t count = count_all(world, &newest, &oldest);
    assert_int_equal(newest, 9999);
    assert_int_equal(count, newest - oldest + 1);
    world->settings.bytes_max = 4 * REQUEST_LOG_BYTES_MIN;
    world_reopen(world);
    assert_int_equal(count_all(world, &newest, &oldest), count);
    world_add_large(world, 10000, 14999);
    assert_int_equal(count_all(world, &newest, &oldest), count + 5000);
    world->settings.bytes_max = REQUEST_LOG_BYTES_MIN; /* Less than there is: the next write. */
    world_reopen(world);
    world_add_large(world, 15000, 15000);
    assert_true(os_sim_used_bytes(world->sim) <= (uint64_t)REQUEST_LOG_BYTES_MIN);
}

/* A file whose span is known from its summary is opened only when the span touches the filter: here
 * its lines tell another story than its summary. */
static void summary_is_believed(void **state)
{
    struct world *world = *state;
    world_add(world, 1, 1);
    request_log_write(world->log);
    append_to(world, FOLDER "/0000000000000001.requests",
              BYTES("{\"from\":1704067200000,\"to\":1704067200001}\n"));
    world_reopen(world);
    struct request_filter filter = filter_all();
    world_find(world, &filter);
    assert_int_equal(world->page.entries_count, 1);
    filter.from_ms = START_MS + STEP_MS;
    world_find(world, &filter);
    assert_int_equal(world->page.entries_count, 0);
    world_add(world, 2, 2); /* It was finished. */
    request_log_write(world->log);
    assert_int_equal(files_count(world), 2);
}

static void full_disk_drops_counts_and_recovers(void **state)
{
    struct world *world = *state;
    int64_t newest = 0;
    int64_t oldest = 0;
    world_add(world, 1, 100);
    request_log_write(world->log);
    const uint64_t used_bytes = os_sim_used_bytes(world->sim);
    os_sim_limit_disk(world->sim, used_bytes + 100);
    for (int64_t round = 1; round <= 5; round++) {
        world_add(world, 101, 200);
        request_log_write(world->log);
        assert_int_equal(world_metric(world, "stockd_request_log_dropped_total"), 100 * round);
        assert_int_equal(os_sim_used_bytes(world->sim), used_bytes);
    }
    assert_int_equal(count_all(world, &newest, &oldest), 100);
    os_sim_limit_disk(world->sim, UINT64_MAX);
    world_add(world, 201, 300);
    assert_int_equal(count_all(world, &newest, &oldest), 200);
    world_reopen(world);
    assert_int_equal(count_all(world, &newest, &oldest), 200);
    assert_int_equal(newest, 300);
}

static void full_disk_from_the_start_leaves_nothing_behind(void **state)
{
    struct world *world = *state;
    int64_t newest = 0;
    int64_t oldest = 0;
    os_sim_limit_disk(world->sim, 100);
    for (int round = 0; round < 5; round++) {
        world_add(world, 1, 1000);
        request_log_write(world->log);
    }
    assert_int_equal(count_all(world, &newest, &oldest), 0);
    assert_true(files_count(world) <= 1);
    os_sim_limit_disk(world->sim, UINT64_MAX);
    world_add(world, 1001, 1001);
    assert_int_equal(count_all(world, &newest, &oldest), 1);
    assert_int_equal(files_count(world), 1);
}

/* Each call that changes the disk fails once; the log goes on, and nothing that it said was written
 * is missing or comes twice. */
static void failed_calls_cost_at_most_a_batch(void **state)
{
    struct world *world = *state;
    int64_t newest = 0;
    int64_t oldest = 0;
    int64_t number = 1;
    for (uint64_t call = 0; call < 12; call++) {
        const enum err errors[] = {ERR_IO, ERR_FULL, ERR_DENIED};
        os_sim_fail_at(world->sim, call % 6, errors[call % 3]);
        for (int round = 0; round < 100; round++, number += 10)
            world_add_large(world, number, number + 9);
        os_sim_fail_at(world->sim, OS_SIM_NEVER, ERR_IO);
        const int64_t written = world_metric(world, "stockd_request_log_written_total");
        const int64_t dropped = world_metric(world, "stockd_request_log_dropped_total");
        const int64_t count = count_all(world, &newest, &oldest);
        assert_int_equal(written + dropped, number - 1);
        assert_in_range(dropped, 0, (int64_t)call + 1);
        assert_int_equal(newest, number - 1);
        assert_true(count <= written);
        if (oldest > 1)
            assert_true(count >= newest - oldest + 1 - dropped);
        else
            assert_int_equal(count, written);
    }
}

/* A write that failed half way left whole lines behind the end. */
static void what_was_dropped_does_not_come_back(void **state)
{
    struct world *world = *state;
    int64_t newest = 0;
    int64_t oldest = 0;
    world_add(world, 1, 1);
    request_log_write(world->log);
    for (int round = 0; round < 20; round++) {
        world_add(world, 2, 100);
        os_sim_fail_at(world->sim, 0, ERR_IO);
        request_log_write(world->log);
    }
    world_add(world, 101, 101);
    world_reopen(world);
    assert_int_equal(count_all(world, &newest, &oldest), 2);
}

static void file_that_cannot_be_continued_is_followed_by_another(void **state)
{
    struct world *world = *state;
    int64_t newest = 0;
    int64_t oldest = 0;
    world_add(world, 1, 10);
    world_reopen(world);
    assert_int_equal(world->os->remove(world->os, FOLDER "/0000000000000001.requests"), OK);
    world_add(world, 11, 20);
    request_log_write(world->log);
    assert_int_equal(world_metric(world, "stockd_request_log_dropped_total"), 10);
    world_add(world, 21, 30);
    assert_int_equal(count_all(world, &newest, &oldest), 10);
    assert_int_equal(world_metric(world, "stockd_request_log_dropped_total"), 10);
}

static void empty_files_are_removed(void **state)
{
    struct world *world = *state;
    append_to(world, FOLDER "/0000000000000003.requests", BYTES(""));
    append_to(world, FOLDER "/0000000000000004.requests", BYTES("no entry\n"));
    world_reopen(world);
    assert_int_equal(files_count(world), 0);
}

static void folder_that_went_away_is_made_again(void **state)
{
    struct world *world = *state;
    int64_t newest = 0;
    int64_t oldest = 0;
    request_log_close(world->log);
    world->settings.folder = "no/requests";
    world_open(world);
    world_add(world, 1, 10);
    assert_int_equal(count_all(world, &newest, &oldest), 0);
    assert_int_equal(world_metric(world, "stockd_request_log_dropped_total"), 10);
    assert_int_equal(world->os->make_folder(world->os, "no"), OK);
    world_add(world, 11, 20);
    assert_int_equal(count_all(world, &newest, &oldest), 10);
}

static void torn_tail_is_passed_over(void **state)
{
    struct world *world = *state;
    int64_t newest = 0;
    int64_t oldest = 0;
    static const struct bytes tails[] = {
        BYTES_INIT("{\"at\":1704067200123,\"us\":8"),
        BYTES_INIT("\0\0\0\0\0\0\0\0\0\0\0\0"),
        BYTES_INIT("\n\n\n"),
        BYTES_INIT("{}\nnull\n\xFF\xFE\n[1,2\n{\"from\":1,\"to\":2"),
    };
    for (int64_t i = 0; i < (int64_t)ROWS_COUNT_OF(tails); i++) {
        world_add(world, i * 10, i * 10 + 9);
        request_log_write(world->log);
        request_log_close(world->log);
        append_to(world, FOLDER "/0000000000000001.requests", tails[i]);
        world_open(world);
        assert_int_equal(count_all(world, &newest, &oldest), i * 10 + 10);
        assert_int_equal(newest, i * 10 + 9);
    }
    assert_int_equal(files_count(world), 1);
}

/* Bytes without a line break, more than a window of them. */
static void garbage_in_the_middle_is_passed_over(void **state)
{
    struct world *world = *state;
    int64_t newest = 0;
    int64_t oldest = 0;
    const struct bytes noise = {malloc(MIB / 2), MIB / 2};
    assert_non_null(noise.data);
    memset((void *)(uintptr_t)noise.data, '{', noise.size);
    world_add(world, 1, 10);
    request_log_close(world->log);
    append_to(world, FOLDER "/0000000000000001.requests", noise);
    world_open(world);
    world_add(world, 11, 20);
    assert_int_equal(count_all(world, &newest, &oldest), 20);
    free((void *)(uintptr_t)noise.data);
}

static void strange_names_are_left_alone(void **state)
{
    struct world *world = *state;
    int64_t newest = 0;
    int64_t oldest = 0;
    static const char *const names[] = {"readme.txt", "0000000000000000.requests",
                                        "000000000000000A.requests", "5.requests",
                                        "ffffffffffffffff.requests"};
    for (size_t i = 0; i < ROWS_COUNT_OF(names); i++) {
        char path[64];
        (void)snprintf(path, sizeof(path), FOLDER "/%s", names[i]);
        append_to(world, path, BYTES("hello\n"));
    }
    os_sim_advance(world->sim, 100 * DAY_MS);
    world_reopen(world);
    assert_int_equal(files_count(world), ROWS_COUNT_OF(names));
    world_add(world, 1000 * DAY_MS, 1000 * DAY_MS);
    assert_int_equal(count_all(world, &newest, &oldest), 1);
    assert_int_equal(files_count(world), ROWS_COUNT_OF(names) + 1);
}

static void files_that_are_removed_meanwhile_are_missing(void **state)
{
    struct world *world = *state;
    struct request_filter filter = filter_all();
    world_add_large(world, 1, 1000);
    filter.limit = 10;
    world_find(world, &filter);
    for (int index = 1; index <= 4; index++) {
        char path[64];
        (void)snprintf(path, sizeof(path), FOLDER "/%016x.requests", (unsigned int)index);
        assert_int_equal(world->os->remove(world->os, path), OK);
    }
    int64_t newest = 0;
    int64_t oldest = 0;
    const int64_t count = count_all(world, &newest, &oldest);
    assert_in_range(count, 10, 250);
    assert_int_equal(newest, 1000);
    world_add_large(world, 1001, 6000); /* Their removal is no error. */
    assert_int_equal(world_metric(world, "stockd_request_log_dropped_total"), 0);
}

/* After a power cut at any moment the log opens, and what it shows was added, in order. */
static void power_cut_leaves_whole_entries_in_order(void **state)
{
    struct world *world = *state;
    struct chance chance = chance_begin("power_cut_leaves_whole_entries_in_order");
    int64_t newest = 0;
    int64_t oldest = 0;
    int64_t number = 1;
    for (int round = 0; round < 60; round++) {
        os_sim_cut_power_at(world->sim, chance_below(&chance, 60));
        for (int step = 0; step < 40; step++) {
            const int64_t last = number + chance_between(&chance, 0, 200);
            world_add(world, number, last);
            if (chance_one_in(&chance, 10))
                world_add_large(world, last + 1, last + 1);
            request_log_write(world->log);
            number = last + 2;
        }
        request_log_close(world->log);
        os_sim_reboot(world->sim);
        world_open(world);
        (void)count_all(world, &newest, &oldest); /* Checks the order and each entry. */
        world_add(world, number, number);
        (void)count_all(world, &newest, &oldest);
        assert_int_equal(newest, number++);
    }
}

#define WORLD_TEST(name) cmocka_unit_test_setup_teardown(name, world_begin, world_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(restart_goes_on_in_the_same_file),
        WORLD_TEST(large_file_is_followed_by_another),
        WORLD_TEST(file_of_a_day_is_followed_by_another),
        WORLD_TEST(old_files_are_removed),
        WORLD_TEST(all_files_stay_within_the_limit),
        WORLD_TEST(summary_is_believed),
        WORLD_TEST(full_disk_drops_counts_and_recovers),
        WORLD_TEST(full_disk_from_the_start_leaves_nothing_behind),
        WORLD_TEST(failed_calls_cost_at_most_a_batch),
        WORLD_TEST(what_was_dropped_does_not_come_back),
        WORLD_TEST(file_that_cannot_be_continued_is_followed_by_another),
        WORLD_TEST(empty_files_are_removed),
        WORLD_TEST(folder_that_went_away_is_made_again),
        WORLD_TEST(torn_tail_is_passed_over),
        WORLD_TEST(garbage_in_the_middle_is_passed_over),
        WORLD_TEST(strange_names_are_left_alone),
        WORLD_TEST(files_that_are_removed_meanwhile_are_missing),
        WORLD_TEST(power_cut_leaves_whole_entries_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
