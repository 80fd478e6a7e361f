/* URLs: which are taken, where they lead to, and that no word about one holds a password. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../../support/expect.h"
#include "store/pg_address.h"

static const struct {
    const char *url;
    const char *text;
} GOOD[] = {
    {"postgresql://db1/stock", "db1/stock"},
    {"postgres://db1/stock", "db1/stock"},
    {"postgresql://shop:secret@db1:5433/stock?sslmode=require", "db1:5433/stock"},
    {"postgresql://shop@cloud:se%40cr%2Fet@db1/stock", "?"},
    {"postgresql://shop%40cloud:se%40cr%2Fet@db1/stock", "db1/stock"},
    {"postgresql://shop:secret@db1,db2:5433/stock", "db1:5432,db2:5433/stock"},
    {"postgresql://shop:secret@db1:1,db2:2,db3:3/stock", "db1:1,db2:2,db3:3/stock"},
    {"postgresql://[::1]:5433/stock", "::1:5433/stock"},
    {"postgresql:///stock?host=%2Ftmp%2Fpg&user=shop", "/tmp/pg/stock"},
    {"postgresql:///stock?host=%40abstract", "@abstract/stock"},
    {"postgresql://", "local/"},
};

static void addresses_are_shown_without_what_is_secret(void **state)
{
    char text[200];
    (void)state;
    for (size_t i = 0; i < ROWS_COUNT_OF(GOOD); i++) {
        pg_address_text(GOOD[i].url, text, sizeof(text));
        EXPECT_TEXT(bytes_from_text(text), GOOD[i].text);
    }
}

static const char *const BAD[] = {
    "",
    "stock",
    "host=db1 password=secret",
    "http://shop:secret@db1/stock",
    "postgresql:shop:secret@db1/stock",
    "postgresql://shop:se@cret@db1/stock",
    "postgresql://shop:se/cret@db1/stock",
    "postgresql://shop:12/secret@db1/stock",
    "postgresql://shop:sec%ret@db1/stock",
    "postgresql://shop:secret%zz@db1/stock",
    "postgresql://shop:secret@[::1/stock",
    "postgresql://shop:secret@[::1]secret/stock",
    "postgresql://shop:secret@db1/stock?secret=1",
    "postgresql://shop:secret@db1/stock?secret",
    "postgresql://shop:secret@db1:1,db2:2,db3/stock?port=1,2",
    "postgresql://shop:secret@db1,,db2/stock",
    "postgresql://shop:secret@db1/stock?hostaddr=1.2.3.4,5.6.7.8",
    "postgresql://a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q/stock",
};

static void what_is_wrong_with_a_url_is_said_without_quoting_it(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS_COUNT_OF(BAD); i++) {
        struct pg_address address;
        char problem[200] = "";
        EXPECT(BAD[i], pg_address_init(&address, BAD[i], problem, sizeof(problem)) == ERR_INVALID);
        EXPECT(BAD[i], problem[0] != '\0');
        EXPECT(problem, strstr(problem, "ret") == NULL && strstr(problem, "sec") == NULL);
        EXPECT(problem, strchr(problem, '"') == NULL && strchr(problem, '\n') == NULL);
    }
}

static const char *value_of(const char *const *names, const char *const *values, const char *name)
{
    const char *found = NULL;
    for (size_t i = 0; names[i] != NULL; i++)
        found = strcmp(names[i], name) == 0 ? values[i] : found;
    return found;
}

static void each_host_is_tried_alone(void **state)
{
    const char *const url =
        "postgresql://shop:secret@db1,db2:5433/stock?hostaddr=10.0.0.1,10.0.0.2";
    const char *names[PG_ADDRESS_PAIRS_MAX];
    const char *values[PG_ADDRESS_PAIRS_MAX];
    struct pg_address address;
    char problem[200];
    (void)state;
    assert_int_equal(pg_address_init(&address, url, problem, sizeof(problem)), OK);
    assert_int_equal(address.targets_count, 2);
    pg_address_pairs(&address, 3, names, values);
    assert_string_equal(value_of(names, values, "host"), "db2");
    assert_string_equal(value_of(names, values, "hostaddr"), "10.0.0.2");
    assert_string_equal(value_of(names, values, "port"), "5433");
    assert_string_equal(value_of(names, values, "dbname"), url);
    pg_address_pairs(&address, 0, names, values);
    assert_string_equal(value_of(names, values, "host"), "db1");
    assert_string_equal(value_of(names, values, "port"), "5432");
    pg_address_deinit(&address);
}

static void passwords_are_found_wherever_libpq_takes_them_from(void **state)
{
    static const char *const with[] = {
        "postgresql://u:p@h/d",          "postgresql://:p@/d",
        "postgresql:///d?password=p",    "postgresql:///d?p%61ssword=p",
        "postgresql:///d?sslpassword=p", "postgresql://u:%zz@h/d",
        "host=h password=p no url",
    };
    static const char *const without[] = {
        "postgresql://",
        "postgresql://u@h/d",
        "postgresql://u:@h/d",
        "postgresql:///d?passfile=/x&sslmode=require",
    };
    (void)state;
    for (size_t i = 0; i < sizeof(with) / sizeof(with[0]); i++)
        EXPECT(with[i], pg_address_has_password(with[i]));
    for (size_t i = 0; i < sizeof(without) / sizeof(without[0]); i++)
        EXPECT(without[i], !pg_address_has_password(without[i]));
}

static void words_become_one_line(void **state)
{
    char line[32];
    (void)state;
    pg_one_line("  FATAL:  \"a\"\n\tDETAIL: b\r\n", line, sizeof(line));
    assert_string_equal(line, "FATAL: 'a' DETAIL: b");
    pg_one_line("0123456789012345678901234567890123456789", line, sizeof(line));
    assert_int_equal(strlen(line), 30);
    pg_one_line("", line, sizeof(line));
    assert_string_equal(line, "");
    pg_one_line("0123456789", line, 1);
    assert_string_equal(line, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_are_shown_without_what_is_secret),
        cmocka_unit_test(what_is_wrong_with_a_url_is_said_without_quoting_it),
        cmocka_unit_test(each_host_is_tried_alone),
        cmocka_unit_test(passwords_are_found_wherever_libpq_takes_them_from),
        cmocka_unit_test(words_become_one_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
