/* Archive → pieces of the sheet → XML events → cells → rows. Cells of columns that do not count are
 * passed over. What a cell shows is not stored for numbers: an integer is taken as it is, with the
 * zeros that its format puts in front; what cannot be taken for what it shows is a trouble of the
 * row (row.h), not of the file. */
#include "sheet/xlsx_reader.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "sheet/header.h"
#include "sheet/letters.h"
#include "sheet/local_time.h"
#include "sheet/row_list.h"
#include "sheet/xlsx_book.h"
#include "sheet/xlsx_number.h"
#include "sheet/xlsx_strings.h"
#include "sheet/xml_reader.h"

enum { PIECE_BYTES = 32 * 1024, COLUMNS_MAX = 16384, NO_COLUMN = -1, ESCAPE_BYTES = 7 };

#define SHEET_PART_BYTES_MAX (UINT64_C(8192) << 20)
#define ROW_NUMBER_MAX       INT64_C(100000000)

enum cell_type { CELL_NUMBER, CELL_SHARED, CELL_TEXT, CELL_BOOL, CELL_ERROR, CELL_DATE };

struct cell {
    enum cell_type type;
    int64_t column;
    uint8_t style;
    bool has_formula;
    bool has_value;
    bool in_value; /* Its text is being read. */
    bool in_phonetic;
};

struct xlsx_reader {
    struct zip_file_parts *parts;
    struct zip_part *part;
    struct xml_reader *xml;
    struct xlsx_book book;
    struct xlsx_strings strings;
    struct header header;
    bool header_is_read;
    bool header_is_bad;

    bool in_row;
    bool row_has_text; /* Of the header: it is not empty. */
    int64_t row_number;
    struct row row;
    struct buffer texts[ROW_COLUMNS]; /* Its fields. */
    struct cell cell;
    struct buffer value;

    struct row_list rows;
    struct row given;
    bool is_read;
};

/* --- what a cell holds ------------------------------------------------------------------------ */

/* Which field a column is; NO_COLUMN: none. */
static int field_of(const struct xlsx_reader *reader, int64_t column)
{
    for (int i = 0; i < ROW_COLUMNS; i++) {
        if (reader->header.columns[i] == column)
            return i;
    }
    return NO_COLUMN;
}

/* Writes a moment without a zone as ISO 8601 with one. */
static enum row_trouble put_moment(int64_t naive_ms, struct buffer *text)
{
    int64_t ms = 0;
    char date[DATE_ISO8601_BYTES_MAX];
    if (!local_time_to_moment(naive_ms, &ms))
        return TROUBLE_DATE;
    const size_t size = date_format_iso8601(ms, date);
    buffer_append(text, (struct bytes){(const uint8_t *)date, size});
    return TROUBLE_NONE;
}

/* A number, for the field that it is. */
static enum row_trouble put_number(const struct xlsx_reader *reader, int field, struct bytes value,
                                   struct buffer *text)
{
    int64_t naive_ms = 0;
    if (field == ROW_UPDATED_AT && xlsx_date_read(value, reader->book.since_1904, &naive_ms))
        return put_moment(naive_ms, text);
    char integer[XLSX_INTEGER_BYTES_MAX];
    const enum xlsx_number_kind kind = xlsx_number_read(value, integer);
    const struct bytes digits = bytes_from_text(integer);
    const uint8_t style = reader->cell.style;
    if (style == XLSX_STYLE_DATE || kind != XLSX_WHOLE) {
        buffer_append(text, digits.size > 0 ? digits : value);
        if (style == XLSX_STYLE_DATE)
            return TROUBLE_DATE;
        return kind == XLSX_ROUNDED ? TROUBLE_ROUNDED : TROUBLE_NUMBER;
    }
    if (field == ROW_SKU && integer[0] != '-' && style > digits.size)
        buffer_append_format(text, "%0*d", (int)(style - digits.size), 0);
    buffer_append(text, digits);
    return TROUBLE_NONE;
}

static enum row_trouble put_date(int field, struct bytes value, struct buffer *text)
{
    int64_t ms = 0;
    char date[DATE_ISO8601_BYTES_MAX];
    if (field != ROW_UPDATED_AT || !local_time_read(value, &ms)) {
        buffer_append(text, value);
        return TROUBLE_DATE;
    }
    const size_t size = date_format_iso8601(ms, date);
    buffer_append(text, (struct bytes){(const uint8_t *)date, size});
    return TROUBLE_NONE;
}

