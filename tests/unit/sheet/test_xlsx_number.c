/* Numbers, dates and formats of cells, as spreadsheets store them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/date.h"
#include "sheet/xlsx_book.h"
#include "sheet/xlsx_number.h"
#include "sheet/xlsx_styles.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static void integers_are_read_digit_by_digit(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *integer;
        enum xlsx_number_kind kind;
    } cases[] = {
        {"557722", "557722", XLSX_WHOLE},
        {"557722.0", "557722", XLSX_WHOLE},
        {"0", "0", XLSX_WHOLE},
        {"-0.0", "0", XLSX_WHOLE},
        {"007", "7", XLSX_WHOLE},
        {"-3", "-3", XLSX_WHOLE},
        {"1.23E+10", "12300000000", XLSX_WHOLE},
        {"1.23e10", "12300000000", XLSX_WHOLE},
        {"12300E-2", "123", XLSX_WHOLE},
        {"0.05E2", "5", XLSX_WHOLE},
        {"100", "100", XLSX_WHOLE},
        {"999999999999999", "999999999999999", XLSX_WHOLE},
        {"4607012345678", "4607012345678", XLSX_WHOLE},
        {"1000000000000000", "1000000000000000", XLSX_ROUNDED},
        {"1.2345678901234567E+19", "12345678901234567000", XLSX_ROUNDED},
        {"1E+300", "", XLSX_ROUNDED},
        {"2.5", "", XLSX_FRACTION},
        {"1E-3", "", XLSX_FRACTION},
        {"0.1", "", XLSX_FRACTION},
        {"2.9999999999999996", "", XLSX_FRACTION},
        {"", "", XLSX_NO_NUMBER},
        {"-", "", XLSX_NO_NUMBER},
        {".", "", XLSX_NO_NUMBER},
        {"1E", "", XLSX_NO_NUMBER},
        {"1E+999", "", XLSX_NO_NUMBER},
        {"1E99999999999999999999", "", XLSX_NO_NUMBER},
        {"1 000", "", XLSX_NO_NUMBER},
        {"0x10", "", XLSX_NO_NUMBER},
        {"NaN", "", XLSX_NO_NUMBER},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char integer[XLSX_INTEGER_BYTES_MAX];
        assert_int_equal(xlsx_number_read(bytes_from_text(cases[i].text), integer), cases[i].kind);
        assert_string_equal(integer, cases[i].integer);
    }
}

static void dates_count_days_since_their_beginning(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool since_1904;
        const char *date; /* NULL: it is none. */
    } cases[] = {
        {"25569", false, "1970-01-01T00:00:00Z"},
        {"45917", false, "2025-09-17T00:00:00Z"},
        {"45917.604166666664", false, "2025-09-17T14:30:00Z"},
        {"45917.999988425923", false, "2025-09-17T23:59:59Z"},
        {"4.5917E4", false, "2025-09-17T00:00:00Z"},
        {"44455", true, "2025-09-17T00:00:00Z"},
        {"0.5", false, "1899-12-30T12:00:00Z"},
        {"0.04", false, "1899-12-30T00:57:36Z"},
        {"-1", false, NULL},
        {"1E9", false, NULL},
        {"date", false, NULL},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        int64_t ms = 0;
        int64_t expected = 0;
        const bool good = xlsx_date_read(bytes_from_text(cases[i].text), cases[i].since_1904, &ms);
        assert_int_equal(good, cases[i].date != NULL);
        if (!good)
            continue;
        assert_true(date_parse_iso8601(bytes_from_text(cases[i].date), &expected));
        assert_int_equal(ms, expected);
    }
}

static void formats_are_dates_or_put_zeros_in_front(void **state)
{
    (void)state;
    static const struct {
        const char *code;
        uint8_t style;
    } cases[] = {
        {"General", XLSX_STYLE_PLAIN},
        {"0", XLSX_STYLE_PLAIN},
        {"0000000", 7},
        {"00", 2},
        {"#,##0.00", XLSX_STYLE_PLAIN},
        {"0.00E+00", XLSX_STYLE_PLAIN},
        {"dd.mm.yyyy", XLSX_STYLE_DATE},
        {"[$-419]d\\ mmmm\\ yyyy;@", XLSX_STYLE_DATE},
        {"h:mm", XLSX_STYLE_DATE},
        {"[Red]0", XLSX_STYLE_PLAIN},
        {"0\" days\"", XLSX_STYLE_PLAIN},
        {"0\\d", XLSX_STYLE_PLAIN},
        {"@", XLSX_STYLE_PLAIN},
        {"", XLSX_STYLE_PLAIN},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        assert_int_equal(xlsx_style_of_code(bytes_from_text(cases[i].code)), cases[i].style);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers_are_read_digit_by_digit),
        cmocka_unit_test(dates_count_days_since_their_beginning),
        cmocka_unit_test(formats_are_dates_or_put_zeros_in_front),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
