/* A pool before a real PostgreSQL. What its other tests have from a server that is none is tried on
 * one: types, transactions, conflicts, connections that are ended, a table that was changed by
 * hand.
 *
 *     STOCKD_TEST_PG=postgresql://… build/tests/store_pg/pool
 *
 * It makes tables of its own in that database. */
#include <endian.h>
#include <stdlib.h>

#include "../unit/store/pg_world.h"
#include "store/pg_session.h"

enum { TRY_PUT, TRY_GET, TRY_TYPES, TRY_SLEEP, TRY_FAIL, TRY_COUNT };
enum { VERSION = 3, DEADLINE_MS = 10000, SHORT_MS = 500 };

static const struct pg_statement_row ROWS[TRY_COUNT] = {
    [TRY_PUT] = {"put",
                 "INSERT INTO pool_try AS t (id, name, number) VALUES ($1, $2, $3)"
                 " ON CONFLICT (id) DO UPDATE SET name = excluded.name, number = excluded.number",
                 3,
                 {PG_OID_INT8, PG_OID_TEXT, PG_OID_INT8},
                 NULL,
                 false},
    [TRY_GET] = {"get",
                 "SELECT id, name, number FROM pool_try WHERE id >= $1 ORDER BY id",
                 1,
                 {PG_OID_INT8},
                 "ntn",
                 false},
    [TRY_TYPES] = {"types",
                   "SELECT $1::int4 + 1, $2::bool, $3::bytea, '{1,2}'::int8[], '{a,b}'::text[]",
                   3,
                   {PG_OID_INT4, PG_OID_BOOL, PG_OID_BYTEA},
                   "iobax",
                   false},
    [TRY_SLEEP] = {"sleep", "SELECT pg_sleep($1::int8)::text", 1, {PG_OID_INT8}, "t", false},
    [TRY_FAIL] = {"fail", "SELECT pool_try_fail($1)", 1, {PG_OID_TEXT}, "n", false},
};

static const struct pg_statement_set SET = {
    .rows = ROWS,
    .rows_count = TRY_COUNT,
    .schema_version = VERSION,
    .session_text = "SET enable_mergejoin = off; SET jit = off",
    .version_text = "SELECT max(version) FROM pool_try_schema",
    .problems_text = "SELECT 'no right ' || p FROM (VALUES ('SELECT'), ('INSERT')) AS v(p)"
                     " WHERE NOT has_table_privilege('pool_try', p)",
};

static const char SCHEMA[] =
    "DROP TABLE IF EXISTS pool_try, pool_try_schema;"
    "CREATE TABLE pool_try_schema (version int4); INSERT INTO pool_try_schema VALUES (3);"
    "CREATE TABLE pool_try (id int8 PRIMARY KEY, name text, number int8);"
    "CREATE OR REPLACE FUNCTION pool_try_fail(state text) RETURNS int8 LANGUAGE plpgsql AS $$"
    " BEGIN RAISE EXCEPTION 'as asked' USING ERRCODE = state; END $$";

struct real {
    struct os *os;
    const char *url;
    struct pg_session *session;
    struct pg_pool *pool;
    char problem[PG_PROBLEM_BYTES];
};

static enum err real_open(struct real *real, uint32_t connections_count, int64_t deadline_ms)
{
    const struct pg_pool_settings settings = {.os = real->os,
                                              .url = real->url,
                                              .statements = &SET,
                                              .connections_count = connections_count,
                                              .deadline_ms = deadline_ms};
    return pg_pool_open(&settings, &real->pool, real->problem, sizeof(real->problem));
}

/* A fresh schema and a pool over it. */
static void real_begin(struct real *real, uint32_t connections_count, int64_t deadline_ms)
{
    *real = (struct real){.os = os_real(), .url = getenv("STOCKD_TEST_PG")};
    EXPECT(real->problem, pg_session_open(real->os, real->url, DEADLINE_MS, &real->session,
                                          real->problem, sizeof(real->problem)) == OK);
    const enum err error = pg_session_script(real->session, SCHEMA);
    EXPECT(pg_session_problem(real->session), error == OK);
    const enum err opened = real_open(real, connections_count, deadline_ms);
    EXPECT(real->problem, opened == OK);
}

static void real_end(struct real *real)
{
    pg_pool_close(real->pool);
    pg_session_close(real->session);
}

