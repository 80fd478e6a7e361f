/* What is written is read back as it was: by our own reader, with SKUs that a spreadsheet likes to
 * change. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sheet/leftover.h"
#include "sheet/row_source.h"
#include "sheet/xlsx_writer.h"

static const struct {
    const char *sku;
    int64_t count;
} rows[] = {
    {"0012", 0},
    {"12345678901234567890", 2000000000},
    {"1E5", 1},
    {"2024-01-02", 2},
    {"=A1", 3},
    {"<a href=\"x\">&amp;'</a>", 4},
    {"two  spaces\tand a tab", 5},
    {"_x0041_ and _x000g_ and _x00", 6},
    {"_x0041_x0042_ and _x0041\xEF\xBF\xBF", 6},
    {"яблоко \xF0\x9F\x8D\x8F", 7},
    {"\xEF\xBF\xBE and \xEF\xBF\xBF", 8},
    {"nothing", XLSX_NO_COUNT},
    {"last", 9},
};
enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

static struct row_source *source_open(struct bytes file)
{
    struct buffer problem;
    struct row_source *source = NULL;
    buffer_init(&problem);
    const struct row_source_settings settings = {.kind = ROW_SOURCE_MEMORY, .memory = file};
    const enum err error = row_source_open(&settings, &source, &problem);
    assert_string_equal(buffer_text(&problem), "");
    assert_int_equal(error, OK);
    buffer_deinit(&problem);
    return source;
}

static void file_make(const char *sku_column, const char *count_column, int rows_count,
                      struct buffer *file)
{
    const struct xlsx_writer_settings settings = {.sheet = "Остатки",
                                                  .columns = {sku_column, count_column}};
    struct xlsx_writer *writer = NULL;
    struct buffer problem;
    buffer_init(&problem);
    assert_int_equal(xlsx_writer_open(&settings, &writer, &problem), OK);
    for (int i = 0; i < rows_count; i++)
        assert_int_equal(xlsx_writer_add(writer, bytes_from_text(rows[i % ROWS].sku),
                                         rows[i % ROWS].count, &problem),
                         OK);
    assert_int_equal(xlsx_writer_finish(writer, file, &problem), OK);
    xlsx_writer_close(writer);
    buffer_deinit(&problem);
}

static void expect_rows(struct row_source *source, int rows_count)
{
    const struct row *row = NULL;
    for (int i = 0; i < rows_count; i++) {
        struct leftover leftover;
        struct buffer problem;
        const struct leftover_rules rules = {.started_ms = 1};
        buffer_init(&problem);
        assert_int_equal(row_source_next(source, &row), OK);
        assert_non_null(row);
        assert_int_equal(row->position, i + 2);
        const enum leftover_kind kind = leftover_decode(row, &rules, &leftover, &problem);
        assert_string_equal(buffer_text(&problem), "");
        assert_true(bytes_equal(leftover.sku, bytes_from_text(rows[i % ROWS].sku)));
        const int64_t count = rows[i % ROWS].count;
        assert_int_equal(kind, count == XLSX_NO_COUNT ? LEFTOVER_SKIP : LEFTOVER_SEND);
        if (kind == LEFTOVER_SEND)
            assert_int_equal(leftover.count, count);
        buffer_deinit(&problem);
    }
    assert_int_equal(row_source_next(source, &row), OK);
    assert_null(row);
}

static void rows_are_read_back_as_they_were(void **state)
{
    (void)state;
    static const char *const columns[][2] = {{"SKU", "Count"}, {"Ваш SKU", "Количество"}};
    for (size_t i = 0; i < 2; i++) {
        struct buffer file;
        struct buffer text;
        buffer_init(&file);
        buffer_init(&text);
        file_make(columns[i][0], columns[i][1], ROWS, &file);
        struct row_source *source = source_open(buffer_bytes(&file));
        row_source_describe(source, &text);
        assert_string_equal(buffer_text(&text), "XLSX, sheet Остатки");
        expect_rows(source, ROWS);
        row_source_close(source);
        buffer_deinit(&file);
        buffer_deinit(&text);
    }
}

/* More than is written to the disk at a time. */
static void many_rows_are_one_sheet(void **state)
{
    (void)state;
    struct buffer file;
    struct buffer again;
    buffer_init(&file);
    buffer_init(&again);
    file_make("SKU", "Count", 5000, &file);
    file_make("SKU", "Count", 5000, &again);
    assert_true(bytes_equal(buffer_bytes(&file), buffer_bytes(&again)));
    struct row_source *source = source_open(buffer_bytes(&file));
    expect_rows(source, 5000);
    row_source_close(source);
    buffer_deinit(&file);
    buffer_deinit(&again);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_read_back_as_they_were),
        cmocka_unit_test(many_rows_are_one_sheet),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
