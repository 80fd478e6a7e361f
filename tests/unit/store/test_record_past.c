/* Why a record came about stands in front of it: the documented bytes (docs/formats.md §4), a start
 * that passes over them, and a history that reads them back; other bytes tell nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "base/hash.h"
#include "store/record_past.h"

#define AT_MS INT64_C(1704067200000)

static const struct stock_cause cause = {
    .source = STOCK_SOURCE_OPERATOR, .at_ms = AT_MS, .by = BYTES_INIT("me"), .request_id = 200};

/* clang-format off */
static const uint8_t write_bytes[] = {
    7, 14, 0,                           /* Caused; so many bytes up to the record. */
    0x80, 0xd0, 0x8f, 0xa5, 0x98, 0x63, /* 1704067200000. */
    2, 0xc8, 0x01, 2, 'm', 'e',         /* Operator, request 200, its token's name. */
    0, 0,                               /* No cells yet, no lines. */
    1, 2, 1, 0, 0, 0,                   /* A write of shelf 1, of one cell: */
    0, 1, 'A', 9, 10,                   /* a new one, 9, 5 ms. */
};
static const uint8_t reserve_bytes[] = {
    7, 18, 0,
    0x80, 0xd0, 0x8f, 0xa5, 0x98, 0x63,
    2, 0xc8, 0x01, 2, 'm', 'e',
    1, 1,                               /* One cell, one line: */
    0, 4, 5, 4,                         /* cell 0, 4 units; 5 and 4 are left. */
    5, 2, 20, 1, 'o', 2, 0,             /* Order o of campaign 10, created at 1 ms, for ever, */
    1, 0, 0, 0, 0, 4,                   /* of one line: 4 units of cell 0. */
};
/* clang-format on */

struct past_world {
    struct shelf *shelf;
    struct order_book *orders;
    struct buffer record;
};

static int begin(void **state)
{
    struct past_world *world = calloc(1, sizeof(*world));
    assert_non_null(world);
    world->shelf = shelf_create(false);
    world->orders = order_book_create(world->shelf);
    buffer_init(&world->record);
    *state = world;
    return 0;
}

static int end(void **state)
{
    struct past_world *world = *state;
    order_book_destroy(world->orders);
    shelf_destroy(world->shelf);
    buffer_deinit(&world->record);
    free(world);
    return 0;
}

static struct bytes write_record(struct past_world *world)
{
    struct record_writer writer;
    const struct stock_write write = {{BYTES("A"), bytes_hash(BYTES("A"))}, 9, 5};
    record_cause_encode(&world->record, &cause, world->shelf, NULL);
    record_write_begin(&writer, &world->record, 1, shelf_cells_count(world->shelf));
    record_write_entry(&writer, 0, &write);
    record_end(&writer);
    assert_false(world->record.failed);
    return buffer_bytes(&world->record);
}

static void apply(struct past_world *world, struct bytes record)
{
    struct cursor cursor = cursor_begin(record);
    const uint8_t kind = record_kind_decode(&cursor);
    assert_true(record_kind_has_shelf(kind));
    assert_int_equal(record_shelf_decode(&cursor), 1);
    assert_int_equal(record_apply(kind, &cursor, world->shelf, world->orders), OK);
}

static struct bytes reserve_record(struct past_world *world)
{
    const struct order_line line = {0, 4};
    struct order *order = order_create(10, BYTES("o"), &line, 1);
    assert_non_null(order);
    assert_int_equal(order_book_reserve(world->orders), OK);
    order_book_add(world->orders, order, 1, 0);
    buffer_clear(&world->record);
    record_cause_encode(&world->record, &cause, world->shelf, order);
    assert_true(world->record.size <= record_cause_bytes_max(&cause, 1));
    record_reserve_encode(&world->record, 1, order);
    return buffer_bytes(&world->record);
}

static void causes_have_the_documented_bytes(void **state)
{
    struct past_world *world = *state;
    const struct bytes write = write_record(world);
    assert_int_equal(write.size, sizeof(write_bytes));
    assert_memory_equal(write.data, write_bytes, sizeof(write_bytes));
    apply(world, write);
    const struct bytes reserve = reserve_record(world);
    assert_int_equal(reserve.size, sizeof(reserve_bytes));
    assert_memory_equal(reserve.data, reserve_bytes, sizeof(reserve_bytes));
}

