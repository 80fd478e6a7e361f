/* The arithmetic of the rate limit, with given times. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ctl/budget.h"

/* Our clock says 1,000,000,000 ms since 1970 when it has run for 5,000 ms. */
enum { NOW_MS = 1000000000, UPTIME_MS = 5000, ITEMS = 2000 };

/* A window that ends 10 s after NOW_MS. */
enum { UNTIL_MS = NOW_MS + 10000 };

static struct budget fresh(void)
{
    struct budget budget;
    budget_init(&budget, NOW_MS, UPTIME_MS);
    return budget;
}

static struct budget_answer answer_of(int64_t limit, int64_t remaining, int64_t until_ms)
{
    return (struct budget_answer){.answered = true,
                                  .accepted = true,
                                  .limit = limit,
                                  .remaining = remaining,
                                  .until_ms = until_ms,
                                  .date_ms = -1};
}

/* One whole attempt at UPTIME_MS. */
static void attempt(struct budget *budget, struct budget_answer answer)
{
    budget_begin(budget, ITEMS);
    budget_end(budget, ITEMS, &answer, UPTIME_MS);
}

static void one_attempt_alone_learns_the_window(void **state)
{
    (void)state;
    struct budget budget = fresh();
    assert_int_equal(budget_wait_ms(&budget, ITEMS, UPTIME_MS), 0);
    budget_begin(&budget, ITEMS);
    assert_int_equal(budget_wait_ms(&budget, ITEMS, UPTIME_MS), BUDGET_WAIT_ANSWER);
    const struct budget_answer answer = answer_of(100000, 98000, UNTIL_MS);
    budget_end(&budget, ITEMS, &answer, UPTIME_MS);
    assert_int_equal(budget_wait_ms(&budget, ITEMS, UPTIME_MS), 0);
}

static void server_without_limits_is_never_waited_for(void **state)
{
    (void)state;
    struct budget budget = fresh();
    attempt(&budget, answer_of(-1, -1, -1));
    budget_begin(&budget, ITEMS);
    assert_int_equal(budget_wait_ms(&budget, ITEMS, UPTIME_MS), 0);
}

static void error_without_limits_teaches_nothing(void **state)
{
    (void)state;
    struct budget budget = fresh();
    struct budget_answer answer = answer_of(-1, -1, -1);
    answer.accepted = false;
    attempt(&budget, answer);
    budget_begin(&budget, ITEMS);
    assert_int_equal(budget_wait_ms(&budget, ITEMS, UPTIME_MS), BUDGET_WAIT_ANSWER);
}

static void what_is_left_counts_what_is_in_flight(void **state)
{
    (void)state;
    static const struct {
        int64_t remaining;
        int64_t in_flight;
        int64_t wait_ms;
    } rows[] = {
        {4000, 0, 0},
        {2000, 0, 0},
        {1999, 0, UNTIL_MS - NOW_MS},
        {0, 0, UNTIL_MS - NOW_MS},
        {4000, 1, 0},
        {3999, 1, BUDGET_WAIT_ANSWER},
        {5999, 2, BUDGET_WAIT_ANSWER},
        {6000, 2, 0},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct budget budget = fresh();
        attempt(&budget, answer_of(100000, rows[i].remaining, UNTIL_MS));
        for (int64_t k = 0; k < rows[i].in_flight; k++)
            budget_begin(&budget, ITEMS);
        assert_int_equal(budget_wait_ms(&budget, ITEMS, UPTIME_MS), rows[i].wait_ms);
    }
}

static void window_ends_and_one_attempt_learns_the_next(void **state)
{
    (void)state;
    struct budget budget = fresh();
    attempt(&budget, answer_of(100000, 0, UNTIL_MS));
    assert_int_equal(budget_wait_ms(&budget, ITEMS, UPTIME_MS + 9999), 1);
    assert_int_equal(budget_wait_ms(&budget, ITEMS, UPTIME_MS + 10000), 0);
    budget_begin(&budget, ITEMS);
    assert_int_equal(budget_wait_ms(&budget, ITEMS, UPTIME_MS + 10000), BUDGET_WAIT_ANSWER);
}

static void number_that_lags_is_not_believed(void **state)
{
    (void)state;
    struct budget budget = fresh();
    attempt(&budget, answer_of(4000, 4000, UNTIL_MS)); /* As if nothing had been counted. */
    assert_int_equal(budget.remaining, 2000);
    attempt(&budget, answer_of(4000, 4000, UNTIL_MS));
    assert_int_equal(budget.remaining, 0);
    assert_int_equal(budget_wait_ms(&budget, ITEMS, UPTIME_MS), UNTIL_MS - NOW_MS);
}

static void answers_in_the_wrong_order_leave_the_smaller_number(void **state)
{
    (void)state;
    struct budget budget = fresh();
    attempt(&budget, answer_of(100000, 50000, UNTIL_MS));
    budget_begin(&budget, ITEMS);
    budget_begin(&budget, ITEMS);
    const struct budget_answer second = answer_of(100000, 46000, UNTIL_MS);
    const struct budget_answer first = answer_of(100000, 48000, UNTIL_MS);
    budget_end(&budget, ITEMS, &second, UPTIME_MS);
    budget_end(&budget, ITEMS, &first, UPTIME_MS);
    assert_true(budget.remaining <= 46000);
}

