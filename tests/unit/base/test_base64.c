/* base64url: the vectors of RFC 4648 in its URL alphabet, what is refused, there and back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../support/chance.h"
#include "../../support/expect.h"
#include "base/base64.h"

static const struct {
    struct bytes bytes;
    const char *text;
    const char *padded;
} vectors[] = {
    {BYTES_INIT(""), "", ""},
    {BYTES_INIT("f"), "Zg", "Zg=="},
    {BYTES_INIT("fo"), "Zm8", "Zm8="},
    {BYTES_INIT("foo"), "Zm9v", "Zm9v"},
    {BYTES_INIT("foob"), "Zm9vYg", "Zm9vYg=="},
    {BYTES_INIT("fooba"), "Zm9vYmE", "Zm9vYmE="},
    {BYTES_INIT("foobar"), "Zm9vYmFy", "Zm9vYmFy"},
    {BYTES_INIT("\x00"), "AA", "AA=="},
    {BYTES_INIT("\xFF"), "_w", "_w=="},
    {BYTES_INIT("\xFF\xFF\xFF"), "____", "____"},
    {BYTES_INIT("\xFB\xEF\xBE"), "----", "----"},
    {BYTES_INIT("\x14\xFB\x9C\x03\xD9\x7E"), "FPucA9l-", "FPucA9l-"},
};

static void vectors_are_encoded_and_decoded(void **state)
{
    (void)state;
    struct buffer buffer;
    buffer_init(&buffer);
    for (size_t i = 0; i < ROWS_COUNT_OF(vectors); i++) {
        buffer_clear(&buffer);
        base64url_encode(&buffer, vectors[i].bytes);
        EXPECT_TEXT(buffer_bytes(&buffer), vectors[i].text);
        buffer_clear(&buffer);
        EXPECT(vectors[i].text, base64url_decode(&buffer, bytes_from_text(vectors[i].text)));
        EXPECT_BYTES(buffer_bytes(&buffer), vectors[i].bytes);
        buffer_clear(&buffer);
        EXPECT(vectors[i].padded, base64url_decode(&buffer, bytes_from_text(vectors[i].padded)));
        EXPECT_BYTES(buffer_bytes(&buffer), vectors[i].bytes);
    }
    buffer_deinit(&buffer);
}

static void what_is_not_base64url_is_refused(void **state)
{
    (void)state;
    static const struct bytes rows[] = {
        BYTES_INIT("A"),                          /* Six bits are no byte. */
        BYTES_INIT("AAAAA"),    BYTES_INIT("Zh"), /* Bits that belong to nothing. */
        BYTES_INIT("Zm9"),      BYTES_INIT("_x"),
        BYTES_INIT("Zg =="),    BYTES_INIT("Zm9v\n"),
        BYTES_INIT(" Zm9v"),    BYTES_INIT("+/+/"), /* The other alphabet. */
        BYTES_INIT("Z=g="),     BYTES_INIT("=Zg"),
        BYTES_INIT("Zg\0"),     BYTES_INIT("%%%"),
        BYTES_INIT("\xD0\x96"), BYTES_INIT("Zm9v."),
        BYTES_INIT("\x80Zm9v"), BYTES_INIT("Zm9vYmFy\0"),
    };
    struct buffer buffer;
    buffer_init(&buffer);
    for (size_t i = 0; i < ROWS_COUNT_OF(rows); i++) {
        buffer_clear(&buffer);
        assert_false(base64url_decode(&buffer, rows[i]));
    }
    buffer_deinit(&buffer);
}

static void decoding_undoes_encoding(void **state)
{
    (void)state;
    struct chance chance = chance_begin(__func__);
    struct buffer text;
    struct buffer decoded;
    buffer_init(&text);
    buffer_init(&decoded);
    for (int round = 0; round < 5000; round++) {
        uint8_t data[100];
        const struct bytes bytes = {data, chance_below(&chance, sizeof(data) + 1)};
        chance_fill(&chance, data, sizeof(data));
        buffer_clear(&text);
        buffer_clear(&decoded);
        base64url_encode(&text, bytes);
        assert_int_equal(text.size, (bytes.size * 4 + 2) / 3);
        assert_true(base64url_decode(&decoded, buffer_bytes(&text)));
        EXPECT_BYTES(buffer_bytes(&decoded), bytes);
    }
    buffer_deinit(&text);
    buffer_deinit(&decoded);
}

static void every_text_that_is_taken_is_the_one_that_would_be_written(void **state)
{
    (void)state;
    static const char letters[] = "ABzZ09-_+/=. ";
    struct chance chance = chance_begin(__func__);
    struct buffer decoded;
    struct buffer again;
    buffer_init(&decoded);
    buffer_init(&again);
    int taken_count = 0;
    for (int round = 0; round < 50000; round++) {
        char text[8];
        const size_t size = chance_below(&chance, sizeof(text));
        for (size_t i = 0; i < size; i++)
            text[i] = letters[chance_below(&chance, chance_one_in(&chance, 4) ? 13 : 8)];
        buffer_clear(&decoded);
        buffer_clear(&again);
        struct bytes taken = {(uint8_t *)text, size};
        if (!base64url_decode(&decoded, taken))
            continue;
        taken_count++;
        base64url_encode(&again, buffer_bytes(&decoded));
        while (taken.size > 0 && taken.data[taken.size - 1] == '=')
            taken.size--;
        EXPECT_BYTES(buffer_bytes(&again), taken);
    }
    assert_true(taken_count > 1000);
    buffer_deinit(&decoded);
    buffer_deinit(&again);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(vectors_are_encoded_and_decoded),
        cmocka_unit_test(what_is_not_base64url_is_refused),
        cmocka_unit_test(decoding_undoes_encoding),
        cmocka_unit_test(every_text_that_is_taken_is_the_one_that_would_be_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
