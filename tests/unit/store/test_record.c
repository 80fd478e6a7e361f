/* Records of the store: what was encoded is applied to the same effect, and no other bytes are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "store/record.h"

enum { SHELF_ID = -77 };

static struct stock_write write_of(const char *sku, int64_t count, int64_t updated_at_ms)
{
    const struct bytes bytes = bytes_from_text(sku);
    return (struct stock_write){{bytes, bytes_hash(bytes)}, count, updated_at_ms};
}

/* Adds the SKU if it is new, sets it, and writes the record's entry, as the store does. */
static void set_and_record(struct shelf *shelf, struct record_writer *writer,
                           const struct stock_write *write)
{
    uint32_t cell = CELL_NONE;
    shelf_find(shelf, &write->key, sizeof(write->key), 1, &cell);
    if (cell == CELL_NONE) {
        assert_int_equal(shelf_reserve(shelf, 1, write->key.sku.size), OK);
        cell = shelf_add(shelf, &write->key);
    }
    record_write_entry(writer, cell, write);
    shelf_set_available(shelf, cell, write->count, write->updated_at_ms);
}

static void record_all(struct buffer *buffer, struct shelf *shelf, const struct stock_write *writes,
                       uint32_t count)
{
    struct record_writer writer;
    buffer_clear(buffer);
    record_write_begin(&writer, buffer, SHELF_ID, shelf_cells_count(shelf));
    for (uint32_t i = 0; i < count; i++)
        set_and_record(shelf, &writer, &writes[i]);
    record_end(&writer);
    assert_false(buffer->failed);
    assert_true(buffer->size <= record_write_bytes_max(writes, count));
}

static enum err apply(struct shelf *shelf, struct bytes record)
{
    struct cursor cursor = cursor_begin(record);
    const uint8_t kind = record_kind_decode(&cursor);
    if (kind != RECORD_WRITE)
        return ERR_UNSUPPORTED;
    (void)record_shelf_decode(&cursor);
    return record_apply(kind, &cursor, shelf, NULL);
}

static void assert_same_shelves(const struct shelf *left, const struct shelf *right)
{
    assert_int_equal(shelf_cells_count(left), shelf_cells_count(right));
    for (uint32_t i = 0; i < shelf_cells_count(left); i++) {
        const struct stock_view a = shelf_view(left, i);
        const struct stock_view b = shelf_view(right, i);
        assert_true(bytes_equal(a.sku, b.sku));
        assert_int_equal(a.available, b.available);
        assert_int_equal(a.reserved, b.reserved);
        assert_int_equal(a.updated_at_ms, b.updated_at_ms);
    }
}

static void applying_records_gives_the_same_shelf(void **state)
{
    (void)state;
    static char long_sku[SKU_BYTES_MAX + 1];
    memset(long_sku, 'x', SKU_BYTES_MAX);
    const struct stock_write first[] = {
        write_of("A", 0, 0),
        write_of("B", STOCK_COUNT_MAX, INT64_C(1700000000000)),
        write_of(long_sku, 127, -5),
        write_of("\xD0\x96", 128, INT64_C(1700000000001)),
    };
    const struct stock_write second[] = {
        write_of("\xD0\x96", 5, INT64_C(1700000000001)), /* Equal moments are applied. */
        write_of("A", 7, INT64_C(253402300799999)),
        write_of("new", 1, 1),
        write_of("B", 0, INT64_C(1700000000000)),
    };
    struct shelf *shelf = shelf_create(false);
    struct shelf *copy = shelf_create(false);
    struct buffer record;
    buffer_init(&record);
    record_all(&record, shelf, first, 4);
    assert_int_equal(apply(copy, buffer_bytes(&record)), OK);
    assert_same_shelves(shelf, copy);
    record_all(&record, shelf, second, 4);
    assert_int_equal(apply(copy, buffer_bytes(&record)), OK);
    assert_same_shelves(shelf, copy);
    struct cursor cursor = cursor_begin(buffer_bytes(&record));
    (void)record_kind_decode(&cursor);
    assert_int_equal(record_shelf_decode(&cursor), SHELF_ID);
    buffer_deinit(&record);
    shelf_destroy(shelf);
    shelf_destroy(copy);
}

