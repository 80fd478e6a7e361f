/* Entries of an image and their loading: the documented bytes, any order of entries, and bytes that
 * are not ours, which are refused or give a shelf that commands could have brought about. */
#include "shelf_world.h"

#include <stdlib.h>
#include <string.h>

/* A world with everything in it that an image can say. */
static void make_sample(struct shelf_world *world, bool keeps_history)
{
    static const struct order_line lines[] = {{2, 2}, {0, 130}};
    shelf_world_init(world, keeps_history, 0);
    for (uint32_t i = 0; i < 4; i++)
        (void)shelf_world_add_cell(world);
    shelf_set_available(world->shelf, 0, 1000, WORLD_BEGIN_MS);
    shelf_set_available(world->shelf, 2, STOCK_COUNT_MAX, WORLD_BEGIN_MS - 77);
    shelf_set_marks(world->shelf, 1, STOCK_HIDDEN | STOCK_PLACED);
    assert_int_equal(shelf_reserve_details(world->shelf, 4), OK);
    shelf_set_counted(world->shelf, 3, STOCK_DEFECT, 9, WORLD_BEGIN_MS);
    shelf_set_counted(world->shelf, 2, STOCK_UTILIZATION, STOCK_COUNT_MAX, WORLD_BEGIN_MS);
    for (int i = 0; i < 6; i++) {
        char id[16];
        (void)snprintf(id, sizeof(id), "order %d", i);
        assert_int_equal(order_book_reserve(world->book), OK);
        struct order *order = order_create(7, bytes_from_text(id), lines, 2);
        world->now_ms += WORLD_DAY_MS;
        order_book_add(world->book, order, world->now_ms, i == 3 ? 0 : world->now_ms + 5);
    }
    order_book_change(world->book, world->book->open.last, ORDER_SHIPPED, world->now_ms);
    order_book_change(world->book, world->book->open.first, ORDER_PACKED, world->now_ms);
    order_book_change(world->book, world->book->open.first->list_next, ORDER_EXPIRED,
                      world->now_ms);
}

static void assert_bytes_are(const struct buffer *entries, const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size && i < entries->size; i++) {
        if (entries->data[i] != bytes[i])
            fail_msg("byte %zu is %02x, not %02x", i, entries->data[i], bytes[i]);
    }
    assert_int_equal(entries->size, size);
}