static enum pg_outcome call(struct real *real, uint32_t statement, const struct pg_value *values,
                            struct pg_result **result)
{
    struct pg_request request = {.statement = statement,
                                 .values_count = ROWS[statement].values_count};
    for (uint32_t i = 0; i < request.values_count; i++)
        request.values[i] = values[i];
    return pg_pool_call(real->pool, &request, result);
}

static enum pg_outcome put(struct real *real, int64_t id, const char *name, int64_t number)
{
    const uint64_t numbers[2] = {htobe64((uint64_t)id), htobe64((uint64_t)number)};
    const struct pg_value values[3] = {
        {&numbers[0], 8},
        {name, name == NULL ? 0 : (int32_t)strlen(name)},
        {&numbers[1], 8},
    };
    struct pg_result *result = NULL;
    const enum pg_outcome outcome = call(real, TRY_PUT, values, &result);
    if (outcome == PG_DONE)
        assert_int_equal(pg_result_changed(result), 1);
    pg_result_free(result);
    return outcome;
}

static enum pg_outcome get(struct real *real, struct pg_result **result)
{
    const uint64_t from = htobe64(0);
    const struct pg_value value = {&from, 8};
    return call(real, TRY_GET, &value, result);
}

static void values_go_there_and_back(void **state)
{
    struct real real;
    struct pg_result *result = NULL;
    (void)state;
    real_begin(&real, 2, DEADLINE_MS);
    assert_int_equal(put(&real, 1, "one", -5), PG_DONE);
    assert_int_equal(put(&real, 2, "", INT64_MIN), PG_DONE);
    assert_int_equal(put(&real, 3, NULL, INT64_MAX), PG_DONE);
    assert_int_equal(get(&real, &result), PG_DONE);
    assert_int_equal(pg_result_rows(result), 3);
    EXPECT_TEXT(pg_result_bytes(result, 0, 1), "one");
    assert_int_equal(pg_result_int8(result, 0, 2), -5);
    EXPECT_TEXT(pg_result_bytes(result, 1, 1), "");
    assert_false(pg_result_is_null(result, 1, 1));
    assert_true(pg_result_int8(result, 1, 2) == INT64_MIN);
    assert_true(pg_result_is_null(result, 2, 1));
    assert_true(pg_result_int8(result, 2, 2) == INT64_MAX);
    assert_int_equal(pg_result_changed(result), 3);
    pg_result_free(result);
    real_end(&real);
}

static void every_type_has_its_letter(void **state)
{
    const uint32_t number = htobe32((uint32_t)-8);
    const uint8_t yes = 1;
    const struct pg_value values[3] = {{&number, 4}, {&yes, 1}, {"\0\1\2", 3}};
    struct real real;
    struct pg_result *result = NULL;
    (void)state;
    real_begin(&real, 1, DEADLINE_MS);
    assert_int_equal(call(&real, TRY_TYPES, values, &result), PG_DONE);
    assert_int_equal(pg_result_int8(result, 0, 0), -7);
    assert_int_equal(pg_result_int8(result, 0, 1), 1);
    EXPECT_BYTES(pg_result_bytes(result, 0, 2), ((struct bytes){(const uint8_t *)"\0\1\2", 3}));
    assert_int_equal(pg_result_bytes(result, 0, 3).size, 20 + 2 * 12);
    assert_int_equal(pg_result_bytes(result, 0, 4).size, 20 + 2 * 5);
    pg_result_free(result);
    real_end(&real);
}

static void failures_are_judged_by_their_sqlstate(void **state)
{
    static const struct {
        const char *state;
        enum pg_outcome outcome;
    } rows[] = {{"40001", PG_UNAVAILABLE},
                {"53100", PG_UNAVAILABLE},
                {"57014", PG_UNAVAILABLE},
                {"23514", PG_BROKEN}};
    struct real real;
    (void)state;
    real_begin(&real, 1, DEADLINE_MS);
    for (size_t i = 0; i < ROWS_COUNT_OF(rows); i++) {
        const struct pg_value value = {rows[i].state, 5};
        struct pg_result *result = NULL;
        EXPECT(rows[i].state, call(&real, TRY_FAIL, &value, &result) == rows[i].outcome);
        assert_null(result);
    }
    assert_int_equal(put(&real, 1, "x", 1), PG_DONE);
    real_end(&real);
}

