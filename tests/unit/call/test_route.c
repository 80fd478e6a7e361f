/* Tables of routes: paths with parameters, versions, verbs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../support/expect.h"
#include "call/route.h"

struct row {
    struct route route;
    int number;
};

static const struct row rows[] = {
    {{"GET", "shops", "v2"}, 1},
    {{"POST", "shops", "v2"}, 2},
    {{"GET", "shops/{shopId}", "v2"}, 3},
    {{"PUT", "shops/{shopId}/shelves/{shelfId}/count", "v2"}, 4},
    {{"POST", "shops", "v3"}, 5},
    {{"DELETE", "shops/{shopId}", "v2"}, 6},
};

static const struct route_table table = {rows, sizeof(rows[0]), sizeof(rows) / sizeof(rows[0])};

static enum route_match find(const char *verb, const char *path, const char *version, int *number,
                             struct route_values *values)
{
    const struct route *row = NULL;
    const enum route_match match = route_find(&table, bytes_from_text(verb), bytes_from_text(path),
                                              bytes_from_text(version), &row, values);
    *number = row == NULL ? 0 : ((const struct row *)(const void *)row)->number;
    return match;
}

static void a_path_leads_to_its_row_by_verb_and_version(void **state)
{
    (void)state;
    static const struct {
        const char *verb;
        const char *path;
        const char *version;
        enum route_match match;
        int number;
    } cases[] = {
        {"GET", "shops", "v2", ROUTE_FOUND, 1},
        {"POST", "shops", "v2", ROUTE_FOUND, 2},
        {"POST", "shops", "v3", ROUTE_FOUND, 5},
        {"GET", "shops/7", "v2", ROUTE_FOUND, 3},
        {"DELETE", "shops/7", "v2", ROUTE_FOUND, 6},
        {"PUT", "shops", "v2", ROUTE_NO_VERB, 1},
        {"get", "shops", "v2", ROUTE_NO_VERB, 1},
        {"GET", "shops", "v3", ROUTE_NO_VERB, 5},
        {"GET", "shops/7", "v3", ROUTE_NO_PATH, 0},
        {"GET", "shop", "v2", ROUTE_NO_PATH, 0},
        {"GET", "Shops", "v2", ROUTE_NO_PATH, 0},
        {"GET", "shops/", "v2", ROUTE_NO_PATH, 0},
        {"GET", "shops//", "v2", ROUTE_NO_PATH, 0},
        {"GET", "/shops", "v2", ROUTE_NO_PATH, 0},
        {"GET", "shops/7/shelves", "v2", ROUTE_NO_PATH, 0},
        {"PUT", "shops/7/shelves//count", "v2", ROUTE_NO_PATH, 0},
        {"GET", "", "v2", ROUTE_NO_PATH, 0},
        {"GET", "shops", "v9", ROUTE_NO_PATH, 0},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct route_values values;
        int number = 0;
        const enum route_match match =
            find(cases[i].verb, cases[i].path, cases[i].version, &number, &values);
        if (match != cases[i].match || number != cases[i].number)
            fail_msg("%s %s: match %d, row %d", cases[i].verb, cases[i].path, (int)match, number);
    }
}

static void parameters_are_given_in_order(void **state)
{
    (void)state;
    struct route_values values;
    int number = 0;
    assert_int_equal(find("PUT", "shops/7/shelves/a b/count", "v2", &number, &values), ROUTE_FOUND);
    assert_int_equal(number, 4);
    assert_int_equal(values.count, 2);
    EXPECT_TEXT(values.texts[0], "7");
    EXPECT_TEXT(values.texts[1], "a b");
}

static void a_path_tells_all_its_verbs(void **state)
{
    (void)state;
    char text[ROUTE_ALLOW_BYTES];
    route_allow(&table, &rows[0].route, text);
    assert_string_equal(text, "GET, POST");
    route_allow(&table, &rows[2].route, text);
    assert_string_equal(text, "DELETE, GET");
    route_allow(&table, &rows[4].route, text);
    assert_string_equal(text, "POST");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_path_leads_to_its_row_by_verb_and_version),
        cmocka_unit_test(parameters_are_given_in_order),
        cmocka_unit_test(a_path_tells_all_its_verbs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
