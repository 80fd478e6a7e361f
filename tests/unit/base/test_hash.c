/* Keys that somebody outside chose so that they share a hash, without knowing the seed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../support/chance.h"
#include "../../support/expect.h"
#include "base/hash.h"

/* XXH3 takes long keys in stripes of 64 bytes. In stripes 0 and 12 the first eight bytes meet words
 * of its own that differ by 0x060a0410 in their low half under one seed of fifty. So do the first
 * two letters of FIRST and OTHER, and in what follows them bits change places. Each key is a SKU:
 * UTF-8, of 229 letters. */
enum { KEY_BYTES = 900, OTHER_AT = 12 * 64, BITS = 5, KEYS = 1 << BITS };

#define FIRST "\u0104\u0104\u0110\u0110"
#define OTHER "\u0500\u0382\u0110\u0110"
#define BOX   "\U0001F4E6"

static void key_make(unsigned number, uint8_t key[KEY_BYTES])
{
    static const struct {
        size_t at;
        uint8_t bit;
    } places[BITS] = {{4, 1}, {4, 2}, {5, 1}, {5, 2}, {5, 4}};
    for (size_t at = 0; at < KEY_BYTES; at += 4)
        memcpy(key + at, BOX, 4);
    memcpy(key, FIRST, 8);
    memcpy(key + OTHER_AT, OTHER, 8);
    for (unsigned i = 0; i < BITS; i++)
        key[places[i].at + ((number >> i & 1) != 0 ? 0 : OTHER_AT)] ^= places[i].bit;
    assert_true(bytes_are_utf8((struct bytes){key, KEY_BYTES}));
}

static void long_keys_share_no_hash_under_any_seed(void **state)
{
    (void)state;
    struct chance chance = chance_begin("long_keys_share_no_hash_under_any_seed");
    static uint8_t keys[KEYS][KEY_BYTES];
    for (unsigned i = 0; i < KEYS; i++)
        key_make(i, keys[i]);
    for (int round = 0; round < 5000; round++) {
        uint64_t hashes[KEYS];
        hash_seed_set(chance_u64(&chance));
        for (unsigned i = 0; i < KEYS; i++) {
            hashes[i] = bytes_hash((struct bytes){keys[i], KEY_BYTES});
            for (unsigned other = 0; other < i; other++)
                assert_int_not_equal(hashes[i], hashes[other]);
        }
    }
}

/* Of each size: the library goes another way with keys of up to 16, 128 and 240 bytes. */
static void hash_depends_on_the_seed_and_on_every_byte(void **state)
{
    (void)state;
    uint8_t key[300];
    memset(key, 'x', sizeof(key));
    for (size_t size = 1; size <= sizeof(key); size++) {
        const struct bytes bytes = {key, size};
        hash_seed_set(1);
        const uint64_t hash = bytes_hash(bytes);
        assert_int_equal(bytes_hash(bytes), hash);
        for (size_t at = 0; at < size; at++) {
            key[at] ^= 1;
            assert_int_not_equal(bytes_hash(bytes), hash);
            key[at] ^= 1;
        }
        hash_seed_set(2);
        assert_int_not_equal(bytes_hash(bytes), hash);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(long_keys_share_no_hash_under_any_seed),
        cmocka_unit_test(hash_depends_on_the_seed_and_on_every_byte),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
