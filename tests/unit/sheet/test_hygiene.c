/* What is found in rows, and what is said about it; a plain search in all that came before is the
 * other opinion about SKUs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "sheet/hygiene.h"
#include "sheet/sku_index.h"
#include "sheet/sku_look.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

enum { STARTED_MS = 1000000 };

/* A source and what looks at its rows. */
struct looking {
    struct row_source *source;
    struct hygiene *hygiene;
};

static void look_at(struct looking *looking, const char *file)
{
    const struct row_source_settings settings = {
        .kind = ROW_SOURCE_MEMORY,
        .memory = bytes_from_text(file),
        .name = "f.csv",
        .encoding = ROW_ENCODING_UTF8,
    };
    const struct hygiene_settings rules = {.rules = {.started_ms = STARTED_MS}, .examples_max = 2};
    struct buffer problem;
    buffer_init(&problem);
    assert_int_equal(row_source_open(&settings, &looking->source, &problem), OK);
    buffer_deinit(&problem);
    looking->hygiene = hygiene_create(&rules, looking->source);
    assert_non_null(looking->hygiene);
    const struct row *row = NULL;
    assert_int_equal(row_source_next(looking->source, &row), OK);
    while (row != NULL) {
        struct leftover leftover;
        enum leftover_kind kind = LEFTOVER_BLANK;
        assert_int_equal(hygiene_take(looking->hygiene, row, &kind, &leftover), OK);
        assert_int_equal(kind == LEFTOVER_BAD, hygiene_reason(looking->hygiene)[0] != '\0');
        assert_int_equal(row_source_next(looking->source, &row), OK);
    }
}

static void look_end(struct looking *looking)
{
    hygiene_destroy(looking->hygiene);
    row_source_close(looking->source);
}

static void each_finding_has_its_rows(void **state)
{
    (void)state;
    static const struct {
        const char *rows;
        const char *found; /* The report's names and numbers. */
    } cases[] = {
        {"A,1\nB,2\n", ""},
        {",1\n", "sku-empty 1"},
        {"\"a\nb\",1\n\xFF,1\n", "sku-broken 2"},
        {"A,1\nA,2\nA,2\n", "sku-repeated 2"},
        {"A,1,2026-01-01T00:00:00Z,x\nB,1,,000\nC,1,,\n", "row-long 2"},
        {"A\n", "count-absent 1"},
        {"A,-1\nB,-1.5\n", "count-negative 2"},
        {"A,1.5\nB,\"0,25\"\nC,.5\n", "count-fraction 3"},
        {"A,5.0\nB,\"5,00\"\nC,1E+3\nD,1.5e3\n", "count-spreadsheet 4"},
        {"A,2000000001\nB,99999999999999999999\n", "count-large 2"},
        {"A,many\nB,1 000\nC,-\nD,1e\nE,5x\nF,.\n", "count-broken 6"},
        {"A,1,x\nB,1,2222-12-29T18:02:01Z\n", "updated-at-broken 1 updated-at-future 1"},
        {"A,\nB, \n", "count-empty 2"},
        {"1.23E+10,1\n\"1,5E7\",1\n5E+3,1\n557722.0,1\n2025-05-12 00:00:00,1\n#N/A,1\n#Н/Д,1\n",
         "sku-spreadsheet 7"},
        {"12E5,1\n1.5,1\nE+3,1\n1.,1\n2025-05-12,1\n#1,1\n1.23E,1\n", ""},
        {"a\xC2\xA0"
         "b,1\na  c,1\na\td,1\n\xE2\x80\x8B"
         "e,1\n",
         "sku-spaces 4"},
        {"a b,1\n", ""},
        {"\xD0\x90"
         "BC,1\n\xD0\xA0\xD0\x95-100,1\n\xD0\x9B\xD0\x90\xD0\x9C\xD0\x9F\xD0\x90-LED,1\n",
         "sku-mixed-letters 1"},
        {"557722,1\n0557722,1\n00557722,1\n", "twin-zeros 2"},
        {"0,1\n00,1\n", "twin-zeros 1"},
        {"abc,1\nABC,1\n\xD0\xB2\xD0\xB5\xD1\x81,1\n\xD0\x92\xD0\x95\xD0\xA1,1\n", "twin-case 2"},
        {"AB,1\n\xC2\xA0"
         "AB,1\n",
         "sku-spaces 1 twin-spaces 1"},
        {"ABC,1\n\xD0\x90\xD0\x92\xD0\xA1,1\n", "twin-letters 1"},
        {"0abc,1\nABC,1\n", "twin-several 1"},
        {",\n , \n", ""},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char file[512];
        char found[512] = "";
        struct looking looking;
        (void)snprintf(file, sizeof(file), "sku,count,updatedAt\n%s", cases[i].rows);
        look_at(&looking, file);
        for (int k = 0; k < FINDINGS_COUNT; k++) {
            const size_t used = strlen(found);
            const int count = (int)hygiene_count(looking.hygiene, (enum finding)k);
            if (count > 0)
                (void)snprintf(found + used, sizeof(found) - used, "%s%s %d", used > 0 ? " " : "",
                               finding_kinds[k].name, count);
        }
        assert_string_equal(found, cases[i].found);
        look_end(&looking);
    }
}