/* Cells that a record brings and changes again, in the same window and in later ones. */
static void long_records_are_applied_entry_by_entry(void **state)
{
    (void)state;
    enum { NEW = 150, AGAIN = 3 };
    struct shelf *shelf = shelf_create(false);
    struct shelf *copy = shelf_create(false);
    struct buffer record;
    buffer_init(&record);
    static struct stock_write writes[NEW * AGAIN];
    static char skus[NEW][16];
    for (uint32_t i = 0; i < NEW * AGAIN; i++) {
        const uint32_t sku = i % 5 < 3 ? i * 7 % NEW : i % NEW / 2;
        (void)snprintf(skus[sku], sizeof(skus[sku]), "s%u", sku);
        writes[i] = write_of(skus[sku], i, 1000 + i / 2);
    }
    record_all(&record, shelf, writes, NEW * AGAIN);
    assert_true(shelf_cells_count(shelf) > 100);
    assert_int_equal(apply(copy, buffer_bytes(&record)), OK);
    assert_same_shelves(shelf, copy);
    buffer_deinit(&record);
    shelf_destroy(shelf);
    shelf_destroy(copy);
}

/* A record of new cells whose last entry is about a cell that came in it, or brings a SKU that did,
 * so many entries before. */
static enum err apply_long(uint32_t entries_count, struct bytes last_entry)
{
    struct shelf *shelf = shelf_create(false);
    struct buffer record;
    buffer_init(&record);
    buffer_append(&record, BYTES("\x01\x99\x01"));
    buffer_append_u32(&record, entries_count);
    for (uint32_t i = 0; i + 1 < entries_count; i++)
        buffer_append_format(&record, "%c\x05s%04u\x01%c", 0, i, i == 0 ? 100 : 0);
    buffer_append(&record, last_entry);
    const enum err error = apply(shelf, buffer_bytes(&record));
    assert_int_equal(shelf_cells_count(shelf) == entries_count, error == OK);
    buffer_deinit(&record);
    shelf_destroy(shelf);
    return error;
}

static void an_entry_sees_those_before_it(void **state)
{
    (void)state;
    static const uint32_t counts[] = {2, 63, 64, 65, 66, 128, 129, 300};
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        const uint32_t count = counts[i];
        char sku[16];
        (void)snprintf(sku, sizeof(sku), "s%04u", count - 2);
        struct buffer entry;
        buffer_init(&entry);
        buffer_append(&entry, BYTES("\x00\x05sXXXX\x01\x00"));
        assert_int_equal(apply_long(count, buffer_bytes(&entry)), OK);
        memcpy(entry.data + 2, sku, 5); /* The SKU of the entry before. */
        assert_int_equal(apply_long(count, buffer_bytes(&entry)), ERR_CORRUPT);
        memcpy(entry.data + 2, "s0000", 5); /* That of the first one. */
        assert_int_equal(apply_long(count, buffer_bytes(&entry)), ERR_CORRUPT);
        /* The cell before, an older moment. */
        assert_int_equal(apply_long(count, BYTES("\x01\x01\x01")), ERR_CORRUPT);
        buffer_deinit(&entry);
    }
}

static void known_cells_cost_few_bytes(void **state)
{
    (void)state;
    struct shelf *shelf = shelf_create(false);
    struct buffer record;
    buffer_init(&record);
    struct stock_write writes[100];
    char skus[100][16];
    for (int i = 0; i < 100; i++) {
        (void)snprintf(skus[i], sizeof(skus[i]), "s%d", i);
        writes[i] = write_of(skus[i], 50, INT64_C(1700000000000));
    }
    record_all(&record, shelf, writes, 100);
    record_all(&record, shelf, writes, 100);
    assert_in_range(record.size, 300, 330);
    buffer_deinit(&record);
    shelf_destroy(shelf);
}

