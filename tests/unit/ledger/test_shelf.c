/* A shelf against a naive model: find, add, reserve, accept, set, through many doublings. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../support/chance.h"
#include "../../support/expect.h"
#include "base/hash.h"
#include "ledger/shelf.h"

static struct stock_key key_of(struct bytes sku)
{
    return (struct stock_key){sku, bytes_hash(sku)};
}

static uint32_t find_one(const struct shelf *shelf, struct stock_key key)
{
    uint32_t cell = 0;
    shelf_find(shelf, &key, sizeof(key), 1, &cell);
    return cell;
}

static uint32_t add_one(struct shelf *shelf, struct stock_key key)
{
    assert_int_equal(shelf_reserve(shelf, 1, key.sku.size), OK);
    return shelf_add(shelf, &key);
}

static struct shelf *shelf_new(void)
{
    struct shelf *shelf = shelf_create(false);
    assert_non_null(shelf);
    return shelf;
}

static void empty_shelf_knows_nothing(void **state)
{
    (void)state;
    struct shelf *shelf = shelf_new();
    assert_int_equal(shelf_cells_count(shelf), 0);
    assert_true(find_one(shelf, key_of(BYTES("A"))) == CELL_NONE);
    shelf_find(shelf, NULL, sizeof(struct stock_key), 0, NULL);
    assert_int_equal(shelf_reserve(shelf, 0, 0), OK);
    shelf_prefetch(shelf, 0);
    shelf_prefetch(shelf, CELL_NONE);
    shelf_destroy(shelf);
    shelf_destroy(NULL);
}

static void new_cell_is_empty_and_takes_any_moment(void **state)
{
    (void)state;
    struct shelf *shelf = shelf_new();
    const uint32_t cell = add_one(shelf, key_of(BYTES("A")));
    assert_int_equal(cell, 0);
    const struct stock_view view = shelf_view(shelf, cell);
    EXPECT_TEXT(view.sku, "A");
    assert_int_equal(view.available, 0);
    assert_int_equal(view.reserved, 0);
    assert_true(view.updated_at_ms == INT64_MIN);
    assert_true(shelf_accepts(shelf, cell, INT64_MIN));
    assert_true(shelf_accepts(shelf, cell, 0));
    shelf_destroy(shelf);
}

static void older_moment_is_refused_and_an_equal_one_is_taken(void **state)
{
    (void)state;
    struct shelf *shelf = shelf_new();
    const uint32_t cell = add_one(shelf, key_of(BYTES("A")));
    shelf_set_available(shelf, cell, 7, 1000);
    assert_false(shelf_accepts(shelf, cell, 999));
    assert_false(shelf_accepts(shelf, cell, INT64_MIN));
    assert_true(shelf_accepts(shelf, cell, 1000));
    assert_true(shelf_accepts(shelf, cell, 1001));
    shelf_set_available(shelf, cell, 5, 1000); /* The later arrival wins (C7). */
    assert_int_equal(shelf_view(shelf, cell).available, 5);
    shelf_set_available(shelf, cell, STOCK_COUNT_MAX, INT64_MAX);
    assert_true(shelf_view(shelf, cell).available == STOCK_COUNT_MAX);
    assert_true(shelf_view(shelf, cell).updated_at_ms == INT64_MAX);
    shelf_set_available(shelf, cell, 0, INT64_MAX);
    assert_int_equal(shelf_view(shelf, cell).available, 0);
    shelf_destroy(shelf);
}

static void skus_are_told_apart_exactly(void **state)
{
    (void)state;
    static const struct bytes skus[] = {
        BYTES_INIT("557722"), BYTES_INIT("0557722"),  BYTES_INIT("a"),    BYTES_INIT("A"),
        BYTES_INIT("a\tb"),   BYTES_INIT("a b"),      BYTES_INIT("ab"),   BYTES_INIT("a\0"),
        BYTES_INIT("a\0b"),   BYTES_INIT("\xD0\x96"), BYTES_INIT("\xD0"),
    };
    struct shelf *shelf = shelf_new();
    for (uint32_t i = 0; i < ROWS_COUNT_OF(skus); i++) {
        assert_true(find_one(shelf, key_of(skus[i])) == CELL_NONE);
        assert_int_equal(add_one(shelf, key_of(skus[i])), i);
    }
    for (uint32_t i = 0; i < ROWS_COUNT_OF(skus); i++) {
        assert_int_equal(find_one(shelf, key_of(skus[i])), i);
        EXPECT_BYTES(shelf_view(shelf, i).sku, skus[i]);
    }
    assert_true(find_one(shelf, key_of(BYTES("0055772"))) == CELL_NONE);
    shelf_destroy(shelf);
}

