/* Options of stockd: defaults, every option in both spellings, and each kind of wrong value with
 * what is said about it. What is printed goes to a file while the options are read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../support/expect.h"
#include "server/options.h"

enum { ARGUMENTS_MAX = 8, OUTPUT_BYTES_MAX = 16384 };

/* What one reading gave. */
struct reading {
    struct options options;
    char argument_text[ARGUMENTS_MAX][128]; /* Texts of the options lend from here. */
    char output[OUTPUT_BYTES_MAX];          /* Of the one stream that was watched. */
};

static void collect(FILE *file, char output[OUTPUT_BYTES_MAX])
{
    rewind(file);
    const size_t size = fread(output, 1, OUTPUT_BYTES_MAX - 1, file);
    output[size] = '\0';
}

/* Reads the options while `stream` goes to a file. Arguments end with NULL. */
static enum options_outcome run(struct reading *reading, FILE *stream, const char *const *arguments)
{
    char *argv[ARGUMENTS_MAX + 1] = {NULL};
    int argc = 0;
    argv[argc] = reading->argument_text[argc];
    (void)snprintf(argv[argc++], sizeof(reading->argument_text[0]), "stockd");
    for (; *arguments != NULL; arguments++) {
        assert_true(argc < ARGUMENTS_MAX);
        argv[argc] = reading->argument_text[argc];
        (void)snprintf(argv[argc++], sizeof(reading->argument_text[0]), "%s", *arguments);
    }
    FILE *file = tmpfile();
    assert_non_null(file);
    assert_int_equal(fflush(stream), 0);
    const int kept = dup(fileno(stream));
    assert_true(kept >= 0 && dup2(fileno(file), fileno(stream)) >= 0);
    const enum options_outcome outcome = options_parse(argc, argv, &reading->options);
    (void)fflush(stream);
    assert_true(dup2(kept, fileno(stream)) >= 0);
    assert_int_equal(close(kept), 0);
    collect(file, reading->output);
    assert_int_equal(fclose(file), 0);
    return outcome;
}

#define ARGUMENTS(...) ((const char *const[]){__VA_ARGS__, NULL})

static void without_arguments_every_option_has_its_default(void **state)
{
    (void)state;
    static struct reading reading;
    assert_int_equal(run(&reading, stderr, (const char *const[]){NULL}), OPTIONS_RUN);
    const struct options *options = &reading.options;
    assert_string_equal(options->data, "data");
    assert_null(options->registry);
    assert_null(options->store);
    assert_null(options->store_file);
    assert_int_equal(options->store_connections, 8);
    assert_int_equal(options->store_timeout_s, 5);
    assert_string_equal(options->listen, "127.0.0.1:8080");
    assert_string_equal(options->operator_listen, "127.0.0.1:8081");
    assert_int_equal(options->edition, 2025);
    assert_int_equal(options->tariff, 0);
    assert_int_equal(options->unknown_sku, 0);
    assert_int_equal(options->api_key_shape, 0);
    assert_int_equal(options->parallel, 0);
    assert_int_equal(options->future_tolerance_s, 60);
    assert_int_equal(options->threads, 0);
    assert_int_equal(options->connections, 1000);
    assert_int_equal(options->request_memory_mb, 256);
    assert_int_equal(options->request_timeout_s, 10);
    assert_int_equal(options->idle_timeout_s, 60);
    assert_false(options->no_limits);
    assert_null(options->operator_token_file);
    assert_int_equal(options->request_log_days, 10);
    assert_int_equal(options->request_log_mb, 1024);
    assert_int_equal(options->history_days, 30);
    assert_int_equal(options->history_mb, 4096);
    assert_null(options->push_ca);
    assert_int_equal(options->push_connect_timeout_ms, 1000);
    assert_int_equal(options->push_answer_timeout_ms, 27000);
    assert_int_equal(options->push_retry_ms, 60000);
    assert_int_equal(options->push_failures, 5);
    assert_int_equal(options->log_level, 2);
    assert_string_equal(reading.output, "");
}