/* The layout, byte by byte (docs/formats.md). */
static void records_have_the_documented_bytes(void **state)
{
    (void)state;
    /* clang-format off */
    static const uint8_t write_bytes[] = {
        1,                    /* Kind. */
        0x99, 0x01,           /* Shelf -77, zigzag. */
        2, 0, 0, 0,           /* Entries. */
        0, 2, 'A', 'B',       /* Cell 0 is new: size and SKU. */
        0xAC, 0x02, 0xC8, 0x01, /* Count 300; 100 ms, zigzag. */
        0, 1, 'C',            /* The next cell is new as well. */
        5, 0x01,              /* Count 5; 1 ms earlier. */
    };
    static const uint8_t document_bytes[] = {2, 4, 'n', 'a', 'm', 'e', 3, 'd', 'o', 'c'};
    /* clang-format on */
    const struct stock_write writes[] = {write_of("AB", 300, 100), write_of("C", 5, 99)};
    struct shelf *shelf = shelf_create(false);
    struct buffer record;
    buffer_init(&record);
    record_all(&record, shelf, writes, 2);
    assert_int_equal(record.size, sizeof(write_bytes));
    assert_memory_equal(record.data, write_bytes, sizeof(write_bytes));
    buffer_clear(&record);
    record_document_encode(&record, BYTES("name"), BYTES("doc"));
    assert_int_equal(record.size, sizeof(document_bytes));
    assert_memory_equal(record.data, document_bytes, sizeof(document_bytes));
    buffer_deinit(&record);
    shelf_destroy(shelf);
}

/* Two cells that exist, then a record with known and new ones. */
static void make_sample(struct buffer *first, struct buffer *second)
{
    const struct stock_write known[] = {write_of("A", 1, 100), write_of("B", 2, 200)};
    const struct stock_write both[] = {write_of("B", 3, 300), write_of("new", 70000, 5),
                                       write_of("A", 4, 1000)};
    struct shelf *shelf = shelf_create(false);
    record_all(first, shelf, known, 2);
    record_all(second, shelf, both, 3);
    shelf_destroy(shelf);
}

static enum err apply_after(struct bytes first, struct bytes second)
{
    struct shelf *shelf = shelf_create(false);
    assert_int_equal(apply(shelf, first), OK);
    uint8_t *exact = malloc(second.size); /* A read past the end would be seen. */
    assert_non_null(exact);
    memcpy(exact, second.data, second.size);
    const enum err error = apply(shelf, (struct bytes){exact, second.size});
    for (uint32_t i = 0; error == OK && i < shelf_cells_count(shelf); i++)
        assert_in_range(shelf_view(shelf, i).available, 0, STOCK_COUNT_MAX);
    free(exact);
    shelf_destroy(shelf);
    return error;
}

static void every_truncation_is_refused(void **state)
{
    (void)state;
    struct buffer first;
    struct buffer second;
    buffer_init(&first);
    buffer_init(&second);
    make_sample(&first, &second);
    assert_int_equal(apply_after(buffer_bytes(&first), buffer_bytes(&second)), OK);
    for (size_t size = 1; size < second.size; size++)
        assert_int_equal(apply_after(buffer_bytes(&first), (struct bytes){second.data, size}),
                         ERR_CORRUPT);
    buffer_append_u8(&second, 0); /* And one byte too many. */
    assert_int_equal(apply_after(buffer_bytes(&first), buffer_bytes(&second)), ERR_CORRUPT);
    buffer_deinit(&first);
    buffer_deinit(&second);
}

static void every_other_byte_is_refused_or_gives_a_legal_shelf(void **state)
{
    (void)state;
    struct buffer first;
    struct buffer second;
    buffer_init(&first);
    buffer_init(&second);
    make_sample(&first, &second);
    uint32_t refused = 0;
    for (size_t i = 1; i < second.size; i++) {
        const uint8_t right = second.data[i];
        for (unsigned value = 0; value < 256; value++) {
            second.data[i] = (uint8_t)value;
            const enum err error = apply_after(buffer_bytes(&first), buffer_bytes(&second));
            assert_true(error == OK || error == ERR_CORRUPT);
            refused += error != OK;
        }
        second.data[i] = right;
    }
    assert_true(refused > 1000);
    buffer_deinit(&first);
    buffer_deinit(&second);
}

