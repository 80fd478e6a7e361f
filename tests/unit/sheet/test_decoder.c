/* Encodings of CSV, fed whole and cut at every byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "sheet/decoder.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

struct text_row {
    enum row_encoding wanted;
    struct bytes bytes;
    const char *text;
    const char *says;
};

/* Texts with zeros in them are literals. */
#define TEXT(literal) BYTES_INIT(literal)

static const struct text_row text_rows[] = {
    {ROW_ENCODING_AUTO, TEXT(""), "", ""},
    {ROW_ENCODING_AUTO, TEXT("a"), "a", ""},
    {ROW_ENCODING_AUTO, TEXT("abcd,1\n"), "abcd,1\n", ""},
    {ROW_ENCODING_AUTO,
     TEXT("\xEF\xBB\xBF"
          "ab"),
     "ab", ""},
    {ROW_ENCODING_AUTO, TEXT("\xEF\xBB\xBF"), "", ""},
    {ROW_ENCODING_AUTO, TEXT("abc\xD0\xAF\xE2\x82\xAC\xF0\x9F\x98\x80z"),
     "abc\xD0\xAF\xE2\x82\xAC\xF0\x9F\x98\x80z", ""},
    {ROW_ENCODING_AUTO, TEXT("abc\xDFz\xFF"), "abc\xD0\xAFz\xD1\x8F", " in windows-1251"},
    {ROW_ENCODING_AUTO, TEXT("abc\xDF"), "abc\xD0\xAF", " in windows-1251"},
    {ROW_ENCODING_AUTO, TEXT("\xCF\xF0"), "\xD0\x9F\xD1\x80", " in windows-1251"},
    {ROW_ENCODING_AUTO, TEXT("a\xE0\xE1\xE2z"), "a\xD0\xB0\xD0\xB1\xD0\xB2z", " in windows-1251"},
    {ROW_ENCODING_AUTO, TEXT("a\xD0\xAF\xFFz"), "a\xD0\xAF\xFFz", ""},
    {ROW_ENCODING_AUTO, TEXT("a\x98z"), "a\xEF\xBF\xBDz", " in windows-1251"},
    {ROW_ENCODING_1251, TEXT("\xD0\xAF"), "\xD0\xA0\xD0\x87", " in windows-1251"},
    {ROW_ENCODING_UTF8, TEXT("\xDFz"), "\xDFz", ""},
    {ROW_ENCODING_AUTO,
     TEXT("\xFF\xFE"
          "a\0/\x04"),
     "a\xD0\xAF", " in UTF-16"},
    {ROW_ENCODING_AUTO, TEXT("\xFE\xFF\0a\x04/"), "a\xD0\xAF", " in UTF-16"},
    {ROW_ENCODING_AUTO, TEXT("a\0b\0c\0"), "abc", " in UTF-16"},
    {ROW_ENCODING_AUTO, TEXT("\0a\0b\0c"), "abc", " in UTF-16"},
    {ROW_ENCODING_UTF16, TEXT("/\x04"), "\xD0\xAF", " in UTF-16"},
    {ROW_ENCODING_AUTO, TEXT("\xFF\xFE\x3D\xD8\x00\xDE"), "\xF0\x9F\x98\x80", " in UTF-16"},
    {ROW_ENCODING_AUTO, TEXT("\xFF\xFE\x3D\xD8z\0"), "\xEF\xBF\xBDz", " in UTF-16"},
    {ROW_ENCODING_AUTO, TEXT("\xFF\xFE\x00\xDEz\0"), "\xEF\xBF\xBDz", " in UTF-16"},
    {ROW_ENCODING_AUTO, TEXT("\xFF\xFEz\0x"), "z\xEF\xBF\xBD", " in UTF-16"},
    {ROW_ENCODING_AUTO, TEXT("\xFF\xFEz\0\x3D\xD8"), "z\xEF\xBF\xBD", " in UTF-16"},
};

static void all_encodings_become_utf8_wherever_they_are_cut(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(text_rows); i++) {
        const struct text_row *row = &text_rows[i];
        for (size_t piece = 1; piece <= row->bytes.size + 1; piece++) {
            struct decoder decoder;
            struct buffer text;
            struct bytes rest = row->bytes;
            decoder_init(&decoder, row->wanted);
            buffer_init(&text);
            while (rest.size > 0) {
                const size_t size = rest.size < piece ? rest.size : piece;
                decoder_feed(&decoder, (struct bytes){rest.data, size}, false, &text);
                rest = (struct bytes){rest.data + size, rest.size - size};
            }
            decoder_feed(&decoder, rest, true, &text);
            assert_string_equal(buffer_text(&text), row->text);
            assert_string_equal(decoder_says(&decoder), row->says);
            buffer_deinit(&text);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_encodings_become_utf8_wherever_they_are_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