static void answer_of_the_window_before_is_ignored(void **state)
{
    (void)state;
    struct budget budget = fresh();
    attempt(&budget, answer_of(100000, 98000, UNTIL_MS + 60000));
    attempt(&budget, answer_of(100000, 0, UNTIL_MS));
    assert_int_equal(budget.until_ms, UNTIL_MS + 60000);
    assert_int_equal(budget.remaining, 98000);
}

static void attempt_without_an_answer_counts_as_spent(void **state)
{
    (void)state;
    struct budget budget = fresh();
    attempt(&budget, answer_of(100000, 4000, UNTIL_MS));
    struct budget_answer none = answer_of(-1, -1, -1);
    none.answered = none.accepted = false;
    attempt(&budget, none);
    assert_int_equal(budget.remaining, 2000);
    assert_int_equal(budget.in_flight_items, 0);
}

static void refusal_closes_the_window_whatever_it_says(void **state)
{
    (void)state;
    struct budget budget = fresh();
    struct budget_answer refused = answer_of(100000, 100000, UNTIL_MS);
    refused.accepted = false;
    refused.refused = true;
    attempt(&budget, refused);
    assert_int_equal(budget_wait_ms(&budget, 1, UPTIME_MS), UNTIL_MS - NOW_MS);
}

static void batch_larger_than_any_window_is_tried_alone(void **state)
{
    (void)state;
    struct budget budget = fresh();
    attempt(&budget, answer_of(100, 100, UNTIL_MS));
    assert_int_equal(budget_wait_ms(&budget, ITEMS, UPTIME_MS), UNTIL_MS - NOW_MS);
    assert_int_equal(budget_wait_ms(&budget, ITEMS, UPTIME_MS + 10000), 0);
}

static void servers_clock_decides(void **state)
{
    (void)state;
    static const int64_t ahead[] = {-3600000, -1000, 0, 1000, 3600000};
    for (size_t i = 0; i < sizeof(ahead) / sizeof(ahead[0]); i++) {
        struct budget budget = fresh();
        struct budget_answer answer = answer_of(100000, 0, UNTIL_MS + ahead[i]);
        answer.date_ms = NOW_MS + ahead[i];
        attempt(&budget, answer);
        assert_int_equal(budget_wait_ms(&budget, ITEMS, UPTIME_MS), UNTIL_MS - NOW_MS);
    }
}

static void answer_that_came_late_does_not_move_the_clock_back(void **state)
{
    (void)state;
    struct budget budget = fresh();
    struct budget_answer answer = answer_of(100000, 0, UNTIL_MS);
    answer.date_ms = NOW_MS;
    attempt(&budget, answer);
    budget_begin(&budget, ITEMS);
    budget_end(&budget, ITEMS, &answer, UPTIME_MS + 4000); /* The same Date, 4 s under way. */
    assert_int_equal(budget_wait_ms(&budget, ITEMS, UPTIME_MS + 4000), UNTIL_MS - NOW_MS - 4000);
}

/* A clock that is wrong, or a limit that nobody keeps. */
static void end_further_away_than_a_day_is_not_believed(void **state)
{
    (void)state;
    static const int64_t day_ms = 24 * 3600 * 1000;
    struct budget budget = fresh();
    struct budget_answer refused = answer_of(100000, 0, NOW_MS + day_ms + 1);
    refused.accepted = false;
    refused.refused = true;
    attempt(&budget, refused);
    assert_int_equal(budget_wait_ms(&budget, ITEMS, UPTIME_MS), 0);
    refused.until_ms = NOW_MS + day_ms;
    attempt(&budget, refused);
    assert_int_equal(budget_wait_ms(&budget, ITEMS, UPTIME_MS), day_ms);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_attempt_alone_learns_the_window),
        cmocka_unit_test(server_without_limits_is_never_waited_for),
        cmocka_unit_test(error_without_limits_teaches_nothing),
        cmocka_unit_test(what_is_left_counts_what_is_in_flight),
        cmocka_unit_test(window_ends_and_one_attempt_learns_the_next),
        cmocka_unit_test(number_that_lags_is_not_believed),
        cmocka_unit_test(answers_in_the_wrong_order_leave_the_smaller_number),
        cmocka_unit_test(answer_of_the_window_before_is_ignored),
        cmocka_unit_test(attempt_without_an_answer_counts_as_spent),
        cmocka_unit_test(refusal_closes_the_window_whatever_it_says),
        cmocka_unit_test(batch_larger_than_any_window_is_tried_alone),
        cmocka_unit_test(servers_clock_decides),
        cmocka_unit_test(answer_that_came_late_does_not_move_the_clock_back),
        cmocka_unit_test(end_further_away_than_a_day_is_not_believed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