/* The code point of `_x000D_`, which stands for what XML cannot hold; false: it is none. */
static bool escape_read(struct bytes text, uint32_t *letter)
{
    *letter = 0;
    if (text.size < ESCAPE_BYTES || text.data[0] != '_' || text.data[1] != 'x' ||
        text.data[ESCAPE_BYTES - 1] != '_')
        return false;
    for (int i = 2; i < ESCAPE_BYTES - 1; i++) {
        const uint8_t byte = text.data[i];
        const uint8_t small = byte | 0x20;
        if (byte >= '0' && byte <= '9')
            *letter = *letter << 4 | (uint32_t)(byte - '0');
        else if (small >= 'a' && small <= 'f')
            *letter = *letter << 4 | (uint32_t)(small - 'a' + 10);
        else
            return false;
    }
    return *letter < 0xD800 || *letter > 0xDFFF;
}

/* Writes a text, with what its escapes stand for: a spreadsheet shows a line break, not _x000D_. */
static void put_text(struct bytes value, struct buffer *text)
{
    while (value.size > 0) {
        uint32_t letter = 0;
        const uint8_t *next = memchr(value.data, '_', value.size);
        const size_t plain = next == NULL ? value.size : (size_t)(next - value.data);
        buffer_append(text, (struct bytes){value.data, plain});
        value = (struct bytes){value.data + plain, value.size - plain};
        if (value.size == 0)
            return;
        const bool escaped = escape_read(value, &letter);
        const size_t taken = escaped ? ESCAPE_BYTES : 1;
        if (escaped)
            letter_append(text, letter);
        else
            buffer_append_u8(text, '_');
        value = (struct bytes){value.data + taken, value.size - taken};
    }
}

static enum row_trouble put_shared(struct xlsx_reader *reader, struct bytes value,
                                   struct buffer *text)
{
    int64_t index = 0;
    struct bytes shared;
    if (!bytes_to_int64(bytes_trim(value), &index) || index < 0 ||
        !xlsx_strings_get(&reader->strings, (uint64_t)index, &shared)) {
        xml_reader_refuse(reader->xml, "a cell names a text that is not in the file");
        return TROUBLE_ERROR;
    }
    put_text(shared, text);
    return TROUBLE_NONE;
}

/* Writes what the cell holds, for the field that it is. */
static enum row_trouble cell_put(struct xlsx_reader *reader, int field, struct buffer *text)
{
    const struct cell *cell = &reader->cell;
    const struct bytes value = buffer_bytes(&reader->value);
    if (cell->has_formula && (!cell->has_value || (cell->type == CELL_NUMBER && value.size == 0)))
        return TROUBLE_FORMULA;
    switch (cell->type) {
    case CELL_NUMBER:
        return value.size == 0 ? TROUBLE_NONE : put_number(reader, field, bytes_trim(value), text);
    case CELL_SHARED:
        return put_shared(reader, value, text);
    case CELL_TEXT:
        put_text(value, text);
        return TROUBLE_NONE;
    case CELL_BOOL:
        buffer_append_text(text, bytes_equal(value, BYTES("1")) ? "TRUE" : "FALSE");
        return TROUBLE_NONE;
    case CELL_ERROR:
        buffer_append(text, value);
        return TROUBLE_ERROR;
    case CELL_DATE:
        return put_date(field, value, text);
    }
    return TROUBLE_ERROR;
}

static void cell_end(struct xlsx_reader *reader)
{
    const int64_t column = reader->cell.column;
    if (!reader->header_is_read) {
        struct buffer *text = &reader->texts[0];
        buffer_clear(text);
        (void)cell_put(reader, NO_COLUMN, text);
        const struct bytes name = bytes_trim(buffer_bytes(text));
        reader->row_has_text = reader->row_has_text || name.size > 0;
        header_take(&reader->header, column, name);
        return;
    }
    const int field = field_of(reader, column);
    if (field == NO_COLUMN)
        return;
    struct buffer *text = &reader->texts[field];
    buffer_clear(text);
    reader->row.troubles[field] = cell_put(reader, field, text);
    reader->row.fields[field] = text->size > 0 ? buffer_bytes(text) : BYTES("");
}

/* --- events ----------------------------------------------------------------------------------- */

/* Reads `BC12`, a column and perhaps a row. Negative: it is neither. */
static int64_t column_of(const char *reference)
{
    int64_t column = 0;
    for (; *reference >= 'A' && *reference <= 'Z' && column <= COLUMNS_MAX; reference++)
        column = column * 26 + (*reference - 'A' + 1);
    return column <= COLUMNS_MAX ? column - 1 : -1;
}