static void a_start_passes_over_them(void **state)
{
    struct past_world *world = *state;
    apply(world, (struct bytes){write_bytes, sizeof(write_bytes)});
    apply(world, (struct bytes){reserve_bytes, sizeof(reserve_bytes)});
    const struct stock_view view = shelf_view(world->shelf, 0);
    assert_int_equal(view.available, 5);
    assert_int_equal(view.reserved, 4);
}

static void without_a_source_nothing_is_written(void **state)
{
    struct past_world *world = *state;
    const struct stock_cause none = {.source = STOCK_SOURCE_NONE};
    assert_int_equal(record_cause_bytes_max(&none, 500), 0);
    record_cause_encode(&world->record, &none, world->shelf, NULL);
    assert_int_equal(world->record.size, 0);
}

static void a_history_reads_them_back(void **state)
{
    (void)state;
    struct record_past past;
    struct stock_event events[RECORD_PAST_EVENTS_MAX];
    int64_t reserved = 4;
    assert_int_equal(
        record_past_decode((struct bytes){reserve_bytes, sizeof(reserve_bytes)}, &past),
        RECORD_PAST_TOLD);
    assert_int_equal(past.shelf_id, 1);
    assert_int_equal(past.cause.at_ms, AT_MS);
    assert_int_equal(past.cause.source, STOCK_SOURCE_OPERATOR);
    assert_int_equal(past.cause.request_id, 200);
    assert_true(bytes_equal(past.cause.by, BYTES("me")));
    assert_int_equal(record_past_events(&past, 1, &reserved, events), 0);
    assert_int_equal(reserved, 4);
    assert_int_equal(record_past_events(&past, 0, &reserved, events), 1);
    assert_int_equal(reserved, 0);
    assert_int_equal(events[0].kind, STOCK_EVENT_RESERVE);
    assert_int_equal(events[0].available, 5);
    assert_int_equal(events[0].reserved, 4);
    assert_int_equal(events[0].count, 4);
    assert_int_equal(events[0].campaign_id, 10);
    assert_true(bytes_equal(events[0].order_id, BYTES("o")));
    assert_int_equal(record_past_decode((struct bytes){write_bytes, sizeof(write_bytes)}, &past),
                     RECORD_PAST_TOLD);
    assert_int_equal(record_past_events(&past, 0, &reserved, events), 1);
    assert_int_equal(events[0].available, 9);
    assert_int_equal(events[0].reserved, 0);
    assert_int_equal(events[0].updated_at_ms, 5);
}

static void other_bytes_tell_nothing(void **state)
{
    (void)state;
    struct record_past past;
    struct stock_event events[RECORD_PAST_EVENTS_MAX];
    static const struct bytes nothing[] = {BYTES_INIT(""),
                                           BYTES_INIT("\x02\x01x\x00"),
                                           BYTES_INIT("\x07"),
                                           BYTES_INIT("\x07\x09"),
                                           BYTES_INIT("\x07\x00\x00"),
                                           BYTES_INIT("\x07\x00\x00\x07"),
                                           BYTES_INIT("\x01\x02\x01\x00\x00\x00\x00\x01"
                                                      "A\x09\x0a")};
    for (size_t i = 0; i < sizeof(nothing) / sizeof(nothing[0]); i++)
        assert_int_equal(record_past_decode(nothing[i], &past), RECORD_PAST_NOTHING);
    assert_int_equal(record_past_decode(BYTES("\x06\x02\x14\x01o\x01\x02"), &past),
                     RECORD_PAST_HIDDEN);
    for (size_t size = 0; size < sizeof(reserve_bytes); size++) { /* Cut anywhere. */
        int64_t reserved = 4;
        if (record_past_decode((struct bytes){reserve_bytes, size}, &past) == RECORD_PAST_TOLD)
            (void)record_past_events(&past, 0, &reserved, events);
        assert_true(reserved == 4 || size >= sizeof(reserve_bytes) - 8);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(causes_have_the_documented_bytes),
        TEST(a_start_passes_over_them),
        TEST(without_a_source_nothing_is_written),
        TEST(a_history_reads_them_back),
        TEST(other_bytes_tell_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
