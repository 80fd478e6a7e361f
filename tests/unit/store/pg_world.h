/* A pool before a database that is none (tests/support/pg_fake.h), and calls with one line each. */
#ifndef TESTS_UNIT_STORE_PG_WORLD_H
#define TESTS_UNIT_STORE_PG_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "../../support/expect.h"
#include "../../support/pg_fake.h"
#include "os/os.h"
#include "store/pg_pool.h"

enum { PG_WORLD_DEADLINE_MS = 10000, PG_WORLD_WAIT_MS = 20000 };

struct pg_world {
    struct os *os;
    struct pg_fake *fake;
    struct pg_pool *pool;
    char url[PG_FAKE_URL_BYTES];
    char problem[PG_PROBLEM_BYTES];
};

static inline void pg_world_init(struct pg_world *world)
{
    *world = (struct pg_world){.os = os_real(), .fake = pg_fake_create()};
    pg_fake_url(world->fake, world->url);
}

static inline enum err pg_world_open(struct pg_world *world, uint32_t connections_count,
                                     int64_t deadline_ms)
{
    const struct pg_pool_settings settings = {
        .os = world->os,
        .url = world->url,
        .statements = &PG_FAKE_STATEMENTS,
        .connections_count = connections_count,
        .deadline_ms = deadline_ms,
    };
    return pg_pool_open(&settings, &world->pool, world->problem, sizeof(world->problem));
}

/* With a pool of so many connections. */
static inline void pg_world_begin(struct pg_world *world, uint32_t connections_count,
                                  int64_t deadline_ms)
{
    pg_world_init(world);
    const enum err error = pg_world_open(world, connections_count, deadline_ms);
    EXPECT(world->problem, error == OK);
}

static inline void pg_world_end(struct pg_world *world)
{
    pg_pool_close(world->pool);
    pg_fake_destroy(world->fake);
}

/* Sends a number there and back; what came back, or -1. */
static inline enum pg_outcome pg_world_number(struct pg_world *world, uint8_t number,
                                              int64_t *came_back)
{
    const uint8_t big_endian[8] = {0, 0, 0, 0, 0, 0, 0, number};
    struct pg_request request = {.statement = PG_FAKE_NUMBER,
                                 .values = {{big_endian, sizeof(big_endian)}},
                                 .values_count = 1};
    struct pg_result *result = NULL;
    const enum pg_outcome outcome = pg_pool_call(world->pool, &request, &result);
    *came_back = outcome == PG_DONE ? pg_result_int8(result, 0, 0) : -1;
    pg_result_free(result);
    return outcome;
}

/* What becomes of a statement that writes and follows this script. */
static inline enum pg_outcome pg_world_run(struct pg_world *world, uint32_t statement,
                                           const struct pg_fake_step *steps, uint32_t count)
{
    struct pg_request request = {
        .statement = statement, .values = {{"text", 4}}, .values_count = 1};
    struct pg_result *result = NULL;
    pg_fake_set_script(world->fake, steps, count);
    const enum pg_outcome outcome = pg_pool_call(world->pool, &request, &result);
    if (outcome == PG_DONE)
        assert_int_equal(pg_result_changed(result), 3);
    else
        assert_null(result);
    pg_result_free(result);
    return outcome;
}

static inline enum pg_outcome pg_world_write(struct pg_world *world,
                                             const struct pg_fake_step *steps, uint32_t count)
{
    return pg_world_run(world, PG_FAKE_WRITE, steps, count);
}

/* Waits until the pool can reach its database, or cannot. */
static inline void pg_world_await_reach(struct pg_world *world, bool is_reachable)
{
    for (int ms = 0; pg_pool_is_reachable(world->pool) != is_reachable; ms++) {
        assert_true(ms < PG_WORLD_WAIT_MS);
        world->os->pause(world->os, 1000);
    }
}

/* Waits until so many connections were let in. */
static inline void pg_world_await_connections(struct pg_world *world, uint32_t count)
{
    for (int ms = 0; pg_fake_connections_count(world->fake) < count; ms++) {
        assert_true(ms < PG_WORLD_WAIT_MS);
        world->os->pause(world->os, 1000);
    }
}

/* A figure of /metrics. */
static inline int64_t pg_world_figure(struct pg_world *world, const char *name)
{
    struct buffer page;
    char line[100];
    int64_t value = -1;
    buffer_init(&page);
    pg_pool_write_metrics(world->pool, &page);
    (void)snprintf(line, sizeof(line), "\n%s ", name);
    const char *found = strstr(buffer_text(&page), line);
    EXPECT(name, found != NULL);
    const char *digits = found + strlen(line);
    EXPECT(name,
           bytes_to_int64((struct bytes){(const uint8_t *)digits, strcspn(digits, "\n")}, &value));
    buffer_deinit(&page);
    return value;
}

#endif
