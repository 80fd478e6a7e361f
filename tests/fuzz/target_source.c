/* Sources of rows: XLSX, YML, and whatever a file may be. Rows of each form, written as a CSV, are
 * the same rows when they are read again. */
#include "archive.h"
#include "base/hash.h"
#include "base/limits.h"
#include "check.h"
#include "fuzz.h"
#include "sheet/csv_writer.h"
#include "sheet/hygiene.h"
#include "sheet/yml_reader.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* What was read. */
struct reading {
    struct buffer told;
    struct buffer csv; /* The same table. */
    bool has_trouble;  /* Which a CSV cannot have. */
};

static void reading_init(struct reading *reading)
{
    buffer_init(&reading->told);
    buffer_init(&reading->csv);
    buffer_append_text(&reading->csv, "sku,count\n");
    reading->has_trouble = false;
}

static void reading_deinit(struct reading *reading)
{
    buffer_deinit(&reading->told);
    buffer_deinit(&reading->csv);
}

static void tell_row(struct reading *reading, const struct row *row)
{
    for (int i = 0; i < ROW_UPDATED_AT; i++) {
        const struct bytes field = row->fields[i];
        reading->has_trouble = reading->has_trouble || row->troubles[i] != TROUBLE_NONE;
        tell_bytes(&reading->told, field.data == NULL ? BYTES("") : field);
        csv_append_field(&reading->csv, field);
        buffer_append_u8(&reading->csv, i == ROW_SKU ? ',' : '\n');
    }
}

static void check_row(struct hygiene *hygiene, const struct row_source *source,
                      const struct row *row)
{
    struct leftover leftover;
    struct buffer place;
    enum leftover_kind kind = LEFTOVER_BLANK;
    ASSERT(hygiene_take(hygiene, row, &kind, &leftover) == OK);
    ASSERT((kind == LEFTOVER_BAD) == (hygiene_reason(hygiene)[0] != '\0'));
    if (kind == LEFTOVER_BAD)
        check_printable(bytes_from_text(hygiene_reason(hygiene)));
    if (kind == LEFTOVER_SEND) {
        check_sku(leftover.sku);
        check_moment(leftover.updated_at_ms);
        ASSERT(leftover.count >= 0 && leftover.count <= STOCK_COUNT_MAX);
        ASSERT(row->troubles[ROW_SKU] == TROUBLE_NONE);
    }
    buffer_init(&place);
    row_source_place(source, row->position, &place);
    check_printable(buffer_bytes(&place));
    buffer_deinit(&place);
}

/* What is said at the end is whole: sums that agree, and JSON. */
static void check_report(const struct hygiene *hygiene)
{
    const struct hygiene_totals totals = hygiene_totals(hygiene);
    struct json_case json;
    struct buffer text;
    int64_t found[2] = {0, 0};
    for (int i = 0; i < FINDINGS_COUNT; i++)
        found[finding_kinds[i].severity] += hygiene_count(hygiene, (enum finding)i);
    ASSERT(totals.rows == totals.good + totals.skipped + totals.bad);
    ASSERT(totals.bad == found[FINDING_ERROR] && totals.warnings == found[FINDING_WARNING]);
    json_case_init(&json);
    buffer_init(&text);
    hygiene_report_json(hygiene, &text);
    ASSERT(json_case_parse(&json, buffer_bytes(&text)) == JSON_OK);
    json_case_deinit(&json);
    buffer_clear(&text);
    hygiene_report(hygiene, true, &text);
    ASSERT(bytes_are_utf8(buffer_bytes(&text)));
    ASSERT((text.size == 0) == (totals.bad + totals.warnings == 0));
    buffer_deinit(&text);
}

static void read_rows(struct row_source *source, struct reading *reading)
{
    const struct hygiene_settings rules = {.rules = {.started_ms = FUZZ_NOW_MS}, .examples_max = 2};
    struct hygiene *hygiene = hygiene_create(&rules, source);
    const struct row *row = NULL;
    ASSERT(hygiene != NULL);
    enum err error = row_source_next(source, &row);
    while (error == OK && row != NULL) {
        tell_row(reading, row);
        check_row(hygiene, source, row);
        error = row_source_next(source, &row);
    }
    ASSERT(error == OK || error == ERR_INVALID || error == ERR_FULL || error == ERR_CORRUPT);
    if (error != OK)
        check_printable(bytes_from_text(row_source_problem(source)));
    check_report(hygiene);
    hygiene_destroy(hygiene);
}

