/* Which campaigns are sent when some of them share their stock. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "ctl/groups.h"

static const struct number_list campaigns = {.items = {10, 20, 30, 40, 50}, .count = 5};

struct choice {
    const char *text;
    const char *problem;     /* NULL: none. */
    int64_t sent_instead[5]; /* Of 10, 20, … */
    size_t sent;
};

static const struct choice choices[] = {
    {"none", NULL, {0}, 5},
    {"20+40", NULL, {0, 0, 0, 20, 0}, 4},
    {"40+20", NULL, {0, 0, 0, 20, 0}, 4}, /* The first of the profile, not of the group. */
    {"10+20+30 40+50", NULL, {0, 10, 10, 0, 40}, 2},
    {"10+99, \n 50+98", NULL, {0}, 5}, /* The others are not of the profile. */
    {"30", NULL, {0}, 5},
    {"10+20 20+30", "'20' stands there twice", {0}, 0},
    {"10+x", "'x' is no campaignId", {0}, 0},
    {"10++20", "'' is no campaignId", {0}, 0},
    {"+10", "'' is no campaignId", {0}, 0},
    {"-10", "'-10' is no campaignId", {0}, 0},
    {"10 none", "'none' is no campaignId", {0}, 0},
};

static void of_a_group_only_the_first_is_sent(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(choices) / sizeof(choices[0]); i++) {
        static struct groups groups;
        struct buffer problem;
        buffer_init(&problem);
        groups_init(&groups, &campaigns);
        const bool good = groups_parse(&groups, choices[i].text, &problem);
        assert_int_equal(good, choices[i].problem == NULL);
        if (!good)
            assert_non_null(strstr(buffer_text(&problem), choices[i].problem));
        if (good)
            assert_int_equal(groups_settle(&groups), choices[i].sent);
        for (size_t k = 0; k < 5 && good; k++)
            assert_int_equal(groups.members[k].sent_instead, choices[i].sent_instead[k]);
        buffer_deinit(&problem);
    }
}

static void why_one_is_not_sent_is_said_in_words(void **state)
{
    (void)state;
    static struct groups groups;
    struct buffer text;
    buffer_init(&text);
    groups_init(&groups, &campaigns);
    groups_note(&groups, 20, 77, BYTES("Москва\x1B"));
    groups_note(&groups, 10, 77, BYTES("Москва\x1B"));
    groups_note(&groups, 99, 77, BYTES("Москва"));
    assert_int_equal(groups_settle(&groups), 4);
    groups_explain(&groups.members[0], &text);
    assert_int_equal(text.size, 0);
    groups_explain(&groups.members[1], &text);
    assert_string_equal(buffer_text(&text),
                        "campaign 20 is not sent: it shares its stock with 10 (group Москва?), "
                        "which is sent, and gets the numbers by itself");
    buffer_deinit(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_a_group_only_the_first_is_sent),
        cmocka_unit_test(why_one_is_not_sent_is_said_in_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
