/* A query log on a simulated machine. Entry number n is recognizable: it took n microseconds and
 * was received at START_MS + n * STEP_MS. */
#ifndef TESTS_UNIT_OPERATOR_REQUEST_LOG_WORLD_H
#define TESTS_UNIT_OPERATOR_REQUEST_LOG_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../support/expect.h"
#include "operator/request_log.h"
#include "os/log.h"
#include "os/os_sim.h"

#define FOLDER   "requests"
#define START_MS INT64_C(1704067200000)
#define STEP_MS  10
#define DAY_MS   (INT64_C(24) * 60 * 60 * 1000)

struct world {
    struct os_sim *sim;
    struct os *os;
    struct request_log *log;
    struct request_log_settings settings;
    struct arena arena;
    struct request_page page; /* The one that was found last. */
};

static inline void world_open(struct world *world)
{
    world->log = request_log_open(&world->settings);
    assert_non_null(world->log);
}

static inline int world_begin(void **state)
{
    struct world *world = calloc(1, sizeof(*world));
    if (world == NULL)
        return -1;
    log_set_level(LOG_ERROR);
    world->sim = os_sim_create(1);
    world->os = os_sim_os(world->sim);
    os_sim_set_now(world->sim, START_MS);
    world->settings = (struct request_log_settings){world->os, FOLDER, 10, REQUEST_LOG_BYTES_MIN};
    arena_init(&world->arena);
    world_open(world);
    *state = world;
    return 0;
}

static inline int world_end(void **state)
{
    struct world *world = *state;
    request_log_close(world->log);
    os_sim_destroy(world->sim);
    arena_deinit(&world->arena);
    free(world);
    return 0;
}

static inline void world_reopen(struct world *world)
{
    request_log_close(world->log);
    world_open(world);
}

static inline struct request_entry entry_of(int64_t number)
{
    return (struct request_entry){.received_at_ms = START_MS + number * STEP_MS,
                                  .took_us = number,
                                  .method = BYTES("PUT"),
                                  .path = BYTES("/campaigns/10/offers/stocks"),
                                  .campaign_id = 10,
                                  .business_id = 1,
                                  .token = BYTES("sync"),
                                  .status = 200,
                                  .request_bytes = 512,
                                  .reply_bytes = 15,
                                  .caller = BYTES("shop/1.0")};
}

/* Adds entries `first` to `last`. */
static inline void world_add(struct world *world, int64_t first, int64_t last)
{
    for (int64_t number = first; number <= last; number++) {
        const struct request_entry entry = entry_of(number);
        request_log_add(world->log, &entry);
    }
}

/* Adds entries that take as many bytes as they can, about 5 KB, and writes each. */
static inline void world_add_large(struct world *world, int64_t first, int64_t last)
{
    static char text[REQUEST_ERRORS_BYTES_MAX];
    memset(text, 'x', sizeof(text));
    const struct request_error error = {BYTES("C"), {(const uint8_t *)text, sizeof(text) - 1}};
    for (int64_t number = first; number <= last; number++) {
        struct request_entry entry = entry_of(number);
        entry.errors = &error;
        entry.errors_count = 1;
        request_log_add(world->log, &entry);
        request_log_write(world->log);
    }
}

/* Everything, a hundred a page. */
static inline struct request_filter filter_all(void)
{
    return (struct request_filter){.from_ms = INT64_MIN, .to_ms = INT64_MAX, .limit = 100};
}

/* Finds a page. */
static inline void world_find(struct world *world, const struct request_filter *filter)
{
    assert_int_equal(request_log_find(world->log, filter, &world->arena, &world->page), OK);
}

/* Follows the positions to the end; returns how many entries there were, and checks that each is
 * older than the one before. *newest and *oldest are their numbers. */
static inline int64_t world_count(struct world *world, struct request_filter filter,
                                  int64_t *newest, int64_t *oldest)
{
    uint8_t position[64];
    int64_t count = 0;
    *newest = *oldest = -1;
    do {
        arena_reset(&world->arena);
        world_find(world, &filter);
        assert_true(world->page.entries_count <= filter.limit);
        for (size_t i = 0; i < world->page.entries_count; i++) {
            const int64_t number = world->page.entries[i].took_us;
            assert_true(count == 0 || number < *oldest);
            assert_int_equal(world->page.entries[i].received_at_ms, START_MS + number * STEP_MS);
            *newest = count == 0 ? number : *newest;
            *oldest = number;
            count++;
        }
        assert_true(world->page.position.size < sizeof(position));
        for (size_t i = 0; i < world->page.position.size; i++)
            position[i] = world->page.position.data[i];
        filter.position = (struct bytes){position, world->page.position.size};
    } while (filter.position.size > 0);
    return count;
}

/* Value of a metric. */
static inline int64_t world_metric(struct world *world, const char *name)
{
    struct buffer page;
    buffer_init(&page);
    request_log_write_metrics(world->log, &page);
    char line[128];
    (void)snprintf(line, sizeof(line), "\n%s ", name);
    const char *found = strstr(buffer_text(&page), line);
    assert_non_null(found);
    const int64_t value = strtoll(found + strlen(line), NULL, 10);
    buffer_deinit(&page);
    return value;
}

#endif
