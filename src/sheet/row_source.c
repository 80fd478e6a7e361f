/* The form is found from the first bytes. A CSV or a YML is fed to its reader; an XLSX reads by
 * itself from a file, which a pipe is made first. Trouble behind rows is told when they were taken.
 */
#include "sheet/row_source.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/printable.h"
#include "sheet/csv_reader.h"
#include "sheet/decoder.h"
#include "sheet/input.h"
#include "sheet/sniff.h"
#include "sheet/spool.h"
#include "sheet/xlsx_reader.h"
#include "sheet/yml_reader.h"

enum { READ_BYTES = 64 * 1024, NAME_BYTES_MAX = 4096 };

struct row_source {
    struct row_source_settings settings;
    struct buffer name; /* Safe to print. */
    struct buffer problem;
    struct input input;
    enum row_form form;

    struct row_wanted wanted;
    struct csv_reader *csv; /* One of the three. */
    struct decoder decoder;
    struct buffer decoded;
    bool csv_ends; /* All was read, though not given to it. */
    struct yml_reader *yml;
    struct xlsx_reader *xlsx;

    struct row row;
    uint64_t answers_count; /* Rows of a query so far. */
    enum err pending;       /* To be told when the rows before it were taken. */
    bool is_read;           /* The reader has all that there is. */
    uint8_t data[READ_BYTES];
};

/* Puts the place in front of what is wrong there. */
static void problem_at(struct row_source *source, uint64_t position, const char *problem)
{
    buffer_clear(&source->problem);
    row_source_place(source, position, &source->problem);
    buffer_append_format(&source->problem, ": %s", problem);
}

static enum err read_failed(struct row_source *source, enum err error)
{
    if (error == ERR_IO)
        buffer_append_format(&source->problem, "cannot read %s: %s", row_source_name(source),
                             strerror(errno));
    return error;
}

/* Reads the next piece; none is the end. */
static enum err piece_read(struct row_source *source, struct bytes *piece)
{
    size_t got = 0;
    const enum err error = input_read(&source->input, source->data, sizeof(source->data), &got);
    *piece = (struct bytes){source->data, got};
    source->is_read = got == 0;
    return error == OK ? OK : read_failed(source, error);
}

/* Tells what the CSV reader did not like. */
static enum err csv_told(struct row_source *source, enum err error)
{
    if (error == ERR_INVALID) {
        uint64_t line = 0;
        const char *problem = csv_reader_problem(source->csv, &line);
        problem_at(source, line, problem);
    }
    return error;
}

/* Gives the CSV reader more of the file: a piece, the rest of a character, or its end. */
static enum err csv_more(struct row_source *source)
{
    struct bytes piece = {NULL, 0};
    buffer_clear(&source->decoded);
    if (!source->csv_ends) {
        const enum err error = piece_read(source, &piece);
        if (error != OK)
            return error;
        source->csv_ends = source->is_read;
        decoder_feed(&source->decoder, piece, source->csv_ends, &source->decoded);
    }
    if (source->decoded.failed)
        return ERR_MEMORY;
    source->is_read = source->csv_ends && source->decoded.size == 0;
    if (source->is_read)
        return csv_told(source, csv_reader_finish(source->csv));
    return csv_told(source, csv_reader_feed(source->csv, buffer_bytes(&source->decoded)));
}

/* Gives the YML reader more of the file. */
static enum err yml_more(struct row_source *source)
{
    struct bytes piece;
    enum err error = piece_read(source, &piece);
    if (error != OK)
        return error;
    error = yml_reader_feed(source->yml, piece, source->is_read);
    if (error == ERR_INVALID) {
        uint64_t line = 0;
        const char *problem = yml_reader_problem(source->yml, &line);
        buffer_clear(&source->problem);
        buffer_append_format(&source->problem, "%s:%" PRIu64 ": %s", row_source_name(source), line,
                             problem);
    }
    return error;
}

static bool has_begun(const struct row_source *source)
{
    return source->form == ROW_FORM_CSV ? csv_reader_has_header(source->csv)
                                        : yml_reader_has_root(source->yml);
}

static enum err more(struct row_source *source)
{
    return source->form == ROW_FORM_CSV ? csv_more(source) : yml_more(source);
}

/* Reads to the end of the header. What is wrong behind it is told in its place. */
static enum err text_open(struct row_source *source)
{
    enum err error = OK;
    while (error == OK && !source->is_read && !has_begun(source))
        error = more(source);
    if (error == OK || !has_begun(source))
        return error;
    source->pending = error;
    return OK;
}

static enum err csv_open(struct row_source *source)
{
    decoder_init(&source->decoder, source->settings.encoding);
    source->csv = csv_reader_create(&source->wanted);
    return source->csv == NULL ? ERR_MEMORY : text_open(source);
}

