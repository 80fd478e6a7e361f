/* Many threads add while others ask and the log's own thread writes, on the machine itself. Built
 * with a thread sanitizer too. */
#include "request_log_world.h"

#include <pthread.h>
#include <sched.h>
#include <unistd.h>

enum { ADDERS = 6, READERS = 2, ADDED = 3000 };

/* Entries carry the adder in the business and its own count in the duration. */
struct worker {
    struct request_log *log;
    int64_t number;
    pthread_t thread;
    bool failed;
};

static void *adder_run(void *context)
{
    struct worker *worker = context;
    for (int64_t i = 1; i <= ADDED; i++) {
        struct request_entry entry = entry_of(i);
        entry.business_id = worker->number;
        request_log_add(worker->log, &entry);
    }
    return NULL;
}

/* Asks for page after page. In each, what an adder added comes newest first and without a gap. */
static void *reader_run(void *context)
{
    struct worker *worker = context;
    struct arena arena;
    arena_init(&arena);
    for (int round = 0; round < 20; round++) {
        int64_t last[ADDERS + 1] = {0};
        struct request_filter filter = filter_all();
        struct request_page page = {.entries_count = 0};
        do {
            filter.position = page.position;
            worker->failed |= request_log_find(worker->log, &filter, &arena, &page) != OK;
            for (size_t i = 0; i < page.entries_count; i++) {
                const int64_t adder = page.entries[i].business_id;
                const int64_t number = page.entries[i].took_us;
                worker->failed |= last[adder] != 0 && number != last[adder] - 1;
                last[adder] = number;
            }
        } while (page.position.size > 0 && !worker->failed);
        arena_reset(&arena);
    }
    arena_deinit(&arena);
    return NULL;
}

static void remove_name(void *context, const char *name)
{
    char path[512];
    (void)snprintf(path, sizeof(path), "%s/%s", (const char *)context, name);
    assert_int_equal(os_real()->remove(os_real(), path), OK);
}

/* A log in a new folder of the machine. */
static struct request_log *open_real(char folder[64])
{
    (void)snprintf(folder, 64, "/tmp/stockd-unit-XXXXXX");
    assert_non_null(mkdtemp(folder));
    const struct request_log_settings settings = {os_real(), folder, 10000, REQUEST_LOG_BYTES_MIN};
    struct request_log *log = request_log_open(&settings);
    assert_non_null(log);
    return log;
}

static void remove_folder(char folder[64])
{
    assert_int_equal(os_real()->list_folder(os_real(), folder, remove_name, folder), OK);
    assert_int_equal(rmdir(folder), 0);
}

static void every_entry_is_there_once_while_threads_add_and_ask(void **state)
{
    (void)state;
    char folder[64];
    struct world world = {.log = open_real(folder)};
    struct worker workers[ADDERS + READERS];
    assert_int_equal(request_log_start(world.log), OK);
    for (int i = 0; i < ADDERS + READERS; i++) {
        workers[i] = (struct worker){.log = world.log, .number = i + 1};
        assert_int_equal(pthread_create(&workers[i].thread, NULL,
                                        i < ADDERS ? adder_run : reader_run, &workers[i]),
                         0);
    }
    for (int i = 0; i < ADDERS + READERS; i++) {
        assert_int_equal(pthread_join(workers[i].thread, NULL), 0);
        assert_false(workers[i].failed);
    }
    request_log_stop(world.log);
    assert_int_equal(world_metric(&world, "stockd_request_log_written_total"), ADDERS * ADDED);
    assert_int_equal(world_metric(&world, "stockd_request_log_dropped_total"), 0);
    struct worker last = {.log = world.log};
    (void)reader_run(&last);
    assert_false(last.failed);
    request_log_close(world.log);
    remove_folder(folder);
}

/* Nobody asks: the thread writes by itself, once a second or sooner. */
static void thread_writes_by_itself(void **state)
{
    (void)state;
    char folder[64];
    struct world world = {.log = open_real(folder)};
    assert_int_equal(request_log_start(world.log), OK);
    world_add(&world, 1, 10);
    const int64_t until_us = os_real()->uptime_us(os_real()) + 20 * INT64_C(1000000);
    while (world_metric(&world, "stockd_request_log_written_total") < 10)
        assert_true(os_real()->uptime_us(os_real()) < until_us && sched_yield() == 0);
    request_log_stop(world.log);
    world_add(&world, 11, 20); /* Closing writes it. */
    request_log_close(world.log);
    const struct request_log_settings settings = {os_real(), folder, 10000, REQUEST_LOG_BYTES_MIN};
    world.log = request_log_open(&settings);
    int64_t newest = 0;
    int64_t oldest = 0;
    arena_init(&world.arena);
    assert_int_equal(world_count(&world, filter_all(), &newest, &oldest), 20);
    arena_deinit(&world.arena);
    request_log_close(world.log);
    remove_folder(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_entry_is_there_once_while_threads_add_and_ask),
        cmocka_unit_test(thread_writes_by_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
