/* The first line is kept until it is complete, because the separator is found in it; then libcsv
 * parses. Its callbacks collect the rows of one feed as offsets into one text, and the caller takes
 * them from there. Lines are counted by LF, and by CR where no LF follows. */
#include "sheet/csv_reader.h"

#include <csv.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "sheet/header.h"

enum {
    FEED_BYTES_MAX = 16 * 1024,   /* Given to libcsv at once; a field's size is checked between. */
    FIELD_BYTES_MAX = 256 * 1024, /* Only a quote that is never closed gets this far. */
    HEAD_BYTES_MAX = 64 * 1024,
    FIELD_BLOCK_BYTES = 4096,
};

/* A field of a collected row: a part of reader->text. */
struct part {
    size_t offset;
    size_t size;
    bool present;
};

struct collected_row {
    uint64_t line;
    bool is_long; /* Something stands behind the last field that the header names. */
    struct part parts[ROW_COLUMNS];
};

struct csv_reader {
    struct csv_parser parser;
    bool parser_is_open;
    struct buffer head; /* The bytes up to the end of the first line. */
    bool header_is_read;
    bool header_is_good;
    struct header header;
    int64_t header_fields_count;

    struct buffer text; /* Fields of the collected rows. */
    struct buffer rows; /* struct collected_row, one behind the other. */
    size_t rows_taken;

    struct collected_row row; /* The one being collected. */
    size_t row_text_offset;   /* Where its fields begin in the text. */
    int64_t fields_count;     /* Of that row, so far. */
    uint64_t line;            /* Of the byte being parsed. */
    bool line_ended_by_cr;    /* It counts when no LF follows. */

    const char *problem;
    uint64_t problem_line;
};

struct csv_reader *csv_reader_create(const struct row_wanted *wanted)
{
    struct csv_reader *reader = calloc(1, sizeof(*reader));
    if (reader == NULL)
        return NULL;
    buffer_init(&reader->head);
    buffer_init(&reader->text);
    buffer_init(&reader->rows);
    header_init(&reader->header, wanted);
    reader->line = 1;
    return reader;
}

void csv_reader_destroy(struct csv_reader *reader)
{
    if (reader == NULL)
        return;
    if (reader->parser_is_open)
        csv_free(&reader->parser);
    buffer_deinit(&reader->head);
    buffer_deinit(&reader->text);
    buffer_deinit(&reader->rows);
    header_deinit(&reader->header);
    free(reader);
}

static enum err fail(struct csv_reader *reader, uint64_t line, const char *problem)
{
    if (reader->problem == NULL) {
        reader->problem = problem;
        reader->problem_line = line;
    }
    return ERR_INVALID;
}

static void header_finish(struct csv_reader *reader)
{
    reader->header_is_read = true;
    reader->header_fields_count = reader->fields_count;
    if (!header_end(&reader->header))
        (void)fail(reader, reader->row.line, buffer_text(&reader->header.problem));
    reader->header_is_good = reader->problem == NULL;
}

/* libcsv: a field ended. */
static void on_field(void *data, size_t size, void *context)
{
    struct csv_reader *reader = context;
    const struct bytes field = {data, size};
    if (reader->fields_count == 0) {
        reader->line += reader->line_ended_by_cr;
        reader->line_ended_by_cr = false;
        reader->row = (struct collected_row){.line = reader->line};
        reader->row_text_offset = reader->text.size;
    }
    if (!reader->header_is_read)
        header_take(&reader->header, reader->fields_count, field);
    for (int i = 0; reader->header_is_read && i < ROW_COLUMNS; i++) {
        if (reader->header.columns[i] != reader->fields_count)
            continue;
        reader->row.parts[i] = (struct part){reader->text.size, field.size, true};
        buffer_append(&reader->text, field);
    }
    if (reader->header_is_read && reader->fields_count >= reader->header_fields_count)
        reader->row.is_long = reader->row.is_long || field.size > 0;
    reader->fields_count++;
    for (size_t i = 0; i < field.size; i++)
        reader->line += field.data[i] == '\n';
}

/* libcsv: a row ended at this byte, or at the end of the file (-1). Every CR and LF outside quotes
 * comes here, so a CRLF comes as a row and an empty one. */
static void on_row(int terminator, void *context)
{
    struct csv_reader *reader = context;
    if (reader->text.failed)
        return; /* The fields of this row are not there, and nothing behind it will be. */
    if (reader->fields_count > 0 && reader->header_is_read && reader->problem == NULL) {
        buffer_append(&reader->rows,
                      (struct bytes){(const uint8_t *)&reader->row, sizeof(reader->row)});
    } else if (reader->fields_count > 0 && !reader->header_is_read) {
        header_finish(reader);
    }
    reader->fields_count = 0;
    if (terminator == '\n') {
        reader->line++;
        reader->line_ended_by_cr = false;
    } else if (terminator == '\r') {
        reader->line += reader->line_ended_by_cr;
        reader->line_ended_by_cr = true;
    }
}

/* The separator that stands most often in the first line, outside quotes. */
static uint8_t separator_of(struct bytes line)
{
    static const uint8_t separators[] = {',', ';', '\t'};
    size_t counts[sizeof(separators)] = {0};
    bool quoted = false;
    for (size_t i = 0; i < line.size; i++) {
        quoted ^= line.data[i] == '"';
        for (size_t k = 0; k < sizeof(separators); k++)
            counts[k] += !quoted && line.data[i] == separators[k];
    }
    size_t best = 0;
    for (size_t k = 1; k < sizeof(separators); k++)
        best = counts[k] > counts[best] ? k : best;
    return separators[best];
}

