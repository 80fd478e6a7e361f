/* Rows for people, as CSV and as JSON. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "ctl/table.h"
#include "ctl/width.h"

static const struct table_column columns[] = {
    {"sku", "SKU"}, {"count", "count"}, {"name", "name"}, {NULL, NULL}};

static void add_row(struct table *table, const char *sku, int64_t count, const char *name)
{
    table_add_text(table, bytes_from_text(sku));
    table_add_number(table, count);
    if (name == NULL)
        table_add_nothing(table);
    else
        table_add_text(table, bytes_from_text(name));
    table_end_row(table);
}

/* What the gathered rows look like. */
static void assert_formatted(struct table *table, size_t columns_max, bool colour,
                             const char *expected)
{
    struct buffer text;
    buffer_init(&text);
    table_format(table, columns_max, colour, &text);
    assert_string_equal(buffer_text(&text), expected);
    buffer_deinit(&text);
}

static void letters_of_all_scripts_are_measured(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t columns;
    } rows[] = {
        {"", 0},     {"abc", 3},       {"Чайник", 6},
        {"漢字", 4}, {"e\xCC\x81", 1}, /* A letter and its accent. */
        {"é", 1},    {"…", 1},         {"\xF0\x9F\x93\xA6", 2},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_int_equal(width_of(bytes_from_text(rows[i].text)), rows[i].columns);
}

static void a_text_is_clipped_between_letters(void **state)
{
    (void)state;
    assert_int_equal(width_clip(BYTES("Чайник"), 2).size, 4);
    assert_int_equal(width_clip(BYTES("漢字"), 3).size, 3);
    assert_int_equal(width_clip(BYTES("abc"), 7).size, 3);
    assert_int_equal(width_clip(BYTES("abc"), 0).size, 0);
}

static void columns_are_as_wide_as_what_stands_in_them(void **state)
{
    (void)state;
    struct table table;
    table_init(&table, columns, OUTPUT_TEXT);
    add_row(&table, "Чайник 1,5 л", 5, "кухня");
    add_row(&table, "A-1", 2000000000, "");
    assert_formatted(&table, 0, false,
                     "SKU                count  name\n"
                     "Чайник 1,5 л           5  кухня\n"
                     "A-1           2000000000\n");
    table_deinit(&table);
}

static void a_later_piece_keeps_widths_and_has_no_header(void **state)
{
    (void)state;
    struct table table;
    table_init(&table, columns, OUTPUT_TEXT);
    add_row(&table, "long-name", 5, "x");
    assert_formatted(&table, 0, false, "SKU        count  name\nlong-name      5  x\n");
    add_row(&table, "B", 7, "y");
    assert_formatted(&table, 0, false, "B              7  y\n");
    assert_formatted(&table, 0, false, "");
    table_deinit(&table);
}

static void the_widest_texts_are_cut_to_a_terminal_and_numbers_never(void **state)
{
    (void)state;
    struct table table;
    table_init(&table, columns, OUTPUT_TEXT);
    add_row(&table, "0123456789012345678901234", 123456789, "Чайник белый");
    assert_formatted(&table, 36, false,
                     "SKU              count  name\n"
                     "0123456789…  123456789  Чайник белый\n");
    add_row(&table, "0123456789012345678901234", 123456789, "Чайник белый");
    assert_formatted(&table, 10, false, "0123456…  123456789  Чайник …\n");
    table_deinit(&table);
}

static void a_header_is_bold_where_there_are_colours(void **state)
{
    (void)state;
    struct table table;
    table_init(&table, columns, OUTPUT_TEXT);
    assert_formatted(&table, 0, true, "\033[1mSKU  count  name\033[0m\n");
    table_deinit(&table);
}

static void what_would_steer_a_terminal_does_not(void **state)
{
    (void)state;
    struct table table;
    table_init(&table, columns, OUTPUT_TEXT);
    add_row(&table, "a\x1b[31mb\tc", 1, "\xff");
    assert_formatted(&table, 0, false, "SKU        count  name\na?[31mb?c      1  ?\n");
    table_deinit(&table);
}

static void one_row_may_stand_upright(void **state)
{
    (void)state;
    struct table table;
    table_init(&table, columns, OUTPUT_TEXT);
    table.upright = true;
    add_row(&table, "A", 5, NULL);
    assert_formatted(&table, 0, false, "SKU    A\ncount  5\n");
    table_deinit(&table);
}

static void json_has_an_object_a_line_without_what_is_absent(void **state)
{
    (void)state;
    static const struct table_column own[] = {
        {"sku", "SKU"}, {"on", "on"}, {"scopes", "scopes"}, {NULL, NULL}};
    const struct bytes scopes[] = {BYTES("a"), BYTES("\"b\"")};
    struct table table;
    table_init(&table, own, OUTPUT_JSON);
    table_add_text(&table, BYTES("Ч\n\\"));
    table_add_flag(&table, true);
    table_add_list(&table, scopes, 2);
    table_end_row(&table);
    table_add_nothing(&table);
    table_add_flag(&table, false);
    table_add_list(&table, scopes, 0);
    table_end_row(&table);
    for (int i = 0; i < 3; i++)
        table_add_nothing(&table);
    table_end_row(&table);
    assert_string_equal(buffer_text(&table.out),
                        "{\"sku\":\"Ч\\n\\\\\",\"on\":true,\"scopes\":[\"a\",\"\\\"b\\\"\"]}\n"
                        "{\"on\":false,\"scopes\":[]}\n"
                        "{}\n");
    table_deinit(&table);
}

static void a_column_may_be_for_machines_alone(void **state)
{
    (void)state;
    static const struct table_column own[] = {
        {"id", "id"}, {"bytes", NULL}, {"name", "name"}, {NULL, NULL}};
    struct table table;
    table_init(&table, own, OUTPUT_TEXT);
    table_add_number(&table, 1);
    table_add_number(&table, 222222);
    table_add_text(&table, BYTES("x"));
    table_end_row(&table);
    assert_formatted(&table, 9, false, "id  name\n 1  x\n");
    table_deinit(&table);
}

static void csv_quotes_what_needs_it(void **state)
{
    (void)state;
    struct table table;
    table_init(&table, columns, OUTPUT_CSV);
    add_row(&table, "a,b", 5, "say \"x\"");
    add_row(&table, "0557722", 0, NULL);
    assert_string_equal(buffer_text(&table.out), "\"a,b\",5,\"say \"\"x\"\"\"\n0557722,0,\n");
    table_deinit(&table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(letters_of_all_scripts_are_measured),
        cmocka_unit_test(a_text_is_clipped_between_letters),
        cmocka_unit_test(columns_are_as_wide_as_what_stands_in_them),
        cmocka_unit_test(a_later_piece_keeps_widths_and_has_no_header),
        cmocka_unit_test(the_widest_texts_are_cut_to_a_terminal_and_numbers_never),
        cmocka_unit_test(a_header_is_bold_where_there_are_colours),
        cmocka_unit_test(what_would_steer_a_terminal_does_not),
        cmocka_unit_test(one_row_may_stand_upright),
        cmocka_unit_test(json_has_an_object_a_line_without_what_is_absent),
        cmocka_unit_test(a_column_may_be_for_machines_alone),
        cmocka_unit_test(csv_quotes_what_needs_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
