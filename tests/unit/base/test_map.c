/* The map against a naive array, removal included; and the hash it stands on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../support/chance.h"
#include "base/hash.h"
#include "base/map.h"

static void empty_map_has_nothing_to_get_or_remove(void **state)
{
    (void)state;
    struct map map;
    map_init(&map);
    assert_true(map_get(&map, 0) == MAP_ABSENT);
    assert_true(map_get(&map, INT64_MIN) == MAP_ABSENT);
    map_remove(&map, 0);
    assert_int_equal(map.count, 0);
    map_deinit(&map);
    map_deinit(&map);
}

static void any_key_may_be_set_replaced_and_removed(void **state)
{
    (void)state;
    static const int64_t keys[] = {0, 1, -1, INT64_MAX, INT64_MIN, INT64_C(1) << 32};
    struct map map;
    map_init(&map);
    for (uint32_t i = 0; i < 6; i++)
        assert_int_equal(map_set(&map, keys[i], i), OK);
    for (uint32_t i = 0; i < 6; i++)
        assert_int_equal(map_get(&map, keys[i]), i);
    for (uint32_t i = 0; i < 6; i++)
        assert_int_equal(map_set(&map, keys[i], UINT32_MAX - 1 - i), OK);
    assert_int_equal(map.count, 6);
    for (uint32_t i = 0; i < 6; i++) {
        assert_true(map_get(&map, keys[i]) == UINT32_MAX - 1 - i);
        map_remove(&map, keys[i]);
        map_remove(&map, keys[i]);
        assert_true(map_get(&map, keys[i]) == MAP_ABSENT);
    }
    assert_int_equal(map.count, 0);
    map_deinit(&map);
}

static void every_key_is_come_across_once(void **state)
{
    (void)state;
    enum { KEYS = 1000 };
    static uint32_t seen[KEYS];
    struct map map;
    uint32_t place = 0;
    int64_t key = 0;
    map_init(&map);
    assert_false(map_next(&map, &place, &key));
    for (int64_t i = 0; i < KEYS; i++)
        assert_int_equal(map_set(&map, i, 0), OK);
    for (int64_t i = 0; i < KEYS; i += 2)
        map_remove(&map, i);
    for (place = 0; map_next(&map, &place, &key);)
        seen[key]++;
    for (int64_t i = 0; i < KEYS; i++)
        assert_int_equal(seen[i], i % 2);
    map_deinit(&map);
}

static void replacing_takes_no_memory(void **state)
{
    (void)state;
    struct map map;
    map_init(&map);
    for (uint32_t count = 1; count <= 1000; count++) {
        assert_int_equal(map_set(&map, count, 1), OK);
        const uint32_t slots_count = map.slots_count;
        for (uint32_t key = 1; key <= count; key += 1 + count / 10)
            assert_int_equal(map_set(&map, key, 2), OK);
        assert_int_equal(map.slots_count, slots_count);
        assert_int_equal(map.count, count);
    }
    map_deinit(&map);
}

enum { KEYS_COUNT = 3000 };

/* Keys near each other, far apart, or alike in their low bits. */
static int64_t key_of(uint32_t number, int kind)
{
    switch (kind) {
    case 0:
        return number;
    case 1:
        return (int64_t)number << 40;
    default:
        return (int64_t)(number * UINT64_C(0x9E3779B97F4A7C15));
    }
}

