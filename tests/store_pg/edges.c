/* What random commands do not meet: a shelf that the database forgot, documents of another node,
 * positions that nobody gave out, reservations that another node releases, windows of rate limits,
 * a database that hangs or ends its sessions, shelves that are too large to be counted at once.
 *
 *     STOCKD_TEST_PG=postgresql://… build/tests/store_pg/edges
 *
 * The database is migrated and nobody else's. */
#include "edge_world.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "os/log.h"
#include "store/command.h"

/* As after a failover to a standby without the last second: node 0 remembers the shelf. */
static void lost_shelf_is_made_again(void **state)
{
    struct edge_world *fixture = *state;
    struct store_put put;
    assert_int_equal(edge_put(fixture, 0, "A", 5, 1000, &put), VERDICT_OK);
    edge_script(fixture, "DELETE FROM stock WHERE shelf_id = 77; DELETE FROM shelf");
    assert_int_equal(edge_put(fixture, 0, "A", 6, 900, &put), VERDICT_OK);
    assert_int_equal(put.applied_count, 1);
    assert_int_equal(put.stale_count, 0);
    assert_int_equal(edge_view(fixture, 1, "A").available, 6);
    assert_int_equal(edge_put(fixture, 0, "A", 7, 800, &put), VERDICT_OK);
    assert_int_equal(put.applied_count, 0);
    assert_int_equal(put.stale_count, 1);
    assert_int_equal(edge_view(fixture, 1, "A").available, 6);
}

static void documents_of_another_node_are_taken_first(void **state)
{
    struct edge_world *fixture = *state;
    struct store **nodes = fixture->nodes;
    const struct bytes name = BYTES("name");
    assert_int_equal(store_add_document(nodes[0], name, BYTES("one")), OK);
    assert_int_equal(store_add_document(nodes[0], name, BYTES("two")), OK);
    assert_int_equal(store_add_document(nodes[1], name, BYTES("late")), ERR_BUSY);
    assert_int_equal(store_pg_take_documents(nodes[1]), OK);
    assert_int_equal(fixture->documents_taken[1], 2);
    assert_int_equal(store_add_document(nodes[1], name, BYTES("three")), OK);
    assert_int_equal(store_add_document(nodes[0], name, BYTES("late")), ERR_BUSY);
    assert_int_equal(store_pg_take_documents(nodes[0]), OK);
    assert_int_equal(fixture->documents_taken[0], 1);
}

static void strange_positions_are_refused(void **state)
{
    static uint8_t longest[SKU_BYTES_MAX + 2];
    struct edge_world *fixture = *state;
    memset(longest, 'x', sizeof(longest));
    const struct {
        struct bytes position;
        enum verdict verdict;
    } rows[] = {
        {BYTES("a\0b"), VERDICT_BAD_POSITION},
        {BYTES("\xff"), VERDICT_BAD_POSITION},
        {BYTES("\xed\xa0\x80"), VERDICT_BAD_POSITION},
        {{longest, SKU_BYTES_MAX + 2}, VERDICT_BAD_POSITION},
        {{longest, SKU_BYTES_MAX + 1}, VERDICT_OK},
        {BYTES("\x01"), VERDICT_OK},
        {BYTES("' OR 1=1"), VERDICT_OK},
    };
    for (size_t i = 0; i < 2 * sizeof(rows) / sizeof(rows[0]); i++) {
        struct store_command command = {
            .kind = STORE_PAGE,
            .shelf_id = SHELF,
            .page = {.position = rows[i / 2].position, .backward = i % 2 == 1, .limit = 3}};
        assert_int_equal(edge_run(fixture, 0, &command), rows[i / 2].verdict);
    }
}

/* Backward from the start there is nothing, and everything lies ahead. */
static void page_before_the_start_leads_to_the_first(void **state)
{
    struct edge_world *fixture = *state;
    struct store_put put;
    assert_int_equal(edge_put(fixture, 0, "A", 1, 5000, &put), VERDICT_OK);
    struct store_command command = {
        .kind = STORE_PAGE, .shelf_id = SHELF, .page = {.backward = true, .limit = 3}};
    assert_int_equal(edge_run(fixture, 0, &command), VERDICT_OK);
    assert_int_equal(command.views_count, 0);
    assert_int_equal(command.page.prev.size, 0);
    assert_true(bytes_equal(command.page.next, BYTES("\x01")));
    uint8_t position[1] = {0x01};
    command.page.position = (struct bytes){position, 1};
    command.page.backward = false;
    assert_int_equal(edge_run(fixture, 0, &command), VERDICT_OK);
    assert_true(bytes_equal(command.views[0].sku, BYTES("A")));
}

