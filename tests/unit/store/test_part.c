/* Parts of a checkpoint, byte for byte as docs/formats.md has them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../support/expect.h"
#include "store/part.h"

static void parts_are_as_documented(void **state)
{
    (void)state;
    struct buffer bytes;
    buffer_init(&bytes);
    part_shelf_encode(&bytes, &(struct shelf_image_sizes){0x01020304, 5});
    EXPECT_BYTES(buffer_bytes(&bytes), BYTES("\x04\x03\x02\x01\x05\x00\x00\x00"));
    buffer_clear(&bytes);
    part_shelf_end_encode(&bytes, UINT64_C(0x0102030405060708));
    EXPECT_BYTES(buffer_bytes(&bytes), BYTES("\x08\x07\x06\x05\x04\x03\x02\x01"));
    buffer_clear(&bytes);
    part_document_encode(&bytes, BYTES("push"), BYTES("10003 off"));
    part_document_encode(&bytes, BYTES("a"), BYTES(""));
    EXPECT_BYTES(buffer_bytes(&bytes), BYTES("\x04push\x09"
                                             "10003 off\x01"
                                             "a\x00"));
    assert_int_equal(PART_DOCUMENTS, 1);
    assert_int_equal(PART_SHELF, 2);
    assert_int_equal(PART_ENTRIES, 3);
    assert_int_equal(PART_SHELF_END, 4);
    buffer_deinit(&bytes);
}

static void what_was_encoded_is_decoded(void **state)
{
    (void)state;
    struct buffer bytes;
    struct shelf_image_sizes sizes;
    uint64_t entries_bytes = 0;
    struct bytes name;
    struct bytes content;
    buffer_init(&bytes);
    part_shelf_encode(&bytes, &(struct shelf_image_sizes){7, UINT32_MAX});
    assert_int_equal(part_shelf_decode(buffer_bytes(&bytes), &sizes), OK);
    assert_int_equal(sizes.cells_count, 7);
    assert_true(sizes.orders_count == UINT32_MAX);
    buffer_clear(&bytes);
    part_shelf_end_encode(&bytes, UINT64_MAX);
    assert_int_equal(part_shelf_end_decode(buffer_bytes(&bytes), &entries_bytes), OK);
    assert_true(entries_bytes == UINT64_MAX);
    buffer_clear(&bytes);
    part_document_encode(&bytes, BYTES("registry"), BYTES("{}"));
    struct cursor cursor = cursor_begin(buffer_bytes(&bytes));
    assert_int_equal(part_document_decode(&cursor, &name, &content), OK);
    EXPECT_TEXT(name, "registry");
    EXPECT_TEXT(content, "{}");
    assert_int_equal(cursor_left(&cursor), 0);
    buffer_deinit(&bytes);
}

static void what_is_cut_or_too_long_is_refused(void **state)
{
    (void)state;
    static const uint8_t zeros[16];
    struct shelf_image_sizes sizes;
    uint64_t entries_bytes = 0;
    struct bytes name;
    struct bytes content;
    for (size_t size = 0; size < sizeof(zeros); size++) {
        const struct bytes bytes = {zeros, size};
        assert_int_equal(part_shelf_decode(bytes, &sizes), size == 8 ? OK : ERR_CORRUPT);
        assert_int_equal(part_shelf_end_decode(bytes, &entries_bytes),
                         size == 8 ? OK : ERR_CORRUPT);
    }
    static const char document[] = "\x01"
                                   "a\x02"
                                   "bc";
    for (size_t size = 0; size < sizeof(document) - 1; size++) {
        struct cursor cursor = cursor_begin((struct bytes){(const uint8_t *)document, size});
        assert_int_equal(part_document_decode(&cursor, &name, &content), ERR_CORRUPT);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_are_as_documented),
        cmocka_unit_test(what_was_encoded_is_decoded),
        cmocka_unit_test(what_is_cut_or_too_long_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
