/* Files of profiles: what they set, and a table of bad ones: file, what is said. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ctl/profile.h"

#define MEMBER(name) .offset = offsetof(struct options, name)

static const struct option_row rows[] = {
    {.name = "url", .value_name = "URL", .kind = OPTION_TEXT, .in_profile = true, MEMBER(url)},
    {.name = "campaign",
     .value_name = "ID",
     .kind = OPTION_NUMBERS,
     .min = 1,
     .max = INT64_MAX,
     .in_profile = true,
     .many_lines = true,
     MEMBER(campaigns)},
    {.name = "token-file",
     .value_name = "FILE",
     .kind = OPTION_TEXT,
     .in_profile = true,
     .is_path = true,
     MEMBER(token_file)},
    {.name = "retries",
     .value_name = "N",
     .kind = OPTION_NUMBER,
     .min = 0,
     .max = 1000,
     .in_profile = true,
     MEMBER(retries_max)},
    {.name = "auth",
     .value_name = "api-key|oauth",
     .kind = OPTION_CHOICE,
     .in_profile = true,
     MEMBER(auth)},
    {.name = "now", .kind = OPTION_FLAG, .in_profile = true, MEMBER(stamp_now)},
    {.name = "file",
     .value_name = "FILE",
     .kind = OPTION_TEXT,
     .in_profile = true,
     .is_path = true,
     .is_source = true,
     MEMBER(file)},
    {.name = "command",
     .value_name = "COMMAND",
     .kind = OPTION_TEXT,
     .in_profile = true,
     .many_lines = true,
     .is_source = true,
     MEMBER(source_command)},
    {.name = "quiet", .kind = OPTION_FLAG, MEMBER(quiet)},
    {.name = NULL},
};
static const struct command command = {
    .name = "send", .arguments = "FILE", .arguments_max = 1, .options = {rows}};

/* The same name with another meaning, and a store of its own. */
static const struct option_row other_rows[] = {
    {.name = "campaign",
     .value_name = "ID",
     .kind = OPTION_NUMBER,
     .min = 1,
     .max = INT64_MAX,
     .in_profile = true,
     .required = true,
     MEMBER(campaign_id)},
    {.name = "token-file", .value_name = "FILE", .kind = OPTION_TEXT, MEMBER(token_file)},
    {.name = NULL},
};
static const struct command other = {.name = "look", .options = {other_rows}};
static const struct command *const commands[] = {&other, &command, NULL};

static char folder[] = "/tmp/stockctl-profile-XXXXXX";
static char path[sizeof(folder) + 8];

static int folder_make(void **state)
{
    (void)state;
    if (mkdtemp(folder) == NULL)
        return -1;
    (void)snprintf(path, sizeof(path), "%s/config", folder);
    return 0;
}

static int folder_remove(void **state)
{
    (void)state;
    (void)unlink(path);
    return rmdir(folder);
}

static void config_write(const char *text, size_t size)
{
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(path, 0600), 0);
}

static bool config_read(struct profile *profile, const char *name, struct buffer *problem)
{
    profile_init(profile);
    return profile_read(profile, os_real(), path, name, commands, problem);
}

static const char *setting(const struct profile *profile, const char *name)
{
    const char *value = NULL;
    for (size_t i = 0; i < profile->settings.count; i++) {
        if (strcmp(profile->settings.items[i].name, name) == 0)
            value = profile->settings.items[i].value;
    }
    return value;
}

static void a_profile_says_what_stands_in_it_and_before_all(void **state)
{
    (void)state;
    static const char text[] = "\xEF\xBB\xBF# of all\r\nurl = http://a\r\n"
                               "retries: 3\n\n[msk]\ncampaign = 10003\n\t10004\n  # no\n  10005\n"
                               "; no\ntoken-file = keys/msk\nnow=yes\n"
                               "[spb]\n  url = http://b;c\nauth = oauth\n";
    config_write(text, sizeof(text) - 1);
    struct profile profile;
    struct buffer problem;
    buffer_init(&problem);
    assert_true(config_read(&profile, "msk", &problem));
    char token[sizeof(folder) + 16];
    (void)snprintf(token, sizeof(token), "%s/keys/msk", folder);
    assert_string_equal(setting(&profile, "url"), "http://a");
    assert_string_equal(setting(&profile, "retries"), "3");
    assert_string_equal(setting(&profile, "campaign"), "10003\n10004\n10005");
    assert_string_equal(setting(&profile, "token-file"), token);
    assert_string_equal(setting(&profile, "now"), "yes");
    assert_null(setting(&profile, "auth"));
    profile_deinit(&profile);
    assert_true(config_read(&profile, "spb", &problem));
    assert_string_equal(setting(&profile, "url"), "http://b;c");
    assert_null(setting(&profile, "campaign"));
    profile_deinit(&profile);
    buffer_deinit(&problem);
}