/* Reads a whole source; false: it is none. */
static bool read_source(const struct row_source_settings *settings, struct reading *reading)
{
    struct row_source *source = NULL;
    struct buffer problem;
    buffer_init(&problem);
    const enum err error = row_source_open(settings, &source, &problem);
    ASSERT(error == OK || error == ERR_INVALID || error == ERR_FULL || error == ERR_CORRUPT);
    if (error != OK)
        check_printable(buffer_bytes(&problem));
    buffer_deinit(&problem);
    if (error != OK)
        return false;
    read_rows(source, reading);
    row_source_close(source);
    return true;
}

static struct row_source_settings settings_of(struct bytes memory, enum row_form form)
{
    hash_seed_set(UINT64_C(0x5EED));
    return (struct row_source_settings){
        .kind = ROW_SOURCE_MEMORY, .form = form, .memory = memory, .now_ms = FUZZ_NOW_MS};
}

/* The same table as a CSV has the same rows. */
static void check_as_csv(const struct reading *reading)
{
    struct reading again;
    reading_init(&again);
    struct row_source_settings settings = settings_of(buffer_bytes(&reading->csv), ROW_FORM_CSV);
    settings.encoding = ROW_ENCODING_UTF8;
    ASSERT(read_source(&settings, &again));
    check_equal(&reading->told, &again.told);
    reading_deinit(&again);
}

static void check_source(const struct row_source_settings *settings)
{
    struct reading reading;
    reading_init(&reading);
    if (read_source(settings, &reading))
        check_as_csv(&reading);
    reading_deinit(&reading);
}

void fuzz_source(struct bytes input)
{
    const struct row_source_settings settings = settings_of(input, ROW_FORM_AUTO);
    struct reading reading;
    reading_init(&reading);
    (void)read_source(&settings, &reading);
    reading_deinit(&reading);
}

void fuzz_xlsx(struct bytes input)
{
    struct buffer archive;
    buffer_init(&archive);
    archive_make(input, &archive);
    const struct row_source_settings settings = settings_of(buffer_bytes(&archive), ROW_FORM_XLSX);
    check_source(&settings);
    buffer_deinit(&archive);
}

/* Reads the feed in pieces of that many bytes, and tells its rows. */
static void read_feed(struct bytes input, size_t piece_bytes, struct buffer *told)
{
    const struct yml_settings settings = {.outlets = true, .now_ms = FUZZ_NOW_MS};
    struct yml_reader *reader = yml_reader_create(&settings);
    enum err error = OK;
    bool is_last = false;
    ASSERT(reader != NULL);
    while (error == OK && !is_last) {
        const size_t size = input.size < piece_bytes ? input.size : piece_bytes;
        is_last = size == input.size;
        error = yml_reader_feed(reader, (struct bytes){input.data, size}, is_last);
        input = (struct bytes){input.data + size, input.size - size};
        struct row row;
        while (yml_reader_next(reader, &row)) {
            tell_number(told, (int64_t)row.position);
            for (int i = 0; i < ROW_COLUMNS; i++)
                tell_bytes(told, row.fields[i]);
        }
    }
    tell_number(told, error);
    yml_reader_destroy(reader);
}

void fuzz_yml(struct bytes input)
{
    static const size_t pieces[] = {1, 3, 64};
    struct buffer whole;
    struct row_source_settings settings = settings_of(input, ROW_FORM_YML);
    check_source(&settings);
    settings.outlets = true;
    check_source(&settings);
    buffer_init(&whole);
    read_feed(input, input.size + 1, &whole);
    for (size_t i = 0; i < COUNT_OF(pieces); i++) {
        struct buffer cut;
        buffer_init(&cut);
        read_feed(input, pieces[i], &cut);
        check_equal(&whole, &cut);
        buffer_deinit(&cut);
    }
    buffer_deinit(&whole);
}