static void sku_is_copied_and_stays_where_it_is(void **state)
{
    (void)state;
    struct shelf *shelf = shelf_new();
    char sku[] = "mine";
    add_one(shelf, key_of((struct bytes){(uint8_t *)sku, 4}));
    const uint8_t *kept = shelf_view(shelf, 0).sku.data;
    memset(sku, 'x', 4);
    EXPECT_TEXT(shelf_view(shelf, 0).sku, "mine");
    for (int i = 0; i < 50000; i++) {
        char other[16];
        const int length = snprintf(other, sizeof(other), "other-%d", i);
        add_one(shelf, key_of((struct bytes){(uint8_t *)other, (size_t)length}));
    }
    assert_ptr_equal(shelf_view(shelf, 0).sku.data, kept);
    EXPECT_TEXT(shelf_view(shelf, 0).sku, "mine");
    shelf_destroy(shelf);
}

static void skus_of_every_size_come_back(void **state)
{
    (void)state;
    struct chance chance = chance_begin(__func__);
    static uint8_t data[SKU_BYTES_MAX];
    chance_fill(&chance, data, sizeof(data));
    struct shelf *shelf = shelf_new();
    for (uint32_t round = 0; round < 3; round++) {
        for (uint32_t size = 1; size <= SKU_BYTES_MAX; size++) {
            data[0] = (uint8_t)round;
            const struct stock_key key = key_of((struct bytes){data, size});
            assert_true(find_one(shelf, key) == CELL_NONE);
            const uint32_t cell = add_one(shelf, key);
            assert_int_equal(cell, round * SKU_BYTES_MAX + size - 1);
        }
    }
    for (uint32_t cell = 0; cell < 3 * SKU_BYTES_MAX; cell++) {
        data[0] = (uint8_t)(cell / SKU_BYTES_MAX);
        const struct bytes sku = {data, cell % SKU_BYTES_MAX + 1};
        EXPECT_BYTES(shelf_view(shelf, cell).sku, sku);
        assert_int_equal(find_one(shelf, key_of(sku)), cell);
    }
    shelf_destroy(shelf);
}

static void room_for_a_whole_write_of_the_longest_skus_is_enough(void **state)
{
    (void)state;
    struct shelf *shelf = shelf_new();
    static uint8_t data[SKU_BYTES_MAX];
    memset(data, 'x', sizeof(data));
    uint32_t number = 0;
    for (int write = 0; write < 3; write++) {
        assert_int_equal(shelf_reserve(shelf, PUT_SKUS_MAX, (size_t)PUT_SKUS_MAX * SKU_BYTES_MAX),
                         OK);
        for (int i = 0; i < PUT_SKUS_MAX; i++, number++) {
            memcpy(data, &number, sizeof(number));
            const struct stock_key key = key_of((struct bytes){data, SKU_BYTES_MAX});
            assert_int_equal(shelf_add(shelf, &key), number);
        }
    }
    for (uint32_t i = 0; i < number; i++) {
        memcpy(data, &i, sizeof(i));
        assert_int_equal(find_one(shelf, key_of((struct bytes){data, SKU_BYTES_MAX})), i);
    }
    shelf_destroy(shelf);
}

