/* Records of marks, counts and orders: their bytes, that they are applied to the same effect, and
 * that no others are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "store/record.h"

enum { SHELF_ID = -77 };

struct world {
    struct shelf *shelf;
    struct order_book *orders;
    struct buffer record;
};

static struct stock_key key_of(const char *sku)
{
    const struct bytes bytes = bytes_from_text(sku);
    return (struct stock_key){bytes, bytes_hash(bytes)};
}

static uint32_t add(struct shelf *shelf, const char *sku)
{
    const struct stock_key key = key_of(sku);
    assert_int_equal(shelf_reserve(shelf, 1, key.sku.size), OK);
    return shelf_add(shelf, &key);
}

/* A shelf with A = 10 and B = 20 at 1000 ms, B archived, and two orders of campaign 9 that hold
 * units of A: "packed" 2, "new" 3, which expires at 5000 ms. */
static struct world world_create(void)
{
    struct world world = {.shelf = shelf_create(false)};
    world.orders = order_book_create(world.shelf);
    buffer_init(&world.record);
    shelf_set_available(world.shelf, add(world.shelf, "A"), 10, 1000);
    shelf_set_available(world.shelf, add(world.shelf, "B"), 20, 1000);
    shelf_set_marks(world.shelf, 1, STOCK_ARCHIVED);
    for (uint32_t i = 0; i < 2; i++) {
        const struct order_line line = {0, 2 + i};
        struct order *order = order_create(9, i == 0 ? BYTES("packed") : BYTES("new"), &line, 1);
        assert_int_equal(order_book_reserve(world.orders), OK);
        order_book_add(world.orders, order, 1000, i == 0 ? 0 : 5000);
        if (i == 0)
            order_book_change(world.orders, order, ORDER_PACKED, 1000);
    }
    return world;
}

static void world_destroy(struct world *world)
{
    buffer_deinit(&world->record);
    order_book_destroy(world->orders);
    shelf_destroy(world->shelf);
}

static enum err apply(const struct world *world, struct bytes record)
{
    struct cursor cursor = cursor_begin(record);
    const uint8_t kind = record_kind_decode(&cursor);
    if (!record_kind_has_shelf(kind))
        return ERR_UNSUPPORTED;
    (void)record_shelf_decode(&cursor);
    return record_apply(kind, &cursor, world->shelf, world->orders);
}

/* Applies bytes to a shelf like the first one; a read past their end would be seen. */
static enum err apply_to_a_new_world(struct bytes record)
{
    struct world world = world_create();
    uint8_t *exact = malloc(record.size);
    assert_non_null(exact);
    memcpy(exact, record.data, record.size);
    const enum err error = apply(&world, (struct bytes){exact, record.size});
    free(exact);
    if (error == OK) {
        uint64_t reserved = 0;
        for (uint32_t i = 0; i < shelf_cells_count(world.shelf); i++)
            reserved += (uint64_t)shelf_view(world.shelf, i).reserved;
        assert_true(reserved == shelf_sums(world.shelf).reserved);
    }
    world_destroy(&world);
    return error;
}

/* Each of these does something to the world and leaves the record of it. */
static void make_marks(struct world *world)
{
    struct record_writer writer;
    const struct stock_key keys[] = {key_of("B"), key_of("C")};
    record_mark_begin(&writer, &world->record, SHELF_ID, 2,
                      (struct record_marks){STOCK_HIDDEN, STOCK_ARCHIVED});
    record_mark_entry(&writer, 1, &keys[0]);
    shelf_set_marks(world->shelf, 1, STOCK_HIDDEN);
    record_mark_entry(&writer, add(world->shelf, "C"), &keys[1]);
    shelf_set_marks(world->shelf, 2, STOCK_HIDDEN);
    record_end(&writer);
}

