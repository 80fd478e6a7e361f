/* What a mistyped word was meant to be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ctl/guess.h"

static void near_names_are_guessed_and_far_ones_not(void **state)
{
    (void)state;
    static const char *const names[] = {"push",   "pull",        "hide",       "unhide",
                                        "hidden", "orders make", "warehouses", "requests"};
    static const struct {
        const char *word;
        const char *meant; /* NULL: nothing. */
    } rows[] = {
        {"psuh", "push"},
        {"pus", "push"},
        {"pushh", "push"},
        {"warehose", "warehouses"},
        {"req", "requests"},
        {"order make", "orders make"},
        {"unhid", "unhide"},
        {"hiddn", "hidden"},
        {"x", NULL},
        {"", NULL},
        {"delete", NULL},
        {"stocks", NULL},
        {"warehouseswarehouseswarehouseswarehouses", NULL},
        {"warehouseswarehouseswarehouseswarehouses1", NULL},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct guess guess;
        struct bytes found = {NULL, 0};
        guess_begin(&guess, bytes_from_text(rows[i].word));
        for (size_t k = 0; k < sizeof(names) / sizeof(names[0]); k++)
            guess_offer(&guess, bytes_from_text(names[k]));
        assert_int_equal(guess_end(&guess, &found), rows[i].meant != NULL);
        assert_true(bytes_equal(found, bytes_from_text(rows[i].meant)));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(near_names_are_guessed_and_far_ones_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