static void reserving_again_and_again_changes_nothing_that_is_seen(void **state)
{
    (void)state;
    struct shelf *shelf = shelf_new();
    add_one(shelf, key_of(BYTES("A")));
    shelf_set_available(shelf, 0, 3, 1);
    for (uint32_t cells = 1; cells < 20000; cells = cells * 3 + 1) {
        assert_int_equal(shelf_reserve(shelf, cells, cells * (size_t)20), OK);
        assert_int_equal(shelf_cells_count(shelf), 1);
        assert_int_equal(find_one(shelf, key_of(BYTES("A"))), 0);
        assert_int_equal(shelf_view(shelf, 0).available, 3);
    }
    assert_int_equal(shelf_reserve(shelf, UINT32_MAX, 1), ERR_FULL);
    assert_int_equal(shelf_reserve(shelf, SHELF_CELLS_MAX, 1), ERR_FULL);
    assert_int_equal(find_one(shelf, key_of(BYTES("A"))), 0);
    shelf_destroy(shelf);
}

static void keys_whose_hashes_collide_are_found_all_the_same(void **state)
{
    (void)state;
    enum { KEYS_COUNT = 3000 };
    static struct stock_key keys[KEYS_COUNT];
    static char skus[KEYS_COUNT][16];
    static uint32_t cells[KEYS_COUNT];
    /* One tag for all; one home; tags at the end of the table, whose run goes round. */
    static const uint64_t uppers[][2] = {
        {7, 0}, {UINT32_MAX, 0}, {UINT64_C(0x80000000), 1 << 12}, {UINT32_MAX - 5, 1}};
    for (size_t row = 0; row < ROWS_COUNT_OF(uppers); row++) {
        struct shelf *shelf = shelf_new();
        for (uint32_t i = 0; i < KEYS_COUNT; i++) {
            const int length = snprintf(skus[i], sizeof(skus[i]), "k%u", i);
            const uint64_t tag = (uint32_t)(uppers[row][0] + uppers[row][1] * (i % 4));
            keys[i] = (struct stock_key){{(const uint8_t *)skus[i], (size_t)length}, tag << 32 | i};
        }
        for (uint32_t i = 0; i < KEYS_COUNT / 2; i++)
            assert_int_equal(add_one(shelf, keys[i]), i);
        shelf_find(shelf, keys, sizeof(keys[0]), KEYS_COUNT, cells);
        for (uint32_t i = 0; i < KEYS_COUNT; i++)
            assert_true(cells[i] == (i < KEYS_COUNT / 2 ? i : CELL_NONE));
        shelf_destroy(shelf);
    }
}

static void keys_may_stand_in_larger_structs(void **state)
{
    (void)state;
    struct shelf *shelf = shelf_new();
    struct stock_write writes[200];
    char skus[200][8];
    for (uint32_t i = 0; i < 200; i++) {
        const int length = snprintf(skus[i], sizeof(skus[i]), "w%u", i);
        memset(&writes[i], 0xEE, sizeof(writes[i]));
        writes[i].key = key_of((struct bytes){(uint8_t *)skus[i], (size_t)length});
        if (i % 3 != 0)
            add_one(shelf, writes[i].key);
    }
    static const uint32_t counts[] = {1, 2, 63, 64, 65, 127, 128, 129, 200};
    for (size_t row = 0; row < ROWS_COUNT_OF(counts); row++) {
        uint32_t cells[201];
        memset(cells, 0xAB, sizeof(cells));
        shelf_find(shelf, &writes[0].key, sizeof(writes[0]), counts[row], cells);
        for (uint32_t i = 0; i < counts[row]; i++)
            assert_true(cells[i] == (i % 3 != 0 ? i - i / 3 - 1 : CELL_NONE));
        assert_true(cells[counts[row]] == 0xABABABAB); /* Nothing behind is touched. */
    }
    shelf_destroy(shelf);
}

/* The model: SKU number n has these facts, found by its number. */
enum { SKUS_MAX = 300000 };

struct model_cell {
    uint32_t cell; /* CELL_NONE: not on the shelf. */
    int64_t available;
    int64_t updated_at_ms;
};

/* SKU number n: unlike its neighbours, from a few bytes to some hundred. */
static struct stock_key numbered_key(uint32_t number, char text[400])
{
    int length = snprintf(text, 400, "%u", number);
    if (number % 1000 == 0) {
        const int more = 300;
        memset(text + length, '-', (size_t)more);
        length += more;
    }
    return key_of((struct bytes){(uint8_t *)text, (size_t)length});
}

