/* What stockd does about each SQLSTATE that was seen or is to be expected. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../support/expect.h"
#include "store/pg_sqlstate.h"

static const struct {
    const char *state;
    bool connection_is_good;
    enum pg_advice advice;
} ROWS[] = {
    {"", true, PG_ADVICE_ELSEWHERE},       {"", false, PG_ADVICE_ELSEWHERE},
    {"08006", true, PG_ADVICE_AGAIN},      {"08006", false, PG_ADVICE_ELSEWHERE},
    {"08003", false, PG_ADVICE_ELSEWHERE}, {"40001", true, PG_ADVICE_AGAIN},
    {"40P01", true, PG_ADVICE_AGAIN},      {"40003", true, PG_ADVICE_AGAIN},
    {"40001", false, PG_ADVICE_ELSEWHERE}, {"57P01", false, PG_ADVICE_ELSEWHERE},
    {"57P01", true, PG_ADVICE_ELSEWHERE},  {"57P02", false, PG_ADVICE_ELSEWHERE},
    {"57P03", false, PG_ADVICE_ELSEWHERE}, {"57P05", false, PG_ADVICE_ELSEWHERE},
    {"57014", true, PG_ADVICE_LATER},      {"55P03", true, PG_ADVICE_AGAIN},
    {"25006", true, PG_ADVICE_ELSEWHERE},  {"26000", true, PG_ADVICE_ELSEWHERE},
    {"53100", true, PG_ADVICE_ALARM},      {"53200", true, PG_ADVICE_ALARM},
    {"53300", false, PG_ADVICE_ALARM},     {"58030", true, PG_ADVICE_ALARM},
    {"22021", true, PG_ADVICE_NEVER},      {"21000", true, PG_ADVICE_NEVER},
    {"23505", true, PG_ADVICE_NEVER},      {"23514", true, PG_ADVICE_NEVER},
    {"42P01", true, PG_ADVICE_NEVER},      {"42501", true, PG_ADVICE_NEVER},
    {"42703", true, PG_ADVICE_NEVER},      {"0A000", true, PG_ADVICE_NEVER},
    {"XX000", true, PG_ADVICE_NEVER},      {"22P04", true, PG_ADVICE_NEVER},
    {"55000", true, PG_ADVICE_NEVER},      {"99999", true, PG_ADVICE_NEVER},
    {"4", true, PG_ADVICE_NEVER},
};

static void every_sqlstate_has_its_advice(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS_COUNT_OF(ROWS); i++)
        EXPECT(ROWS[i].state,
               pg_sqlstate_advice(ROWS[i].state, ROWS[i].connection_is_good) == ROWS[i].advice);
}

static void only_some_say_that_nothing_was_done(void **state)
{
    (void)state;
    static const char *const undone[] = {"40001", "40P01", "25006", "26000", "55P03"};
    static const char *const unknown[] = {"", "08006", "40003", "57P01", "57014", "53100", "23505"};
    for (size_t i = 0; i < ROWS_COUNT_OF(undone); i++)
        EXPECT(undone[i], pg_sqlstate_is_undone(undone[i]));
    for (size_t i = 0; i < ROWS_COUNT_OF(unknown); i++)
        EXPECT(unknown[i], !pg_sqlstate_is_undone(unknown[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_sqlstate_has_its_advice),
        cmocka_unit_test(only_some_say_that_nothing_was_done),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
