/* Rules of single fields: SKUs, integers, booleans, arrays, and the table of what was seen. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../../support/body_case.h"
#include "../../support/chance.h"
#include "../../support/expect.h"
#include "base/hash.h"
#include "wire/field.h"

#define PATTERN_PROBLEM "sku must match ^(?=.*\\S.*)[^\\x00-\\x08\\x0A-\\x1f\\x7f]{1,255}$"
#define LENGTH_PROBLEM  "sku size must be between 1 and 255"

/* Takes a SKU that stands in JSON as it is. */
static bool take_sku(struct body_case *body, struct bytes sku, struct bytes *taken)
{
    struct buffer text;
    buffer_init(&text);
    json_write_string(&text, sku);
    const struct json_value root = body_case_root(body, buffer_bytes(&text));
    buffer_deinit(&text);
    return field_sku(&root, FIELD("sku"), taken, &body->errors);
}

static void every_control_character_but_tab_is_refused_inside(void **state)
{
    (void)state;
    struct body_case body;
    body_case_init(&body);
    for (int byte = 0; byte < 0x80; byte++) {
        const uint8_t data[] = {'a', (uint8_t)byte, 'b'};
        const struct bytes sku = {data, sizeof(data)};
        const bool good = byte == '\t' || (byte >= 0x20 && byte != 0x7F);
        struct bytes taken = {NULL, 0};
        assert_int_equal(take_sku(&body, sku, &taken), good);
        assert_int_equal(sku_is_valid(sku), good);
        assert_int_equal(body.errors.count, !good);
        if (good)
            EXPECT_BYTES(taken, sku);
        else
            assert_true(bytes_starts_with(error_at(&body.errors, 0), BYTES(PATTERN_PROBLEM)));
    }
    body_case_deinit(&body);
}

static void skus_are_trimmed_before_they_are_judged(void **state)
{
    (void)state;
    static const struct {
        struct bytes sku;
        struct bytes taken; /* No bytes: refused. */
        const char *problem;
    } rows[] = {
        {BYTES_INIT("A"), BYTES_INIT("A"), NULL},
        {BYTES_INIT(" \t\n\v\f\rA b\r\n "), BYTES_INIT("A b"), NULL},
        {BYTES_INIT("\xC2\xA0"), BYTES_INIT("\xC2\xA0"), NULL},
        {BYTES_INIT("\xC2\x85"), BYTES_INIT("\xC2\x85"), NULL},
        {BYTES_INIT(""), {NULL, 0}, LENGTH_PROBLEM " (rejected value: )"},
        {BYTES_INIT(" "), {NULL, 0}, LENGTH_PROBLEM " (rejected value: )"},
        {BYTES_INIT("\t\n\v\f\r"), {NULL, 0}, LENGTH_PROBLEM " (rejected value: )"},
        {BYTES_INIT("\x1F"), {NULL, 0}, PATTERN_PROBLEM " (rejected value: \x1F)"},
        {BYTES_INIT("\x7F"), {NULL, 0}, PATTERN_PROBLEM " (rejected value: \x7F)"},
        {BYTES_INIT(" a\nb "), {NULL, 0}, PATTERN_PROBLEM " (rejected value: a\nb)"},
    };
    struct body_case body;
    body_case_init(&body);
    for (size_t i = 0; i < ROWS_COUNT_OF(rows); i++) {
        struct bytes taken = {NULL, 0};
        assert_int_equal(take_sku(&body, rows[i].sku, &taken), rows[i].taken.size > 0);
        EXPECT_BYTES(taken, rows[i].taken);
        EXPECT_ERROR(&body.errors, rows[i].problem);
    }
    body_case_deinit(&body);
}

static void length_of_a_sku_counts_code_points(void **state)
{
    (void)state;
    static const char *const points[] = {"x", "\xD0\x96", "\xE2\x82\xAC", "\xF0\x9F\x98\x80"};
    struct body_case body;
    body_case_init(&body);
    for (size_t i = 0; i < ROWS_COUNT_OF(points); i++) {
        for (int count = 254; count <= 257; count++) {
            struct buffer sku;
            buffer_init(&sku);
            for (int k = 0; k < count; k++)
                buffer_append_text(&sku, points[i]);
            struct bytes taken = {NULL, 0};
            assert_int_equal(take_sku(&body, buffer_bytes(&sku), &taken), count <= 255);
            assert_int_equal(sku_is_valid(buffer_bytes(&sku)), count <= 255);
            if (count <= 255)
                EXPECT_BYTES(taken, buffer_bytes(&sku));
            buffer_deinit(&sku);
        }
    }
    body_case_deinit(&body);
}

static void sku_that_did_not_come_as_json_must_be_trimmed_utf8(void **state)
{
    (void)state;
    static const struct bytes bad[] = {
        BYTES_INIT(""),     BYTES_INIT(" A"),   BYTES_INIT("A\t"), BYTES_INIT("A\n"),
        BYTES_INIT("\x80"), BYTES_INIT("a\0b"), BYTES_INIT(" "),   BYTES_INIT("\xED\xA0\x80"),
    };
    for (size_t i = 0; i < ROWS_COUNT_OF(bad); i++)
        assert_false(sku_is_valid(bad[i]));
    assert_true(sku_is_valid(BYTES("A b\tc")));
    assert_true(sku_is_valid(BYTES("\xD0\x96")));
}

