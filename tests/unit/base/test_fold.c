/* Small letters: every code point of two bytes and all of ASCII, and texts inside texts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../support/expect.h"
#include "base/fold.h"

static struct bytes folded(const char *text, uint8_t *room)
{
    const struct bytes bytes = bytes_from_text(text);
    fold_case(bytes, room);
    return (struct bytes){room, bytes.size};
}

static void every_letter_has_its_small_one(void **state)
{
    (void)state;
    uint8_t room[32];
    for (uint32_t point = 0; point < 0x800; point++) {
        uint32_t small = point;
        if ((point >= 'A' && point <= 'Z') || (point >= 0x410 && point <= 0x42F))
            small = point + 0x20;
        else if (point >= 0x400 && point <= 0x40F)
            small = point + 0x50;
        const uint8_t size = point < 0x80 ? 1 : 2;
        const uint8_t text[2] = {(uint8_t)(size == 1 ? point : 0xC0 | point >> 6),
                                 (uint8_t)(0x80 | (point & 0x3F))};
        fold_case((struct bytes){text, size}, room);
        const uint32_t got = size == 1 ? room[0] : (room[0] & 0x1Fu) << 6 | (room[1] & 0x3Fu);
        if (got != small)
            fail_msg("U+%04X becomes U+%04X", point, got);
    }
}

static void letters_fold_wherever_they_stand(void **state)
{
    (void)state;
    uint8_t room[64];
    EXPECT_TEXT(folded("SKU-ЁЖИК-Z[@`{日本Ω", room), "sku-ёжик-z[@`{日本Ω");
    EXPECT_TEXT(folded("", room), "");
    EXPECT_TEXT(folded("ABCDEFG", room), "abcdefg");
    EXPECT_TEXT(folded("ABCDEFGH", room), "abcdefgh");
    EXPECT_TEXT(folded("ABCDEFGHІ", room), "abcdefghі");
}

static const struct {
    const char *text;
    const char *part;
    bool contains;
} contained[] = {
    {"ABC-1", "", true},         {"ABC-1", "abc-1", true}, {"ABC-1", "c-1", true},
    {"ABC-1", "c-12", false},    {"ABC-1", "abd", false},  {"aab", "ab", true},
    {"Молоко 3,2", "ОЛ", false}, {"МОЛОКО", "око", true},  {"", "a", false},
};

static void a_text_is_found_in_another(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS_COUNT_OF(contained); i++) {
        EXPECT(contained[i].part,
               fold_contains(bytes_from_text(contained[i].text),
                             bytes_from_text(contained[i].part)) == contained[i].contains);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_letter_has_its_small_one),
        cmocka_unit_test(letters_fold_wherever_they_stand),
        cmocka_unit_test(a_text_is_found_in_another),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
