/* Turnover (C63): the vectors of CONTRACT §17, days that pass, and a slow model that remembers
 * every change and adds up each day anew. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../support/chance.h"
#include "base/date.h"
#include "base/limits.h"
#include "ledger/turnover.h"

#define SECOND INT64_C(1000)
#define HOUR   (3600 * SECOND)
#define DAY    (24 * HOUR)
/* 2023-11-14T22:13:20.123Z, in the middle of a day. */
#define NOW INT64_C(1700000000123)

/* `fit` units from `since_ms` on, and `sold` of them leave at NOW. */
static int64_t tenths_of(int64_t since_ms, uint64_t fit, uint64_t sold, int64_t now_ms)
{
    struct turnover turnover;
    turnover_init(&turnover);
    turnover_advance(&turnover, 0, since_ms);
    turnover_advance(&turnover, fit, NOW);
    if (sold > 0)
        turnover_sell(&turnover, sold);
    return turnover_tenths(&turnover, fit - sold, now_ms);
}

static void classes_of_the_contract_come_out_to_the_tenth(void **state)
{
    static const struct {
        uint64_t fit;
        int64_t tenths;
    } rows[] = {{449, 449}, {450, 450}, {999, 999}, {1000, 1000}, {1199, 1199}, {1200, 1200}};
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_int_equal(tenths_of(NOW - 30 * DAY, rows[i].fit, 300, NOW), rows[i].tenths);
}

static void nothing_sold_is_no_number(void **state)
{
    struct turnover turnover;
    (void)state;
    turnover_init(&turnover);
    assert_true(turnover_tenths(&turnover, 0, NOW) < 0);
    assert_true(tenths_of(NOW - DAY, 100, 0, NOW) < 0);
    assert_true(tenths_of(NOW - DAY, 100, 0, NOW + 100 * DAY) < 0);
}

static void half_a_tenth_is_rounded_up(void **state)
{
    (void)state;
    /* Units × 30 days / sold, in tenths: 2.5, 2.4999…, 0.5, 0.4999… */
    assert_int_equal(tenths_of(NOW - 30 * DAY, 1200, 1200, NOW), 300);
    assert_int_equal(tenths_of(NOW - 6 * HOUR, 100, 100, NOW), 3);
    assert_int_equal(tenths_of(NOW - 6 * HOUR + SECOND, 100, 100, NOW), 2);
    assert_int_equal(tenths_of(NOW - 72 * 60 * SECOND, 100, 100, NOW), 1);
    assert_int_equal(tenths_of(NOW - 72 * 60 * SECOND + SECOND, 100, 100, NOW), 0);
}

static void sale_counts_for_sixty_days(void **state)
{
    (void)state;
    /* Ten units for a day, all of them sold: one day. Then nothing but time. */
    assert_int_equal(tenths_of(NOW - DAY, 10, 10, NOW), 10);
    assert_int_equal(tenths_of(NOW - DAY, 10, 10, NOW + 58 * DAY), 10);
    assert_true(tenths_of(NOW - DAY, 10, 10, NOW + 60 * DAY) > 0);
    assert_true(tenths_of(NOW - DAY, 10, 10, NOW + 61 * DAY) < 0);
    assert_true(tenths_of(NOW - DAY, 10, 10, NOW + 100000 * DAY) < 0);
}

static void oldest_day_counts_by_its_part(void **state)
{
    const int64_t midnight = NOW - NOW % DAY;
    struct turnover turnover;
    (void)state;
    turnover_init(&turnover);
    turnover_advance(&turnover, 0, midnight);
    turnover_advance(&turnover, 24, midnight + DAY); /* 24 unit-days. */
    turnover_advance(&turnover, 0, midnight + 2 * DAY);
    turnover_sell(&turnover, 2);
    for (int hour = 0; hour < 24; hour++) /* 24 - hour of them are left, against two sold. */
        assert_int_equal(turnover_tenths(&turnover, 0, midnight + 60 * DAY + hour * HOUR),
                         (24 - hour) * 5);
    assert_int_equal(turnover_tenths(&turnover, 0, midnight + 61 * DAY), 0);
}

static void earlier_moment_counts_as_that_of_the_last_change(void **state)
{
    struct turnover turnover;
    (void)state;
    turnover_init(&turnover);
    turnover_advance(&turnover, 0, NOW);
    turnover_advance(&turnover, 10, NOW + 10 * DAY);
    turnover_advance(&turnover, 20, NOW + 5 * DAY);
    assert_true(turnover.changed_at_ms == NOW + 10 * DAY);
    turnover_sell(&turnover, 10);
    assert_int_equal(turnover_tenths(&turnover, 20, NOW), 100);
    assert_int_equal(turnover_tenths(&turnover, 20, NOW + 11 * DAY), 120);
}