/* Node 0 takes the order and is no more; node 1 has the thread. */
static void another_node_releases_what_expires(void **state)
{
    struct edge_world *fixture = *state;
    struct os *os = os_real();
    struct store_put put;
    const int64_t now_ms = os->now_ms(os);
    assert_int_equal(edge_put(fixture, 0, "E", 9, now_ms, &put), VERDICT_OK);
    const struct stock_order_item item = {edge_key("E"), 4};
    struct store_command command = {
        .kind = STORE_ORDER,
        .shelf_id = SHELF,
        .order = {.action = ORDER_RESERVE,
                  .campaign_id = CAMPAIGN,
                  .id = BYTES_INIT("expires"),
                  .now_ms = now_ms,
                  .expires_at_ms = now_ms + 300,
                  .items = &item,
                  .items_count = 1},
    };
    assert_int_equal(edge_run(fixture, 0, &command), VERDICT_OK);
    assert_int_equal(store_pg_start(fixture->nodes[1]), OK);
    int64_t waited_ms = 0;
    while (edge_view(fixture, 1, "E").reserved > 0 && waited_ms < WAIT_MS) {
        os->pause(os, 5000);
        waited_ms += 5;
    }
    assert_true(os->now_ms(os) >= now_ms + 300);
    assert_int_equal(edge_view(fixture, 1, "E").available, 9);
    command.order.action = ORDER_READ;
    assert_int_equal(edge_run(fixture, 1, &command), VERDICT_OK);
    assert_int_equal(command.order.order.state, ORDER_EXPIRED);
    assert_true(command.order.order.changed_at_ms >= now_ms + 300);
}

static struct store_spend spend_of(int64_t cost)
{
    return (struct store_spend){
        .entity = CAMPAIGN, .method = 3, .cost = cost, .amount = 5, .period_ms = WINDOW_MS};
}

/* A put of one unit that pays, or with no SKU nothing but the payment. */
static enum verdict pay(struct edge_world *fixture, int node, const char *sku, int64_t cost,
                        struct store_spend *spend)
{
    struct store_command command = {.kind = STORE_SPEND, .pays = spend};
    const struct stock_write item = {edge_key(sku == NULL ? "-" : sku), 1, 1000};
    if (sku != NULL) {
        command.kind = STORE_PUT;
        command.shelf_id = SHELF;
        command.put = (struct store_put){.items = &item, .items_count = 1};
    }
    *spend = spend_of(cost);
    return edge_run(fixture, node, &command);
}

static void what_a_command_pays_is_counted_for_all_nodes(void **state)
{
    struct edge_world *fixture = *state;
    const struct stock_key refused = edge_key("P2");
    struct store_command list = {
        .kind = STORE_LIST, .shelf_id = SHELF, .list = {.keys = &refused, .keys_count = 1}};
    struct store_spend spend;
    assert_int_equal(pay(fixture, 0, "P1", 3, &spend), VERDICT_OK);
    assert_true(spend.granted);
    assert_int_equal(spend.remaining, 2);
    assert_true(spend.at_ms < spend.until_ms && spend.at_ms >= spend.until_ms - WINDOW_MS);
    assert_int_equal(spend.until_ms % WINDOW_MS, 0);
    assert_int_equal(edge_view(fixture, 1, "P1").available, 1);

    assert_int_equal(pay(fixture, 1, "P2", 3, &spend), VERDICT_LIMIT);
    assert_false(spend.granted);
    assert_int_equal(spend.remaining, 2);
    assert_int_equal(edge_run(fixture, 0, &list), VERDICT_OK);
    assert_int_equal(list.views_count, 0);

    assert_int_equal(pay(fixture, 1, NULL, 0, &spend), VERDICT_OK);
    assert_int_equal(pay(fixture, 0, NULL, 2, &spend), VERDICT_OK);
    assert_int_equal(spend.remaining, 0);
    assert_int_equal(pay(fixture, 1, NULL, 0, &spend), VERDICT_LIMIT);
}