static void report_has_numbers_and_examples_with_places(void **state)
{
    (void)state;
    struct looking looking;
    struct buffer text;
    buffer_init(&text);
    look_at(&looking, "sku,count\nabc,1\nABC,2\nabc,3\nX,-1\nX,-2\nX,-3\nY,\n,\n");
    const struct hygiene_totals totals = hygiene_totals(looking.hygiene);
    assert_int_equal(totals.rows, 7);
    assert_int_equal(totals.good, 2);
    assert_int_equal(totals.skipped, 1);
    assert_int_equal(totals.bad, 4);
    assert_int_equal(totals.warnings, 2);
    hygiene_report(looking.hygiene, true, &text);
    assert_string_equal(
        buffer_text(&text),
        "error   sku-repeated                 1  the SKU has an earlier row, which counts\n"
        "    f.csv:4: the SKU stands on line 2 already; that row is kept\n"
        "error   count-negative               3  the count is below zero\n"
        "    f.csv:5: the count '-1' is not a whole number from 0 to 2000000000\n"
        "    f.csv:6: the count '-2' is not a whole number from 0 to 2000000000\n"
        "warning count-empty                  1  no count: the stock is left as it is\n"
        "    f.csv:8: 'Y'\n"
        "warning twin-case                    1  two SKUs that differ by small and capital letters "
        "alone\n"
        "    f.csv:3: 'ABC' and 'abc' on line 2\n");
    buffer_clear(&text);
    hygiene_report_json(looking.hygiene, &text);
    const char *json = buffer_text(&text);
    assert_non_null(strstr(json, "{\"kind\":\"twin-case\",\"severity\":\"warning\",\"count\":1,"));
    assert_non_null(strstr(json, "{\"place\":\"f.csv:3\",\"text\":\"'ABC' and 'abc' on line 2\","
                                 "\"row\":3,\"sku\":\"ABC\"}"));
    buffer_deinit(&text);
    look_end(&looking);
}

enum { FORMS = 600 };

/* The form of a SKU `number`: one of few letters, in many cases, with zeros. */
static struct bytes form_of(int number, char text[16])
{
    static const char *const pairs[] = {"aA", "bB", "cC", "dD", "eE", "fF", "gG"};
    int size = 0;
    for (int i = 0; i < number % 3; i++)
        text[size++] = '0';
    for (int i = 0; i < 7; i++)
        text[size++] = pairs[i][number / 3 >> i & 1];
    return (struct bytes){(const uint8_t *)text, (size_t)size};
}

static void every_form_of_one_sku_is_found_again(void **state)
{
    (void)state;
    struct sku_index *index = sku_index_create();
    struct sku_met met;
    char text[16];
    assert_non_null(index);
    enum { DISTINCT = 3 * 128 };
    for (int i = 0; i < FORMS; i++) {
        bool has = true;
        assert_int_equal(sku_index_has(index, form_of(i, text), &has), OK);
        assert_int_equal(has, i >= DISTINCT);
        assert_int_equal(sku_index_add(index, form_of(i, text), (uint64_t)i, &met), OK);
        assert_int_equal(sku_index_has(index, form_of(i, text), &has), OK);
        assert_true(has);
        const enum sku_meeting expected = i == 0 ? SKU_NEW : i < DISTINCT ? SKU_TWIN : SKU_SAME;
        assert_int_equal(met.meeting, expected);
        if (expected == SKU_SAME)
            assert_int_equal(met.position, i - DISTINCT);
    }
    sku_index_destroy(index);
}

static void many_skus_are_told_apart(void **state)
{
    (void)state;
    enum { SKUS = 100000 };
    struct sku_index *index = sku_index_create();
    struct sku_met met;
    char text[24];
    assert_non_null(index);
    for (int i = 0; i < 2 * SKUS; i++) {
        const int size = snprintf(text, sizeof(text), "SKU-%d", i % SKUS);
        const struct bytes sku = {(const uint8_t *)text, (size_t)size};
        assert_int_equal(sku_index_add(index, sku, (uint64_t)i, &met), OK);
        assert_int_equal(met.meeting, i < SKUS ? SKU_NEW : SKU_SAME);
        if (i >= SKUS)
            assert_int_equal(met.position, i - SKUS);
    }
    sku_index_destroy(index);
}

static void folds_are_what_a_person_sees(void **state)
{
    (void)state;
    static const struct {
        const char *sku;
        const char *folded;
    } cases[] = {
        {"ABC", "abc"},
        {"000", "0"},
        {"0", "0"},
        {"00a", "a"},
        {"  a  b ", "a b"},
        {"\xC2\xA0"
         "a\xE2\x80\x8B",
         "a"},
        {"\xD0\x92\xD0\xB2", "bb"},
        {"\xD0\x96", "\xD0\xB6"},
        {"\xD0\x81", "\xD1\x91"},
        {"\xC3\x89", "\xC3\xA9"},
        {"100", "100"},
    };
    struct buffer folded;
    buffer_init(&folded);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        buffer_clear(&folded);
        sku_fold(bytes_from_text(cases[i].sku), &folded);
        assert_string_equal(buffer_text(&folded), cases[i].folded);
    }
    buffer_deinit(&folded);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_finding_has_its_rows),
        cmocka_unit_test(report_has_numbers_and_examples_with_places),
        cmocka_unit_test(every_form_of_one_sku_is_found_again),
        cmocka_unit_test(many_skus_are_told_apart),
        cmocka_unit_test(folds_are_what_a_person_sees),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