/* The layout, byte by byte: the example of docs/formats.md, and a cell with all details. */
static void entries_have_the_documented_bytes(void **state)
{
    (void)state;
    /* clang-format off */
    static const uint8_t example[] = {
        0x01, 0x00, 0x02, 0x00, 0x00, 0x00,
        0xe0, 0x03, 0x41, 0x2d, 0x31, 0x80, 0xd0, 0x8f, 0xa5, 0x98, 0x63, 0x05,
        0x02, 0x10, 0x07,
        0x01, 0x03, 0x41, 0x2d, 0x32,
        0x02, 0x14, 0x01, 0x6f, 0x00, 0x00,
        0xd0, 0xdf, 0x8f, 0xa5, 0x98, 0x63, 0xd0, 0xdf, 0x8f, 0xa5, 0x98, 0x63, 0x00,
        0x01, 0x00, 0x00, 0x00, 0x00, 0x02,
    };
    static const uint8_t detailed[] = {
        0x01, 0x00, 0x01, 0x00, 0x00, 0x00,             /* One cell, number 0. */
        0xd0, 0x01, 'X', 0x90, 0x9f, 0x05, 0x0a,        /* Placed, details; 42,952 ms; 10. */
        0x2a,                                           /* DEFECT, UTILIZATION; history. */
        0x03, 0xac, 0x02,                               /* 3 and 300. */
        0x90, 0x9f, 0x05,                               /* Until 42,952 ms. */
        0x01, 0x21, 0xc0, 0x9a, 0x0c, 0x00,             /* Day 719,528: 5 units for 40 s. */
    };
    /* clang-format on */
    struct buffer entries;
    buffer_init(&entries);
    struct shelf_world world;
    shelf_world_init(&world, false, 0);
    const struct stock_key keys[] = {{BYTES("A-1"), bytes_hash(BYTES("A-1"))},
                                     {BYTES("A-2"), bytes_hash(BYTES("A-2"))}};
    assert_int_equal(shelf_reserve(world.shelf, 2, 6), OK);
    shelf_set_available(world.shelf, shelf_add(world.shelf, &keys[0]), 7, INT64_C(1704067200000));
    shelf_set_marks(world.shelf, shelf_add(world.shelf, &keys[1]), STOCK_HIDDEN);
    const struct order_line line = {0, 2};
    assert_int_equal(order_book_reserve(world.book), OK);
    order_book_add(world.book, order_create(10, BYTES("o"), &line, 1), INT64_C(1704067201000), 0);
    (void)shelf_world_image(&world, &entries);
    assert_bytes_are(&entries, example, sizeof(example));
    shelf_world_deinit(&world);

    shelf_world_init(&world, true, 0);
    const struct stock_key key = {BYTES("X"), bytes_hash(BYTES("X"))};
    assert_int_equal(shelf_reserve(world.shelf, 1, 1), OK);
    const uint32_t cell = shelf_add(world.shelf, &key);
    shelf_set_available(world.shelf, cell, 5, 2952);
    shelf_set_marks(world.shelf, cell, STOCK_PLACED);
    shelf_set_counted(world.shelf, cell, STOCK_DEFECT, 3, 2952);
    shelf_set_counted(world.shelf, cell, STOCK_UTILIZATION, 300, 2952);
    shelf_set_available(world.shelf, cell, 10, 42952);
    (void)shelf_world_image(&world, &entries);
    assert_bytes_are(&entries, detailed, sizeof(detailed));
    shelf_world_deinit(&world);
    buffer_deinit(&entries);
}

/* Loads a copy that ends where its memory ends, so that a read past it would be seen. */
static enum err load_exactly(struct shelf_world *world, const struct shelf_image_sizes *sizes,
                             struct bytes entries)
{
    uint8_t *exact = malloc(entries.size);
    assert_true(exact != NULL || entries.size == 0);
    if (entries.size > 0)
        memcpy(exact, entries.data, entries.size);
    struct shelf_load *load = NULL;
    enum err error = shelf_load_begin(world->shelf, world->book, sizes, 1 << 20, &load);
    assert_int_equal(error, OK);
    error = shelf_load_entries(load, (struct bytes){exact, entries.size});
    if (error == OK)
        error = shelf_load_end(load);
    else
        shelf_load_abandon(load);
    free(exact);
    return error;
}

static void every_truncation_is_refused(void **state)
{
    (void)state;
    for (int history = 0; history < 2; history++) {
        struct shelf_world world;
        struct buffer entries;
        buffer_init(&entries);
        make_sample(&world, history != 0);
        const struct shelf_image_sizes sizes = shelf_world_image(&world, &entries);
        for (size_t size = 0; size <= entries.size; size++) {
            struct shelf_world loaded;
            shelf_world_init(&loaded, history != 0, 0);
            assert_int_equal(load_exactly(&loaded, &sizes, (struct bytes){entries.data, size}),
                             size == entries.size ? OK : ERR_CORRUPT);
            shelf_world_deinit(&loaded);
        }
        buffer_append_u8(&entries, 1); /* And one byte too many. */
        struct shelf_world loaded;
        shelf_world_init(&loaded, history != 0, 0);
        assert_int_equal(load_exactly(&loaded, &sizes, buffer_bytes(&entries)), ERR_CORRUPT);
        shelf_world_deinit(&loaded);
        shelf_world_deinit(&world);
        buffer_deinit(&entries);
    }
}

