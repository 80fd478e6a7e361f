/* Sessions of the cabinet over time, which stands still unless the test lets it go on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../support/expect.h"
#include "operator/cookie.h"
#include "operator/sessions.h"
#include "os/os_sim.h"

enum { MINUTE_MS = 60000, HOUR_MS = 60 * MINUTE_MS, DAY_MS = 24 * HOUR_MS };

struct secret {
    uint8_t text[SESSION_SECRET_BYTES];
};

struct world {
    struct os_sim *sim;
    struct sessions *sessions;
};

static int setup(void **state)
{
    static struct world world;
    world.sim = os_sim_create(1);
    world.sessions = sessions_create(os_sim_os(world.sim));
    assert_non_null(world.sessions);
    *state = &world;
    return 0;
}

static int teardown(void **state)
{
    struct world *world = *state;
    sessions_destroy(world->sessions);
    os_sim_destroy(world->sim);
    return 0;
}

static uint64_t number_of(struct world *world, const struct secret *secret)
{
    return sessions_use(world->sessions, (struct bytes){secret->text, sizeof(secret->text)});
}

static struct secret open_one(struct world *world)
{
    struct secret secret;
    sessions_open(world->sessions, secret.text);
    return secret;
}

static bool is_good(struct world *world, const struct secret *secret)
{
    return number_of(world, secret) != 0;
}

static void go_on(struct world *world, int64_t ms)
{
    os_sim_advance(world->sim, ms);
}

static void it_ends_when_nobody_uses_it(void **state)
{
    struct world *world = *state;
    const struct secret used = open_one(world);
    const struct secret unused = open_one(world);
    go_on(world, 12 * HOUR_MS - 1);
    assert_true(is_good(world, &used));
    go_on(world, 1);
    assert_false(is_good(world, &unused));
    go_on(world, 12 * HOUR_MS - 2);
    assert_true(is_good(world, &used));
}

static void it_ends_after_seven_days_in_any_case(void **state)
{
    struct world *world = *state;
    const struct secret secret = open_one(world);
    for (int i = 0; i < 7 * 4 - 1; i++) {
        go_on(world, DAY_MS / 4);
        assert_true(is_good(world, &secret));
    }
    go_on(world, DAY_MS / 4);
    assert_false(is_good(world, &secret));
}

static void one_too_many_ends_the_one_used_longest_ago(void **state)
{
    struct world *world = *state;
    struct secret secrets[SESSIONS_MAX];
    for (size_t i = 0; i < SESSIONS_MAX; i++) {
        secrets[i] = open_one(world);
        go_on(world, 1);
    }
    assert_true(is_good(world, &secrets[0]));
    go_on(world, 1);
    const struct secret more = open_one(world);
    assert_true(is_good(world, &more));
    assert_true(is_good(world, &secrets[0]));
    assert_false(is_good(world, &secrets[1]));
    assert_int_equal(sessions_figures(world->sessions).sessions_count, SESSIONS_MAX);
}

static void a_closed_one_is_gone_and_no_other(void **state)
{
    struct world *world = *state;
    const struct secret one = open_one(world);
    const struct secret other = open_one(world);
    sessions_close(world->sessions, (struct bytes){one.text, sizeof(one.text)});
    sessions_close(world->sessions, (struct bytes){one.text, sizeof(one.text) - 1});
    assert_false(is_good(world, &one));
    assert_true(is_good(world, &other));
    assert_int_equal(sessions_use(world->sessions, BYTES("")), 0);
}

static void by_its_number_it_is_open_as_long_and_not_used(void **state)
{
    struct world *world = *state;
    const struct secret closed = open_one(world);
    const struct secret left = open_one(world);
    const uint64_t numbers[] = {number_of(world, &closed), number_of(world, &left)};
    assert_int_not_equal(numbers[0], numbers[1]);
    sessions_close(world->sessions, (struct bytes){closed.text, sizeof(closed.text)});
    const struct secret in_its_place = open_one(world);
    assert_true(is_good(world, &in_its_place));
    assert_false(sessions_is_open(world->sessions, numbers[0]));
    assert_false(sessions_is_open(world->sessions, 0));
    go_on(world, 12 * HOUR_MS - 1);
    assert_true(sessions_is_open(world->sessions, numbers[1]));
    go_on(world, 1);
    assert_false(sessions_is_open(world->sessions, numbers[1]));
}

static void wrong_tokens_leak_one_a_second(void **state)
{
    struct world *world = *state;
    for (int i = 0; i < SIGN_IN_FAILURES_MAX; i++) {
        assert_true(sessions_may_sign_in(world->sessions));
        sessions_note_failure(world->sessions);
    }
    assert_false(sessions_may_sign_in(world->sessions));
    go_on(world, 999);
    assert_false(sessions_may_sign_in(world->sessions));
    go_on(world, 1);
    assert_true(sessions_may_sign_in(world->sessions));
    sessions_note_failure(world->sessions);
    assert_false(sessions_may_sign_in(world->sessions));
    go_on(world, 1500);
    sessions_note_failure(world->sessions);
    assert_false(sessions_may_sign_in(world->sessions));
    go_on(world, 500);
    assert_true(sessions_may_sign_in(world->sessions));
    go_on(world, DAY_MS);
    for (int i = 0; i < SIGN_IN_FAILURES_MAX; i++)
        sessions_note_failure(world->sessions);
    assert_false(sessions_may_sign_in(world->sessions));
    assert_int_equal(sessions_figures(world->sessions).failures_count,
                     2 * SIGN_IN_FAILURES_MAX + 2);
}

static void cookies_of_a_name_come_one_after_another(void **state)
{
    (void)state;
    struct bytes header = BYTES("a=1; xa=2;a=3 ; a ;b=a=4; a=; a=5=6");
    static const struct bytes values[] = {BYTES_INIT("1"), BYTES_INIT("3"), BYTES_INIT(""),
                                          BYTES_INIT("5=6")};
    struct bytes value;
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        assert_true(cookie_next(&header, BYTES("a"), &value));
        assert_true(bytes_equal(value, values[i]));
    }
    assert_false(cookie_next(&header, BYTES("a"), &value));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(it_ends_when_nobody_uses_it, setup, teardown),
        cmocka_unit_test_setup_teardown(it_ends_after_seven_days_in_any_case, setup, teardown),
        cmocka_unit_test_setup_teardown(one_too_many_ends_the_one_used_longest_ago, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_closed_one_is_gone_and_no_other, setup, teardown),
        cmocka_unit_test_setup_teardown(by_its_number_it_is_open_as_long_and_not_used, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(wrong_tokens_leak_one_a_second, setup, teardown),
        cmocka_unit_test(cookies_of_a_name_come_one_after_another),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