static void value_follows_the_name_or_an_equals_sign(void **state)
{
    (void)state;
    static struct reading reading;
    assert_int_equal(
        run(&reading, stderr,
            ARGUMENTS("--data", "d", "--registry=r=1", "--edition", "2026", "--no-limits")),
        OPTIONS_RUN);
    assert_string_equal(reading.options.data, "d");
    assert_string_equal(reading.options.registry, "r=1");
    assert_int_equal(reading.options.edition, 2026);
    assert_true(reading.options.no_limits);
    assert_int_equal(
        run(&reading, stderr, ARGUMENTS("--data=d=", "--listen", "--data", "--parallel=7")),
        OPTIONS_RUN);
    assert_string_equal(reading.options.data, "d=");
    assert_string_equal(reading.options.listen, "--data");
    assert_int_equal(reading.options.parallel, 7);
    assert_false(reading.options.no_limits); /* Nothing is left of the reading before. */
    assert_int_equal(run(&reading, stderr, ARGUMENTS("--threads", "3", "--threads", "4")),
                     OPTIONS_RUN);
    assert_int_equal(reading.options.threads, 4); /* The last one counts. */
}

static void numbers_are_taken_within_their_bounds(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        size_t offset;
        int64_t min;
        int64_t max;
    } rows[] = {
        {"--future-tolerance", offsetof(struct options, future_tolerance_s), 0, 86400},
        {"--parallel", offsetof(struct options, parallel), 0, 10000},
        {"--threads", offsetof(struct options, threads), 0, 256},
        {"--connections", offsetof(struct options, connections), 1, 100000},
        {"--request-memory-mb", offsetof(struct options, request_memory_mb), 16, 1048576},
        {"--request-timeout", offsetof(struct options, request_timeout_s), 1, 3600},
        {"--idle-timeout", offsetof(struct options, idle_timeout_s), 1, 3600},
        {"--request-log-days", offsetof(struct options, request_log_days), 1, 3650},
        {"--request-log-mb", offsetof(struct options, request_log_mb), 0, 1048576},
        {"--history-days", offsetof(struct options, history_days), 0, 3660},
        {"--history-mb", offsetof(struct options, history_mb), 1, 16777216},
        {"--push-connect-timeout-ms", offsetof(struct options, push_connect_timeout_ms), 1, 60000},
        {"--push-answer-timeout-ms", offsetof(struct options, push_answer_timeout_ms), 1, 600000},
        {"--push-retry-ms", offsetof(struct options, push_retry_ms), 1, 3600000},
        {"--push-failures", offsetof(struct options, push_failures), 1, 1000},
    };
    static struct reading reading;
    for (size_t i = 0; i < ROWS_COUNT_OF(rows); i++) {
        const int64_t tried[] = {rows[i].min, rows[i].max, rows[i].min - 1, rows[i].max + 1};
        for (size_t k = 0; k < ROWS_COUNT_OF(tried); k++) {
            char value[32];
            (void)snprintf(value, sizeof(value), "%lld", (long long)tried[k]);
            const enum options_outcome outcome =
                run(&reading, stderr, ARGUMENTS(rows[i].name, value));
            EXPECT(rows[i].name, outcome == (k < 2 ? OPTIONS_RUN : OPTIONS_WRONG));
            if (k >= 2)
                continue;
            int64_t number = 0;
            memcpy(&number, (const char *)&reading.options + rows[i].offset, sizeof(number));
            EXPECT(rows[i].name, number == tried[k]);
        }
    }
}

static void choices_are_taken_by_name(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        size_t offset;
        const char *values[4];
        int64_t first; /* What the first stands for; the others follow. */
    } rows[] = {
        {"--edition", offsetof(struct options, edition), {"2025", "2026"}, 2025},
        {"--tariff", offsetof(struct options, tariff), {"none", "medium"}, 0},
        {"--unknown-sku", offsetof(struct options, unknown_sku), {"create", "ignore", "reject"}, 0},
        {"--api-key-shape", offsetof(struct options, api_key_shape), {"any", "documented"}, 0},
        {"--log-level", offsetof(struct options, log_level), {"error", "warn", "info", "debug"}, 0},
    };
    static struct reading reading;
    for (size_t i = 0; i < ROWS_COUNT_OF(rows); i++) {
        for (int k = 0; k < 4 && rows[i].values[k] != NULL; k++) {
            assert_int_equal(run(&reading, stderr, ARGUMENTS(rows[i].name, rows[i].values[k])),
                             OPTIONS_RUN);
            int64_t number = 0;
            memcpy(&number, (const char *)&reading.options + rows[i].offset, sizeof(number));
            EXPECT(rows[i].values[k], number == rows[i].first + k);
        }
    }
}

