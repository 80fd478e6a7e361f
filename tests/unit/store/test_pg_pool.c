/* What becomes of statements: done, sent again, given up; and of connections that break, hang or
 * talk nonsense. */
#include "pg_world.h"

enum { SHORT_MS = 300 };

static void a_statement_gives_its_rows_or_its_count(void **state)
{
    struct pg_world world;
    int64_t number = 0;
    (void)state;
    pg_world_begin(&world, 1, PG_WORLD_DEADLINE_MS);
    for (uint8_t i = 0; i < 100; i++) {
        assert_int_equal(pg_world_number(&world, i, &number), PG_DONE);
        assert_int_equal(number, i);
    }
    assert_int_equal(pg_world_write(&world, NULL, 0), PG_DONE);
    assert_int_equal(pg_world_figure(&world, "stockd_pg_round_trip_seconds_count"), 101);
    assert_int_equal(pg_world_figure(&world, "stockd_pg_wait_seconds_count"), 101);
    assert_int_equal(pg_world_figure(&world, "stockd_pg_connects_total"), 1);
    pg_world_end(&world);
}

/* A script, what becomes of the statement, and how often it was sent. */
struct failure_case {
    const char *label;
    struct pg_fake_step step;
    enum pg_outcome outcome;
    uint32_t sent_count;
};

static const struct failure_case CASES[] = {
    {"serialization", {PG_FAKE_FAILS, "40001", 2}, PG_DONE, 3},
    {"deadlock", {PG_FAKE_FAILS, "40P01", 3}, PG_DONE, 4},
    {"deadlocks without end", {PG_FAKE_FAILS, "40P01", 100}, PG_UNAVAILABLE, 4},
    {"worker that comes back", {PG_FAKE_FAILS, "08006", 1}, PG_DONE, 2},
    {"worker that is away", {PG_FAKE_FAILS, "08006", 100}, PG_UNAVAILABLE, 4},
    {"lock timeout", {PG_FAKE_FAILS, "55P03", 1}, PG_DONE, 2},
    {"cancelled", {PG_FAKE_FAILS, "57014", 100}, PG_UNAVAILABLE, 1},
    {"disk full", {PG_FAKE_FAILS, "53100", 100}, PG_UNAVAILABLE, 1},
    {"standby", {PG_FAKE_FAILS, "25006", 1}, PG_DONE, 2},
    {"prepared no more", {PG_FAKE_FAILS, "26000", 1}, PG_DONE, 2},
    {"shut down", {PG_FAKE_DIES, "57P01", 1}, PG_DONE, 2},
    {"crashed", {PG_FAKE_DIES, "57P02", 2}, PG_DONE, 3},
    {"broken", {PG_FAKE_BREAKS, NULL, 1}, PG_DONE, 2},
    {"broken by the statement", {PG_FAKE_BREAKS, NULL, 100}, PG_UNAVAILABLE, 6},
    {"no such table", {PG_FAKE_FAILS, "42P01", 100}, PG_BROKEN, 1},
    {"no right", {PG_FAKE_FAILS, "42501", 100}, PG_BROKEN, 1},
    {"constraint", {PG_FAKE_FAILS, "23514", 100}, PG_BROKEN, 1},
    {"out of turn", {PG_FAKE_COPIES, NULL, 1}, PG_DONE, 2},
    {"chatter", {PG_FAKE_CHATTERS, NULL, 1}, PG_DONE, 1},
};

static void check_cases(uint32_t statement, const struct failure_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct pg_world world;
        pg_world_begin(&world, 1, PG_WORLD_DEADLINE_MS);
        const enum pg_outcome outcome = pg_world_run(&world, statement, &cases[i].step, 1);
        EXPECT(cases[i].label, outcome == cases[i].outcome);
        EXPECT(cases[i].label, pg_fake_executed_count(world.fake) == cases[i].sent_count);
        EXPECT(cases[i].label, pg_world_write(&world, NULL, 0) == PG_DONE);
        pg_world_end(&world);
    }
}

static void each_failure_has_its_outcome(void **state)
{
    (void)state;
    check_cases(PG_FAKE_WRITE, CASES, ROWS_COUNT_OF(CASES));
}

/* Of what must not be carried out twice only that is sent again which did nothing. */
static const struct failure_case ONCE_CASES[] = {
    {"serialization", {PG_FAKE_FAILS, "40001", 2}, PG_DONE, 3},
    {"deadlock", {PG_FAKE_FAILS, "40P01", 1}, PG_DONE, 2},
    {"lock timeout", {PG_FAKE_FAILS, "55P03", 1}, PG_DONE, 2},
    {"standby", {PG_FAKE_FAILS, "25006", 1}, PG_DONE, 2},
    {"outcome unknown", {PG_FAKE_FAILS, "40003", 1}, PG_UNAVAILABLE, 1},
    {"worker that comes back", {PG_FAKE_FAILS, "08006", 1}, PG_UNAVAILABLE, 1},
    {"shut down", {PG_FAKE_DIES, "57P01", 1}, PG_UNAVAILABLE, 1},
    {"broken", {PG_FAKE_BREAKS, NULL, 1}, PG_UNAVAILABLE, 1},
};