static enum err yml_open(struct row_source *source)
{
    const struct yml_settings settings = {
        .outlets = source->settings.outlets,
        .outlet = source->settings.outlet,
        .now_ms = source->settings.now_ms,
    };
    source->yml = yml_reader_create(&settings);
    return source->yml == NULL ? ERR_MEMORY : text_open(source);
}

/* Makes a file of a pipe. */
static enum err input_spool(struct row_source *source)
{
    int fd = -1;
    uint64_t bytes = 0;
    struct bytes piece;
    enum err error = spool_open(NULL, &fd, &source->problem);
    while (error == OK && !source->is_read) {
        error = piece_read(source, &piece);
        if (error == OK)
            error = spool_write(fd, piece, &bytes, &source->problem);
    }
    source->is_read = false;
    if (error != OK) {
        if (fd >= 0)
            (void)close(fd);
        return error;
    }
    input_close(&source->input);
    input_init(&source->input, source->settings.is_stopped);
    error = input_open_file(&source->input, fd);
    return error == OK ? OK : read_failed(source, error);
}

static enum err xlsx_open(struct row_source *source)
{
    struct buffer why;
    enum err error = OK;
    if (source->input.fd >= 0 && !source->input.is_file)
        error = input_spool(source);
    if (error != OK)
        return error;
    const struct xlsx_settings settings = {
        .fd = source->input.fd,
        .memory = source->settings.memory,
        .sheet = source->settings.sheet,
        .sheet_bytes_max = source->settings.sheet_bytes_max,
        .wanted = &source->wanted,
    };
    buffer_init(&why);
    error = xlsx_reader_open(&settings, &source->xlsx, &why);
    if (error != OK && error != ERR_MEMORY)
        buffer_append_format(&source->problem, "%s: %s", row_source_name(source),
                             buffer_text(&why));
    buffer_deinit(&why);
    return error;
}

static enum err input_begin(struct row_source *source)
{
    const struct row_source_settings *settings = &source->settings;
    enum err error = OK;
    int fd = -1;
    switch (settings->kind) {
    case ROW_SOURCE_FILE:
        return input_open(&source->input, settings->text, &source->problem);
    case ROW_SOURCE_MEMORY:
        input_open_memory(&source->input, settings->memory);
        return OK;
    case ROW_SOURCE_OPEN_FILE:
        error = input_open_file(&source->input, settings->fd);
        source->input.fd_is_ours = false;
        return error == OK ? OK : read_failed(source, error);
    case ROW_SOURCE_COMMAND:
    case ROW_SOURCE_QUERY:
        break;
    }
    ASSERT(settings->spool != NULL);
    error = settings->spool(settings, &fd, &source->problem);
    if (error != OK)
        return error;
    error = input_open_file(&source->input, fd);
    return error == OK ? OK : read_failed(source, error);
}

/* Finds what it is, unless that was said. ERR_INVALID: it is something else. */
static enum err form_find(struct row_source *source)
{
    struct bytes head;
    source->form = source->settings.kind == ROW_SOURCE_QUERY ? ROW_FORM_CSV : source->settings.form;
    const enum err error = input_peek(&source->input, &head);
    if (error != OK)
        return read_failed(source, error);
    const char *other = sniff_other(head, source->input.is_file ? source->input.fd : -1);
    if (source->form == ROW_FORM_AUTO && other != NULL) {
        buffer_append_format(&source->problem, "%s: %s", row_source_name(source), other);
        return ERR_INVALID;
    }
    if (source->form == ROW_FORM_AUTO)
        source->form = sniff_form(head);
    return OK;
}

static enum err source_begin(struct row_source *source)
{
    enum err error = input_begin(source);
    if (error == OK)
        error = form_find(source);
    if (error != OK)
        return error;
    switch (source->form) {
    case ROW_FORM_XLSX:
        return xlsx_open(source);
    case ROW_FORM_YML:
        return yml_open(source);
    case ROW_FORM_CSV:
    case ROW_FORM_AUTO:
        break;
    }
    return csv_open(source);
}

static void name_make(struct row_source *source)
{
    static const char *const kinds[] = {
        [ROW_SOURCE_MEMORY] = "memory",
        [ROW_SOURCE_OPEN_FILE] = "file",
        [ROW_SOURCE_COMMAND] = "command",
        [ROW_SOURCE_QUERY] = "query",
    };
    const struct row_source_settings *settings = &source->settings;
    const char *name = settings->name;
    if (name == NULL)
        name = settings->kind == ROW_SOURCE_FILE ? settings->text : kinds[settings->kind];
    printable_append(&source->name, bytes_from_text(name), NAME_BYTES_MAX);
    (void)buffer_text(&source->name);
}