static void integers_are_bounded_from_both_sides(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool taken;
        int64_t number;
        const char *problem;
    } rows[] = {
        {"1", true, 1, NULL},
        {"9", true, 9, NULL},
        {"9.0", true, 9, NULL},
        {"0", false, 0, "n must be greater than or equal to 1 (rejected value: 0)"},
        {"10", false, 0, "n must be less than or equal to 9 (rejected value: 10)"},
        {"-7", false, 0, "n must be greater than or equal to 1 (rejected value: -7)"},
        {"1e25", false, 0,
         "n must be less than or equal to 9 (rejected value: 10000000000000000905969664)"},
        {"null", false, 0, "n must not be null (rejected value: null)"},
        {"1.5", false, 0, "Illegal input at 'n'"},
        {"\"1\"", false, 0, "Illegal input at 'n'"},
        {"false", false, 0, "Illegal input at 'n'"},
    };
    struct body_case body;
    body_case_init(&body);
    for (size_t i = 0; i < ROWS_COUNT_OF(rows); i++) {
        const struct json_value root = body_case_root(&body, bytes_from_text(rows[i].text));
        int64_t number = 0;
        EXPECT(rows[i].text,
               field_int64(&root, FIELD("n"), 1, 9, &number, &body.errors) == rows[i].taken);
        EXPECT(rows[i].text, number == rows[i].number);
        EXPECT_ERROR(&body.errors, rows[i].problem);
    }
    error_list_clear(&body.errors);
    int64_t number = 0;
    assert_false(field_int64(NULL, FIELD_OF("a", 7, ".n"), 1, 9, &number, &body.errors));
    EXPECT_ERROR(&body.errors, "a[7].n must not be null (rejected value: null)");
    body_case_deinit(&body);
}

static void booleans_and_arrays_may_be_absent(void **state)
{
    (void)state;
    struct body_case body;
    body_case_init(&body);
    bool flag = false;
    assert_true(field_bool(NULL, FIELD("b"), true, &flag, &body.errors));
    assert_true(flag);
    struct json_value root = body_case_root(&body, BYTES("null"));
    assert_true(field_bool(&root, FIELD("b"), false, &flag, &body.errors));
    assert_false(flag);
    root = body_case_root(&body, BYTES("true"));
    assert_true(field_bool(&root, FIELD("b"), false, &flag, &body.errors));
    assert_true(flag);
    root = body_case_root(&body, BYTES("1"));
    assert_false(field_bool(&root, FIELD("b"), false, &flag, &body.errors));
    EXPECT_ERROR(&body.errors, "Illegal input at 'b'");

    size_t count = 9;
    error_list_clear(&body.errors);
    assert_true(field_array(NULL, FIELD("a"), 0, 2, &count, &body.errors));
    assert_int_equal(count, 0);
    assert_false(field_array(NULL, FIELD("a"), 1, 2, &count, &body.errors));
    EXPECT_ERROR(&body.errors, "a size must be between 1 and 2 (rejected size: 0)");
    root = body_case_root(&body, BYTES("[[],{},3]"));
    assert_false(field_array(&root, FIELD("a"), 1, 2, &count, &body.errors));
    EXPECT_ERROR(&body.errors, "a size must be between 1 and 2 (rejected size: 3)");
    assert_int_equal(count, 3);
    body_case_deinit(&body);
}

static void table_sees_exactly_what_came_before(void **state)
{
    (void)state;
    struct chance chance = chance_begin(__func__);
    struct arena arena;
    arena_init(&arena);
    enum { KEYS_COUNT = 2000 };
    static struct stock_write writes[KEYS_COUNT];
    static char skus[KEYS_COUNT][16];
    for (int round = 0; round < 20; round++) {
        struct seen_table seen;
        arena_reset(&arena);
        assert_int_equal(seen_table_init(&seen, &arena, KEYS_COUNT), OK);
        uint32_t count = 0;
        for (int i = 0; i < KEYS_COUNT; i++) {
            const int length = snprintf(skus[count], sizeof(skus[count]), "%u",
                                        (unsigned)chance_below(&chance, KEYS_COUNT));
            const struct bytes sku = {(uint8_t *)skus[count], (size_t)length};
            /* In half of the rounds nearly all hashes collide. */
            const uint64_t hash = bytes_hash(sku);
            writes[count].key = (struct stock_key){sku, round % 2 == 0 ? hash : hash % 3 << 32};
            bool known = false;
            for (uint32_t k = 0; k < count && !known; k++)
                known = bytes_equal(writes[k].key.sku, sku);
            assert_int_equal(seen_before(&seen, &writes[0].key, sizeof(writes[0]), count), known);
            count += !known;
        }
    }
    arena_deinit(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_control_character_but_tab_is_refused_inside),
        cmocka_unit_test(skus_are_trimmed_before_they_are_judged),
        cmocka_unit_test(length_of_a_sku_counts_code_points),
        cmocka_unit_test(sku_that_did_not_come_as_json_must_be_trimmed_utf8),
        cmocka_unit_test(integers_are_bounded_from_both_sides),
        cmocka_unit_test(booleans_and_arrays_may_be_absent),
        cmocka_unit_test(table_sees_exactly_what_came_before),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
