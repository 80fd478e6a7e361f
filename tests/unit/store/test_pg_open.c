/* Opening a pool: one line says why it cannot be, for each thing that is often wrong, and never a
 * password. */
#include "pg_world.h"

#include "store/pg_session.h"

/* Opens, expects that error and these words. */
static void expect_not_opened(struct pg_world *world, enum err error, const char *words)
{
    EXPECT(words, pg_world_open(world, 2, PG_WORLD_DEADLINE_MS) == error);
    EXPECT(world->problem, strstr(world->problem, words) != NULL);
    EXPECT(world->problem, strstr(world->problem, PG_FAKE_PASSWORD) == NULL);
    EXPECT(world->problem, strchr(world->problem, '\n') == NULL);
    EXPECT(world->problem, strchr(world->problem, '"') == NULL);
}

static void a_pool_opens_and_closes(void **state)
{
    struct pg_world world;
    (void)state;
    pg_world_begin(&world, 3, PG_WORLD_DEADLINE_MS);
    assert_true(pg_pool_is_reachable(world.pool));
    pg_world_await_connections(&world, 3);
    assert_string_equal(world.problem, "");
    pg_world_end(&world);
    pg_pool_close(NULL);
}

static void a_wrong_url_is_told(void **state)
{
    struct pg_world world;
    (void)state;
    pg_world_init(&world);
    (void)snprintf(world.url, sizeof(world.url), "host=db1 password=" PG_FAKE_PASSWORD);
    expect_not_opened(&world, ERR_INVALID, "it does not begin with postgresql://");
    (void)snprintf(world.url, sizeof(world.url), "postgresql://shop:" PG_FAKE_PASSWORD "@a@b/c");
    expect_not_opened(&world, ERR_INVALID, "%40");
    pg_fake_destroy(world.fake);
}

static void a_server_that_cannot_be_reached_is_told(void **state)
{
    struct pg_world world;
    (void)state;
    pg_world_init(&world);
    pg_fake_set_mode(world.fake, PG_FAKE_DROPS);
    expect_not_opened(&world, ERR_IO, "closed the connection unexpectedly");
    pg_fake_set_mode(world.fake, PG_FAKE_NOISE);
    expect_not_opened(&world, ERR_IO, "127.0.0.1");
    pg_fake_set_mode(world.fake, PG_FAKE_HANGS);
    expect_not_opened(&world, ERR_IO, "the server does not answer within");
    (void)snprintf(world.url, sizeof(world.url), "postgresql:///x?host=%%2Fnonexistent&user=y");
    expect_not_opened(&world, ERR_IO, "No such file");
    pg_fake_destroy(world.fake);
}

static const struct {
    const char *state;
    const char *words;
} REFUSALS[] = {
    {"28P01", "password authentication failed for user \"shop\""},
    {"28000", "no pg_hba.conf entry for host \"127.0.0.1\", no encryption"},
    {"3D000", "database \"stock\" does not exist"},
    {"53300", "sorry, too many clients already"},
    {"57P03", "the database system is starting up"},
};

static void a_refusal_is_told_in_the_words_of_the_server(void **state)
{
    struct pg_world world;
    (void)state;
    pg_world_init(&world);
    for (size_t i = 0; i < ROWS_COUNT_OF(REFUSALS); i++) {
        char words[100];
        pg_one_line(REFUSALS[i].words, words, sizeof(words));
        pg_fake_set_refusal(world.fake, REFUSALS[i].state, REFUSALS[i].words);
        expect_not_opened(&world, ERR_IO, words);
    }
    pg_fake_destroy(world.fake);
}

