/* The command line, read by rows of a table. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "ctl/options.h"

#define MEMBER(name) .offset = offsetof(struct options, name)

static const struct option_row common[] = {
    {.name = "campaign",
     .value_name = "ID",
     .help = "which",
     .kind = OPTION_NUMBER,
     .min = 1,
     .max = 1000,
     .required = true,
     MEMBER(campaign_id)},
    {.name = "url",
     .value_name = "URL",
     .help = "where",
     .kind = OPTION_TEXT,
     .standard = "std",
     .environment = "TEST_OPTIONS_URL",
     MEMBER(url)},
    {.name = "auth",
     .value_name = "api-key|oauth",
     .help = "how",
     .kind = OPTION_CHOICE,
     .standard = "api-key",
     MEMBER(auth)},
    {.name = "help", .letter = 'h', .help = "this", .kind = OPTION_FLAG, MEMBER(help)},
    {.name = NULL},
};

static const struct option_row own[] = {
    {.name = "quiet", .letter = 'q', .help = "silence", .kind = OPTION_FLAG, MEMBER(quiet)},
    {.name = "out",
     .letter = 'o',
     .value_name = "PATH",
     .help = "target",
     .kind = OPTION_TEXT,
     MEMBER(output_path)},
    {.name = NULL},
};

static const struct command with_file = {.name = "take",
                                         .arguments = "FILE",
                                         .arguments_min = 1,
                                         .arguments_max = 1,
                                         .options = {own, common},
                                         .description = "Takes.\n",
                                         .examples = "  take x\n"};
static const struct command without_file = {.name = "give", .options = {own, common}};

static const struct option_settings no_settings = {.count = 0};

enum { WORDS_MAX = 10 };

struct line {
    const char *words[WORDS_MAX]; /* Up to the first NULL. */
    const char *problem;          /* NULL: it is fine. */
};

/* Reads a line for `command`; the problem must hold what the row says. */
static struct options read_line(const struct command *command, const struct line *line)
{
    char *words[WORDS_MAX];
    for (size_t i = 0; i < WORDS_MAX; i++)
        words[i] = line->words[i] == NULL ? NULL : strdup(line->words[i]);
    static struct options options;
    struct buffer problem;
    buffer_init(&problem);
    const bool good = options_read(command, words, no_settings, &options, &problem);
    assert_int_equal(good, line->problem == NULL);
    if (line->problem != NULL)
        assert_non_null(strstr(buffer_text(&problem), line->problem));
    buffer_deinit(&problem);
    for (size_t i = 0; i < WORDS_MAX; i++)
        free(words[i]); /* Only numbers and flags may be looked at from here on. */
    return options;
}

static void values_come_in_all_usual_forms(void **state)
{
    (void)state;
    static const struct line lines[] = {
        {{"f", "--campaign", "7", "-q", "--auth", "oauth"}, NULL},
        {{"--campaign=7", "--quiet", "f", "--auth=oauth"}, NULL},
        {{"-q", "--campaign", "3", "--campaign", "7", "--auth", "oauth", "f"}, NULL},
        {{"-qf", "f"}, "takes no value"},
        {{"--auth=oauth", "-q", "--campaign=7", "--", "-f"}, NULL},
        {{"--auth=oauth", "-q", "--campaign=7", "-"}, NULL},
        {{"-ox", "-o", "y", "--out=z", "-q", "--campaign=7", "--auth=oauth", "f"}, NULL},
    };
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        const struct options options = read_line(&with_file, &lines[i]);
        if (lines[i].problem != NULL)
            continue;
        assert_int_equal(options.campaign_id, 7);
        assert_int_equal(options.auth, AUTH_OAUTH);
        assert_true(options.quiet);
        assert_false(options.help);
    }
}