/* Continues with the window of the test before. */
static void what_is_given_back_aside_may_be_taken_again(void **state)
{
    struct edge_world *fixture = *state;
    struct store_spend back = spend_of(-4);
    struct store_spend spend;
    assert_int_equal(pay(fixture, 0, NULL, 1, &spend), VERDICT_LIMIT);
    back.until_ms = spend.until_ms;
    store_spend_aside(fixture->nodes[0], &back);
    int64_t waited_ms = 0;
    while (pay(fixture, 1, NULL, 0, &spend) != VERDICT_OK && waited_ms < WAIT_MS) {
        os_real()->pause(os_real(), 5000);
        waited_ms += 5;
    }
    assert_int_equal(pay(fixture, 1, NULL, 4, &spend), VERDICT_OK);
    assert_int_equal(pay(fixture, 0, NULL, 1, &spend), VERDICT_LIMIT);
    assert_int_equal(spend.remaining, 0);
}

static enum err ask_history(struct edge_world *fixture, const char *sku, struct bytes position,
                            struct store_history *history)
{
    arena_reset(&fixture->arena);
    *history = (struct store_history){.shelf_id = SHELF,
                                      .key = edge_key(sku),
                                      .until_ms = INT64_MAX,
                                      .limit = 3,
                                      .position = position,
                                      .arena = &fixture->arena};
    return store_history(fixture->nodes[1], history);
}

/* A name is cut, and is a text whatever its bytes are. */
static void causes_are_kept_as_texts(void **state)
{
    struct edge_world *fixture = *state;
    static const char longest[] =
        "яяяяяяяяяяяяяяяяяяяяяяяяяяяяяяяяяяяяяяяяяяяяяяяяяяяяяяяяяяяяяяяяя";
    const struct {
        struct bytes by;
        size_t bytes;
    } rows[] = {{BYTES("a\0b"), 1}, {BYTES("ab\xff"), 2}, {bytes_from_text(longest), 128}};
    const int64_t now_ms = os_real()->now_ms(os_real());
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct stock_write item = {edge_key("H"), 1, now_ms + (int64_t)i};
        struct store_command command = {
            .kind = STORE_PUT,
            .shelf_id = SHELF,
            .cause = {.source = STOCK_SOURCE_PUSH, .at_ms = now_ms, .by = rows[i].by},
            .put = {.items = &item, .items_count = 1}};
        struct store_history history;
        assert_int_equal(edge_run(fixture, 0, &command), VERDICT_OK);
        assert_int_equal(ask_history(fixture, "H", BYTES(""), &history), OK);
        assert_int_equal(history.events_count, i + 1);
        assert_int_equal(history.events[0].cause.source, STOCK_SOURCE_PUSH);
        assert_int_equal(history.events[0].cause.by.size, rows[i].bytes);
        assert_memory_equal(history.events[0].cause.by.data, rows[i].by.data, rows[i].bytes);
    }
}

static void strange_places_of_a_history_are_refused(void **state)
{
    struct edge_world *fixture = *state;
    const struct {
        struct bytes position;
        enum err error;
    } rows[] = {
        {BYTES("1.2.3"), OK},
        {BYTES("0.0.0"), OK},
        {BYTES("1.2"), ERR_INVALID},
        {BYTES("1.2.3.4"), ERR_INVALID},
        {BYTES("1.2."), ERR_INVALID},
        {BYTES("1.2.-3"), ERR_INVALID},
        {BYTES("1.2147483648.3"), ERR_INVALID},
        {BYTES("9223372036854775807.2.3"), ERR_INVALID},
        {BYTES("a"), ERR_INVALID},
        {BYTES("."), ERR_INVALID},
        {BYTES("1.2.3 "), ERR_INVALID},
        {BYTES("0000000000000000000000000000000000000000000000000000000000001.2.3"), ERR_INVALID},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct store_history history;
        assert_int_equal(ask_history(fixture, "H", rows[i].position, &history), rows[i].error);
        assert_int_equal(history.events_count, 0);
    }
}

/* Node 0 keeps none from then on: it writes nothing down, and node 1 tells what it did before. */
static void node_without_history_keeps_and_tells_none(void **state)
{
    struct edge_world *fixture = *state;
    struct store_history history;
    const struct stock_key key = edge_key("N");
    const int64_t now_ms = os_real()->now_ms(os_real());
    for (int64_t i = 0; i < 2; i++) {
        const struct stock_write item = {key, i, now_ms + i};
        struct store_command command = {.kind = STORE_PUT,
                                        .shelf_id = SHELF,
                                        .cause = {.source = STOCK_SOURCE_API, .at_ms = now_ms},
                                        .put = {.items = &item, .items_count = 1}};
        assert_int_equal(edge_run(fixture, 0, &command), VERDICT_OK);
        store_close(fixture->nodes[0]);
        edge_open_with(fixture, 0, i == 0 ? 0 : HISTORY_DAYS);
    }
    assert_int_equal(ask_history(fixture, "N", BYTES(""), &history), OK);
    assert_int_equal(history.events_count, 1);
    store_close(fixture->nodes[1]);
    edge_open_with(fixture, 1, 0);
    assert_int_equal(ask_history(fixture, "N", BYTES(""), &history), ERR_UNSUPPORTED);
}

