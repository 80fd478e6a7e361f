/* Growing buffers: numbers, text, format, and the failure that is remembered. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../../support/chance.h"
#include "../../support/expect.h"
#include "base/buffer.h"

static void empty_buffer_owns_nothing(void **state)
{
    (void)state;
    struct buffer buffer;
    buffer_init(&buffer);
    assert_null(buffer.data);
    assert_int_equal(buffer_bytes(&buffer).size, 0);
    buffer_append(&buffer, (struct bytes){NULL, 0});
    buffer_append_text(&buffer, "");
    buffer_append_zeros(&buffer, 0);
    assert_null(buffer.data);
    assert_string_equal(buffer_text(&buffer), "");
    buffer_deinit(&buffer);
    buffer_deinit(&buffer);
}

static void everything_is_appended_in_order(void **state)
{
    (void)state;
    struct buffer buffer;
    buffer_init(&buffer);
    buffer_append_text(&buffer, "a");
    buffer_append_u8(&buffer, 'b');
    buffer_append(&buffer, BYTES("c\0d"));
    buffer_append_zeros(&buffer, 2);
    buffer_append_int64(&buffer, -7);
    buffer_append_format(&buffer, "%s-%d", "e", 5);
    EXPECT_BYTES(buffer_bytes(&buffer), BYTES("abc\0d\0\0-7e-5"));
    buffer_clear(&buffer);
    assert_int_equal(buffer.size, 0);
    assert_true(buffer.capacity > 0); /* The memory stays. */
    buffer_append_text(&buffer, "again");
    assert_string_equal(buffer_text(&buffer), "again");
    assert_int_equal(buffer.size, 5); /* The NUL is not content. */
    buffer_deinit(&buffer);
}

static void whole_numbers_are_written_to_the_limits(void **state)
{
    (void)state;
    struct chance chance = chance_begin(__func__);
    static const int64_t fixed[] = {0, 1, -1, 9, 10, -10, INT64_MAX, INT64_MIN, INT64_MIN + 1};
    for (size_t i = 0; i < 5000; i++) {
        const int64_t number = i < ROWS_COUNT_OF(fixed)
                                   ? fixed[i]
                                   : (int64_t)chance_u64(&chance) >> chance_below(&chance, 64);
        char expected[32];
        (void)snprintf(expected, sizeof(expected), "%" PRId64, number);
        struct buffer buffer;
        buffer_init(&buffer);
        buffer_append_int64(&buffer, number);
        assert_string_equal(buffer_text(&buffer), expected);
        buffer_deinit(&buffer);
    }
}

static void format_of_any_length_fits(void **state)
{
    (void)state;
    static char text[3000];
    memset(text, 'x', sizeof(text) - 1);
    for (size_t size = 0; size < sizeof(text) - 1; size += 17) {
        struct buffer buffer;
        buffer_init(&buffer);
        buffer_append_text(&buffer, "<");
        buffer_append_format(&buffer, "%.*s", (int)size, text);
        buffer_append_text(&buffer, ">");
        assert_int_equal(buffer.size, size + 2);
        assert_int_equal(buffer.data[size + 1], '>');
        buffer_deinit(&buffer);
    }
}

static void room_that_was_reserved_is_there(void **state)
{
    (void)state;
    struct buffer buffer;
    buffer_init(&buffer);
    assert_int_equal(buffer_reserve(&buffer, 0), OK);
    assert_int_equal(buffer_reserve(&buffer, 100000), OK);
    const uint8_t *data = buffer.data;
    for (int i = 0; i < 100000; i++)
        buffer_append_u8(&buffer, (uint8_t)i);
    assert_ptr_equal(buffer.data, data);
    assert_int_equal(buffer.size, 100000);
    assert_true(buffer.size <= buffer.capacity);
    buffer_deinit(&buffer);
}

static void failed_growth_is_remembered_until_it_is_cleared(void **state)
{
    (void)state;
    struct buffer buffer;
    buffer_init(&buffer);
    buffer_append_text(&buffer, "kept");
    assert_int_equal(buffer_reserve(&buffer, SIZE_MAX - 8), ERR_MEMORY);
    assert_true(buffer.failed);
    buffer_append_text(&buffer, "dropped");
    buffer_append_int64(&buffer, 5);
    buffer_append_format(&buffer, "%d", 5);
    assert_int_equal(buffer.size, 4);
    assert_int_equal(buffer_reserve(&buffer, 1), ERR_MEMORY);
    assert_string_equal(buffer_text(&buffer), "");
    buffer_clear(&buffer);
    assert_false(buffer.failed);
    buffer_append_text(&buffer, "new");
    assert_string_equal(buffer_text(&buffer), "new");
    buffer_deinit(&buffer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(empty_buffer_owns_nothing),
        cmocka_unit_test(everything_is_appended_in_order),
        cmocka_unit_test(whole_numbers_are_written_to_the_limits),
        cmocka_unit_test(format_of_any_length_fits),
        cmocka_unit_test(room_that_was_reserved_is_there),
        cmocka_unit_test(failed_growth_is_remembered_until_it_is_cleared),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