/* Loads what may be refused; otherwise the shelf holds together, and stands what comes then. */
static bool is_refused(const struct shelf_world *begun, const struct shelf_image_sizes *sizes,
                       struct bytes entries)
{
    struct shelf_world loaded;
    shelf_world_init(&loaded, begun->keeps_history, 0);
    loaded.now_ms = begun->now_ms;
    loaded.orders_count = begun->orders_count + 10;
    const enum err error = load_exactly(&loaded, sizes, entries);
    assert_true(error == OK || error == ERR_CORRUPT);
    if (error == OK) {
        shelf_world_check(&loaded);
        struct chance chance = {entries.size};
        for (int i = 0; i < 40; i++)
            shelf_world_act(&loaded, &chance);
        shelf_world_check(&loaded);
    }
    shelf_world_deinit(&loaded);
    return error != OK;
}

static void every_other_byte_is_refused_or_gives_a_sound_shelf(void **state)
{
    (void)state;
    for (int history = 0; history < 2; history++) {
        struct shelf_world world;
        struct buffer entries;
        buffer_init(&entries);
        make_sample(&world, history != 0);
        const struct shelf_image_sizes sizes = shelf_world_image(&world, &entries);
        uint32_t refused = 0;
        for (size_t i = 0; i < entries.size; i++) {
            const uint8_t right = entries.data[i];
            for (unsigned value = 0; value < 256; value += 1 + value % 7) {
                entries.data[i] = (uint8_t)value;
                refused += is_refused(&world, &sizes, buffer_bytes(&entries));
            }
            entries.data[i] = right;
        }
        assert_true(refused > 1000);
        shelf_world_deinit(&world);
        buffer_deinit(&entries);
    }
}

static void random_damage_is_refused_or_gives_a_sound_shelf(void **state)
{
    (void)state;
    struct chance chance = chance_begin(__func__);
    struct buffer entries;
    buffer_init(&entries);
    for (int round = 0; round < 1000; round++) {
        struct shelf_world world;
        if (chance_one_in(&chance, 2)) {
            make_sample(&world, round % 2 == 1);
        } else {
            shelf_world_init(&world, round % 2 == 1, 10);
            for (uint64_t i = chance_below(&chance, 60); i > 0; i--)
                shelf_world_act(&world, &chance);
        }
        struct shelf_image_sizes sizes = shelf_world_image(&world, &entries);
        for (uint64_t i = 1 + chance_below(&chance, 4); i > 0 && entries.size > 0; i--) {
            const size_t at = chance_below(&chance, entries.size);
            if (chance_one_in(&chance, 2))
                entries.data[at] = (uint8_t)(entries.data[at] + chance_below(&chance, 3) - 1);
            else
                entries.data[at] = (uint8_t)chance_u64(&chance);
        }
        if (chance_one_in(&chance, 10))
            sizes.cells_count += (uint32_t)chance_below(&chance, 3);
        (void)is_refused(&world, &sizes, buffer_bytes(&entries));
        shelf_world_deinit(&world);
    }
    buffer_deinit(&entries);
}

