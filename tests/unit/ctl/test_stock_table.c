/* What is added is found, and nothing else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "base/hash.h"
#include "ctl/stock_table.h"

enum { ROWS = 100000 };

static struct stock_key key_of(const char *sku)
{
    const struct bytes text = bytes_from_text(sku);
    return (struct stock_key){text, bytes_hash(text)};
}

static void rows_are_found_and_others_are_not(void **state)
{
    (void)state;
    struct stock_table *table = stock_table_create();
    char sku[16];
    int64_t count = -1;
    int64_t updated_at_ms = -1;
    assert_non_null(table);
    const struct stock_key absent = key_of("absent");
    assert_false(stock_table_find(table, &absent, &count, &updated_at_ms));
    for (int i = 0; i < ROWS; i++) {
        (void)snprintf(sku, sizeof(sku), "sku-%d", i);
        const struct stock_write row = {key_of(sku), i * INT64_C(20000), i - 5};
        assert_int_equal(stock_table_add(table, &row), OK);
    }
    assert_int_equal(stock_table_count(table), ROWS);
    for (int i = 0; i < ROWS; i++) {
        (void)snprintf(sku, sizeof(sku), "sku-%d", i);
        const struct stock_key key = key_of(sku);
        assert_true(stock_table_find(table, &key, &count, &updated_at_ms));
        assert_true(count == i * INT64_C(20000) && updated_at_ms == i - 5);
    }
    assert_false(stock_table_find(table, &absent, &count, &updated_at_ms));
    stock_table_destroy(table);
}

static void second_row_of_a_sku_is_refused(void **state)
{
    (void)state;
    struct stock_table *table = stock_table_create();
    const struct stock_write row = {key_of("557722"), 5, 6};
    const struct stock_write other = {key_of("0557722"), 7, 8};
    const struct stock_write again = {key_of("557722"), 9, 10};
    int64_t count = 0;
    int64_t updated_at_ms = 0;
    assert_int_equal(stock_table_add(table, &row), OK);
    assert_int_equal(stock_table_add(table, &other), OK);
    assert_int_equal(stock_table_add(table, &again), ERR_BUSY);
    assert_int_equal(stock_table_count(table), 2);
    assert_true(stock_table_find(table, &row.key, &count, &updated_at_ms));
    assert_int_equal(count, 5);
    stock_table_destroy(table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_found_and_others_are_not),
        cmocka_unit_test(second_row_of_a_sku_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