static void map_agrees_with_a_naive_array(void **state)
{
    (void)state;
    struct chance chance = chance_begin(__func__);
    static uint32_t model[KEYS_COUNT];
    for (int kind = 0; kind < 3; kind++) {
        struct map map;
        map_init(&map);
        uint32_t count = 0;
        for (uint32_t i = 0; i < KEYS_COUNT; i++)
            model[i] = MAP_ABSENT;
        for (int step = 0; step < 200000; step++) {
            /* The map breathes: mostly sets for a while, then mostly removals. */
            const bool grows = step / 20000 % 2 == 0;
            const uint32_t number = (uint32_t)chance_below(&chance, KEYS_COUNT);
            if (chance_one_in(&chance, grows ? 4 : 2)) {
                map_remove(&map, key_of(number, kind));
                count -= model[number] != MAP_ABSENT;
                model[number] = MAP_ABSENT;
            } else if (grows || chance_one_in(&chance, 4)) {
                const uint32_t value = (uint32_t)chance_below(&chance, MAP_ABSENT);
                assert_int_equal(map_set(&map, key_of(number, kind), value), OK);
                count += model[number] == MAP_ABSENT;
                model[number] = value;
            }
            assert_true(map_get(&map, key_of(number, kind)) == model[number]);
            assert_int_equal(map.count, count);
            assert_true(map.count <= map.slots_count / 4 * 3);
        }
        for (uint32_t i = 0; i < KEYS_COUNT; i++)
            assert_true(map_get(&map, key_of(i, kind)) == model[i]);
        map_deinit(&map);
    }
}

static void reserved_room_is_enough_for_that_many_keys(void **state)
{
    (void)state;
    struct map map;
    map_init(&map);
    assert_int_equal(map_set(&map, -1, 1), OK);
    for (uint32_t more = 0; more < 5000; more = more * 3 + 1) {
        assert_int_equal(map_reserve(&map, more), OK);
        const uint32_t slots_count = map.slots_count;
        for (uint32_t i = 0; i < more; i++)
            assert_int_equal(map_set(&map, (int64_t)map.count, i), OK);
        assert_int_equal(map.slots_count, slots_count);
    }
    assert_int_equal(map_get(&map, -1), 1);
    const uint32_t count = map.count;
    assert_int_equal(map_reserve(&map, UINT32_MAX), ERR_FULL);
    assert_int_equal(map.count, count);
    map_deinit(&map);
}

static void hash_depends_on_every_byte_and_on_the_seed(void **state)
{
    (void)state;
    uint8_t data[64] = {0};
    const struct bytes bytes = {data, sizeof(data)};
    const uint64_t plain = bytes_hash(bytes);
    const uint64_t checksum = bytes_checksum(bytes, 7);
    assert_true(bytes_hash(bytes) == plain);
    for (size_t i = 0; i < sizeof(data); i++) {
        data[i] ^= 1;
        assert_true(bytes_hash(bytes) != plain);
        assert_true(bytes_checksum(bytes, 7) != checksum);
        data[i] ^= 1;
    }
    assert_true(bytes_hash((struct bytes){data, 63}) != plain);
    assert_true(bytes_checksum(bytes, 8) != checksum);
    hash_seed_set(12345);
    assert_true(bytes_hash(bytes) != plain);
    assert_true(bytes_checksum(bytes, 7) == checksum); /* What is on disk knows no secret. */
    hash_seed_set(0);
    assert_true(bytes_hash(bytes) == plain);
    assert_true(bytes_hash((struct bytes){NULL, 0}) == bytes_hash(BYTES("")));
}

static void checksum_is_the_one_that_is_on_disk(void **state)
{
    (void)state;
    /* XXH3-64 as published: of nothing, and of nothing else than a seed. */
    assert_true(bytes_checksum(BYTES(""), 0) == UINT64_C(0x2D06800538D394C2));
    assert_true(bytes_checksum(BYTES("a"), 0) == UINT64_C(0xE6C632B61E964E1F));
    assert_true(bytes_checksum(BYTES("abc"), 0) == UINT64_C(0x78AF5F94892F3950));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(empty_map_has_nothing_to_get_or_remove),
        cmocka_unit_test(any_key_may_be_set_replaced_and_removed),
        cmocka_unit_test(every_key_is_come_across_once),
        cmocka_unit_test(replacing_takes_no_memory),
        cmocka_unit_test(map_agrees_with_a_naive_array),
        cmocka_unit_test(reserved_room_is_enough_for_that_many_keys),
        cmocka_unit_test(hash_depends_on_every_byte_and_on_the_seed),
        cmocka_unit_test(checksum_is_the_one_that_is_on_disk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
