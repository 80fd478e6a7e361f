/* What makes a row bad, and what the rest become. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "sheet/leftover.h"

enum { STARTED_MS = 1000000 };

#define X255 X51 X51 X51 X51 X51
#define X51  "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"

/* A NULL field is one that the row does not have. */
struct case_row {
    const char *sku;
    const char *count;
    const char *updated_at;
    enum leftover_kind kind;
    const char *expected; /* The SKU as sent, or a part of the problem. */
    int64_t count_expected;
    int64_t updated_at_ms;
};

static const struct case_row case_rows[] = {
    {"A", "5", NULL, LEFTOVER_SEND, "A", 5, STARTED_MS},
    {"0557722", "0", "", LEFTOVER_SEND, "0557722", 0, STARTED_MS},
    {" \t A B \r", " 2000000000 ", " ", LEFTOVER_SEND, "A B", 2000000000, STARTED_MS},
    {"A\tB", "007", NULL, LEFTOVER_SEND, "A\tB", 7, STARTED_MS},
    {X255, "1", NULL, LEFTOVER_SEND, X255, 1, STARTED_MS},
    {"A", "1", "1970-01-01T03:00:01+03:00", LEFTOVER_SEND, "A", 1, 1000},
    {"A", "1", "1970-01-01T00:17:40Z", LEFTOVER_SEND, "A", 1, 1060000},
    {"A", "", NULL, LEFTOVER_SKIP, "", 0, 0},
    {"A", " ", "nonsense", LEFTOVER_SKIP, "", 0, 0},
    {"", "", NULL, LEFTOVER_BLANK, "", 0, 0},
    {" ", "\t", "x", LEFTOVER_BLANK, "", 0, 0},
    {"", NULL, NULL, LEFTOVER_BLANK, "", 0, 0},
    {"A", NULL, NULL, LEFTOVER_BAD, "ends before its count", 0, 0},
    {NULL, "1", NULL, LEFTOVER_BAD, "ends before its sku", 0, 0},
    {"", "1", NULL, LEFTOVER_BAD, "the SKU is empty", 0, 0},
    {X255 "x", "1", NULL, LEFTOVER_BAD, "256 characters, 255 are allowed", 0, 0},
    {"a\nb", "1", NULL, LEFTOVER_BAD, "'a?b' holds a control character", 0, 0},
    {"a\x7F", "1", NULL, LEFTOVER_BAD, "control character", 0, 0},
    {"a\xFF", "", NULL, LEFTOVER_BAD, "'a?' is not UTF-8", 0, 0},
    {"A", "-1", NULL, LEFTOVER_BAD, "'-1' is not a whole number from 0 to 2000000000", 0, 0},
    {"A", "2000000001", NULL, LEFTOVER_BAD, "'2000000001' is not", 0, 0},
    {"A", "99999999999999999999", NULL, LEFTOVER_BAD, "is not a whole number", 0, 0},
    {"A", "5.0", NULL, LEFTOVER_BAD, "'5.0' is not", 0, 0},
    {"A", "1 000", NULL, LEFTOVER_BAD, "'1 000' is not", 0, 0},
    {"A", "1e3", NULL, LEFTOVER_BAD, "'1e3' is not", 0, 0},
    {"A", "1", "1970-01-01T00:00:00", LEFTOVER_BAD, "with its offset", 0, 0},
    {"A", "1", "1970-01-01", LEFTOVER_BAD, "is not a date", 0, 0},
    {"A", "1", "1970-01-01T00:17:40.001Z", LEFTOVER_BAD, "lies in the future", 0, 0},
};

static struct row row_of(const struct case_row *row)
{
    return (struct row){.position = 2,
                        .fields = {bytes_from_text(row->sku), bytes_from_text(row->count),
                                   bytes_from_text(row->updated_at)}};
}

static void rows_are_sent_skipped_or_bad_by_the_rules_of_the_wire(void **state)
{
    (void)state;
    const struct leftover_rules rules = {.started_ms = STARTED_MS};
    struct buffer problem;
    buffer_init(&problem);
    for (size_t i = 0; i < sizeof(case_rows) / sizeof(case_rows[0]); i++) {
        const struct case_row *expected = &case_rows[i];
        const struct row row = row_of(expected);
        struct leftover leftover;
        buffer_clear(&problem);
        assert_int_equal(leftover_decode(&row, &rules, &leftover, &problem), expected->kind);
        if (expected->kind == LEFTOVER_BAD)
            assert_non_null(strstr(buffer_text(&problem), expected->expected));
        else
            assert_int_equal(problem.size, 0);
        if (expected->kind != LEFTOVER_SEND)
            continue;
        assert_true(bytes_equal(leftover.sku, bytes_from_text(expected->expected)));
        assert_int_equal(leftover.count, expected->count_expected);
        assert_int_equal(leftover.updated_at_ms, expected->updated_at_ms);
    }
    buffer_deinit(&problem);
}

static void stamp_now_overrides_any_stamp(void **state)
{
    (void)state;
    static const char *const stamps[] = {"1970-01-01T00:00:01Z", "2222-01-01T00:00:00Z", "x", ""};
    const struct leftover_rules rules = {.started_ms = STARTED_MS, .stamp_now = true};
    for (size_t i = 0; i < sizeof(stamps) / sizeof(stamps[0]); i++) {
        const struct row row = {.fields = {BYTES("A"), BYTES("1"), bytes_from_text(stamps[i])}};
        struct leftover leftover;
        struct buffer problem;
        buffer_init(&problem);
        assert_int_equal(leftover_decode(&row, &rules, &leftover, &problem), LEFTOVER_SEND);
        assert_int_equal(leftover.updated_at_ms, STARTED_MS);
        buffer_deinit(&problem);
    }
}

static void a_buffer_is_kept_back_and_never_goes_below_zero(void **state)
{
    (void)state;
    static const struct {
        const char *count;
        int64_t buffer;
        int64_t expected;
    } cases[] = {{"5", 0, 5}, {"5", 2, 3}, {"5", 5, 0}, {"5", 6, 0}, {"0", 2, 0}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct leftover_rules rules = {.started_ms = STARTED_MS, .buffer = cases[i].buffer};
        const struct row row = {
            .fields = {[ROW_SKU] = BYTES("A"), [ROW_COUNT] = bytes_from_text(cases[i].count)}};
        struct leftover leftover;
        struct buffer problem;
        buffer_init(&problem);
        assert_int_equal(leftover_decode(&row, &rules, &leftover, &problem), LEFTOVER_SEND);
        assert_int_equal(leftover.count, cases[i].expected);
        buffer_deinit(&problem);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_buffer_is_kept_back_and_never_goes_below_zero),
        cmocka_unit_test(rows_are_sent_skipped_or_bad_by_the_rules_of_the_wire),
        cmocka_unit_test(stamp_now_overrides_any_stamp),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