static enum cell_type type_of(const char *type)
{
    static const struct {
        const char *name;
        enum cell_type type;
    } types[] = {
        {"s", CELL_SHARED}, {"str", CELL_TEXT}, {"inlineStr", CELL_TEXT},
        {"b", CELL_BOOL},   {"e", CELL_ERROR},  {"d", CELL_DATE},
    };
    for (size_t i = 0; type != NULL && i < sizeof(types) / sizeof(types[0]); i++) {
        if (strcmp(type, types[i].name) == 0)
            return types[i].type;
    }
    return CELL_NUMBER;
}

static void row_begin(struct xlsx_reader *reader, const char *const *attributes)
{
    const char *text = xml_attribute(attributes, "r");
    int64_t number = reader->row_number + 1;
    if (text != NULL &&
        (!bytes_to_int64(bytes_from_text(text), &number) || number < 1 || number > ROW_NUMBER_MAX))
        xml_reader_refuse(reader->xml, "a row has no number");
    reader->row_number = number;
    reader->in_row = true;
    reader->row_has_text = false;
    reader->cell.column = -1;
    reader->row = (struct row){.position = (uint64_t)number};
    for (int i = 0; i < ROW_COLUMNS; i++)
        reader->row.fields[i] =
            reader->header.columns[i] == HEADER_NO_COLUMN ? (struct bytes){NULL, 0} : BYTES("");
}

static void cell_begin(struct xlsx_reader *reader, const char *const *attributes)
{
    const char *reference = xml_attribute(attributes, "r");
    const char *style = xml_attribute(attributes, "s");
    int64_t column = reader->cell.column + 1;
    int64_t format = 0;
    if (reference != NULL)
        column = column_of(reference);
    if (column < 0 || column >= COLUMNS_MAX) {
        xml_reader_refuse(reader->xml, "a cell has no column");
        column = 0;
    }
    if (style == NULL || !bytes_to_int64(bytes_from_text(style), &format) || format < 0)
        format = 0;
    reader->cell = (struct cell){
        .type = type_of(xml_attribute(attributes, "t")),
        .column = column,
        .style = xlsx_book_style(&reader->book, (uint64_t)format),
    };
    buffer_clear(&reader->value);
}

static void on_begin(void *context, const char *name, const char *const *attributes)
{
    struct xlsx_reader *reader = context;
    struct cell *cell = &reader->cell;
    if (strcmp(name, "row") == 0) {
        row_begin(reader, attributes);
    } else if (!reader->in_row) {
        return;
    } else if (strcmp(name, "c") == 0) {
        cell_begin(reader, attributes);
    } else if (strcmp(name, "f") == 0) {
        cell->has_formula = true;
    } else if (strcmp(name, "rPh") == 0) {
        cell->in_phonetic = true;
    } else if (strcmp(name, "v") == 0 || strcmp(name, "t") == 0) {
        cell->has_value = true;
        cell->in_value = !cell->in_phonetic;
    }
}

static void row_end(struct xlsx_reader *reader)
{
    reader->in_row = false;
    if (reader->header_is_read) {
        row_list_add(&reader->rows, &reader->row);
        return;
    }
    if (!reader->row_has_text)
        return;
    reader->header_is_read = true;
    if (header_end(&reader->header))
        return;
    reader->header_is_bad = true;
    xml_reader_refuse(reader->xml, "");
}

static void on_end(void *context, const char *name)
{
    struct xlsx_reader *reader = context;
    if (!reader->in_row)
        return;
    if (strcmp(name, "c") == 0)
        cell_end(reader);
    else if (strcmp(name, "row") == 0)
        row_end(reader);
    else if (strcmp(name, "rPh") == 0)
        reader->cell.in_phonetic = false;
    else if (strcmp(name, "v") == 0 || strcmp(name, "t") == 0)
        reader->cell.in_value = false;
}

static void on_text(void *context, struct bytes text)
{
    struct xlsx_reader *reader = context;
    if (reader->in_row && reader->cell.in_value)
        cell_append(&reader->value, 0, text);
}

/* --- reading ---------------------------------------------------------------------------------- */

static bool out_of_memory(const struct xlsx_reader *reader)
{
    bool failed =
        row_list_failed(&reader->rows) || reader->value.failed || reader->header.problem.failed;
    for (int i = 0; i < ROW_COLUMNS; i++)
        failed = failed || reader->texts[i].failed;
    return failed;
}

/* Appends where in the sheet, and why. */
static void problem_in_sheet(struct xlsx_reader *reader, struct buffer *problem)
{
    buffer_append_format(problem, "sheet %s, row %" PRId64 ": ", xlsx_reader_sheet(reader),
                         reader->row_number);
    if (reader->header_is_bad)
        buffer_append(problem, buffer_bytes(&reader->header.problem));
    else
        buffer_append_text(problem, xml_reader_problem(reader->xml));
}