/* As after weeks in which no node was there: the first one that starts has its days before it
 * writes. */
static void starting_makes_the_days(void **state)
{
    struct edge_world *fixture = *state;
    static const char *const days = "SELECT count(*) FROM pg_inherits"
                                    " WHERE inhparent = 'stock_history'::regclass";
    struct pg_result *rows = NULL;
    edge_script(fixture, "DO $$ DECLARE r record; BEGIN FOR r IN SELECT inhrelid::regclass AS name"
                         " FROM pg_inherits WHERE inhparent = 'stock_history'::regclass"
                         " AND inhrelid <> 'stock_history_rest'::regclass LOOP"
                         " EXECUTE 'DROP TABLE ' || r.name; END LOOP; END $$");
    edge_script(fixture, "TRUNCATE stock_history");
    assert_int_equal(store_pg_start(fixture->nodes[1]), OK);
    assert_int_equal(pg_session_run(fixture->session, days, NULL, 0, &rows), OK);
    assert_true(pg_result_int8(rows, 0, 0) >= 9);
    pg_result_free(rows);
}

/* Its tables are locked, as by somebody's maintenance: nothing comes back in time. What was sent
 * may be carried out later, so the last word is a newer one. */
static void database_that_hangs_is_no_room(void **state)
{
    struct edge_world *fixture = *state;
    struct shelf_totals totals;
    struct store_history history;
    struct store_put put;
    assert_int_equal(edge_put(fixture, 0, "W", 1, 1000, &put), VERDICT_OK);
    edge_script(fixture, "BEGIN; LOCK TABLE stock, document_last IN ACCESS EXCLUSIVE MODE");
    assert_int_equal(edge_put(fixture, 0, "W", 2, 2000, &put), VERDICT_NO_ROOM);
    assert_int_equal(store_totals(fixture->nodes[0], SHELF, 0, &totals), ERR_IO);
    assert_int_equal(store_copy_shelf(fixture->nodes[0], SHELF, SHELF + 1, STORE_TIES_LAST),
                     ERR_IO);
    assert_int_equal(store_add_document(fixture->nodes[0], BYTES("name"), BYTES("text")), ERR_IO);
    edge_script(fixture, "LOCK TABLE stock_history IN ACCESS EXCLUSIVE MODE");
    assert_int_equal(ask_history(fixture, "W", BYTES(""), &history), ERR_IO);
    edge_script(fixture, "ROLLBACK");
    int64_t waited_ms = 0; /* Its connections went with what they had sent. */
    while (edge_put(fixture, 0, "W", 3, 3000, &put) == VERDICT_NO_ROOM && waited_ms < WAIT_MS) {
        os_real()->pause(os_real(), 10000);
        waited_ms += 10;
    }
    assert_int_equal(edge_view(fixture, 0, "W").available, 3);
}

/* Sessions end between commands, as in a restart: each is sent again and none fails. */
static void commands_outlive_their_connections(void **state)
{
    struct edge_world *fixture = *state;
    struct store_put put;
    for (int64_t i = 1; i <= 300; i++) {
        if (i % 20 == 0)
            edge_script(fixture, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                                 " WHERE datname = current_database()"
                                 " AND pid <> pg_backend_pid()");
        assert_int_equal(edge_put(fixture, i % 2 == 0, "T", i, 10000 + i, &put), VERDICT_OK);
        assert_int_equal(edge_view(fixture, i % 2 == 1, "T").available, i);
    }
}

/* The machine, but each look at the clock by the test's own thread takes a while. */
struct slow_os {
    struct os os; /* First. */
    pthread_t thread;
    int64_t look_us;
    int64_t ahead_us;
};

static int64_t slow_uptime_us(struct os *os)
{
    struct slow_os *slow = (struct slow_os *)(void *)os;
    if (pthread_equal(slow->thread, pthread_self()))
        slow->ahead_us += slow->look_us;
    return os_real()->uptime_us(os_real()) + slow->ahead_us;
}

