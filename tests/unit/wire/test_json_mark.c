/* Numbers that the JSON library refuses for their size, brought into its range. */
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../support/chance.h"
#include "../../support/expect.h"
#include "../../support/json_case.h"
#include "wire/json_mark.h"

/* The first digits of 2^1024 - 2^970, where rounding goes to infinity. */
#define BOUND_DIGITS "17976931348623158079372897140530341507993413271003782693617377898044"

static void numbers_out_of_range_are_replaced_and_nothing_else(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *marked;
    } rows[] = {
        {"", ""},
        {"[1,-2,3.5,1e5]", "[1,-2,3.5,1e5]"},
        {"18446744073709551615", "18446744073709551615"},
        {"18446744073709551616", "1844674407370955161e1"},
        {"-9223372036854775808", "-9223372036854775808"},
        {"-9223372036854775809", "-9223372036854775809e0"},
        {"[123456789012345678901234567890]", "[1234567890123456789e11]"},
        {"1234567890123456789012345.5", "1234567890123456789012345.5"},
        {"1e308", "1e308"},
        {"1e309", "1e308"},
        {"-1E+309", "-1e308"},
        {"[1e309,1e309]", "[1e308,1e308]"},
        {"17e307", "17e307"},
        {"18e307", "1e308"},
        {"1.7976931348623157e308", "1.7976931348623157e308"},
        {"1.7976931348623159e308", "1e308"},
        {"0.17976931348623157e309", "0.17976931348623157e309"},
        {"0.0017976931348623159e311", "1e308"},
        {"1.797693134862315807e308", "1.797693134862315807e308"},
        {"1.797693134862315808e308", "1e308"},
        {BOUND_DIGITS "e241", BOUND_DIGITS "e241"},
        {BOUND_DIGITS "9e240", "1e308"},
        {"0e999999999999999999999", "0e999999999999999999999"},
        {"0.000e999", "0.000e999"},
        {"1e-999999999999999999999", "1e-999999999999999999999"},
        {"1e999999999999999999999", "1e308"},
        {"\"1e999\"", "\"1e999\""},
        {"{\"\\\"1e999\":1e999}", "{\"\\\"1e999\":1e308}"},
        {"\"\\", "\"\\"},
        {"\"1e999", "\"1e999"},
        {"[1e999", "[1e308"},
        /* What is no number is the parser's to refuse. */
        {"01e999", "01e999"},
        {"1.e999", "1.e999"},
        {"+1e999", "+1e999"},
        {"1e999e9", "1e999e9"},
        {"1e+", "1e+"},
        {"-", "-"},
        {"--1e999", "--1e999"},
        {"1e999-1e999", "1e999-1e999"},
        {"1.2.34567890123456789012", "1.2.34567890123456789012"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct buffer marked;
        buffer_init(&marked);
        json_mark_numbers(bytes_from_text(rows[i].text), &marked);
        EXPECT_BYTES(buffer_bytes(&marked), bytes_from_text(rows[i].marked));
        buffer_deinit(&marked);
    }
}

static int digits_append(struct chance *chance, char *text, uint64_t count_max)
{
    const int count = (int)chance_between(chance, 1, (int64_t)count_max);
    for (int i = 0; i < count; i++)
        text[i] = (char)('0' + chance_below(chance, 10));
    return count;
}

/* A number of any size, now and then one whose digits are those of the bound. */
static void number_make(struct chance *chance, char *text)
{
    if (chance_one_in(chance, 2))
        *text++ = '-';
    if (chance_one_in(chance, 4)) {
        const size_t size = (size_t)chance_between(chance, 1, sizeof(BOUND_DIGITS) - 1);
        memcpy(text, BOUND_DIGITS, size);
        text += size;
    } else {
        *text++ = (char)('1' + chance_below(chance, 9));
        text += digits_append(chance, text, chance_one_in(chance, 4) ? 330 : 25);
    }
    if (chance_one_in(chance, 2)) {
        *text++ = '.';
        text += digits_append(chance, text, 30);
    }
    *text = '\0';
    if (chance_one_in(chance, 2))
        (void)snprintf(text, 16, "e%d", (int)chance_between(chance, -330, 330));
}

/* Whole numbers past 64 bits keep 19 digits, so they may be off by the last place. */
static void random_numbers_have_the_value_that_the_c_library_gives_them(void **state)
{
    (void)state;
    struct chance chance = chance_begin("random_numbers_have_the_value_of_the_c_library");
    struct json_case json;
    json_case_init(&json);
    for (int i = 0; i < 20000; i++) {
        char text[512];
        char document[600];
        number_make(&chance, text);
        (void)snprintf(document, sizeof(document), "[%s,1e999]", text);
        struct json_walk walk = json_walk_begin(json_case_root(&json, document));
        struct json_value value;
        assert_true(json_next_element(&walk, &value));
        double expected = strtod(text, NULL);
        if (isinf(expected))
            expected = expected > 0 ? 1e308 : -1e308;
        const double got = json_to_double(value);
        if (!(fabs(got - expected) <= fabs(expected) * DBL_EPSILON))
            fail_msg("%s gave %.17g, not %.17g", text, got, expected);
    }
    json_case_deinit(&json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_out_of_range_are_replaced_and_nothing_else),
        cmocka_unit_test(random_numbers_have_the_value_that_the_c_library_gives_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
