/* When a shop is asked: periods, waits between attempts, the switch. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "push/schedule.h"

#define MINUTE_US INT64_C(60000000)
#define PERIOD_US (60 * MINUTE_US)

static const struct schedule_rules rules = {.retry_us = MINUTE_US, .failures_max = 5};

static void first_round_is_due_at_once_and_the_next_a_period_later(void **state)
{
    (void)state;
    struct schedule schedule;
    bool fresh = false;
    schedule_init(&schedule, true, 1000);
    assert_false(schedule_begin(&schedule, 999, &fresh));
    assert_true(schedule_begin(&schedule, 1000, &fresh));
    assert_true(fresh);
    assert_false(schedule_begin(&schedule, 1000, &fresh));
    schedule_end_round(&schedule, 5000, PERIOD_US);
    assert_false(schedule_begin(&schedule, 1000 + PERIOD_US - 1, &fresh));
    assert_true(schedule_begin(&schedule, 1000 + PERIOD_US, &fresh));
    assert_true(fresh);
}

static void round_longer_than_its_period_is_followed_at_once(void **state)
{
    (void)state;
    struct schedule schedule;
    bool fresh = false;
    schedule_init(&schedule, true, 0);
    assert_true(schedule_begin(&schedule, 0, &fresh));
    schedule_end_round(&schedule, 3 * PERIOD_US, PERIOD_US);
    assert_true(schedule.due_us == 3 * PERIOD_US);
}

/* CONTRACT C27: 0, 1, 2, 4 min; the fifth failure is the last. */
static void waits_are_0_1_2_4_minutes_and_then_it_is_off(void **state)
{
    (void)state;
    static const int64_t waits_us[] = {0, MINUTE_US, 2 * MINUTE_US, 4 * MINUTE_US};
    struct schedule schedule;
    bool fresh = false;
    int64_t now_us = 77;
    schedule_init(&schedule, true, now_us);
    for (uint32_t i = 0; i < 4; i++) {
        assert_true(schedule_begin(&schedule, now_us, &fresh));
        assert_true(fresh == (i == 0));
        now_us += 10;
        assert_true(schedule_end_wave(&schedule, now_us, i + 1, &rules));
        assert_true(schedule.due_us == now_us + waits_us[i]);
        assert_int_equal(schedule.failures, i + 1);
        now_us = schedule.due_us;
    }
    assert_true(schedule_begin(&schedule, now_us, &fresh));
    assert_false(schedule_end_wave(&schedule, now_us, 5, &rules));
    assert_int_equal(schedule.phase, SCHEDULE_OFF);
    assert_false(schedule_begin(&schedule, INT64_MAX, &fresh));
}

static void success_forgets_failures(void **state)
{
    (void)state;
    struct schedule schedule;
    bool fresh = false;
    schedule_init(&schedule, true, 0);
    assert_true(schedule_begin(&schedule, 0, &fresh));
    assert_true(schedule_end_wave(&schedule, 0, 1, &rules));
    assert_true(schedule_begin(&schedule, 0, &fresh));
    schedule_end_round(&schedule, 0, PERIOD_US);
    assert_int_equal(schedule.failures, 0);
    assert_true(schedule_begin(&schedule, PERIOD_US, &fresh));
    assert_true(fresh);
}

static void many_failures_that_are_allowed_do_not_overflow_the_wait(void **state)
{
    (void)state;
    const struct schedule_rules patient = {.retry_us = MINUTE_US, .failures_max = UINT32_MAX};
    struct schedule schedule;
    bool fresh = false;
    schedule_init(&schedule, true, 0);
    assert_true(schedule_begin(&schedule, 0, &fresh));
    assert_true(schedule_end_wave(&schedule, 0, 1000000, &patient));
    assert_true(schedule.due_us == MINUTE_US << 16);
}

static void pause_blames_nobody(void **state)
{
    (void)state;
    struct schedule schedule;
    bool fresh = false;
    schedule_init(&schedule, true, 0);
    assert_true(schedule_begin(&schedule, 0, &fresh));
    schedule_pause(&schedule, 1000);
    assert_int_equal(schedule.failures, 0);
    assert_false(schedule_begin(&schedule, 999, &fresh));
    assert_true(schedule_begin(&schedule, 1000, &fresh));
    assert_false(fresh);
}

static void hurry_is_now_or_right_after_this_round(void **state)
{
    (void)state;
    struct schedule schedule;
    bool fresh = false;
    schedule_init(&schedule, true, 0);
    assert_true(schedule_begin(&schedule, 0, &fresh));
    schedule_hurry(&schedule, 10);
    assert_false(schedule_begin(&schedule, 10, &fresh));
    schedule_end_round(&schedule, 20, PERIOD_US);
    assert_true(schedule_begin(&schedule, 20, &fresh));
    schedule_end_round(&schedule, 30, PERIOD_US);
    assert_false(schedule_begin(&schedule, 40, &fresh));
    schedule_hurry(&schedule, 40);
    assert_true(schedule_begin(&schedule, 40, &fresh));
    assert_true(schedule_end_wave(&schedule, 50, 4, &rules));
    schedule_hurry(&schedule, 60);
    assert_true(schedule_begin(&schedule, 60, &fresh));
    assert_false(fresh);
}

static void new_period_counts_from_the_last_round(void **state)
{
    (void)state;
    struct schedule schedule;
    bool fresh = false;
    schedule_init(&schedule, true, 0);
    assert_true(schedule_begin(&schedule, 0, &fresh));
    schedule_end_round(&schedule, 0, PERIOD_US);
    schedule_change_period(&schedule, 10, 2 * PERIOD_US);
    assert_true(schedule.due_us == 2 * PERIOD_US);
    schedule_change_period(&schedule, 10, 5);
    assert_true(schedule.due_us == 10);
    assert_true(schedule_begin(&schedule, 10, &fresh));
    assert_true(schedule_end_wave(&schedule, 10, 2, &rules));
    schedule_change_period(&schedule, 20, 5);
    assert_true(schedule.due_us == 10 + MINUTE_US);
}

static void shop_that_is_off_is_never_due(void **state)
{
    (void)state;
    struct schedule schedule;
    bool fresh = false;
    schedule_init(&schedule, false, 0);
    assert_false(schedule_begin(&schedule, INT64_MAX, &fresh));
    schedule_change_period(&schedule, 10, 5);
    assert_int_equal(schedule.phase, SCHEDULE_OFF);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_round_is_due_at_once_and_the_next_a_period_later),
        cmocka_unit_test(round_longer_than_its_period_is_followed_at_once),
        cmocka_unit_test(waits_are_0_1_2_4_minutes_and_then_it_is_off),
        cmocka_unit_test(success_forgets_failures),
        cmocka_unit_test(many_failures_that_are_allowed_do_not_overflow_the_wait),
        cmocka_unit_test(pause_blames_nobody),
        cmocka_unit_test(hurry_is_now_or_right_after_this_round),
        cmocka_unit_test(new_period_counts_from_the_last_round),
        cmocka_unit_test(shop_that_is_off_is_never_due),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