/* Reads the next piece of the sheet. */
static enum err sheet_more(struct xlsx_reader *reader, struct buffer *problem)
{
    uint8_t data[PIECE_BYTES];
    size_t got = 0;
    enum err error = zip_part_read(reader->part, data, sizeof(data), &got, problem);
    if (error != OK)
        return error;
    reader->is_read = got == 0;
    error = xml_reader_feed(reader->xml, (struct bytes){data, got}, got == 0);
    if (out_of_memory(reader))
        return ERR_MEMORY;
    if (error == ERR_INVALID)
        problem_in_sheet(reader, problem);
    return error;
}

static enum err sheet_open(struct xlsx_reader *reader, uint64_t bytes_max, struct buffer *problem)
{
    static const struct xml_events events = {on_begin, on_end, on_text};
    enum err error = zip_part_open(reader->parts, buffer_text(&reader->book.sheet_part), bytes_max,
                                   &reader->part, problem);
    if (error == ERR_NOT_FOUND) {
        buffer_append_format(problem, "its sheet %s is not in the file", xlsx_reader_sheet(reader));
        return ERR_INVALID;
    }
    if (error != OK)
        return error;
    reader->xml = xml_reader_create(&events, reader);
    if (reader->xml == NULL)
        return ERR_MEMORY;
    while (error == OK && !reader->is_read && !reader->header_is_read)
        error = sheet_more(reader, problem);
    if (error == OK && !reader->header_is_read) {
        buffer_append_format(problem, "its sheet %s is empty", xlsx_reader_sheet(reader));
        return ERR_INVALID;
    }
    return error;
}

static enum err book_open(struct xlsx_reader *reader, const struct xlsx_settings *settings,
                          struct buffer *problem)
{
    enum err error = zip_parts_open(settings->fd, settings->memory, &reader->parts, problem);
    if (error == OK)
        error = xlsx_book_read(&reader->book, reader->parts, settings->sheet, problem);
    if (error == OK && reader->book.strings_part.size > 0) {
        error = xlsx_strings_read(&reader->strings, reader->parts,
                                  buffer_text(&reader->book.strings_part), problem);
        if (error == ERR_NOT_FOUND)
            error = OK; /* Some programs name the part and leave it out when it would be empty. */
    }
    const uint64_t bytes_max =
        settings->sheet_bytes_max > 0 ? settings->sheet_bytes_max : SHEET_PART_BYTES_MAX;
    return error == OK ? sheet_open(reader, bytes_max, problem) : error;
}

enum err xlsx_reader_open(const struct xlsx_settings *settings, struct xlsx_reader **reader,
                          struct buffer *problem)
{
    struct xlsx_reader *made = calloc(1, sizeof(*made));
    if (made == NULL)
        return ERR_MEMORY;
    xlsx_book_init(&made->book);
    xlsx_strings_init(&made->strings);
    header_init(&made->header, settings->wanted);
    row_list_init(&made->rows);
    const enum err error = book_open(made, settings, problem);
    if (error != OK) {
        xlsx_reader_close(made);
        return error;
    }
    *reader = made;
    return OK;
}

void xlsx_reader_close(struct xlsx_reader *reader)
{
    if (reader == NULL)
        return;
    xml_reader_destroy(reader->xml);
    zip_part_close(reader->part);
    zip_parts_close(reader->parts);
    xlsx_book_deinit(&reader->book);
    xlsx_strings_deinit(&reader->strings);
    header_deinit(&reader->header);
    row_list_deinit(&reader->rows);
    for (int i = 0; i < ROW_COLUMNS; i++)
        buffer_deinit(&reader->texts[i]);
    buffer_deinit(&reader->value);
    free(reader);
}

enum err xlsx_reader_next(struct xlsx_reader *reader, const struct row **row,
                          struct buffer *problem)
{
    *row = NULL;
    for (;;) {
        if (row_list_next(&reader->rows, &reader->given)) {
            *row = &reader->given;
            return OK;
        }
        if (reader->is_read)
            return OK;
        const enum err error = sheet_more(reader, problem);
        if (error != OK)
            return error;
    }
}

const char *xlsx_reader_sheet(const struct xlsx_reader *reader)
{
    return (const char *)reader->book.sheet_name.data;
}

int64_t xlsx_reader_done_bytes(const struct xlsx_reader *reader)
{
    return (int64_t)zip_part_done_bytes(reader->part);
}

int64_t xlsx_reader_bytes(const struct xlsx_reader *reader)
{
    return (int64_t)zip_part_bytes(reader->part);
}
