/* CSV in all the forms people save it in, fed whole and cut at every byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <inttypes.h>
#include <string.h>

#include "base/buffer.h"
#include "sheet/csv_reader.h"

static void append_row(struct buffer *text, const struct row *row)
{
    buffer_append_format(text, "%" PRIu64, row->position);
    for (int i = 0; i < ROW_COLUMNS; i++) {
        if (row->fields[i].data == NULL)
            buffer_append_text(text, "|~");
        else
            buffer_append_format(text, "|%.*s", BYTES_ARG(row->fields[i]));
    }
    buffer_append_text(text, ";");
}

static void take_rows(struct csv_reader *reader, struct buffer *text)
{
    struct row row;
    while (csv_reader_next(reader, &row))
        append_row(text, &row);
}

/* Reads `file` in pieces of `piece` bytes and writes its rows as `LINE|sku|count|updatedAt;`, and
 * at the end `!LINE` where the file is wrong. */
static void read_file(struct bytes file, size_t piece, struct buffer *text)
{
    struct csv_reader *reader = csv_reader_create(NULL);
    assert_non_null(reader);
    buffer_clear(text);
    enum err error = OK;
    while (file.size > 0 && error == OK) {
        const size_t size = file.size < piece ? file.size : piece;
        error = csv_reader_feed(reader, (struct bytes){file.data, size});
        file = (struct bytes){file.data + size, file.size - size};
        take_rows(reader, text);
    }
    if (error == OK) {
        error = csv_reader_finish(reader);
        take_rows(reader, text);
    }
    if (error != OK) {
        uint64_t line = 0;
        assert_int_equal(error, ERR_INVALID);
        assert_non_null(csv_reader_problem(reader, &line));
        buffer_append_format(text, "!%" PRIu64, line);
    }
    csv_reader_destroy(reader);
}

struct file_row {
    const char *file;
    const char *rows;
};

static void check(const struct file_row *rows, size_t rows_count)
{
    struct buffer text;
    buffer_init(&text);
    for (size_t i = 0; i < rows_count; i++) {
        const struct bytes file = bytes_from_text(rows[i].file);
        for (size_t piece = 1; piece <= file.size + 1; piece++) {
            read_file(file, piece, &text);
            assert_string_equal(buffer_text(&text), rows[i].rows);
        }
    }
    buffer_deinit(&text);
}

static void separators_line_ends_and_quotes_are_understood(void **state)
{
    (void)state;
    static const struct file_row rows[] = {
        {"sku,count\nA,1\nB,2\n", "2|A|1|~;3|B|2|~;"},
        {"sku;count\r\nA;1\r\nB;2", "2|A|1|~;3|B|2|~;"},
        {"sku\tcount\rA\t1\rB\t2\r", "2|A|1|~;3|B|2|~;"},
        {"\xEF\xBB\xBFsku,count\nA,1\n", "2|A|1|~;"},
        {"UpdatedAt,COUNT,Sku\nT,1,A\n", "2|A|1|T;"},
        {"name,sku,price,count\nx,A,9,1\n", "2|A|1|~;"},
        {"\"sku\";\"count\"\n\"A;B\";\"1\"\n", "2|A;B|1|~;"},
        {"sku,count\n\"say \"\"hi\"\"\",1\n", "2|say \"hi\"|1|~;"},
        {"sku,count\n27\" screen,1\n", "2|27\" screen|1|~;"},
        {"sku,count\n\"a\tb\",1\na\tb,2\n", "2|a\tb|1|~;3|a\tb|2|~;"},
        {"sku;count;\"a,b,c,d\"\nA;1;x\n", "2|A|1|~;"},
        {"sku,count\n", ""},
        {"sku,count", ""},
    };
    check(rows, sizeof(rows) / sizeof(rows[0]));
}

static void lines_are_counted_through_blanks_and_breaks_in_quotes(void **state)
{
    (void)state;
    static const struct file_row rows[] = {
        {"\n\n sku,count\n\nA,1\n\n\nB,2\n", "5|A|1|~;8|B|2|~;"},
        {"\r\n\r\nsku,count\r\n\r\nA,1\r\n\r\nB,2\r\n", "5|A|1|~;7|B|2|~;"},
        {"sku,count\r\rA,1\r\rB,2", "3|A|1|~;5|B|2|~;"},
        {"sku,count,x\nA,1,\"two\nlines\"\nB,2,\n", "2|A|1|~;4|B|2|~;"},
        {"x,sku,count\n\"two\r\nlines\",A,1\r\ny,B,2\r\n", "2|A|1|~;4|B|2|~;"},
    };
    check(rows, sizeof(rows) / sizeof(rows[0]));
}

static void short_rows_lack_fields_and_empty_ones_have_them(void **state)
{
    (void)state;
    static const struct file_row rows[] = {
        {"sku,count\nA\nB,\n,3\n,\n", "2|A|~|~;3|B||~;4||3|~;5|||~;"},
        {"sku,count,updatedAt\nA,1\nB,2,\n", "2|A|1|~;3|B|2|;"},
        {"sku,count\nA,1,more,and,more\n", "2|A|1|~;"},
        {"sku,count\n,\n", "2|||~;"},
    };
    check(rows, sizeof(rows) / sizeof(rows[0]));
}

static void wrong_files_say_where(void **state)
{
    (void)state;
    static const struct file_row rows[] = {
        {"", "!1"},
        {"\n\n", "!1"},
        {"sku\nA\n", "!1"},
        {"name,qty\nA,1\n", "!1"},
        {"id,sku,qty\nA,1,2\n", "!1"},
        {"sku,count,SKU\nA,1,B\n", "!1"},
        {"\xFF\xFEs\n", "!1"},
        {"sku,count\nA,1\n\"B,2\nC,3\n", "2|A|1|~;!3"},
        {"sku,count\r\nA,1\r\nC,\"", "2|A|1|~;!3"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct buffer text;
        buffer_init(&text);
        read_file(bytes_from_text(rows[i].file), 1000, &text);
        const char *got = buffer_text(&text);
        assert_string_equal(strchr(got, '!') != NULL ? got : "", rows[i].rows);
        buffer_deinit(&text);
    }
}

static void quote_that_swallows_the_file_is_given_up(void **state)
{
    (void)state;
    struct buffer file;
    struct buffer text;
    buffer_init(&file);
    buffer_init(&text);
    buffer_append_text(&file, "sku,count\nA,1\n\"B,2\n");
    for (int i = 0; i < 200000; i++)
        buffer_append_text(&file, "C,3\n");
    read_file(buffer_bytes(&file), 4096, &text);
    assert_string_equal(buffer_text(&text), "2|A|1|~;!3");
    buffer_deinit(&text);
    buffer_deinit(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(separators_line_ends_and_quotes_are_understood),
        cmocka_unit_test(lines_are_counted_through_blanks_and_breaks_in_quotes),
        cmocka_unit_test(short_rows_lack_fields_and_empty_ones_have_them),
        cmocka_unit_test(wrong_files_say_where),
        cmocka_unit_test(quote_that_swallows_the_file_is_given_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