/* Bytes of the first line that is not blank and all before it; 0 when it is not complete. */
static size_t first_line_bytes(struct bytes head)
{
    bool blank = true;
    for (size_t i = 0; i < head.size; i++) {
        const uint8_t byte = head.data[i];
        if (!blank && (byte == '\n' || byte == '\r'))
            return i;
        blank = blank && (byte == '\n' || byte == '\r' || byte == ' ' || byte == '\t');
    }
    return 0;
}

static bool out_of_memory(const struct csv_reader *reader)
{
    return reader->text.failed || reader->rows.failed || reader->header.problem.failed;
}

/* Gives bytes to libcsv, and looks after each piece whether a field grew beyond all measure. */
static enum err parse(struct csv_reader *reader, struct bytes bytes)
{
    while (bytes.size > 0) {
        const size_t size = bytes.size < FEED_BYTES_MAX ? bytes.size : FEED_BYTES_MAX;
        if (csv_parse(&reader->parser, bytes.data, size, on_field, on_row, reader) != size ||
            out_of_memory(reader))
            return ERR_MEMORY;
        if (reader->problem != NULL)
            return ERR_INVALID;
        if (reader->parser.entry_pos > FIELD_BYTES_MAX)
            return fail(reader, reader->line,
                        "a quoted field does not end; is a quote here that is not closed?");
        bytes = (struct bytes){bytes.data + size, bytes.size - size};
    }
    return OK;
}

/* Opens libcsv once the first line is there, or at the end of the file, and gives it the head. */
static enum err head_parse(struct csv_reader *reader)
{
    struct bytes head = buffer_bytes(&reader->head);
    if (bytes_starts_with(head, BYTES("\xFF\xFE")) || bytes_starts_with(head, BYTES("\xFE\xFF")))
        return fail(reader, 1, "the file is UTF-16; save it as UTF-8");
    if (bytes_starts_with(head, BYTES("\xEF\xBB\xBF")))
        head = (struct bytes){head.data + 3, head.size - 3};
    const size_t line_bytes = first_line_bytes(head);
    const uint8_t separator =
        separator_of((struct bytes){head.data, line_bytes == 0 ? head.size : line_bytes});
    if (csv_init(&reader->parser, CSV_REPALL_NL) != 0)
        return ERR_MEMORY;
    reader->parser_is_open = true;
    csv_set_delim(&reader->parser, separator);
    csv_set_blk_size(&reader->parser, FIELD_BLOCK_BYTES);
    return parse(reader, head);
}

/* Forgets the rows that were taken, but not the fields of the row that is being collected. */
static void collected_forget(struct csv_reader *reader)
{
    ASSERT(reader->rows_taken * sizeof(struct collected_row) == reader->rows.size);
    const size_t dropped = reader->fields_count > 0 ? reader->row_text_offset : reader->text.size;
    if (dropped > 0)
        memmove(reader->text.data, reader->text.data + dropped, reader->text.size - dropped);
    reader->text.size -= dropped;
    for (int i = 0; i < ROW_COLUMNS && reader->fields_count > 0; i++)
        reader->row.parts[i].offset -= reader->row.parts[i].present ? dropped : 0;
    reader->row_text_offset = 0;
    buffer_clear(&reader->rows);
    reader->rows_taken = 0;
}

enum err csv_reader_feed(struct csv_reader *reader, struct bytes bytes)
{
    ASSERT(reader->problem == NULL);
    collected_forget(reader);
    if (reader->parser_is_open)
        return parse(reader, bytes);
    buffer_append(&reader->head, bytes);
    if (reader->head.failed)
        return ERR_MEMORY;
    if (first_line_bytes(buffer_bytes(&reader->head)) > 0)
        return head_parse(reader);
    if (reader->head.size > HEAD_BYTES_MAX)
        return fail(reader, 1, "the first row does not end; is this a CSV file?");
    return OK;
}

enum err csv_reader_finish(struct csv_reader *reader)
{
    ASSERT(reader->problem == NULL);
    collected_forget(reader);
    if (!reader->parser_is_open) {
        const enum err error = head_parse(reader);
        if (error != OK)
            return error;
    }
    /* Stray quotes inside a field are taken as they are; only one that never ends is an error. */
    (void)csv_set_opts(&reader->parser, CSV_REPALL_NL | CSV_STRICT | CSV_STRICT_FINI);
    if (csv_fini(&reader->parser, on_field, on_row, reader) != 0)
        return fail(reader, reader->line + reader->line_ended_by_cr,
                    "a quote is opened here and never closed");
    if (out_of_memory(reader))
        return ERR_MEMORY;
    if (!reader->header_is_read) {
        reader->row.line = 1;
        header_finish(reader);
    }
    return reader->problem == NULL ? OK : ERR_INVALID;
}

bool csv_reader_next(struct csv_reader *reader, struct row *row)
{
    const size_t offset = reader->rows_taken * sizeof(struct collected_row);
    if (offset == reader->rows.size)
        return false;
    struct collected_row collected;
    memcpy(&collected, reader->rows.data + offset, sizeof(collected));
    reader->rows_taken++;
    *row = (struct row){.position = collected.line, .is_long = collected.is_long};
    for (int i = 0; i < ROW_COLUMNS; i++) {
        const struct part *part = &collected.parts[i];
        if (part->present && part->size == 0)
            row->fields[i] = BYTES(""); /* The text of rows without a letter is NULL. */
        else if (part->present)
            row->fields[i] = (struct bytes){reader->text.data + part->offset, part->size};
    }
    return true;
}

const char *csv_reader_problem(const struct csv_reader *reader, uint64_t *line)
{
    ASSERT(reader->problem != NULL);
    *line = reader->problem_line;
    return reader->problem;
}

bool csv_reader_has_header(const struct csv_reader *reader)
{
    return reader->header_is_good;
}