/* Entries of many small steps, each a piece of its own, in any order. */
static void entries_come_in_any_order(void **state)
{
    (void)state;
    enum { PIECES_MAX = 2000 };
    static size_t ends[PIECES_MAX + 1];
    struct chance chance = chance_begin(__func__);
    struct buffer entries;
    struct buffer before;
    struct buffer after;
    buffer_init(&entries);
    buffer_init(&before);
    buffer_init(&after);
    for (int round = 0; round < 50; round++) {
        struct shelf_world world;
        shelf_world_init(&world, round % 2 == 1, 200);
        for (int i = 0; i < 500; i++)
            shelf_world_act(&world, &chance);
        shelf_world_describe(&world, &before);
        struct shelf_image *image = shelf_world_begin_image(&world);
        const struct shelf_image_sizes sizes = shelf_image_sizes(image);
        uint32_t count = 0;
        buffer_clear(&entries);
        for (bool done = false; !done; ends[++count] = entries.size) {
            assert_true(count < PIECES_MAX);
            assert_int_equal(
                shelf_image_read(image, 1 + chance_below(&chance, 20), &entries, &done), OK);
        }
        shelf_image_end(image);
        shelf_image_destroy(image);

        uint32_t order[PIECES_MAX];
        for (uint32_t i = 0; i < count; i++) {
            const uint64_t other = chance_below(&chance, i + 1);
            order[i] = order[other];
            order[other] = i;
        }
        struct shelf_world loaded;
        struct shelf_load *load = NULL;
        shelf_world_init(&loaded, round % 2 == 1, 0);
        assert_int_equal(shelf_load_begin(loaded.shelf, loaded.book, &sizes, entries.size, &load),
                         OK);
        for (uint32_t i = 0; i < count; i++) {
            const size_t at = ends[order[i]];
            const struct bytes piece = {entries.data + at, ends[order[i] + 1] - at};
            assert_int_equal(shelf_load_entries(load, piece), OK);
        }
        assert_int_equal(shelf_load_end(load), OK);
        shelf_world_check(&loaded);
        shelf_world_describe(&loaded, &after);
        assert_same_description(buffer_bytes(&after), buffer_bytes(&before));
        shelf_world_deinit(&loaded);
        shelf_world_deinit(&world);
    }
    buffer_deinit(&entries);
    buffer_deinit(&before);
    buffer_deinit(&after);
}

/* Counts that the bytes cannot bear out ask for no memory. */
static void sizes_have_to_fit_in_the_bytes(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        struct shelf_image_sizes sizes;
        uint64_t bytes_max;
        enum err error;
    } rows[] = {
        {"nothing in nothing", {0, 0}, 0, OK},
        {"a cell in nothing", {1, 0}, 0, ERR_CORRUPT},
        {"a cell in two bytes", {1, 0}, 2, ERR_CORRUPT},
        {"a cell in three bytes", {1, 0}, 3, OK},
        {"an order in fourteen bytes", {0, 1}, 14, ERR_CORRUPT},
        {"an order in fifteen bytes", {0, 1}, 15, OK},
        {"both in what is enough for one", {1, 1}, 17, ERR_CORRUPT},
        {"all cells in a gigabyte", {UINT32_MAX, 0}, 1 << 30, ERR_CORRUPT},
        {"all cells, without a bound", {UINT32_MAX, 0}, UINT64_MAX, ERR_CORRUPT},
        {"all cells and orders, without a bound",
         {UINT32_MAX, UINT32_MAX},
         UINT64_MAX,
         ERR_CORRUPT},
        {"as many orders as can be", {0, ORDERS_OPEN_MAX + ORDERS_FINISHED_MAX}, 1 << 30, OK},
        {"one more", {0, ORDERS_OPEN_MAX + ORDERS_FINISHED_MAX + 1}, 1 << 30, ERR_CORRUPT},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct shelf_world world;
        struct shelf_load *load = NULL;
        shelf_world_init(&world, false, 0);
        const enum err error =
            shelf_load_begin(world.shelf, world.book, &rows[i].sizes, rows[i].bytes_max, &load);
        if (error != rows[i].error)
            fail_msg("%s: %s", rows[i].what, err_text(error));
        shelf_load_abandon(load);
        shelf_world_deinit(&world);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(entries_have_the_documented_bytes),
        cmocka_unit_test(every_truncation_is_refused),
        cmocka_unit_test(every_other_byte_is_refused_or_gives_a_sound_shelf),
        cmocka_unit_test(random_damage_is_refused_or_gives_a_sound_shelf),
        cmocka_unit_test(entries_come_in_any_order),
        cmocka_unit_test(sizes_have_to_fit_in_the_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
