/* What is written: fields of CSV, totals, the line and the bar of the progress. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ctl/totals.h"
#include "os/progress.h"
#include "sheet/csv_writer.h"

static void fields_are_quoted_where_they_must_be(void **state)
{
    (void)state;
    static const struct {
        const char *field;
        const char *written;
    } rows[] = {
        {"", ""},
        {"0557722", "0557722"},
        {"two words", "two words"},
        {"a,b", "\"a,b\""},
        {"a;b", "\"a;b\""},
        {"27\"", "\"27\"\"\""},
        {"\"", "\"\"\"\""},
        {"a\tb", "\"a\tb\""},
        {"a\nb", "\"a\nb\""},
        {"a\rb", "\"a\rb\""},
        {" a", "\" a\""},
        {"a ", "\"a \""},
        {"Чайник", "Чайник"},
    };
    struct buffer text;
    buffer_init(&text);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        buffer_clear(&text);
        csv_append_field(&text, bytes_from_text(rows[i].field));
        assert_string_equal(buffer_text(&text), rows[i].written);
    }
    buffer_deinit(&text);
}

static void totals_are_text_or_one_json_object(void **state)
{
    (void)state;
    static const struct total totals[] = {{"sent", 10}, {"bad", 0}};
    struct buffer text;
    buffer_init(&text);
    totals_format(&text, totals, 2, 1007, false);
    assert_string_equal(buffer_text(&text), "sent=10 bad=0 seconds=1.007\n");
    buffer_clear(&text);
    totals_format(&text, totals, 2, 65432, true);
    assert_string_equal(buffer_text(&text), "{\"sent\":10,\"bad\":0,\"seconds\":65.432}\n");
    buffer_deinit(&text);
}

static void progress_tells_what_is_known(void **state)
{
    (void)state;
    static const struct {
        struct progress_state state;
        const char *line;
    } rows[] = {
        {{"rows", 0, 0, 0, 0}, "0 rows"},
        {{"rows", 500, 0, 0, 2000}, "500 rows, 250/s"},
        {{"rows", 500, 0, 1000, 2000}, "500 rows, 250/s, 0%"},
        {{"rows", 500, 250, 1000, 900}, "500 rows, 25%"},
        {{"rows", 500, 250, 1000, 2000}, "500 rows, 250/s, 25%, 0:06 left"},
        {{"rows", 500, 5, 1000, 20000}, "500 rows, 25/s, 0%, 1:06:20 left"},
        {{"rows", 500, 1000, 1000, 2000}, "500 rows, 250/s, 100%"},
        {{"rows", 500, 2000, 1000, 2000}, "500 rows, 250/s, 100%"},
        {{"rows", 500, INT64_MAX / 2, INT64_MAX, 2000}, "500 rows, 250/s, 50%, 0:02 left"},
    };
    struct buffer text;
    buffer_init(&text);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        buffer_clear(&text);
        progress_format(&text, &rows[i].state);
        assert_string_equal(buffer_text(&text), rows[i].line);
    }
    buffer_deinit(&text);
}

static void bar_fills_from_left_to_right(void **state)
{
    (void)state;
    static const struct {
        int64_t done;
        int64_t whole;
        const char *bar;
    } rows[] = {
        {0, 0, ""},
        {0, 100, "[----------] "},
        {1, 100, "[#---------] "},
        {50, 100, "[#####-----] "},
        {100, 100, "[##########] "},
        {101, 100, "[##########] "},
    };
    struct buffer text;
    buffer_init(&text);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct progress_state shown = {"rows", 0, rows[i].done, rows[i].whole, 0};
        buffer_clear(&text);
        progress_format_bar(&text, &shown, 10);
        assert_string_equal(buffer_text(&text), rows[i].bar);
    }
    buffer_deinit(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_are_quoted_where_they_must_be),
        cmocka_unit_test(totals_are_text_or_one_json_object),
        cmocka_unit_test(progress_tells_what_is_known),
        cmocka_unit_test(bar_fills_from_left_to_right),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