static void wrong_lines_say_what_is_wrong(void **state)
{
    (void)state;
    static const struct line lines[] = {
        {{NULL}, "FILE is missing"},
        {{"f"}, "--campaign ID is missing"},
        {{"f", "g", "--campaign", "7"}, "unexpected argument 'g'"},
        {{"f", "--campaign", "0"}, "--campaign takes a number from 1 to 1000, not '0'"},
        {{"f", "--campaign", "1001"}, "not '1001'"},
        {{"f", "--campaign", "7x"}, "not '7x'"},
        {{"f", "--campaign", ""}, "not ''"},
        {{"f", "--campaign"}, "--campaign needs a value: ID"},
        {{"f", "--out"}, "--out needs a value: PATH"},
        {{"f", "-o", ""}, "--out takes PATH, not ''"},
        {{"f", "--quiet=1"}, "--quiet takes yes or no, not '1'"},
        {{"f", "-q1"}, "-q takes no value"},
        {{"f", "--auth", "magic"}, "--auth takes api-key|oauth, not 'magic'"},
        {{"f", "--auth", "api-key|oauth"}, "--auth takes"},
        {{"f", "--camp", "7"}, "unknown option --camp"},
        {{"f", "-z"}, "unknown option -z"},
    };
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
        (void)read_line(&with_file, &lines[i]);
    static const struct line no_argument = {{"f", "--campaign", "7"}, "unexpected argument 'f'"};
    (void)read_line(&without_file, &no_argument);
}

static void value_of_an_unknown_option_is_never_repeated(void **state)
{
    (void)state;
    char unknown_long[] = "--token=secret";
    char unknown_short[] = "-tsecret";
    char *const lines[][2] = {{unknown_long, NULL}, {unknown_short, NULL}};
    for (size_t i = 0; i < 2; i++) {
        struct options options;
        struct buffer problem;
        buffer_init(&problem);
        assert_false(options_read(&with_file, lines[i], no_settings, &options, &problem));
        assert_null(strstr(buffer_text(&problem), "secret"));
        buffer_deinit(&problem);
    }
}

static void absent_values_come_from_the_environment_and_the_row(void **state)
{
    (void)state;
    char campaign[] = "--campaign=7";
    char url[] = "--url=given";
    char *const short_line[] = {campaign, NULL};
    char *const long_line[] = {campaign, url, NULL};
    struct options options;
    struct buffer problem;
    buffer_init(&problem);
    assert_int_equal(unsetenv("TEST_OPTIONS_URL"), 0);
    assert_true(options_read(&without_file, short_line, no_settings, &options, &problem));
    assert_string_equal(options.url, "std");
    assert_int_equal(options.auth, AUTH_API_KEY);
    assert_null(options.output_path);
    assert_int_equal(setenv("TEST_OPTIONS_URL", "environment", 1), 0);
    assert_true(options_read(&without_file, short_line, no_settings, &options, &problem));
    assert_string_equal(options.url, "environment");
    assert_true(options_read(&without_file, long_line, no_settings, &options, &problem));
    assert_string_equal(options.url, "given");
    assert_int_equal(setenv("TEST_OPTIONS_URL", "", 1), 0);
    assert_true(options_read(&without_file, short_line, no_settings, &options, &problem));
    assert_string_equal(options.url, "std");
    buffer_deinit(&problem);
}

static const struct option_row stores[] = {
    {.name = "campaign",
     .value_name = "ID",
     .help = "which",
     .kind = OPTION_NUMBERS,
     .min = 1,
     .max = 1000,
     .required = true,
     .in_profile = true,
     MEMBER(campaigns)},
    {.name = "url",
     .value_name = "URL",
     .help = "where",
     .kind = OPTION_TEXT,
     .standard = "std",
     .environment = "TEST_OPTIONS_URL",
     .in_profile = true,
     MEMBER(url)},
    {.name = "now", .help = "now", .kind = OPTION_FLAG, .in_profile = true, MEMBER(stamp_now)},
    {.name = "quiet", .help = "silence", .kind = OPTION_FLAG, MEMBER(quiet)},
    {.name = NULL},
};