static void paths_count_from_the_config_or_from_home(void **state)
{
    (void)state;
    static const char text[] = "[a]\ntoken-file = ~/t\n[b]\ntoken-file = /etc/t\n";
    config_write(text, sizeof(text) - 1);
    assert_int_equal(setenv("HOME", "/home/x", 1), 0);
    struct profile profile;
    struct buffer problem;
    buffer_init(&problem);
    assert_true(config_read(&profile, "a", &problem));
    assert_string_equal(setting(&profile, "token-file"), "/home/x/t");
    profile_deinit(&profile);
    assert_true(config_read(&profile, "b", &problem));
    assert_string_equal(setting(&profile, "token-file"), "/etc/t");
    profile_deinit(&profile);
    buffer_deinit(&problem);
}

static void one_store_of_several_is_asked_for(void **state)
{
    (void)state;
    char number[] = "--campaign=10004";
    char *const nothing[] = {NULL};
    char *const words[] = {number, NULL};
    const struct option_setting items[] = {{"campaign", "10003 10004"}, {"token-file", "secret"}};
    const struct option_settings settings = {.items = items, .count = 2};
    struct options options;
    struct buffer problem;
    buffer_init(&problem);
    assert_false(options_read(&other, nothing, settings, &options, &problem));
    assert_string_equal(buffer_text(&problem),
                        "--campaign ID is missing: one of the profile's 10003 10004");
    buffer_clear(&problem);
    assert_true(options_read(&other, words, settings, &options, &problem));
    assert_int_equal(options.campaign_id, 10004);
    assert_null(options.token_file);
    buffer_deinit(&problem);
}

static void what_is_read_comes_from_one_place(void **state)
{
    (void)state;
    static const char text[] = "file = /all\n[a]\nurl = x\n[b]\ncommand = cat\n";
    config_write(text, sizeof(text) - 1);
    char file[] = "given";
    char *const nothing[] = {NULL};
    char *const words[] = {file, NULL};
    static const struct {
        const char *name;
        bool given;
        const char *file;
        const char *command;
    } cases[] = {
        {"a", false, "/all", NULL},
        {"b", false, NULL, "cat"},
        {"a", true, NULL, NULL},
        {"b", true, NULL, NULL},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct profile profile;
        struct options options;
        struct buffer problem;
        buffer_init(&problem);
        char *const *line = cases[i].given ? words : nothing;
        assert_true(config_read(&profile, cases[i].name, &problem));
        assert_true(options_peek(&command, line, &options, &problem));
        profile.settings.without_source = options_have_source(&command, &options);
        assert_true(options_read(&command, line, profile.settings, &options, &problem));
        assert_int_equal(options.file == NULL, cases[i].file == NULL);
        assert_int_equal(options.source_command == NULL, cases[i].command == NULL);
        buffer_deinit(&problem);
        profile_deinit(&profile);
    }
}

struct bad {
    const char *text;
    const char *said; /* Behind the path of the config. */
};

#define X50  "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
#define X200 X50 X50 X50 X50

static const struct bad bad_configs[] = {
    {"[a]\nulr = http://a\n",
     ":2: unknown key 'ulr'; allowed are campaign, url, token-file, retries, auth, now, "
     "file, command"},
    {"[a]\nquiet = yes\n", ":2: unknown key 'quiet'; allowed are"},
    {"[a]\ntoken = abc\n",
     ":2: unknown key 'token'; a token stands in a file of its own that token-file names; allowed"},
    {"[a]\nurl = ACMA:abcdef:1\n", ":2: url holds a secret; a token belongs into a file"},
    {"[a]\ntoken-file = y0_AgAAAA\n", ":2: token-file holds a secret"},
    {"[a]\nurl = http://me:word@host/\n", ":2: url holds a secret"},
    {"[a]\nurl = host=db password=word\n", ":2: url holds a secret"},
    {"[a]\nretries = many\n", ":2: retries takes a number from 0 to 1000, not 'many'"},
    {"[a]\nretries = 1001\n", ":2: retries takes a number from 0 to 1000, not '1001'"},
    {"[a]\nretries =\n", ":2: retries takes a number from 0 to 1000, not ''"},
    {"[a]\nurl =\n", ":2: url takes URL, not ''"},
    {"[a]\nauth = basic\n", ":2: auth takes api-key|oauth, not 'basic'"},
    {"[a]\nnow = maybe\n", ":2: now takes yes or no, not 'maybe'"},
    {"[a]\ncampaign = 1 2 x\n",
     ":2: campaign takes numbers from 1 to 9223372036854775807, each once"},
    {"[a]\ncampaign = 1 2 1\n",
     ":2: campaign takes numbers from 1 to 9223372036854775807, each once"},
    {"[a]\nurl = x\nurl = y\n", ":3: url was given on line 2 already"},
    {"[a]\nurl = x\n[b]\nnow = no\n[a]\nauth = oauth\n",
     ":5: [a] stands above already, with line 2"},
    {"[a]\nfile = x\ncommand = y\n",
     ":3: command: only one thing can be read, and file stands on line 2"},
    {"[a]\nurl\n", ":2: this is neither [profile] nor key = value"},
    {"[a]\nurl\nretries = x ; y\n", ":2: this is neither [profile] nor key = value"},
    {"[a\nurl = x\n", ":1: the ] behind the profile's name is missing"},
    {"[a] url = x\n", ":1: nothing may stand behind ]"},
    {"[]\nurl = x\n", ":1: the name of a profile has 1 to 40 of the characters"},
    {"[a b]\nurl = x\n", ":1: the name of a profile has 1 to 40 of the characters"},
    {"[" X50 "]\nurl = x\n", ":1: the name of a profile has 1 to 40 of the characters"},
    {"[a]\n" X50 " = x\n", ":2: a key has 1 to 40 of the characters"},
    {"[a]\n = x\n", ":2: a key has 1 to 40 of the characters"},
    {"[a]\nurl = x\n  retries = 3\n",
     ":3: the line is indented, so it goes on with url of line 2; begin it without a space"},
    {"[a]\nurl = cat a ; b\n", ":2: what stands behind ' ;' would be lost"},
    {"[a]\nurl = " X200 X200 X200 X200 X200 "\n", ":2: the line is longer than "},
    {"[a]\nurl = a\x01z\n", ":2: a control character stands here"},
    {"[a]\nurl = \xFF\n", ":2: this is not UTF-8"},
    {"[b]\nurl = x\n[c]\nurl = y\n", " has no profile 'a'; there is b, c"},
    {"", " has no profile 'a'; there is none"},
};

