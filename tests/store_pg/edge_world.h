/* What the tests of edges stand on: two nodes over the database of the test, and a connection
 * beside them. Functions fail the test that runs. */
#ifndef TESTS_STORE_PG_EDGE_WORLD_H
#define TESTS_STORE_PG_EDGE_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store/pg_session.h"
#include "store/store_pg.h"

enum { SHELF = 77, CAMPAIGN = 5, DEADLINE_MS = 1500, WAIT_MS = 20000, HISTORY_DAYS = 30 };

/* Of a window of a rate limit: it ends in the year 2033, or 2065. */
#define WINDOW_MS INT64_C(1000000000000)

/* Two nodes, and a connection beside them. */
struct edge_world {
    struct store *nodes[2];
    struct pg_session *session;
    struct arena arena;
    int64_t documents_taken[2];
};

/* The database's, or NULL. */
const char *edge_url(void);

/* Counts documents in *context, as `take` of a store does. */
enum err edge_take_document(void *context, struct bytes name, struct bytes content);

/* Before and after each test. */
int edge_begin(void **state);
int edge_end(void **state);

/* A node, with or without (0) a history. */
void edge_open_with(struct edge_world *fixture, int node, int64_t history_days);
void edge_open(struct edge_world *fixture, int node);

/* SQL beside the nodes. */
void edge_script(struct edge_world *fixture, const char *text);

/* Commands of a node. Results lie in the arena until the next call. */
enum verdict edge_run(struct edge_world *fixture, int node, struct store_command *command);
struct stock_key edge_key(const char *sku);
enum verdict edge_put(struct edge_world *fixture, int node, const char *sku, int64_t count,
                      int64_t moment, struct store_put *put);
struct stock_view edge_view(struct edge_world *fixture, int node, const char *sku);

#endif