static const struct command with_stores = {.name = "send", .options = {stores}};

/* Campaigns, `quiet` and `now` as a line and a profile give them. */
struct meeting {
    const char *words[WORDS_MAX];
    const char *campaigns; /* Of the profile. */
    const char *stamp_now;
    int64_t expected[4];
    bool expected_now;
    const char *problem; /* NULL: it is fine. */
};

static void a_word_wins_over_a_setting_and_that_over_the_environment(void **state)
{
    (void)state;
    static const struct meeting meetings[] = {
        {{NULL}, "3, 5\n7", "yes", {3, 5, 7}, true, NULL},
        {{"--campaign", "4", "--campaign=1,2", "--now=no"}, "3 5", "yes", {4, 1, 2}, false, NULL},
        {{"--campaign", "4", "--campaign", "4"}, "3", "no", {0}, false, "each once"},
        {{"--campaign", "4 1001"},
         "3",
         "no",
         {0},
         false,
         "numbers from 1 to 1000, each once, up to 256 of them, not '4 1001'"},
        {{"--campaign", ","}, "3", "no", {0}, false, "not ','"},
        {{"--now"}, "9", "no", {9}, true, NULL},
    };
    assert_int_equal(setenv("TEST_OPTIONS_URL", "environment", 1), 0);
    for (size_t i = 0; i < sizeof(meetings) / sizeof(meetings[0]); i++) {
        const struct meeting *meeting = &meetings[i];
        const struct option_setting items[] = {{"campaign", meeting->campaigns},
                                               {"url", "profile"},
                                               {"now", meeting->stamp_now},
                                               {"quiet", "yes"}};
        char *words[WORDS_MAX];
        for (size_t k = 0; k < WORDS_MAX; k++)
            words[k] = meeting->words[k] == NULL ? NULL : strdup(meeting->words[k]);
        struct options options;
        struct buffer problem;
        buffer_init(&problem);
        const struct option_settings settings = {.items = items, .count = 4};
        const bool good = options_read(&with_stores, words, settings, &options, &problem);
        assert_int_equal(good, meeting->problem == NULL);
        if (good) {
            assert_string_equal(options.url, "profile");
            assert_int_equal(options.stamp_now, meeting->expected_now);
            assert_false(options.quiet); /* Not for profiles. */
            for (size_t k = 0; k < options.campaigns.count; k++)
                assert_int_equal(options.campaigns.items[k], meeting->expected[k]);
            assert_int_equal(meeting->expected[options.campaigns.count], 0);
        } else {
            assert_non_null(strstr(buffer_text(&problem), meeting->problem));
        }
        buffer_deinit(&problem);
        for (size_t k = 0; k < WORDS_MAX; k++)
            free(words[k]);
    }
    assert_int_equal(unsetenv("TEST_OPTIONS_URL"), 0);
}

static void help_needs_nothing_else_and_shows_every_row(void **state)
{
    (void)state;
    static const struct line line = {{"--help"}, NULL};
    assert_true(read_line(&with_file, &line).help);
    struct buffer text;
    buffer_init(&text);
    options_help(&with_file, &text);
    const char *const parts[] = {"Usage: stockctl take FILE --campaign ID [options]",
                                 "Takes.",
                                 "-q, --quiet",
                                 "--campaign ID",
                                 "(required)",
                                 "[std]",
                                 "or TEST_OPTIONS_URL",
                                 "  take x\n"};
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
        assert_non_null(strstr(buffer_text(&text), parts[i]));
    buffer_deinit(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_come_in_all_usual_forms),
        cmocka_unit_test(wrong_lines_say_what_is_wrong),
        cmocka_unit_test(value_of_an_unknown_option_is_never_repeated),
        cmocka_unit_test(absent_values_come_from_the_environment_and_the_row),
        cmocka_unit_test(a_word_wins_over_a_setting_and_that_over_the_environment),
        cmocka_unit_test(help_needs_nothing_else_and_shows_every_row),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