static void make_counts(struct world *world)
{
    struct record_writer writer;
    const struct stock_count counts[] = {{key_of("A"), STOCK_FIT, 300, 2000},
                                         {key_of("A"), STOCK_DEFECT, 4, 2000},
                                         {key_of("CD"), STOCK_AVAILABLE, 5, 1999}};
    assert_int_equal(shelf_reserve_details(world->shelf, 1), OK);
    record_count_begin(&writer, &world->record, SHELF_ID, 2);
    for (int i = 0; i < 3; i++) {
        const uint32_t cell = i < 2 ? 0 : add(world->shelf, "CD");
        record_count_entry(&writer, cell, &counts[i]);
        shelf_set_counted(world->shelf, cell, counts[i].type, counts[i].count,
                          counts[i].updated_at_ms);
    }
    record_end(&writer);
}

static void make_reserve(struct world *world)
{
    const struct order_line lines[] = {{1, 20}, {0, 1}};
    struct order *order = order_create(-3, BYTES("o-1"), lines, 2);
    assert_int_equal(order_book_reserve(world->orders), OK);
    order_book_add(world->orders, order, 2000, 3000);
    record_reserve_encode(&world->record, SHELF_ID, order);
    assert_true(world->record.size <= record_reserve_bytes_max(BYTES("o-1"), 2));
}

static void make_order(struct world *world)
{
    struct order *order = order_book_find(world->orders, 9, BYTES("new"));
    order_book_change(world->orders, order, ORDER_EXPIRED, 5000);
    record_order_encode(&world->record, SHELF_ID, order);
    assert_true(world->record.size <= record_order_bytes_max(BYTES("new")));
}

/* The layout, byte by byte (docs/formats.md). */
/* clang-format off */
static const uint8_t mark_bytes[] = {
    3, 0x99, 0x01,        /* Kind; shelf -77, zigzag. */
    1, 4,                 /* Hidden is set, archived is cleared. */
    2, 0, 0, 0,           /* Entries. */
    2,                    /* Cell 1: one more than expected, zigzag. */
    0, 1, 'C',            /* The next one, which is new: size and SKU. */
};
static const uint8_t count_bytes[] = {
    4, 0x99, 0x01,        /* Kind; shelf. */
    3, 0, 0, 0,           /* Entries. */
    0, 0, 0xAC, 0x02, 0xA0, 0x1F, /* Cell 0; FIT; 300; 2000 ms, zigzag. */
    1, 4, 4, 0,           /* The same cell, which is one less; DEFECT; 4; the same moment. */
    2, 2, 'C', 'D', 2, 5, 1, /* Cell 2 is new; AVAILABLE; 5; 1 ms earlier. */
};
static const uint8_t reserve_bytes[] = {
    5, 0x99, 0x01,        /* Kind; shelf. */
    5, 3, 'o', '-', '1',  /* Campaign -3, zigzag; size and id. */
    0xA0, 0x1F,           /* Created at 2000 ms, zigzag. */
    0xF0, 0x2E,           /* Expires at 3000 ms, zigzag. */
    2, 0, 0, 0,           /* Lines. */
    2, 20,                /* Cell 1: one more than expected; 20 units. */
    3, 1,                 /* Cell 0: two less; 1 unit. */
};
static const uint8_t order_bytes[] = {
    6, 0x99, 0x01,        /* Kind; shelf. */
    0x12, 3, 'n', 'e', 'w', /* Campaign 9, zigzag; size and id. */
    4, 0x90, 0x4E,        /* Expired, at 5000 ms. */
};
/* clang-format on */

static const struct {
    void (*make)(struct world *world);
    struct bytes bytes;
} samples[] = {
    {make_marks, {mark_bytes, sizeof(mark_bytes)}},
    {make_counts, {count_bytes, sizeof(count_bytes)}},
    {make_reserve, {reserve_bytes, sizeof(reserve_bytes)}},
    {make_order, {order_bytes, sizeof(order_bytes)}},
};
enum { SAMPLES_COUNT = sizeof(samples) / sizeof(samples[0]) };