static void what_must_not_be_done_twice_is_not_sent_twice(void **state)
{
    (void)state;
    check_cases(PG_FAKE_WRITE_ONCE, ONCE_CASES, ROWS_COUNT_OF(ONCE_CASES));
}

static void retries_are_counted(void **state)
{
    const struct pg_fake_step steps[] = {{PG_FAKE_FAILS, "40001", 2}, {PG_FAKE_BREAKS, NULL, 1}};
    struct pg_world world;
    (void)state;
    pg_world_begin(&world, 1, PG_WORLD_DEADLINE_MS);
    assert_int_equal(pg_world_write(&world, steps, 2), PG_DONE);
    assert_int_equal(pg_world_figure(&world, "stockd_pg_retries_total{reason=\"conflict\"}"), 2);
    assert_int_equal(pg_world_figure(&world, "stockd_pg_retries_total{reason=\"connection\"}"), 1);
    assert_int_equal(pg_world_figure(&world, "stockd_pg_connects_total"), 2);
    assert_int_equal(pg_world_figure(&world, "stockd_pg_unavailable_total"), 0);
    pg_world_end(&world);
}

static void a_server_that_hangs_is_not_waited_for(void **state)
{
    const struct pg_fake_step waits = {PG_FAKE_WAITS, NULL, 1};
    struct pg_world world;
    (void)state;
    pg_world_begin(&world, 1, SHORT_MS);
    const int64_t began_us = world.os->uptime_us(world.os);
    assert_int_equal(pg_world_write(&world, &waits, 1), PG_UNAVAILABLE);
    const int64_t took_us = world.os->uptime_us(world.os) - began_us;
    assert_true(took_us >= SHORT_MS * 1000 && took_us < PG_WORLD_WAIT_MS * 1000);
    assert_int_equal(pg_world_figure(&world, "stockd_pg_deadlines_total"), 1);
    pg_world_await_connections(&world, 2);
    pg_world_await_reach(&world, true);
    assert_int_equal(pg_world_write(&world, NULL, 0), PG_DONE);
    pg_world_end(&world);
}

static void a_request_may_have_a_time_of_its_own(void **state)
{
    const struct pg_fake_step waits = {PG_FAKE_WAITS, NULL, 1};
    struct pg_request request = {.statement = PG_FAKE_WRITE,
                                 .values = {{NULL, 0}},
                                 .values_count = 1,
                                 .deadline_ms = SHORT_MS};
    struct pg_result *result = NULL;
    struct pg_world world;
    (void)state;
    pg_world_begin(&world, 1, PG_WORLD_WAIT_MS * 1000);
    pg_fake_set_script(world.fake, &waits, 1);
    assert_int_equal(pg_pool_call(world.pool, &request, &result), PG_UNAVAILABLE);
    assert_null(result);
    pg_world_end(&world);
}

static void a_database_that_is_away_is_found_again(void **state)
{
    struct pg_world world;
    (void)state;
    pg_world_begin(&world, 3, SHORT_MS);
    for (int round = 0; round < 3; round++) {
        pg_world_await_reach(&world, true);
        assert_int_equal(pg_world_write(&world, NULL, 0), PG_DONE);
        pg_fake_set_away(world.fake, true);
        pg_world_await_reach(&world, false);
        assert_int_equal(pg_world_write(&world, NULL, 0), PG_UNAVAILABLE);
        assert_int_equal(pg_world_write(&world, NULL, 0), PG_UNAVAILABLE);
        pg_fake_set_away(world.fake, false);
    }
    pg_world_await_reach(&world, true);
    assert_int_equal(pg_world_write(&world, NULL, 0), PG_DONE);
    assert_true(pg_world_figure(&world, "stockd_pg_connect_failures_total") > 0);
    pg_world_end(&world);
}

static void a_schema_that_changed_is_not_worked_on(void **state)
{
    struct pg_world world;
    (void)state;
    pg_world_begin(&world, 2, SHORT_MS);
    pg_fake_set_schema(world.fake, PG_FAKE_SCHEMA_VERSION + 1);
    pg_fake_set_away(world.fake, true);
    pg_world_await_reach(&world, false);
    pg_fake_set_away(world.fake, false);
    assert_int_equal(pg_world_write(&world, NULL, 0), PG_UNAVAILABLE);
    assert_int_equal(pg_fake_executed_count(world.fake), 0);
    pg_fake_set_schema(world.fake, PG_FAKE_SCHEMA_VERSION);
    pg_world_await_reach(&world, true);
    assert_int_equal(pg_world_write(&world, NULL, 0), PG_DONE);
    pg_world_end(&world);
}

