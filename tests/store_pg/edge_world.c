/* Two nodes over the database of a test, and a connection beside them. */
#include "edge_world.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "store/command.h"

const char *edge_url(void)
{
    return getenv("STOCKD_TEST_PG");
}

enum err edge_take_document(void *context, struct bytes name, struct bytes content)
{
    (void)name;
    (void)content;
    ++*(int64_t *)context;
    return OK;
}

void edge_open_with(struct edge_world *fixture, int node, int64_t history_days)
{
    char problem[STORE_PG_PROBLEM_BYTES];
    const struct store_pg_settings settings = {
        .os = os_real(),
        .url = edge_url(),
        .connections_count = 2,
        .deadline_ms = DEADLINE_MS,
        .history_days = history_days,
        .documents = {.context = &fixture->documents_taken[node], .take = edge_take_document},
    };
    if (store_pg_open(&settings, problem, &fixture->nodes[node]) != OK)
        fail_msg("%s", problem);
}

void edge_open(struct edge_world *fixture, int node)
{
    edge_open_with(fixture, node, HISTORY_DAYS);
}

int edge_begin(void **state)
{
    char problem[PG_PROBLEM_BYTES];
    struct edge_world *fixture = calloc(1, sizeof(*fixture));
    if (fixture == NULL)
        return -1;
    arena_init(&fixture->arena);
    if (pg_session_open(os_real(), edge_url(), WAIT_MS, &fixture->session, problem,
                        sizeof(problem)) != OK)
        return -1;
    edge_open(fixture, 0);
    edge_open(fixture, 1);
    *state = fixture;
    return 0;
}

int edge_end(void **state)
{
    struct edge_world *fixture = *state;
    store_close(fixture->nodes[0]);
    store_close(fixture->nodes[1]);
    pg_session_close(fixture->session);
    arena_deinit(&fixture->arena);
    free(fixture);
    return 0;
}

void edge_script(struct edge_world *fixture, const char *text)
{
    if (pg_session_script(fixture->session, text) != OK)
        fail_msg("%s", pg_session_problem(fixture->session));
}

/* Results lie in the arena until the next call. */
enum verdict edge_run(struct edge_world *fixture, int node, struct store_command *command)
{
    arena_reset(&fixture->arena);
    command->arena = &fixture->arena;
    return command_run(fixture->nodes[node], command);
}

struct stock_key edge_key(const char *sku)
{
    const struct bytes bytes = bytes_from_text(sku);
    return (struct stock_key){bytes, bytes_hash(bytes)};
}

enum verdict edge_put(struct edge_world *fixture, int node, const char *sku, int64_t count,
                      int64_t moment, struct store_put *put)
{
    const struct stock_write item = {edge_key(sku), count, moment};
    struct store_command command = {
        .kind = STORE_PUT, .shelf_id = SHELF, .put = {.items = &item, .items_count = 1}};
    const enum verdict verdict = edge_run(fixture, node, &command);
    *put = command.put;
    return verdict;
}

struct stock_view edge_view(struct edge_world *fixture, int node, const char *sku)
{
    const struct stock_key key = edge_key(sku);
    struct store_command command = {
        .kind = STORE_LIST, .shelf_id = SHELF, .list = {.keys = &key, .keys_count = 1}};
    assert_int_equal(edge_run(fixture, node, &command), VERDICT_OK);
    assert_int_equal(command.views_count, 1);
    return command.views[0];
}
