/* SHA-256 by its published vectors, and its digits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../support/chance.h"
#include "../../support/expect.h"
#include "base/sha256.h"

static void published_vectors_have_these_hashes(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
         "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
    };
    for (size_t i = 0; i < ROWS_COUNT_OF(rows); i++) {
        const struct sha256 hash = sha256_of(bytes_from_text(rows[i][0]));
        char hex[SHA256_HEX_BYTES];
        sha256_to_hex(&hash, hex);
        assert_string_equal(hex, rows[i][1]);
    }
    uint8_t *million = malloc(1000000);
    assert_non_null(million);
    memset(million, 'a', 1000000);
    const struct sha256 hash = sha256_of((struct bytes){million, 1000000});
    free(million);
    char hex[SHA256_HEX_BYTES];
    sha256_to_hex(&hash, hex);
    assert_string_equal(hex, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

static void hashes_are_equal_in_every_byte_or_not_at_all(void **state)
{
    (void)state;
    const struct sha256 hash = sha256_of(BYTES("abc"));
    assert_true(sha256_equal(&hash, &hash));
    for (size_t i = 0; i < sizeof(hash.data); i++) {
        struct sha256 other = hash;
        other.data[i] ^= 0x10;
        assert_false(sha256_equal(&hash, &other));
    }
}

static void digits_come_back_in_either_case(void **state)
{
    (void)state;
    struct chance chance = chance_begin(__func__);
    for (int round = 0; round < 1000; round++) {
        struct sha256 hash;
        struct sha256 decoded;
        char hex[SHA256_HEX_BYTES];
        chance_fill(&chance, hash.data, sizeof(hash.data));
        sha256_to_hex(&hash, hex);
        assert_int_equal(strlen(hex), 64);
        for (size_t i = 0; i < 64; i++) {
            if (hex[i] >= 'a' && chance_one_in(&chance, 2))
                hex[i] = (char)(hex[i] - 'a' + 'A');
        }
        assert_true(sha256_from_hex(bytes_from_text(hex), &decoded));
        assert_true(sha256_equal(&hash, &decoded));
    }
}

static void anything_but_64_hexadecimal_digits_is_refused(void **state)
{
    (void)state;
    static const char good[] = "00112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF";
    struct sha256 hash;
    assert_true(sha256_from_hex(bytes_from_text(good), &hash));
    assert_false(sha256_from_hex((struct bytes){(const uint8_t *)good, 63}, &hash));
    assert_false(sha256_from_hex((struct bytes){(const uint8_t *)good, 65}, &hash));
    assert_false(sha256_from_hex(BYTES(""), &hash));
    static const char wrong[] = "gG/:@` -\xFF";
    for (size_t place = 0; place < 64; place++) {
        for (size_t i = 0; i < sizeof(wrong); i++) { /* NUL too. */
            char hex[64];
            memcpy(hex, good, sizeof(hex));
            hex[place] = wrong[i];
            assert_false(sha256_from_hex((struct bytes){(uint8_t *)hex, 64}, &hash));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_vectors_have_these_hashes),
        cmocka_unit_test(hashes_are_equal_in_every_byte_or_not_at_all),
        cmocka_unit_test(digits_come_back_in_either_case),
        cmocka_unit_test(anything_but_64_hexadecimal_digits_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