/* One batch of random SKUs: look up, compare, add what is missing, write. */
static void model_batch(struct chance *chance, struct shelf *shelf, struct model_cell *model)
{
    enum { BATCH_MAX = 500 };
    static char texts[BATCH_MAX][400];
    static struct stock_key keys[BATCH_MAX];
    static uint32_t numbers[BATCH_MAX];
    static uint32_t cells[BATCH_MAX];
    const uint32_t count = 1 + (uint32_t)chance_below(chance, BATCH_MAX);
    size_t bytes = 0;
    for (uint32_t i = 0; i < count; i++) {
        numbers[i] = (uint32_t)chance_below(chance, SKUS_MAX);
        keys[i] = numbered_key(numbers[i], texts[i]);
        bytes += keys[i].sku.size;
    }
    assert_int_equal(shelf_reserve(shelf, count, bytes), OK);
    shelf_find(shelf, keys, sizeof(keys[0]), count, cells);
    for (uint32_t i = 0; i < count; i++)
        assert_true(cells[i] == model[numbers[i]].cell);
    for (uint32_t i = 0; i < count; i++) {
        struct model_cell *cell = &model[numbers[i]];
        if (cell->cell == CELL_NONE) { /* A SKU may come twice in a batch; then it is there now. */
            cell->cell = shelf_cells_count(shelf);
            assert_true(shelf_add(shelf, &keys[i]) == cell->cell);
        }
        const int64_t moment = chance_between(chance, 0, 1000);
        assert_int_equal(shelf_accepts(shelf, cell->cell, moment), moment >= cell->updated_at_ms);
        if (moment < cell->updated_at_ms)
            continue;
        cell->available = chance_between(chance, 0, STOCK_COUNT_MAX);
        cell->updated_at_ms = moment;
        shelf_set_available(shelf, cell->cell, cell->available, moment);
    }
}

static void shelf_agrees_with_a_model_through_300000_cells(void **state)
{
    (void)state;
    struct chance chance = chance_begin(__func__);
    struct model_cell *model = malloc(SKUS_MAX * sizeof(*model));
    assert_non_null(model);
    for (uint32_t i = 0; i < SKUS_MAX; i++)
        model[i] = (struct model_cell){CELL_NONE, 0, INT64_MIN};
    struct shelf *shelf = shelf_new();
    for (int batch = 0; batch < 3000; batch++)
        model_batch(&chance, shelf, model);
    char text[400];
    for (uint32_t number = 0; number < SKUS_MAX; number++) { /* What chance left out. */
        if (model[number].cell != CELL_NONE)
            continue;
        assert_true(find_one(shelf, numbered_key(number, text)) == CELL_NONE);
        model[number].cell = add_one(shelf, numbered_key(number, text));
    }
    assert_int_equal(shelf_cells_count(shelf), SKUS_MAX);
    for (uint32_t number = 0; number < SKUS_MAX; number++) {
        const struct stock_key key = numbered_key(number, text);
        assert_true(find_one(shelf, key) == model[number].cell);
        const struct stock_view view = shelf_view(shelf, model[number].cell);
        EXPECT_BYTES(view.sku, key.sku);
        assert_true(view.available == model[number].available);
        assert_int_equal(view.reserved, 0);
        assert_true(view.updated_at_ms == model[number].updated_at_ms);
    }
    shelf_destroy(shelf);
    free(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(empty_shelf_knows_nothing),
        cmocka_unit_test(new_cell_is_empty_and_takes_any_moment),
        cmocka_unit_test(older_moment_is_refused_and_an_equal_one_is_taken),
        cmocka_unit_test(skus_are_told_apart_exactly),
        cmocka_unit_test(sku_is_copied_and_stays_where_it_is),
        cmocka_unit_test(skus_of_every_size_come_back),
        cmocka_unit_test(room_for_a_whole_write_of_the_longest_skus_is_enough),
        cmocka_unit_test(reserving_again_and_again_changes_nothing_that_is_seen),
        cmocka_unit_test(keys_whose_hashes_collide_are_found_all_the_same),
        cmocka_unit_test(keys_may_stand_in_larger_structs),
        cmocka_unit_test(shelf_agrees_with_a_model_through_300000_cells),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
