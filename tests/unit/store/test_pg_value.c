/* Values in PostgreSQL's binary form, byte by byte, and the order in which items are sent. */
#include "store/pg_value.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "../../support/chance.h"
#include "base/limits.h"

struct fixture {
    struct arena arena;
    struct pg_request request;
    struct pg_writer writer;
};

static int begin(void **state)
{
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    if (fixture == NULL)
        return -1;
    arena_init(&fixture->arena);
    fixture->writer = pg_write_begin(&fixture->request, &fixture->arena);
    *state = fixture;
    return 0;
}

static int end(void **state)
{
    struct fixture *fixture = *state;
    arena_deinit(&fixture->arena);
    free(fixture);
    return 0;
}

/* The value at `index` has exactly these bytes. */
static void value_is(const struct fixture *fixture, uint32_t index, struct bytes bytes)
{
    assert_true(index < fixture->request.values_count);
    assert_int_equal(fixture->request.values[index].bytes, bytes.size);
    assert_memory_equal(fixture->request.values[index].data, bytes.data, bytes.size);
}

static struct stock_key key_of(const char *sku)
{
    return (struct stock_key){bytes_from_text(sku), 0};
}

static void numbers_are_big_endian(void **state)
{
    struct fixture *fixture = *state;
    pg_write_int8(&fixture->writer, INT64_C(0x0102030405060708));
    pg_write_int8(&fixture->writer, INT64_MIN);
    pg_write_int4(&fixture->writer, -2);
    pg_write_bool(&fixture->writer, true);
    pg_write_bool(&fixture->writer, false);
    assert_false(fixture->writer.failed);
    value_is(fixture, 0, BYTES("\1\2\3\4\5\6\7\10"));
    value_is(fixture, 1, BYTES("\x80\0\0\0\0\0\0\0"));
    value_is(fixture, 2, BYTES("\xff\xff\xff\xfe"));
    value_is(fixture, 3, BYTES("\1"));
    value_is(fixture, 4, BYTES("\0"));
    assert_int_equal(fixture->request.values_count, 5);
}

/* No bytes are a value, NULL is none. */
static void empty_text_is_not_null(void **state)
{
    struct fixture *fixture = *state;
    pg_write_bytes(&fixture->writer, (struct bytes){NULL, 0});
    pg_write_bytes(&fixture->writer, BYTES("a\0b"));
    assert_non_null(fixture->request.values[0].data);
    assert_int_equal(fixture->request.values[0].bytes, 0);
    value_is(fixture, 1, BYTES("a\0b"));
}

static void texts_are_copied(void **state)
{
    struct fixture *fixture = *state;
    char text[] = "abc";
    const struct stock_key key = key_of(text);
    pg_write_bytes(&fixture->writer, key.sku);
    pg_write_skus(&fixture->writer, &key, sizeof(key), 1, NULL);
    text[0] = 'x';
    value_is(fixture, 0, BYTES("abc"));
    value_is(fixture, 1, BYTES("\0\0\0\1\0\0\0\0\0\0\0\x19\0\0\0\1\0\0\0\1\0\0\0\3abc"));
}

static void arrays_have_a_head_and_lengths(void **state)
{
    struct fixture *fixture = *state;
    static const uint32_t order[] = {1, 0};
    const struct stock_key keys[] = {key_of("B"), key_of("")};
    pg_write_skus(&fixture->writer, keys, sizeof(keys[0]), 2, order);
    (void)pg_put_int8(pg_put_int8(pg_write_int8s(&fixture->writer, 2), 1), -1);
    (void)pg_put_int4(pg_write_int4s(&fixture->writer, 1), 7);
    pg_write_places(&fixture->writer, order, 2);
    value_is(fixture, 0, BYTES("\0\0\0\1\0\0\0\0\0\0\0\x19\0\0\0\2\0\0\0\1\0\0\0\0\0\0\0\1B"));
    value_is(fixture, 1,
             BYTES("\0\0\0\1\0\0\0\0\0\0\0\x14\0\0\0\2\0\0\0\1"
                   "\0\0\0\x08\0\0\0\0\0\0\0\1\0\0\0\x08\xff\xff\xff\xff\xff\xff\xff\xff"));
    value_is(fixture, 2, BYTES("\0\0\0\1\0\0\0\0\0\0\0\x17\0\0\0\1\0\0\0\1\0\0\0\4\0\0\0\7"));
    value_is(fixture, 3,
             BYTES("\0\0\0\1\0\0\0\0\0\0\0\x17\0\0\0\2\0\0\0\1"
                   "\0\0\0\4\0\0\0\1\0\0\0\4\0\0\0\0"));
}