/* A lock that somebody else holds for too long, and connections that an administrator ends. */
static void what_hangs_or_is_ended_is_survived(void **state)
{
    struct real real;
    (void)state;
    real_begin(&real, 3, SHORT_MS);
    assert_int_equal(put(&real, 1, "x", 1), PG_DONE);
    assert_int_equal(pg_session_script(real.session, "BEGIN; LOCK TABLE pool_try"), OK);
    assert_int_equal(put(&real, 1, "late", 2), PG_UNAVAILABLE);
    assert_int_equal(pg_session_script(real.session, "COMMIT"), OK);
    for (int i = 0; i < 5; i++) {
        assert_int_equal(put(&real, 1, "y", i), PG_DONE);
        assert_int_equal(pg_session_script(real.session,
                                           "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                                           " WHERE application_name = 'stockd'"
                                           " AND datname = current_database()"
                                           " AND pid <> pg_backend_pid()"),
                         OK);
    }
    assert_int_equal(put(&real, 1, "z", 9), PG_DONE);
    real_end(&real);
}

static void a_table_changed_by_hand_is_seen(void **state)
{
    struct real real;
    struct pg_result *result = NULL;
    (void)state;
    real_begin(&real, 1, DEADLINE_MS);
    assert_int_equal(pg_session_script(real.session, "ALTER TABLE pool_try ALTER number TYPE int4"),
                     OK);
    assert_int_equal(get(&real, &result), PG_BROKEN);
    pg_pool_close(real.pool);
    real.pool = NULL;
    EXPECT(real.problem, real_open(&real, 1, DEADLINE_MS) == OK); /* Types show with results. */
    assert_int_equal(get(&real, &result), PG_BROKEN);
    pg_pool_close(real.pool);
    real.pool = NULL;
    assert_int_equal(pg_session_script(real.session, "ALTER TABLE pool_try DROP number"), OK);
    EXPECT(real.problem, real_open(&real, 1, DEADLINE_MS) == ERR_UNSUPPORTED);
    EXPECT(real.problem, strstr(real.problem, "statement put: ") != NULL);
    assert_int_equal(pg_session_script(real.session, "UPDATE pool_try_schema SET version = 2"), OK);
    EXPECT(real.problem, real_open(&real, 1, DEADLINE_MS) == ERR_UNSUPPORTED);
    EXPECT(real.problem, strstr(real.problem, "version 2") != NULL);
    assert_int_equal(pg_session_script(real.session, "DROP TABLE pool_try_schema"), OK);
    EXPECT(real.problem, real_open(&real, 1, DEADLINE_MS) == ERR_UNSUPPORTED);
    EXPECT(real.problem, strstr(real.problem, "stockd migrate") != NULL);
    real_end(&real);
}

static void commits_are_durable_whatever_the_role_has_set(void **state)
{
    struct real real;
    struct pg_session *session = NULL;
    struct pg_result *result = NULL;
    (void)state;
    real_begin(&real, 1, DEADLINE_MS);
    assert_int_equal(
        pg_session_script(real.session, "ALTER ROLE CURRENT_USER SET synchronous_commit = off"),
        OK);
    const enum err error = pg_session_open(real.os, real.url, DEADLINE_MS, &session, real.problem,
                                           sizeof(real.problem));
    assert_int_equal(
        pg_session_script(real.session, "ALTER ROLE CURRENT_USER RESET synchronous_commit"), OK);
    EXPECT(real.problem, error == OK);
    assert_int_equal(
        pg_session_run(session, "SELECT current_setting('synchronous_commit')", NULL, 0, &result),
        OK);
    EXPECT_TEXT(pg_result_bytes(result, 0, 0), "on");
    pg_result_free(result);
    pg_session_close(session);
    real_end(&real);
}

int main(void)
{
    if (getenv("STOCKD_TEST_PG") == NULL) {
        (void)fprintf(stderr, "pool: STOCKD_TEST_PG=postgresql://… is not set\n");
        return 2;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_go_there_and_back),
        cmocka_unit_test(every_type_has_its_letter),
        cmocka_unit_test(failures_are_judged_by_their_sqlstate),
        cmocka_unit_test(what_hangs_or_is_ended_is_survived),
        cmocka_unit_test(a_table_changed_by_hand_is_seen),
        cmocka_unit_test(commits_are_durable_whatever_the_role_has_set),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