static void a_schema_that_does_not_fit_is_told(void **state)
{
    struct pg_world world;
    (void)state;
    pg_world_init(&world);
    pg_fake_set_schema(world.fake, -1);
    expect_not_opened(&world, ERR_UNSUPPORTED, "stockd migrate");
    pg_fake_set_schema(world.fake, PG_FAKE_SCHEMA_VERSION - 1);
    expect_not_opened(&world, ERR_UNSUPPORTED, "has version 6, this stockd works on version 7");
    expect_not_opened(&world, ERR_UNSUPPORTED, "stockd migrate");
    pg_fake_set_schema(world.fake, PG_FAKE_SCHEMA_VERSION + 1);
    expect_not_opened(&world, ERR_UNSUPPORTED, "has version 8");
    expect_not_opened(&world, ERR_UNSUPPORTED, "newer stockd");
    pg_fake_set_schema(world.fake, PG_FAKE_SCHEMA_VERSION);
    pg_fake_set_problem(world.fake, "the role shop may not write to stock");
    expect_not_opened(&world, ERR_DENIED, "the role shop may not write to stock");
    pg_fake_set_problem(world.fake, NULL);
    pg_fake_set_unprepared(world.fake, "42703");
    expect_not_opened(&world, ERR_UNSUPPORTED, "statement write: cannot be prepared");
    pg_fake_set_unprepared(world.fake, "42501");
    expect_not_opened(&world, ERR_DENIED, "SQLSTATE 42501");
    pg_fake_set_unprepared(world.fake, NULL);
    pg_fake_set_encoding(world.fake, "SQL_ASCII");
    expect_not_opened(&world, ERR_UNSUPPORTED, "UTF8");
    pg_fake_destroy(world.fake);
}

static void of_several_hosts_the_one_that_answers_is_found(void **state)
{
    struct pg_world world;
    struct pg_fake *hanging = pg_fake_create();
    (void)state;
    pg_world_init(&world);
    pg_fake_set_mode(hanging, PG_FAKE_HANGS);
    (void)snprintf(world.url, sizeof(world.url),
                   "postgresql://shop@127.0.0.1:%u,127.0.0.1:%u/stock", pg_fake_port(hanging),
                   pg_fake_port(world.fake));
    EXPECT(world.problem, pg_world_open(&world, 2, PG_WORLD_DEADLINE_MS) == OK);
    pg_world_end(&world);
    pg_fake_destroy(hanging);
}

static void a_session_runs_what_it_is_given(void **state)
{
    struct pg_world world;
    struct pg_session *session = NULL;
    struct pg_result *result = NULL;
    (void)state;
    pg_world_init(&world);
    assert_int_equal(pg_session_open(world.os, world.url, PG_WORLD_DEADLINE_MS, &session,
                                     world.problem, sizeof(world.problem)),
                     OK);
    assert_int_equal(pg_session_script(session, "BEGIN; COMMIT"), OK);
    assert_int_equal(pg_session_run(session, "version", NULL, 0, &result), OK);
    assert_int_equal(pg_result_int8(result, 0, 0), PG_FAKE_SCHEMA_VERSION);
    pg_result_free(result);
    pg_fake_set_schema(world.fake, -1);
    assert_int_equal(pg_session_run(session, "version", NULL, 0, &result), ERR_IO);
    assert_string_equal(pg_session_sqlstate(session), "42P01");
    assert_string_equal(pg_session_problem(session), "no such table");
    assert_int_equal(pg_session_script(session, "again"), OK);
    pg_fake_set_away(world.fake, true);
    assert_int_equal(pg_session_script(session, "again"), ERR_IO);
    assert_string_equal(pg_session_sqlstate(session), "");
    assert_int_equal(pg_session_run(session, "version", NULL, 0, NULL), ERR_IO);
    assert_string_not_equal(pg_session_problem(session), "");
    pg_session_close(session);
    pg_session_close(NULL);
    pg_fake_destroy(world.fake);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pool_opens_and_closes),
        cmocka_unit_test(a_wrong_url_is_told),
        cmocka_unit_test(a_server_that_cannot_be_reached_is_told),
        cmocka_unit_test(a_refusal_is_told_in_the_words_of_the_server),
        cmocka_unit_test(a_schema_that_does_not_fit_is_told),
        cmocka_unit_test(of_several_hosts_the_one_that_answers_is_found),
        cmocka_unit_test(a_session_runs_what_it_is_given),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
