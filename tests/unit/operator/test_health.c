/* Samples of health, made from the text that /metrics shows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "operator/health.h"

enum { SECOND_US = 1000000 };

/* clang-format off */
static const char first_page[] =
    "# HELP stockd_requests_total Requests.\n# TYPE stockd_requests_total counter\n"
    "stockd_requests_total{method=\"PUT\",status=\"200\"} 100\n"
    "stockd_requests_total{method=\"PUT\",status=\"420\"} 10\n"
    "stockd_requests_total{method=\"GET\",status=\"none\"} 1\n"
    "stockd_skus_written_total 5000\n"
    "stockd_commit_seconds_bucket{le=\"0.001\"} 4\n"
    "stockd_commit_seconds_bucket{le=\"0.002\"} 8\n"
    "stockd_commit_seconds_bucket{le=\"0.004\"} 9\n"
    "stockd_commit_seconds_bucket{le=\"+Inf\"} 9\n"
    "stockd_commit_seconds_sum 0.0125\nstockd_commit_seconds_count 9\n"
    "stockd_cells 7\n";
static const char second_page[] =
    "stockd_requests_total{method=\"PUT\",status=\"200\"} 140\n"
    "stockd_requests_total{method=\"PUT\",status=\"420\"} 25\n"
    "stockd_requests_total{method=\"GET\",status=\"none\"} 6\n"
    "stockd_skus_written_total 5500\n"
    "stockd_commit_seconds_bucket{le=\"0.001\"} 5\n"
    "stockd_commit_seconds_bucket{le=\"0.002\"} 10\n"
    "stockd_commit_seconds_bucket{le=\"0.004\"} 11\n"
    "stockd_commit_seconds_bucket{le=\"+Inf\"} 11\n"
    "stockd_commit_seconds_sum 0.0155\nstockd_commit_seconds_count 11\n"
    "stockd_cells 9\nstockd_cells_of_another_name 4\n";
/* clang-format on */

static void expect(struct health *health, int64_t from_ms, const char *wanted)
{
    struct buffer body;
    buffer_init(&body);
    health_encode(health, from_ms, &body);
    assert_string_equal(buffer_text(&body), wanted);
    buffer_deinit(&body);
}

static void a_sample_tells_what_grew_since_the_one_before(void **state)
{
    (void)state;
    struct health *health = health_create();
    health_take(health, 0, 5 * SECOND_US, bytes_from_text(first_page));
    expect(health, INT64_MIN,
           "{\"status\":\"OK\",\"result\":{\"intervalMs\":10000,\"at\":[],\"series\":{}}}");
    health_take(health, 10000, 15 * SECOND_US, bytes_from_text(second_page));
    expect(health, INT64_MIN,
           "{\"status\":\"OK\",\"result\":{\"intervalMs\":10000,"
           "\"at\":[\"1970-01-01T00:00:10Z\"],\"series\":{\"requests_per_second\":[6],"
           "\"refusals_per_second\":[1.5],\"skus_per_second\":[50],\"commit_ms\":[1.5],"
           "\"commit_ms_max\":[2],\"cells\":[9]}}}");
    health_take(health, 20000, 25 * SECOND_US, bytes_from_text(second_page));
    expect(health, 20000,
           "{\"status\":\"OK\",\"result\":{\"intervalMs\":10000,"
           "\"at\":[\"1970-01-01T00:00:20Z\"],\"series\":{\"requests_per_second\":[0],"
           "\"refusals_per_second\":[0],\"skus_per_second\":[0],\"commit_ms\":[0],"
           "\"commit_ms_max\":[0],\"cells\":[9]}}}");
    health_destroy(health);
}

static void an_hour_is_kept_and_the_oldest_goes_first(void **state)
{
    (void)state;
    struct health *health = health_create();
    for (int64_t i = 0; i <= HEALTH_SAMPLES_MAX + 1; i++)
        health_take(health, i * 10000, i * 10 * SECOND_US, BYTES("stockd_cells 1\n"));
    struct buffer body;
    buffer_init(&body);
    health_encode(health, INT64_MIN, &body);
    const char *text = buffer_text(&body);
    assert_non_null(strstr(text, "\"at\":[\"1970-01-01T00:00:20Z\",\"1970-01-01T00:00:30Z\","));
    assert_non_null(strstr(text, "\"1970-01-01T01:00:10Z\"],"));
    size_t count = 0;
    for (const char *at = strstr(text, "\"cells\":["); *at != ']'; at++)
        count += *at == '1';
    assert_int_equal(count, HEALTH_SAMPLES_MAX);
    buffer_deinit(&body);
    health_destroy(health);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sample_tells_what_grew_since_the_one_before),
        cmocka_unit_test(an_hour_is_kept_and_the_oldest_goes_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
