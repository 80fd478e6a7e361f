/* Many threads on few connections that break now and then: each gets the answer to its own
 * statement. Built with a thread sanitizer too. */
#include "pg_world.h"

#include <pthread.h>

enum { THREADS = 8, CALLS = 150, CONNECTIONS = 3 };

struct worker {
    struct pg_world *world;
    pthread_t thread;
    uint8_t number;
    uint32_t wrong_count;
};

static void *worker_run(void *context)
{
    struct worker *worker = context;
    for (int i = 0; i < CALLS; i++) {
        const uint8_t sent = (uint8_t)((i * THREADS + worker->number) % 128);
        int64_t number = 0;
        if (pg_world_number(worker->world, sent, &number) != PG_DONE || number != sent)
            worker->wrong_count++;
        (void)pg_pool_is_reachable(worker->world->pool);
    }
    return NULL;
}

static void each_thread_gets_its_own_answers(void **state)
{
    const struct pg_fake_step steps[] = {
        {PG_FAKE_DONE, NULL, 50},      {PG_FAKE_BREAKS, NULL, 2}, {PG_FAKE_DONE, NULL, 100},
        {PG_FAKE_FAILS, "40001", 3},   {PG_FAKE_DONE, NULL, 100}, {PG_FAKE_DIES, "57P01", 3},
        {PG_FAKE_CHATTERS, NULL, 200},
    };
    struct worker workers[THREADS];
    struct pg_world world;
    (void)state;
    pg_world_begin(&world, CONNECTIONS, PG_WORLD_DEADLINE_MS);
    pg_fake_set_script(world.fake, steps, sizeof(steps) / sizeof(steps[0]));
    for (uint8_t i = 0; i < THREADS; i++) {
        workers[i] = (struct worker){.world = &world, .number = i};
        assert_int_equal(pthread_create(&workers[i].thread, NULL, worker_run, &workers[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(workers[i].thread, NULL), 0);
        assert_int_equal(workers[i].wrong_count, 0);
    }
    assert_int_equal(pg_fake_executed_count(world.fake), THREADS * CALLS + 8);
    pg_world_end(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_thread_gets_its_own_answers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
