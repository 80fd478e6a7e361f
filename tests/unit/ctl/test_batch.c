/* Splitting by items and by bytes, and finding the rows again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/limits.h"
#include "ctl/batch.h"

/* `{"skus":[`, an item `{"sku":"A","items":[{"count":1,"updatedAt":"1970-01-01T00:00:00Z"}]}`, `]}`
 * and a comma between two. */
enum { BEGIN_BYTES = 9, ITEM_BYTES = 68, END_BYTES = 2 };

static struct leftover leftover_of(const char *sku)
{
    return (struct leftover){.sku = bytes_from_text(sku), .count = 1, .updated_at_ms = 0};
}

/* How many of the SKUs "A", "B", … fit. */
static uint32_t fill(struct batch *batch)
{
    char sku[2] = "A";
    uint64_t line = 2;
    enum err error = OK;
    for (; error == OK && sku[0] <= 'Z'; sku[0]++) {
        const struct leftover leftover = leftover_of(sku);
        error = batch_add(batch, &leftover, line++);
    }
    return batch->items_count;
}

static void batch_is_full_by_items_or_by_bytes(void **state)
{
    (void)state;
    static const struct {
        uint32_t items_max;
        size_t body_bytes_max;
        uint32_t items_count;
    } rows[] = {
        {1, 1000000, 1},
        {5, 1000000, 5},
        {2000, BEGIN_BYTES + ITEM_BYTES + END_BYTES, 1},
        {2000, BEGIN_BYTES + 2 * ITEM_BYTES + 1 + END_BYTES, 2},
        {2000, BEGIN_BYTES + 2 * ITEM_BYTES + END_BYTES, 1},
        {2000, BEGIN_BYTES + 3 * ITEM_BYTES + 2 + END_BYTES, 3},
        {2000, 1000000, 26},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct batch batch;
        assert_int_equal(batch_init(&batch, rows[i].items_max, rows[i].body_bytes_max), OK);
        assert_int_equal(fill(&batch), rows[i].items_count);
        assert_true(batch_finish(&batch).size <= rows[i].body_bytes_max);
        batch_deinit(&batch);
    }
}

static void row_that_does_not_fit_leaves_the_body_as_it_was(void **state)
{
    (void)state;
    struct batch batch;
    assert_int_equal(batch_init(&batch, 10, BEGIN_BYTES + ITEM_BYTES + END_BYTES), OK);
    const struct leftover first = leftover_of("A");
    const struct leftover second = leftover_of("B");
    assert_int_equal(batch_add(&batch, &first, 2), OK);
    assert_int_equal(batch_add(&batch, &second, 3), ERR_FULL);
    static const char body[] = "{\"skus\":[{\"sku\":\"A\",\"items\":[{\"count\":1,\"updatedAt\":"
                               "\"1970-01-01T00:00:00Z\"}]}]}";
    const struct bytes finished = batch_finish(&batch);
    assert_int_equal(finished.size, sizeof(body) - 1);
    assert_memory_equal(finished.data, body, sizeof(body) - 1);
    batch_deinit(&batch);
}

static void largest_row_fits_into_an_empty_batch(void **state)
{
    (void)state;
    char sku[2 * SKU_CODE_POINTS_MAX + 1];
    memset(sku, '"', sizeof(sku)); /* Each needs an escape. */
    sku[SKU_CODE_POINTS_MAX] = '\0';
    struct batch batch;
    assert_int_equal(batch_init(&batch, PUT_SKUS_MAX, BODY_BYTES_MAX), OK);
    uint32_t added = 0;
    for (enum err error = OK; error == OK; added += error == OK) {
        const struct leftover leftover = {
            .sku = bytes_from_text(sku), .count = STOCK_COUNT_MAX, .updated_at_ms = 1};
        error = batch_add(&batch, &leftover, 2);
    }
    assert_in_range(added, 800, PUT_SKUS_MAX - 1);
    assert_in_range(batch_finish(&batch).size, BODY_BYTES_MAX - 1000, BODY_BYTES_MAX);
    batch_deinit(&batch);
}

static void rows_are_found_by_index_and_by_sku(void **state)
{
    (void)state;
    struct batch batch;
    assert_int_equal(batch_init(&batch, 26, 1000000), OK);
    assert_int_equal(fill(&batch), 26);
    assert_int_equal(batch_line_of_index(&batch, 0), 2);
    assert_int_equal(batch_line_of_index(&batch, 25), 27);
    assert_int_equal(batch_line_of_index(&batch, 26), 0);
    assert_int_equal(batch_line_of_index(&batch, -1), 0);
    assert_int_equal(batch_line_of_sku(&batch, BYTES("C")), 4);
    assert_int_equal(batch_line_of_sku(&batch, BYTES("c")), 0);
    batch_clear(&batch);
    assert_int_equal(batch_line_of_sku(&batch, BYTES("C")), 0);
    assert_int_equal(fill(&batch), 26);
    batch_deinit(&batch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(batch_is_full_by_items_or_by_bytes),
        cmocka_unit_test(row_that_does_not_fit_leaves_the_body_as_it_was),
        cmocka_unit_test(largest_row_fits_into_an_empty_batch),
        cmocka_unit_test(rows_are_found_by_index_and_by_sku),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
