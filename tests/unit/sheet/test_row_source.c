/* Sources that need no file: forms found by their first bytes, headers by their names, places of
 * rows, the date of a feed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "sheet/row_source.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* 2025-09-17T09:06:40Z */
#define NOW_MS INT64_C(1758100000000)

/* Reads it and writes `PLACE|sku|count|updatedAt;` for each row, or `!problem`. */
static void read_all(const struct row_source_settings *settings, struct buffer *text)
{
    struct row_source *source = NULL;
    buffer_clear(text);
    buffer_append_u8(text, '!');
    if (row_source_open(settings, &source, text) != OK)
        return;
    buffer_clear(text);
    const struct row *row = NULL;
    assert_int_equal(row_source_next(source, &row), OK);
    while (row != NULL) {
        row_source_place(source, row->position, text);
        for (int i = 0; i < ROW_COLUMNS; i++) {
            buffer_append_u8(text, '|');
            buffer_append(text, row->fields[i]);
        }
        buffer_append_u8(text, ';');
        assert_int_equal(row_source_next(source, &row), OK);
    }
    assert_int_equal(row_source_done_bytes(source), row_source_bytes(source));
    assert_int_equal(row_source_waits_for(source), -1);
    row_source_close(source);
}

static void headers_are_known_by_what_people_call_them(void **state)
{
    (void)state;
    static const struct {
        const char *header;
        const char *rows; /* Of a row A,5. */
    } cases[] = {
        {"sku,count", "m:2|A|5|;"},
        {" SKU , Count ", "m:2|A|5|;"},
        {"Ваш SKU *,Количество *", "m:2|A|5|;"},
        {"АРТИКУЛ,ОСТАТОК", "m:2|A|5|;"},
        {"Артикул\xC2\xA0продавца,Кол-во", "m:2|A|5|;"},
        {"\"Ваш\nSKU\",count", "m:3|A|5|;"},
        {"offer_id,quantity", "m:2|A|5|;"},
        {"id,stock", "m:2|A|5|;"},
        {"name,count", "!m:1: the first row must name the columns sku and count (or id, offerId, "
                       "Ваш SKU, Артикул; quantity, Остаток, Количество); --sku-column and "
                       "--count-column take other names"},
        {"id,count,SKU", "!m:1: the header names two columns that can be the SKU, 'id' and 'SKU'; "
                         "say which one counts: --sku-column NAME"},
        {"sku,count,Остаток", "!m:1: the header names two columns that can be the count, 'count' "
                              "and 'Остаток'; say which one counts: --count-column "
                              "NAME"},
    };
    struct buffer file;
    struct buffer text;
    buffer_init(&file);
    buffer_init(&text);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        buffer_clear(&file);
        buffer_append_format(&file, "%s\nA,5\n", cases[i].header);
        const struct row_source_settings settings = {
            .kind = ROW_SOURCE_MEMORY, .memory = buffer_bytes(&file), .name = "m"};
        read_all(&settings, &text);
        assert_string_equal(buffer_text(&text), cases[i].rows);
    }
    buffer_deinit(&file);
    buffer_deinit(&text);
}

static void column_can_be_named_and_counts_left_out(void **state)
{
    (void)state;
    struct buffer text;
    buffer_init(&text);
    struct row_source_settings settings = {.kind = ROW_SOURCE_MEMORY,
                                           .memory = BYTES("id,sku,n,count\nA,B,1,2\n"),
                                           .name = "m",
                                           .columns = {"SKU", "N", NULL}};
    read_all(&settings, &text);
    assert_string_equal(buffer_text(&text), "m:2|B|1|;");
    settings = (struct row_source_settings){.kind = ROW_SOURCE_MEMORY,
                                            .memory = BYTES("name,sku\nx,A\n"),
                                            .name = "m",
                                            .only_skus = true};
    read_all(&settings, &text);
    assert_string_equal(buffer_text(&text), "m:2|A||;");
    settings.memory = BYTES("name\nx\n");
    read_all(&settings, &text);
    assert_string_equal(buffer_text(&text), "!m:1: the first row must name the column sku (or id, "
                                            "offerId, Ваш SKU, Артикул)");
    buffer_deinit(&text);
}

static void date_of_a_feed_counts_for_a_day(void **state)
{
    (void)state;
    static const struct {
        const char *date;
        const char *updated_at;
    } cases[] = {
        {"2025-09-17T12:00:00+03:00", "2025-09-17T09:00:00Z"},
        {"2025-09-17 09:00Z", "2025-09-17T09:00:00Z"},
        {"2025-09-16T09:06:40Z", "2025-09-16T09:06:40Z"},
        {"2025-09-16T09:06:39Z", ""},
        {"2025-09-17T09:06:41Z", ""},
        {"today", ""},
    };
    struct buffer file;
    struct buffer expected;
    struct buffer text;
    buffer_init(&file);
    buffer_init(&expected);
    buffer_init(&text);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        buffer_clear(&file);
        buffer_clear(&expected);
        buffer_append_format(&file,
                             "<yml_catalog date=\"%s\">\n<offer id=\"A\"><count>5</count></offer>"
                             "</yml_catalog>",
                             cases[i].date);
        buffer_append_format(&expected, "m:offer 1 (line 2)|A|5|%s;", cases[i].updated_at);
        const struct row_source_settings settings = {.kind = ROW_SOURCE_MEMORY,
                                                     .memory = buffer_bytes(&file),
                                                     .name = "m",
                                                     .now_ms = NOW_MS};
        read_all(&settings, &text);
        assert_string_equal(buffer_text(&text), buffer_text(&expected));
    }
    buffer_deinit(&file);
    buffer_deinit(&expected);
    buffer_deinit(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(headers_are_known_by_what_people_call_them),
        cmocka_unit_test(column_can_be_named_and_counts_left_out),
        cmocka_unit_test(date_of_a_feed_counts_for_a_day),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