static void sku_is_found_again_in_what_was_written(void **state)
{
    struct fixture *fixture = *state;
    const struct stock_key keys[] = {key_of("one"), key_of(""), key_of("three")};
    pg_write_skus(&fixture->writer, keys, sizeof(keys[0]), 3, NULL);
    for (uint32_t i = 0; i < 3; i++)
        assert_true(bytes_equal(pg_sku_at(&fixture->request.values[0], i), keys[i].sku));
}

/* Bytes decide, and of equal SKUs the place. */
static void keys_are_sorted_by_bytes(void **state)
{
    static const char *const texts[] = {"SKU-2", "SKU-10", "SKU-1", "SKU-",     "SKU-a",
                                        "SKU-Z", "SKU-ä",  "SKU-1", "SKU-1\x7f"};
    static const uint32_t sorted[] = {3, 2, 7, 1, 8, 0, 5, 4, 6};
    enum { COUNT = sizeof(texts) / sizeof(texts[0]) };
    struct fixture *fixture = *state;
    struct stock_write items[COUNT]; /* Keys that stand apart. */
    for (size_t i = 0; i < COUNT; i++)
        items[i] = (struct stock_write){key_of(texts[i]), 0, 0};
    const uint32_t *order = pg_sort_keys(&fixture->arena, &items[0].key, sizeof(items[0]), COUNT);
    assert_non_null(order);
    for (size_t i = 0; i < COUNT; i++)
        assert_int_equal(order[i], sorted[i]);
}

static int compare_plainly(struct bytes left, struct bytes right)
{
    const int order =
        memcmp(left.data, right.data, left.size < right.size ? left.size : right.size);
    return order != 0 ? order : (left.size > right.size) - (left.size < right.size);
}

/* SKUs that begin alike, for long or not at all, against a plain comparison. */
static void any_keys_are_sorted(void **state)
{
    enum { KEYS_MAX = 300, ROUNDS = 300 };
    static uint8_t texts[KEYS_MAX][40];
    struct fixture *fixture = *state;
    struct chance chance = chance_begin(__func__);
    for (int round = 0; round < ROUNDS; round++) {
        struct stock_key keys[KEYS_MAX];
        const uint32_t count = 1 + (uint32_t)chance_below(&chance, KEYS_MAX);
        const size_t common = (size_t)chance_below(&chance, 20);
        const uint64_t letters = 1 + chance_below(&chance, chance_one_in(&chance, 2) ? 3 : 255);
        for (uint32_t i = 0; i < count; i++) {
            const size_t size = common + (size_t)chance_below(&chance, 20);
            for (size_t at = 0; at < size; at++)
                texts[i][at] = at < common ? 'x' : (uint8_t)(255 - chance_below(&chance, letters));
            keys[i] = (struct stock_key){{texts[i], size}, 0};
        }
        arena_reset(&fixture->arena);
        const uint32_t *order = pg_sort_keys(&fixture->arena, keys, sizeof(keys[0]), count);
        assert_non_null(order);
        for (uint32_t i = 1; i < count; i++) {
            const int compared = compare_plainly(keys[order[i - 1]].sku, keys[order[i]].sku);
            assert_true(compared < 0 || (compared == 0 && order[i - 1] < order[i]));
        }
    }
}

static void largest_batch_is_written(void **state)
{
    static char text[SKU_BYTES_MAX + 1];
    static struct stock_key keys[PUT_SKUS_MAX];
    struct fixture *fixture = *state;
    memset(text, 'x', SKU_BYTES_MAX);
    for (int i = 0; i < PUT_SKUS_MAX; i++)
        keys[i] = key_of(text);
    const uint32_t *order = pg_sort_keys(&fixture->arena, keys, sizeof(keys[0]), PUT_SKUS_MAX);
    assert_non_null(order);
    pg_write_skus(&fixture->writer, keys, sizeof(keys[0]), PUT_SKUS_MAX, order);
    assert_false(fixture->writer.failed);
    assert_int_equal(fixture->request.values[0].bytes, 20 + PUT_SKUS_MAX * (4 + SKU_BYTES_MAX));
    assert_int_equal(pg_sku_at(&fixture->request.values[0], PUT_SKUS_MAX - 1).size, SKU_BYTES_MAX);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(numbers_are_big_endian),
        TEST(empty_text_is_not_null),
        TEST(texts_are_copied),
        TEST(arrays_have_a_head_and_lengths),
        TEST(sku_is_found_again_in_what_was_written),
        TEST(keys_are_sorted_by_bytes),
        TEST(any_keys_are_sorted),
        TEST(largest_batch_is_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