static void largest_numbers_do_not_overflow(void **state)
{
    struct turnover turnover;
    const uint64_t units = 2 * (uint64_t)STOCK_COUNT_MAX;
    (void)state;
    turnover_init(&turnover);
    turnover_advance(&turnover, 0, NOW - 100 * DAY);
    turnover_advance(&turnover, units, NOW - 1); /* 60 days lie in the window. */
    turnover_advance(&turnover, units, NOW);
    turnover_sell(&turnover, 1);
    assert_int_equal(turnover_tenths(&turnover, units, NOW), units * 600);
    for (int i = 0; i < 100000; i++)
        turnover_sell(&turnover, units);
    assert_int_equal(turnover_tenths(&turnover, units, NOW), 2); /* 4·10^9 × 60 / 10^12 days. */
    for (int day = 1; day <= 61; day++) {
        turnover_advance(&turnover, units, NOW + day * DAY);
        for (int i = 0; i < 300; i++)
            turnover_sell(&turnover, units);
    }
    assert_int_equal(turnover_tenths(&turnover, units, NOW + 61 * DAY), 0);
    turnover_advance(&turnover, units, DATE_MS_MAX);
    turnover_init(&turnover);
    turnover_advance(&turnover, 0, DATE_MS_MIN);
    turnover_advance(&turnover, 60, DATE_MS_MIN + DAY);
    turnover_sell(&turnover, 60);
    assert_int_equal(turnover_tenths(&turnover, 0, DATE_MS_MIN + DAY), 10);
}

/* The model: every change since the beginning. */
enum { EVENTS_MAX = 400 };
struct model {
    int64_t at_ms[EVENTS_MAX];
    uint64_t units[EVENTS_MAX]; /* From there on. */
    uint64_t sold[EVENTS_MAX];  /* There. */
    int count;
};

static int64_t overlap(int64_t a, int64_t b, int64_t c, int64_t d)
{
    const int64_t start = a > c ? a : c;
    const int64_t end = b < d ? b : d;
    return end > start ? end - start : 0;
}

/* Unit-milliseconds and units sold in a part of time. */
static void model_add(const struct model *model, int64_t from, int64_t to, int64_t now_ms,
                      uint64_t *unit_ms, uint64_t *sold)
{
    *unit_ms = 0;
    *sold = 0;
    for (int i = 0; i < model->count; i++) {
        const int64_t next = i + 1 < model->count ? model->at_ms[i + 1] : now_ms;
        *unit_ms += model->units[i] * (uint64_t)overlap(model->at_ms[i], next, from, to);
        *sold += model->at_ms[i] >= from && model->at_ms[i] < to ? model->sold[i] : 0;
    }
}

static int64_t model_tenths(const struct model *model, int64_t now_ms)
{
    const int64_t midnight = now_ms - now_ms % DAY;
    uint64_t unit_ms = 0;
    uint64_t sold = 0;
    uint64_t oldest_unit_ms = 0;
    uint64_t oldest_sold = 0;
    model_add(model, midnight - 59 * DAY, midnight + DAY, now_ms, &unit_ms, &sold);
    model_add(model, midnight - 60 * DAY, midnight - 59 * DAY, now_ms, &oldest_unit_ms,
              &oldest_sold);
    const uint64_t part = (uint64_t)(midnight + DAY - now_ms) / 1000; /* In seconds of a day. */
    const uint64_t days_sold = sold * 86400 + oldest_sold * part;
    const uint64_t unit_seconds = unit_ms / 1000 + oldest_unit_ms / 1000 * part / 86400;
    return days_sold == 0 ? -1 : (int64_t)((unit_seconds * 20 + days_sold) / (days_sold * 2));
}

static void history_agrees_with_a_model_that_forgets_nothing(void **state)
{
    struct chance chance = chance_begin(__func__);
    (void)state;
    int right = 0;
    int wrong = 0;
    for (int round = 0; round < 100; round++) {
        struct model model = {.count = 0};
        struct turnover turnover;
        turnover_init(&turnover);
        int64_t at_ms = NOW / 1000 * 1000;
        uint64_t units = 0;
        while (model.count < EVENTS_MAX) {
            at_ms +=
                SECOND * chance_between(&chance, 0, chance_one_in(&chance, 40) ? 5184000 : 90000);
            const int64_t expected = model_tenths(&model, at_ms);
            const int64_t got = turnover_tenths(&turnover, units, at_ms);
            assert_in_range(got - expected + 1, 0, 2); /* The last tenth hangs on a unit-second. */
            *(got == expected ? &right : &wrong) += 1;
            turnover_advance(&turnover, units, at_ms);
            const uint64_t sold = chance_one_in(&chance, 3) ? chance_below(&chance, units + 1) : 0;
            if (sold > 0)
                turnover_sell(&turnover, sold);
            units = sold > 0 ? units - sold : chance_below(&chance, 1000);
            model.at_ms[model.count] = at_ms;
            model.units[model.count] = units;
            model.sold[model.count++] = sold;
        }
    }
    assert_in_range(wrong, 0, right / 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(classes_of_the_contract_come_out_to_the_tenth),
        cmocka_unit_test(nothing_sold_is_no_number),
        cmocka_unit_test(half_a_tenth_is_rounded_up),
        cmocka_unit_test(sale_counts_for_sixty_days),
        cmocka_unit_test(oldest_day_counts_by_its_part),
        cmocka_unit_test(earlier_moment_counts_as_that_of_the_last_change),
        cmocka_unit_test(largest_numbers_do_not_overflow),
        cmocka_unit_test(history_agrees_with_a_model_that_forgets_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
