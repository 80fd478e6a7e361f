/* The batches of a shop: which comes next, what is repeated, when a wave is over. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "../../support/expect.h"
#include "push/shop.h"

static const struct push_shop settings = {
    .campaign_id = 10003,
    .warehouse_id = 501,
    .shelf_id = 7,
    .period_ms = 1000,
    .url = BYTES_INIT("https://shop.example/market/api//"),
    .token = BYTES_INIT("token"),
};

/* A shop that asks; checked or not. */
static struct shop *shop_begun(bool checked)
{
    struct shop *shop = shop_create(10003);
    bool moved = false;
    assert_non_null(shop);
    assert_int_equal(shop_set(shop, &settings, &moved), OK);
    shop_restart(shop, true, 0);
    shop->checked = checked;
    shop_begin(shop, 0);
    return shop;
}

static void settings_that_change_are_noticed(void **state)
{
    (void)state;
    struct shop *shop = shop_create(10003);
    bool moved = false;
    assert_int_equal(shop_set(shop, &settings, &moved), OK);
    assert_true(moved);
    EXPECT_TEXT(buffer_bytes(&shop->url), "https://shop.example/market/api/stocks");
    assert_int_equal(shop_set(shop, &settings, &moved), OK);
    assert_false(moved);
    struct push_shop changed[6] = {settings, settings, settings, settings, settings, settings};
    changed[0].period_ms = 5;
    changed[1].warehouse_id = 502;
    changed[2].shelf_id = 8;
    changed[3].url = BYTES("https://shop.example/market");
    changed[4].token = BYTES("tokem");
    changed[5].token_in_query = true;
    for (size_t i = 0; i < 6; i++) {
        assert_int_equal(shop_set(shop, &changed[i], &moved), OK);
        assert_true(moved == (i > 0));
        assert_int_equal(shop_set(shop, &settings, &moved), OK);
    }
    shop_destroy(shop);
}

static void check_comes_first_and_alone(void **state)
{
    (void)state;
    struct shop *shop = shop_begun(false);
    struct batch check;
    struct batch next;
    assert_true(shop_take_batch(shop, &check));
    assert_true(check.is_check && !check.is_fresh);
    assert_false(shop_take_batch(shop, &next));
    assert_false(shop_wave_is_over(shop));
    shop->checked = true;
    shop_drop_batch(shop, &check);
    assert_true(shop_take_batch(shop, &next));
    assert_false(next.is_check);
    shop_move(shop, &next, (struct bytes){NULL, 0});
    shop_drop_batch(shop, &next);
    assert_true(shop_wave_is_over(shop));
    shop_destroy(shop);
}

static void batches_follow_each_other_up_to_the_limit(void **state)
{
    (void)state;
    struct shop *shop = shop_begun(true);
    struct batch batches[PUSH_TRANSFERS_PER_SHOP_MAX];
    struct batch none;
    for (uint32_t i = 0; i < PUSH_TRANSFERS_PER_SHOP_MAX; i++) {
        char position[16];
        assert_true(shop_take_batch(shop, &batches[i]));
        assert_true(batches[i].is_fresh);
        assert_int_equal(batches[i].position.size, i == 0 ? 0 : 1);
        assert_false(shop_take_batch(shop, &none)); /* Its end is not known. */
        (void)snprintf(position, sizeof(position), "%u", i + 1);
        shop_move(shop, &batches[i], bytes_from_text(position));
    }
    EXPECT_TEXT(buffer_bytes(&batches[7].position), "7");
    assert_false(shop_take_batch(shop, &none));
    shop_drop_batch(shop, &batches[3]);
    assert_true(shop_take_batch(shop, &batches[3]));
    EXPECT_TEXT(buffer_bytes(&batches[3].position), "8");
    shop_return_batch(shop, &batches[3]); /* Not read: the cursor stays. */
    assert_int_equal(shop->waiting_count, 0);
    assert_true(shop_take_batch(shop, &batches[3]));
    EXPECT_TEXT(buffer_bytes(&batches[3].position), "8");
    shop_move(shop, &batches[3], (struct bytes){NULL, 0});
    for (uint32_t i = 0; i < PUSH_TRANSFERS_PER_SHOP_MAX; i++)
        shop_drop_batch(shop, &batches[i]);
    assert_true(shop_wave_is_over(shop));
    assert_int_equal(shop_failures(shop), 0);
    shop_destroy(shop);
}

static void failed_batch_is_repeated_in_the_next_wave(void **state)
{
    (void)state;
    const struct schedule_rules rules = {.retry_us = 1000, .failures_max = 5};
    struct shop *shop = shop_begun(true);
    struct batch first;
    struct batch second;
    assert_true(shop_take_batch(shop, &first));
    shop_move(shop, &first, BYTES("5"));
    assert_true(shop_take_batch(shop, &second));
    shop_move(shop, &second, (struct bytes){NULL, 0});
    second.attempts = 1;
    shop_return_batch(shop, &second);
    assert_false(shop_wave_is_over(shop));
    shop_drop_batch(shop, &first);
    assert_true(shop_wave_is_over(shop));
    assert_int_equal(shop_failures(shop), 1);
    assert_true(schedule_end_wave(&shop->schedule, 10, 1, &rules));
    assert_false(shop_take_batch(shop, &first));
    shop_begin(shop, 10);
    assert_true(shop_take_batch(shop, &first));
    EXPECT_TEXT(buffer_bytes(&first.position), "5");
    assert_int_equal(first.attempts, 1);
    assert_false(first.is_fresh);
    shop_drop_batch(shop, &first);
    assert_true(shop_wave_is_over(shop));
    assert_int_equal(shop_failures(shop), 0);
    shop_destroy(shop);
}

static void halted_wave_begins_nothing(void **state)
{
    (void)state;
    struct shop *shop = shop_begun(true);
    struct batch batch;
    assert_true(shop_take_batch(shop, &batch));
    shop_move(shop, &batch, BYTES("5"));
    shop->is_halted = true;
    assert_false(shop_take_batch(shop, &batch));
    assert_false(shop_wave_is_over(shop));
    shop_drop_batch(shop, &batch);
    assert_true(shop_wave_is_over(shop));
    shop_destroy(shop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(settings_that_change_are_noticed),
        cmocka_unit_test(check_comes_first_and_alone),
        cmocka_unit_test(batches_follow_each_other_up_to_the_limit),
        cmocka_unit_test(failed_batch_is_repeated_in_the_next_wave),
        cmocka_unit_test(halted_wave_begins_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