static void wrong_command_lines_are_told_on_standard_error(void **state)
{
    (void)state;
    static const struct {
        const char *arguments[3];
        const char *message;
    } rows[] = {
        {{"--bogus"}, "stockd: there is no option '--bogus'; stockd --help lists them\n"},
        {{"data"}, "stockd: there is no option 'data'; stockd --help lists them\n"},
        {{"-d"}, "stockd: there is no option '-d'; stockd --help lists them\n"},
        {{""}, "stockd: there is no option ''; stockd --help lists them\n"},
        {{"--dat", "x"}, "stockd: there is no option '--dat'; stockd --help lists them\n"},
        {{"--data "}, "stockd: there is no option '--data '; stockd --help lists them\n"},
        {{"--=x"}, "stockd: there is no option '--=x'; stockd --help lists them\n"},
        {{"--data"}, "stockd: --data needs a value: DIR\n"},
        {{"--data="}, "stockd: --data must not be empty\n"},
        {{"--listen", ""}, "stockd: --listen must not be empty\n"},
        {{"--no-limits", "--threads"}, "stockd: --threads needs a value: N\n"},
        {{"--no-limits=yes"}, "stockd: --no-limits takes no value\n"},
        {{"--no-limits="}, "stockd: --no-limits takes no value\n"},
        {{"--threads", "many"},
         "stockd: --threads takes a whole number from 0 to 256, not 'many'\n"},
        {{"--threads="}, "stockd: --threads takes a whole number from 0 to 256, not ''\n"},
        {{"--threads", "1.5"}, "stockd: --threads takes a whole number from 0 to 256, not '1.5'\n"},
        {{"--threads", "257"}, "stockd: --threads takes a whole number from 0 to 256, not '257'\n"},
        {{"--threads", "-1"}, "stockd: --threads takes a whole number from 0 to 256, not '-1'\n"},
        {{"--threads", "99999999999999999999"},
         "stockd: --threads takes a whole number from 0 to 256, not '99999999999999999999'\n"},
        {{"--edition", "2024"}, "stockd: --edition takes one of: 2025, 2026; not '2024'\n"},
        {{"--edition="}, "stockd: --edition takes one of: 2025, 2026; not ''\n"},
        {{"--unknown-sku", "Create"},
         "stockd: --unknown-sku takes one of: create, ignore, reject; not 'Create'\n"},
        {{"--log-level", "2"},
         "stockd: --log-level takes one of: error, warn, info, debug; not '2'\n"},
    };
    static struct reading reading;
    for (size_t i = 0; i < ROWS_COUNT_OF(rows); i++) {
        EXPECT(rows[i].message, run(&reading, stderr, rows[i].arguments) == OPTIONS_WRONG);
        assert_string_equal(reading.output, rows[i].message);
    }
}

static void questions_are_answered_on_standard_output(void **state)
{
    (void)state;
    static const struct {
        const char *argument;
        const char *part;
    } rows[] = {
        {"--help", "Usage: stockd [OPTION]..."},
        {"-h", "  --edition YEAR\n"},
        {"--help", "From 0 to 256. Default: 0."},
        {"--help", "One of: create, ignore, reject. Default: create."},
        {"--help-markdown", "| `--listen` | ADDR:PORT | 127.0.0.1:8080 |"},
        {"--help-markdown", "| `--edition` | 2025, 2026 | 2025 |"},
        {"--help-markdown", "| `--no-limits` |  | off |"},
        {"--help-markdown", "| `--registry` | FILE | none |"},
        {"--version", "stockd " STOCKD_VERSION "\n"},
    };
    static struct reading reading;
    for (size_t i = 0; i < ROWS_COUNT_OF(rows); i++) {
        EXPECT(rows[i].part,
               run(&reading, stdout, ARGUMENTS("--no-limits", rows[i].argument, "--bogus")) ==
                   OPTIONS_DONE);
        EXPECT(rows[i].part, strstr(reading.output, rows[i].part) != NULL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_arguments_every_option_has_its_default),
        cmocka_unit_test(value_follows_the_name_or_an_equals_sign),
        cmocka_unit_test(numbers_are_taken_within_their_bounds),
        cmocka_unit_test(choices_are_taken_by_name),
        cmocka_unit_test(wrong_command_lines_are_told_on_standard_error),
        cmocka_unit_test(questions_are_answered_on_standard_output),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