static void expect_same(const struct world *left, const struct world *right)
{
    assert_int_equal(shelf_cells_count(left->shelf), shelf_cells_count(right->shelf));
    for (uint32_t i = 0; i < shelf_cells_count(left->shelf); i++) {
        const struct stock_view a = shelf_view(left->shelf, i);
        const struct stock_view b = shelf_view(right->shelf, i);
        struct stock_details a_details = {.turnover_tenths = 0};
        struct stock_details b_details = {.turnover_tenths = 0};
        assert_true(bytes_equal(a.sku, b.sku));
        assert_int_equal(a.available, b.available);
        assert_int_equal(a.reserved, b.reserved);
        assert_true(a.updated_at_ms == b.updated_at_ms);
        assert_int_equal(a.marks, b.marks);
        (void)shelf_details(left->shelf, i, 0, &a_details);
        (void)shelf_details(right->shelf, i, 0, &b_details);
        assert_memory_equal(&a_details, &b_details, sizeof(a_details));
    }
    assert_int_equal(order_book_count(left->orders), order_book_count(right->orders));
    assert_int_equal(order_book_open_count(left->orders, 0),
                     order_book_open_count(right->orders, 0));
}

static void records_have_the_documented_bytes_and_do_the_same_again(void **state)
{
    (void)state;
    for (size_t i = 0; i < SAMPLES_COUNT; i++) {
        struct world world = world_create();
        struct world copy = world_create();
        samples[i].make(&world);
        assert_int_equal(world.record.size, samples[i].bytes.size);
        assert_memory_equal(world.record.data, samples[i].bytes.data, samples[i].bytes.size);
        assert_int_equal(apply(&copy, buffer_bytes(&world.record)), OK);
        expect_same(&world, &copy);
        /* None of them can be true twice, but a count: that is the same number again. */
        assert_int_equal(apply(&copy, buffer_bytes(&world.record)), ERR_CORRUPT);
        world_destroy(&world);
        world_destroy(&copy);
    }
}

static void every_truncation_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < SAMPLES_COUNT; i++) {
        uint8_t bytes[64];
        memcpy(bytes, samples[i].bytes.data, samples[i].bytes.size);
        bytes[samples[i].bytes.size] = 0;
        for (size_t size = 1; size <= samples[i].bytes.size + 1; size++)
            assert_int_equal(apply_to_a_new_world((struct bytes){bytes, size}),
                             size == samples[i].bytes.size ? OK : ERR_CORRUPT);
    }
}

static void every_other_byte_is_refused_or_gives_a_legal_shelf(void **state)
{
    (void)state;
    for (size_t i = 0; i < SAMPLES_COUNT; i++) {
        uint8_t bytes[64];
        uint32_t refused = 0;
        for (size_t at = 1; at < samples[i].bytes.size; at++) {
            for (unsigned value = 0; value < 256; value++) {
                memcpy(bytes, samples[i].bytes.data, samples[i].bytes.size);
                bytes[at] = (uint8_t)value;
                const enum err error =
                    apply_to_a_new_world((struct bytes){bytes, samples[i].bytes.size});
                assert_true(error == OK || error == ERR_CORRUPT);
                refused += error != OK;
            }
        }
        assert_true(refused > 500);
    }
}