enum err row_source_open(const struct row_source_settings *settings, struct row_source **source,
                         struct buffer *problem)
{
    struct row_source *made = calloc(1, sizeof(*made));
    if (made == NULL)
        return ERR_MEMORY;
    made->settings = *settings;
    made->wanted.only_skus = settings->only_skus;
    made->wanted.of_request = settings->of_request;
    for (int i = 0; i < ROW_COLUMNS; i++)
        made->wanted.names[i] = settings->columns[i];
    buffer_init(&made->name);
    buffer_init(&made->problem);
    input_init(&made->input, settings->is_stopped);
    name_make(made);
    enum err error = source_begin(made);
    if (made->name.failed || made->problem.failed)
        error = ERR_MEMORY;
    if (error == OK) {
        *source = made;
        return OK;
    }
    buffer_append(problem, buffer_bytes(&made->problem));
    row_source_close(made);
    return error;
}

void row_source_close(struct row_source *source)
{
    if (source == NULL)
        return;
    csv_reader_destroy(source->csv);
    yml_reader_destroy(source->yml);
    xlsx_reader_close(source->xlsx);
    buffer_deinit(&source->decoded);
    input_close(&source->input);
    buffer_deinit(&source->name);
    buffer_deinit(&source->problem);
    free(source);
}

/* Gives the next row of a sheet. */
static enum err xlsx_next(struct row_source *source, const struct row **row)
{
    struct buffer why;
    buffer_init(&why);
    const enum err error = xlsx_reader_next(source->xlsx, row, &why);
    if (error != OK && error != ERR_MEMORY)
        buffer_append_format(&source->problem, "%s: %s", row_source_name(source),
                             buffer_text(&why));
    buffer_deinit(&why);
    return error;
}

enum err row_source_next(struct row_source *source, const struct row **row)
{
    *row = NULL;
    if (source->form == ROW_FORM_XLSX)
        return xlsx_next(source, row);
    for (;;) {
        const bool has_row = source->form == ROW_FORM_CSV
                                 ? csv_reader_next(source->csv, &source->row)
                                 : yml_reader_next(source->yml, &source->row);
        if (has_row) {
            if (source->settings.kind == ROW_SOURCE_QUERY)
                source->row.position = ++source->answers_count; /* It has no lines. */
            *row = &source->row;
            return OK;
        }
        if (source->pending != OK || source->is_read)
            return source->pending;
        source->pending = more(source);
    }
}

const char *row_source_problem(struct row_source *source)
{
    return buffer_text(&source->problem);
}

static void append_offer(uint64_t position, struct buffer *text)
{
    buffer_append_format(text, "offer %" PRIu64 " (line %" PRIu64 ")", yml_position_offer(position),
                         yml_position_line(position));
}

void row_source_place(const struct row_source *source, uint64_t position, struct buffer *text)
{
    buffer_append_format(text, "%s:", row_source_name(source));
    if (source->form == ROW_FORM_XLSX)
        buffer_append_format(text, "%s!", xlsx_reader_sheet(source->xlsx));
    if (source->form == ROW_FORM_YML) {
        append_offer(position, text);
        return;
    }
    if (source->settings.kind == ROW_SOURCE_QUERY)
        buffer_append_text(text, "row ");
    buffer_append_format(text, "%" PRIu64, position);
}

uint64_t row_source_number(const struct row_source *source, uint64_t position)
{
    return source->form == ROW_FORM_YML ? yml_position_offer(position) : position;
}

void row_source_spot(const struct row_source *source, uint64_t position, struct buffer *text)
{
    if (source->form == ROW_FORM_YML) {
        buffer_append_text(text, "in ");
        append_offer(position, text);
        return;
    }
    const bool has_lines =
        source->form == ROW_FORM_CSV && source->settings.kind != ROW_SOURCE_QUERY;
    buffer_append_format(text, "%s %" PRIu64, has_lines ? "on line" : "in row", position);
}

const char *row_source_name(const struct row_source *source)
{
    return source->name.failed ? "" : (const char *)source->name.data;
}

void row_source_describe(const struct row_source *source, struct buffer *text)
{
    if (source->form == ROW_FORM_XLSX) {
        buffer_append_format(text, "XLSX, sheet %s", xlsx_reader_sheet(source->xlsx));
    } else if (source->form == ROW_FORM_YML) {
        buffer_append_text(text, "YML");
    } else if (source->settings.kind == ROW_SOURCE_QUERY) {
        buffer_append_text(text, "what a database answers");
    } else {
        buffer_append_format(text, "CSV%s", decoder_says(&source->decoder));
    }
}

int row_source_waits_for(const struct row_source *source)
{
    return source->input.fd >= 0 && !source->input.is_file && !source->is_read ? source->input.fd
                                                                               : -1;
}

int64_t row_source_done_bytes(const struct row_source *source)
{
    if (source->xlsx != NULL)
        return xlsx_reader_done_bytes(source->xlsx);
    return source->input.done_bytes;
}

int64_t row_source_bytes(const struct row_source *source)
{
    if (source->xlsx != NULL)
        return xlsx_reader_bytes(source->xlsx);
    return source->input.bytes;
}