static void bad_configs_say_what_is_wrong_and_where(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(bad_configs) / sizeof(bad_configs[0]); i++) {
        const struct bad *bad = &bad_configs[i];
        config_write(bad->text, strlen(bad->text));
        struct profile profile;
        struct buffer problem;
        struct buffer expected;
        buffer_init(&problem);
        buffer_init(&expected);
        buffer_append_format(&expected, "%s%s", path, bad->said);
        assert_false(config_read(&profile, "a", &problem));
        const size_t size = expected.size < problem.size ? expected.size : problem.size;
        problem.size = size;
        assert_string_equal(buffer_text(&problem), buffer_text(&expected));
        assert_null(strstr(buffer_text(&problem), "word@"));
        buffer_deinit(&problem);
        buffer_deinit(&expected);
        profile_deinit(&profile);
    }
}

static void a_byte_of_zero_is_told(void **state)
{
    (void)state;
    config_write("[a]\nurl = a\0z\n", 14);
    struct profile profile;
    struct buffer problem;
    buffer_init(&problem);
    assert_false(config_read(&profile, "a", &problem));
    assert_non_null(strstr(buffer_text(&problem), ":2: a control character stands here"));
    buffer_deinit(&problem);
    profile_deinit(&profile);
}

static void a_config_of_others_and_none_at_all_are_told(void **state)
{
    (void)state;
    config_write("[a]\nurl = x\n", 12);
    struct profile profile;
    struct buffer problem;
    buffer_init(&problem);
    assert_int_equal(chmod(path, 0620), 0);
    assert_false(config_read(&profile, "a", &problem));
    assert_non_null(strstr(buffer_text(&problem), "others can write to the config"));
    profile_deinit(&profile);
    buffer_clear(&problem);
    assert_int_equal(unlink(path), 0);
    assert_false(config_read(&profile, "a", &problem));
    assert_non_null(strstr(buffer_text(&problem), "/config: No such file or directory"));
    profile_deinit(&profile);
    buffer_deinit(&problem);
    config_write("", 0);
}

static void the_usual_place_follows_the_environment(void **state)
{
    (void)state;
    struct profile profile;
    struct buffer problem;
    buffer_init(&problem);
    const char *const homes[][2] = {{"/nowhere/xdg", "/nowhere/xdg/stockctl/config"},
                                    {"relative", "/nowhere/home/.config/stockctl/config"},
                                    {"", "/nowhere/home/.config/stockctl/config"}};
    assert_int_equal(setenv("HOME", "/nowhere/home", 1), 0);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(setenv("XDG_CONFIG_HOME", homes[i][0], 1), 0);
        profile_init(&profile);
        assert_false(profile_read(&profile, os_real(), NULL, "a", commands, &problem));
        assert_non_null(strstr(buffer_text(&problem), homes[i][1]));
        buffer_clear(&problem);
        profile_deinit(&profile);
    }
    buffer_deinit(&problem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_profile_says_what_stands_in_it_and_before_all),
        cmocka_unit_test(paths_count_from_the_config_or_from_home),
        cmocka_unit_test(one_store_of_several_is_asked_for),
        cmocka_unit_test(what_is_read_comes_from_one_place),
        cmocka_unit_test(bad_configs_say_what_is_wrong_and_where),
        cmocka_unit_test(a_byte_of_zero_is_told),
        cmocka_unit_test(a_config_of_others_and_none_at_all_are_told),
        cmocka_unit_test(the_usual_place_follows_the_environment),
    };
    return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