static void expect_survey(const struct shelf_survey *survey, uint64_t cells, uint64_t available,
                          uint64_t hidden, int64_t updated_at_ms)
{
    assert_true(survey->counted);
    assert_int_equal(survey->cells_count, cells);
    assert_int_equal(survey->available, available);
    assert_int_equal(survey->hidden_count, hidden);
    assert_int_equal(survey->updated_at_ms, updated_at_ms);
}

/* A piece a call, and figures are said again for a while; a shelf may be asked for twice. No small
 * shelf waits until a large one is counted. */
static void large_shelves_are_counted_piece_by_piece(void **state)
{
    enum { LARGE = 78, SMALL = 79, NONE = 80, CALLS_MAX = 6, CALL_US = 500000 };
    struct edge_world *fixture = *state;
    struct slow_os slow = {.os = *os_real(), .thread = pthread_self()};
    char problem[STORE_PG_PROBLEM_BYTES];
    struct store *store = NULL;
    const struct store_pg_settings settings = {
        .os = &slow.os,
        .url = edge_url(),
        .connections_count = 1,
        .deadline_ms = WAIT_MS,
        .documents = {.context = &fixture->documents_taken[0], .take = edge_take_document},
    };
    slow.os.uptime_us = slow_uptime_us;
    edge_script(fixture,
                "INSERT INTO stock (shelf_id, sku, available, updated_ms, marks) SELECT 78,"
                " 'S' || n, n % 3, n, n % 2 FROM generate_series(1, 140000) AS n;"
                "INSERT INTO stock (shelf_id, sku, available, updated_ms)"
                " VALUES (79, 'a', 5, 6)");
    assert_int_equal(store_pg_open(&settings, problem, &store), OK);
    slow.look_us = CALL_US;
    struct shelf_survey shelves[] = {
        {.shelf_id = LARGE}, {.shelf_id = SMALL}, {.shelf_id = LARGE}, {.shelf_id = NONE}};
    int calls = 0;
    do {
        assert_int_equal(store_survey(store, shelves, 4), OK);
        assert_true(++calls <= CALLS_MAX);
        assert_true(calls > 1 || !shelves[0].counted);
        assert_true(!shelves[0].counted || (shelves[1].counted && shelves[3].counted));
    } while (!shelves[0].counted || !shelves[1].counted || !shelves[3].counted);
    slow.look_us = 0;
    expect_survey(&shelves[0], 140000, 140001, 70000, 140000);
    expect_survey(&shelves[2], 140000, 140001, 70000, 140000);
    expect_survey(&shelves[1], 1, 5, 0, 6);
    expect_survey(&shelves[3], 0, 0, 0, STOCK_NEVER_UPDATED);
    edge_script(fixture, "UPDATE stock SET available = 7, updated_ms = 9 WHERE shelf_id = 79");
    slow.ahead_us += 60 * CALL_US; /* It was counted longer ago than any may be said again. */
    assert_int_equal(store_survey(store, shelves, 4), OK);
    expect_survey(&shelves[1], 1, 7, 0, 9);
    edge_script(fixture, "UPDATE stock SET available = 8, updated_ms = 9 WHERE shelf_id = 79");
    slow.ahead_us -= 2 * CALL_US; /* Whatever the test itself takes. */
    assert_int_equal(store_survey(store, shelves, 2), OK);
    expect_survey(&shelves[1], 1, 7, 0, 9);
    store_close(store);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, edge_begin, edge_end)
    const struct CMUnitTest tests[] = {
        TEST(lost_shelf_is_made_again),
        TEST(documents_of_another_node_are_taken_first),
        TEST(strange_positions_are_refused),
        TEST(page_before_the_start_leads_to_the_first),
        TEST(another_node_releases_what_expires),
        TEST(database_that_hangs_is_no_room),
        TEST(commands_outlive_their_connections),
        TEST(what_a_command_pays_is_counted_for_all_nodes),
        TEST(causes_are_kept_as_texts),
        TEST(strange_places_of_a_history_are_refused),
        TEST(node_without_history_keeps_and_tells_none),
        TEST(starting_makes_the_days),
        TEST(what_is_given_back_aside_may_be_taken_again),
        TEST(large_shelves_are_counted_piece_by_piece),
    };
    if (edge_url() == NULL) {
        (void)fprintf(stderr, "edges: STOCKD_TEST_PG=postgresql://… is not set\n");
        return 2;
    }
    log_set_level(LOG_ERROR);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