static void impossible_records_are_refused(void **state)
{
    (void)state;
#define ROW(what, text)                                                                            \
    {                                                                                              \
        what, BYTES_INIT(text)                                                                     \
    }
    static const struct {
        const char *what;
        struct bytes record; /* Of shelf 0, on the world as it was created. */
    } rows[] = {
        ROW("a write of nothing", "\x01\x00\x00\x00\x00\x00"),
        ROW("a write after the year 9999",
            "\x01\x00\x01\x00\x00\x00\x00\x01\x80\xF0\xFE\xA1\xFA\x9D\x73"),
        ROW("a write before the year 0",
            "\x01\x00\x01\x00\x00\x00\x04\x01X\x01\x81\x80\xA3\xF0\xCD\xA2\x1C"),
        ROW("a mark that nobody knows", "\x03\x00\x20\x00\x01\x00\x00\x00\x00"),
        ROW("a mark set and cleared at once", "\x03\x00\x01\x01\x01\x00\x00\x00\x00"),
        ROW("a mark that is there", "\x03\x00\x04\x00\x01\x00\x00\x00\x02"),
        ROW("a mark cleared that is not there", "\x03\x00\x00\x01\x01\x00\x00\x00\x00"),
        ROW("a mark of a cell behind the next new one",
            "\x03\x00\x01\x00\x01\x00\x00\x00\x06\x01X"),
        ROW("a type that does not exist", "\x04\x00\x01\x00\x00\x00\x00\x07\x01\xA0\x1F"),
        ROW("a count of what is reserved", "\x04\x00\x01\x00\x00\x00\x00\x01\x01\xA0\x1F"),
        ROW("a FIT below what is reserved", "\x04\x00\x01\x00\x00\x00\x00\x00\x04\xA0\x1F"),
        ROW("a count that is older", "\x04\x00\x01\x00\x00\x00\x00\x02\x01\x02"),
        ROW("a count that is too large",
            "\x04\x00\x01\x00\x00\x00\x00\x02\x81\xA8\xD6\xB9\x07\xA0\x1F"),
        ROW("an order without a name", "\x05\x00\x12\x00\x02\x00\x01\x00\x00\x00\x00\x01"),
        ROW("an order without lines", "\x05\x00\x12\x01x\x02\x00\x00\x00\x00\x00"),
        ROW("an order that is there", "\x05\x00\x12\x03new\x02\x00\x01\x00\x00\x00\x00\x01"),
        ROW("an order of no units", "\x05\x00\x12\x01x\x02\x00\x01\x00\x00\x00\x00\x00"),
        ROW("an order of more than there are", "\x05\x00\x12\x01x\x02\x00\x01\x00\x00\x00\x00\x06"),
        ROW("an order of a cell that is not there",
            "\x05\x00\x12\x01x\x02\x00\x01\x00\x00\x00\x04\x01"),
        ROW("an order of one cell twice",
            "\x05\x00\x12\x01x\x02\x00\x02\x00\x00\x00\x00\x01\x01\x01"),
        ROW("501 lines", "\x05\x00\x12\x01x\x02\x00\xF5\x01\x00\x00\x00\x01"),
        ROW("an order nobody made", "\x06\x00\x12\x03old\x01\x02"),
        ROW("an order of another campaign", "\x06\x00\x14\x03new\x01\x02"),
        ROW("a reserved order reserved again", "\x06\x00\x12\x03new\x00\x02"),
        ROW("a packed order packed again", "\x06\x00\x12\x06packed\x01\x02"),
        ROW("a packed order that expires", "\x06\x00\x12\x06packed\x04\x90\x4E"),
        ROW("an order that expires too early", "\x06\x00\x12\x03new\x04\x8E\x4E"),
        ROW("a state that does not exist", "\x06\x00\x12\x03new\x05\x90\x4E"),
        ROW("a moment after the year 9999",
            "\x06\x00\x12\x03new\x01\xFE\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01"),
    };
#undef ROW
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (apply_to_a_new_world(rows[i].record) != ERR_CORRUPT)
            fail_msg("%s was applied", rows[i].what);
    }
    /* Next to them: the last moment, the first one, and a new cell that gets no mark. */
    assert_int_equal(
        apply_to_a_new_world(BYTES("\x01\x00\x01\x00\x00\x00\x00\x01\xFE\xEF\xFE\xA1\xFA\x9D\x73")),
        OK);
    assert_int_equal(apply_to_a_new_world(BYTES(
                         "\x01\x00\x01\x00\x00\x00\x04\x01X\x01\xFF\xFF\xA2\xF0\xCD\xA2\x1C")),
                     OK);
    assert_int_equal(apply_to_a_new_world(BYTES("\x03\x00\x00\x01\x01\x00\x00\x00\x04\x01X")), OK);
    assert_false(record_kind_has_shelf(0));
    assert_false(record_kind_has_shelf(RECORD_DOCUMENT));
    assert_false(record_kind_has_shelf(7));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_have_the_documented_bytes_and_do_the_same_again),
        cmocka_unit_test(every_truncation_is_refused),
        cmocka_unit_test(every_other_byte_is_refused_or_gives_a_legal_shelf),
        cmocka_unit_test(impossible_records_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