static void impossible_entries_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        struct bytes entries; /* One entry, behind kind, shelf and number of entries. */
    } rows[] = {
        {"a cell behind the next new one", BYTES_INIT("\x06\x01X\x01\x02")},
        {"a cell before the first", BYTES_INIT("\x01\x01\x02")},
        {"a far cell", BYTES_INIT("\xFE\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01\x01\x02")},
        {"an empty SKU", BYTES_INIT("\x04\x00\x01\x02")},
        {"a SKU that is there", BYTES_INIT("\x04\x01"
                                           "A\x01\x02")},
        {"a SKU of 1021 bytes", BYTES_INIT("\x04\xFD\x07"
                                           "A\x01\x02")},
        {"a count that is too large", BYTES_INIT("\x00\x81\xA8\xD6\xB9\x07\xC8\x01")},
        {"an older moment", BYTES_INIT("\x00\x01\xC6\x01")},
        {"a varint without an end", BYTES_INIT("\x00\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF")},
    };
    struct buffer first;
    struct buffer second;
    struct buffer record;
    buffer_init(&first);
    buffer_init(&second);
    buffer_init(&record);
    make_sample(&first, &second);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        buffer_clear(&record);
        buffer_append(&record, BYTES("\x01\x99\x01\x01\x00\x00\x00"));
        buffer_append(&record, rows[i].entries);
        if (apply_after(buffer_bytes(&first), buffer_bytes(&record)) != ERR_CORRUPT)
            fail_msg("%s was applied", rows[i].what);
    }
    buffer_clear(&record); /* More entries than there are. */
    buffer_append(&record, BYTES("\x01\x99\x01\xFF\xFF\xFF\xFF"));
    assert_int_equal(apply_after(buffer_bytes(&first), buffer_bytes(&record)), ERR_CORRUPT);
    buffer_deinit(&first);
    buffer_deinit(&second);
    buffer_deinit(&record);
}

static void a_sku_has_at_most_1020_bytes(void **state)
{
    (void)state;
    for (uint32_t size = SKU_BYTES_MAX; size <= SKU_BYTES_MAX + 1; size++) {
        struct shelf *shelf = shelf_create(false);
        struct buffer record;
        buffer_init(&record);
        buffer_append(&record, BYTES("\x01\x99\x01\x01\x00\x00\x00\x00"));
        buffer_append_varint(&record, size);
        buffer_append_zeros(&record, size);
        buffer_append(&record, BYTES("\x01\x02"));
        assert_int_equal(apply(shelf, buffer_bytes(&record)),
                         size == SKU_BYTES_MAX ? OK : ERR_CORRUPT);
        buffer_deinit(&record);
        shelf_destroy(shelf);
    }
}

static void documents_come_back_and_damaged_ones_do_not(void **state)
{
    (void)state;
    struct bytes name;
    struct bytes content;
    struct buffer record;
    buffer_init(&record);
    record_document_encode(&record, BYTES("registry"), BYTES("{}"));
    for (size_t size = 0; size <= record.size; size++) {
        struct cursor cursor = cursor_begin((struct bytes){record.data, size});
        const uint8_t kind = record_kind_decode(&cursor);
        assert_int_equal(kind, size == 0 ? 0 : RECORD_DOCUMENT);
        assert_int_equal(record_document_decode(&cursor, &name, &content),
                         size == record.size ? OK : ERR_CORRUPT);
    }
    assert_true(bytes_equal(name, BYTES("registry")));
    assert_true(bytes_equal(content, BYTES("{}")));
    buffer_deinit(&record);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(applying_records_gives_the_same_shelf),
        cmocka_unit_test(long_records_are_applied_entry_by_entry),
        cmocka_unit_test(an_entry_sees_those_before_it),
        cmocka_unit_test(known_cells_cost_few_bytes),
        cmocka_unit_test(records_have_the_documented_bytes),
        cmocka_unit_test(every_truncation_is_refused),
        cmocka_unit_test(every_other_byte_is_refused_or_gives_a_legal_shelf),
        cmocka_unit_test(impossible_entries_are_refused),
        cmocka_unit_test(a_sku_has_at_most_1020_bytes),
        cmocka_unit_test(documents_come_back_and_damaged_ones_do_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