static void nonsense_is_a_lost_connection(void **state)
{
    struct pg_world world;
    (void)state;
    pg_world_begin(&world, 1, PG_WORLD_DEADLINE_MS);
    pg_fake_set_mode(world.fake, PG_FAKE_NOISE);
    pg_fake_set_away(world.fake, true);
    pg_fake_set_away(world.fake, false);
    pg_world_await_reach(&world, false);
    pg_fake_set_mode(world.fake, PG_FAKE_SERVES);
    assert_int_equal(pg_world_write(&world, NULL, 0), PG_DONE);
    pg_world_end(&world);
}

/* A request that begins itself again from `done`, so many times. */
struct chain {
    struct pg_request request;
    struct pg_pool *pool;
    uint32_t left_count;
};

static void chain_done(struct pg_request *request, enum pg_outcome outcome,
                       const struct pg_result *result)
{
    struct chain *chain = (struct chain *)(void *)request;
    ASSERT(outcome == PG_DONE && pg_result_changed(result) == 3);
    if (--chain->left_count > 0)
        pg_pool_begin(chain->pool, request);
}

static void a_request_may_begin_again_when_it_is_done(void **state)
{
    struct pg_world world;
    int64_t number = 0;
    (void)state;
    pg_world_begin(&world, 1, PG_WORLD_DEADLINE_MS);
    struct chain chain = {
        .request = {.statement = PG_FAKE_WRITE,
                    .values = {{"x", 1}},
                    .values_count = 1,
                    .done = chain_done},
        .pool = world.pool,
        .left_count = 50,
    };
    pg_pool_begin(world.pool, &chain.request);
    while (pg_fake_executed_count(world.fake) < 50)
        world.os->pause(world.os, 1000);
    assert_int_equal(pg_world_number(&world, 1, &number), PG_DONE); /* One connection: behind it. */
    assert_int_equal(chain.left_count, 0);
    pg_world_end(&world);
}

struct ended {
    struct pg_request request;
    enum pg_outcome outcome;
    bool is_done;
};

static void note_end(struct pg_request *request, enum pg_outcome outcome,
                     const struct pg_result *result)
{
    struct ended *ended = (struct ended *)(void *)request;
    ASSERT(result == NULL);
    ended->outcome = outcome;
    ended->is_done = true;
}

static void closing_ends_what_is_under_way(void **state)
{
    enum { REQUESTS = 5 };
    const struct pg_fake_step waits = {PG_FAKE_WAITS, NULL, 100};
    struct ended ended[REQUESTS];
    struct pg_world world;
    (void)state;
    pg_world_begin(&world, 2, PG_WORLD_WAIT_MS * 1000);
    pg_fake_set_script(world.fake, &waits, 1);
    for (int i = 0; i < REQUESTS; i++) {
        ended[i] = (struct ended){.request = {.statement = PG_FAKE_WRITE,
                                              .values = {{"x", 1}},
                                              .values_count = 1,
                                              .done = note_end}};
        pg_pool_begin(world.pool, &ended[i].request);
    }
    pg_world_end(&world);
    for (int i = 0; i < REQUESTS; i++)
        assert_true(ended[i].is_done && ended[i].outcome == PG_UNAVAILABLE);
}

/* While all connections are busy the thread is woken for nothing else. */
static void a_request_with_less_time_than_those_under_way_ends_in_its_time(void **state)
{
    const struct pg_fake_step waits = {PG_FAKE_WAITS, NULL, 1};
    struct ended first = {
        .request = {
            .statement = PG_FAKE_WRITE, .values = {{"x", 1}}, .values_count = 1, .done = note_end}};
    struct pg_request second = first.request;
    struct pg_result *result = NULL;
    struct pg_world world;
    (void)state;
    pg_world_begin(&world, 1, PG_WORLD_WAIT_MS);
    pg_fake_set_script(world.fake, &waits, 1);
    pg_pool_begin(world.pool, &first.request);
    while (pg_world_figure(&world, "stockd_pg_connections_in_use") == 0)
        world.os->pause(world.os, 1000);
    second.deadline_ms = SHORT_MS;
    assert_int_equal(pg_pool_call(world.pool, &second, &result), PG_UNAVAILABLE);
    assert_false(first.is_done);
    pg_world_end(&world);
    assert_true(first.is_done);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_statement_gives_its_rows_or_its_count),
        cmocka_unit_test(each_failure_has_its_outcome),
        cmocka_unit_test(what_must_not_be_done_twice_is_not_sent_twice),
        cmocka_unit_test(retries_are_counted),
        cmocka_unit_test(a_server_that_hangs_is_not_waited_for),
        cmocka_unit_test(a_request_may_have_a_time_of_its_own),
        cmocka_unit_test(a_database_that_is_away_is_found_again),
        cmocka_unit_test(a_schema_that_changed_is_not_worked_on),
        cmocka_unit_test(nonsense_is_a_lost_connection),
        cmocka_unit_test(a_request_may_begin_again_when_it_is_done),
        cmocka_unit_test(closing_ends_what_is_under_way),
        cmocka_unit_test(a_request_with_less_time_than_those_under_way_ends_in_its_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
