/* Counters and histograms, and how they are shown. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../support/expect.h"
#include "base/metric_text.h"

static void counter_adds_up(void **state)
{
    (void)state;
    struct metric_counter counter = {0};
    assert_int_equal(metric_read(&counter), 0);
    metric_add(&counter, 5);
    metric_add(&counter, 0);
    metric_add(&counter, UINT64_C(1) << 40);
    assert_true(metric_read(&counter) == (UINT64_C(1) << 40) + 5);
}

static void value_lands_in_the_first_bucket_that_holds_it(void **state)
{
    (void)state;
    static const struct {
        uint64_t value;
        int bucket;
    } rows[] = {
        {0, 0},        {1, 0},        {10, 0},       {11, 1},          {20, 1},
        {21, 2},       {40, 2},       {41, 3},       {5120, 9},        {5121, 10},
        {2621440, 18}, {2621441, 19}, {5242880, 19}, {UINT64_MAX, 19},
    };
    for (size_t i = 0; i < ROWS_COUNT_OF(rows); i++) {
        struct metric_histogram histogram = {.first = 10};
        metric_observe(&histogram, rows[i].value);
        for (int bucket = 0; bucket < METRIC_BUCKETS_COUNT; bucket++)
            assert_int_equal(metric_bucket(&histogram, bucket), bucket == rows[i].bucket);
        assert_true(metric_sum(&histogram) == rows[i].value);
    }
}

static void *add_many(void *context)
{
    for (int i = 0; i < 10000; i++)
        metric_add(context, 1);
    return NULL;
}

static void no_count_of_any_thread_is_lost(void **state)
{
    (void)state;
    struct metric_counter counter = {0};
    pthread_t threads[4];
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, add_many, &counter), 0);
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    assert_int_equal(metric_read(&counter), 40000);
}

static void families_are_written_as_prometheus_reads_them(void **state)
{
    (void)state;
    struct buffer page;
    buffer_init(&page);
    metric_write_counter(&page, "a_total", "How many.", 7);
    metric_write_gauge(&page, "b", "How much.", 0);
    metric_write_head(&page, "c", "gauge", "By kind.");
    metric_write_value(&page, "c", "kind=\"x\"", UINT64_MAX);
    EXPECT_TEXT(buffer_bytes(&page), "# HELP a_total How many.\n# TYPE a_total counter\na_total 7\n"
                                     "# HELP b How much.\n# TYPE b gauge\nb 0\n"
                                     "# HELP c By kind.\n# TYPE c gauge\n"
                                     "c{kind=\"x\"} 18446744073709551615\n");
    buffer_deinit(&page);
}

static void histogram_is_shown_cumulated(void **state)
{
    (void)state;
    struct metric_histogram histogram = {.first = 100};
    metric_observe(&histogram, 50);
    metric_observe(&histogram, 100);
    metric_observe(&histogram, 150);
    metric_observe(&histogram, UINT64_C(1) << 40);
    struct buffer page;
    buffer_init(&page);
    metric_write_histogram(&page, "h", "Time.", &histogram, 1000000);
    const char *text = buffer_text(&page);
    static const char *const lines[] = {
        "# HELP h Time.\n# TYPE h histogram\n",
        "h_bucket{le=\"0.0001\"} 2\n",
        "h_bucket{le=\"0.0002\"} 3\n",
        "h_bucket{le=\"0.0004\"} 3\n",
        "h_bucket{le=\"+Inf\"} 4\n",
        "h_count 4\n",
        "h_sum 1099511.628076\n",
    };
    for (size_t i = 0; i < ROWS_COUNT_OF(lines); i++)
        EXPECT(lines[i], strstr(text, lines[i]) != NULL);
    size_t count = 0;
    for (const char *at = strstr(text, "h_bucket"); at != NULL; at = strstr(at + 1, "h_bucket"))
        count++;
    assert_int_equal(count, METRIC_BUCKETS_COUNT);
    buffer_deinit(&page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counter_adds_up),
        cmocka_unit_test(value_lands_in_the_first_bucket_that_holds_it),
        cmocka_unit_test(no_count_of_any_thread_is_lost),
        cmocka_unit_test(families_are_written_as_prometheus_reads_them),
        cmocka_unit_test(histogram_is_shown_cumulated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
