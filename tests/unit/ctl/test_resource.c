/* Rate limits of several methods: each has its own window, the oldest is forgotten. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ctl/resource.h"

static struct resource *take(struct resource_table *table, const char *method, const char *path)
{
    return resource_take(table, method, bytes_from_text(path), 0, 0);
}

static void a_method_and_path_keeps_its_window(void **state)
{
    (void)state;
    struct resource_table table = {.uses = 0};
    struct resource *get = take(&table, "GET", "/campaigns");
    get->wait_told_until_ms = 7;
    resource_release(get);
    struct resource *post = take(&table, "POST", "/campaigns");
    assert_ptr_not_equal(post, get);
    resource_release(post);
    struct resource *other = take(&table, "GET", "/warehouses");
    assert_ptr_not_equal(other, get);
    assert_int_equal(other->wait_told_until_ms, 0);
    resource_release(other);
    assert_ptr_equal(take(&table, "GET", "/campaigns"), get);
    assert_int_equal(get->wait_told_until_ms, 7);
}

static void the_oldest_without_a_call_is_forgotten(void **state)
{
    (void)state;
    struct resource_table table = {.uses = 0};
    struct resource *held = take(&table, "GET", "/0");
    held->wait_told_until_ms = 1;
    struct resource *second = take(&table, "GET", "/1");
    second->wait_told_until_ms = 2;
    resource_release(second);
    static const char *const paths[] = {"/2", "/3", "/4"};
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
        resource_release(take(&table, "GET", paths[i]));
    assert_ptr_equal(take(&table, "GET", "/0"), held);
    assert_int_equal(held->wait_told_until_ms, 1);
    assert_int_equal(held->calls_count, 2);
    assert_int_equal(take(&table, "GET", "/1")->wait_told_until_ms, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_method_and_path_keeps_its_window),
        cmocka_unit_test(the_oldest_without_a_call_is_forgotten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
