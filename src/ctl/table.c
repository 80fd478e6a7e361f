/* CSV and JSON are written as the cells come. For people the rows are gathered first, as the
 * longest cell makes the column; a later piece keeps the widths of those before it. */
#include "ctl/table.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "base/printable.h"
#include "ctl/width.h"
#include "os/terminal.h"
#include "sheet/csv_writer.h"
#include "wire/json.h"

enum {
    GATHERED_BYTES_MAX = 1024 * 1024,
    CELL_BYTES_MAX = 4096,
    GAP_COLUMNS = 2,
    CUT_COLUMNS_MIN = 8, /* No column is cut below that. */
};

/* A cell for people: a part of table->text. */
struct cell {
    size_t offset;
    size_t bytes;
    size_t width;
};

void table_init(struct table *table, const struct table_column *columns, enum output_form form)
{
    *table = (struct table){.columns = columns, .form = form};
    while (columns[table->columns_count].name != NULL)
        table->columns_count++;
    ASSERT(table->columns_count <= TABLE_COLUMNS_MAX);
    for (size_t i = 0; i < table->columns_count; i++)
        table->widths[i] = width_of(bytes_from_text(columns[i].title));
    buffer_init(&table->out);
    buffer_init(&table->text);
    buffer_init(&table->cells);
}

void table_deinit(struct table *table)
{
    buffer_deinit(&table->out);
    buffer_deinit(&table->text);
    buffer_deinit(&table->cells);
}

/* Begins the next cell in CSV or JSON. */
static void out_begin(struct table *table)
{
    ASSERT(table->cell < table->columns_count);
    if (table->form == OUTPUT_CSV && table->cell > 0)
        buffer_append_u8(&table->out, ',');
    if (table->form != OUTPUT_JSON)
        return;
    buffer_append_text(&table->out, table->has_members ? ",\"" : "{\"");
    buffer_append_text(&table->out, table->columns[table->cell].name);
    buffer_append_text(&table->out, "\":");
    table->has_members = true;
}

/* Keeps a cell for people. */
static void keep(struct table *table, struct bytes text)
{
    ASSERT(table->cell < table->columns_count);
    struct cell cell = {.offset = table->text.size};
    if (table->columns[table->cell].title != NULL)
        printable_append(&table->text, text, CELL_BYTES_MAX);
    if (table->text.failed)
        return;
    cell.bytes = table->text.size - cell.offset;
    if (cell.bytes > 0)
        cell.width = width_of((struct bytes){table->text.data + cell.offset, cell.bytes});
    if (cell.width > table->widths[table->cell])
        table->widths[table->cell] = cell.width;
    buffer_append(&table->cells, (struct bytes){(const uint8_t *)&cell, sizeof(cell)});
}

void table_add_text(struct table *table, struct bytes text)
{
    switch (table->form) {
    case OUTPUT_TEXT:
        keep(table, text);
        break;
    case OUTPUT_CSV:
        out_begin(table);
        csv_append_field(&table->out, text);
        break;
    case OUTPUT_JSON:
        out_begin(table);
        json_write_string(&table->out, text);
        break;
    }
    table->cell++;
}

/* Adds what is written in the same way everywhere, but for JSON perhaps. */
static void add_plain(struct table *table, const char *text, const char *json)
{
    if (table->form == OUTPUT_TEXT) {
        keep(table, bytes_from_text(text));
    } else {
        out_begin(table);
        buffer_append_text(&table->out, table->form == OUTPUT_JSON ? json : text);
    }
    table->cell++;
}

void table_add_number(struct table *table, int64_t number)
{
    char text[24];
    (void)snprintf(text, sizeof(text), "%" PRId64, number);
    table->numbers[table->cell] = true;
    add_plain(table, text, text);
}

void table_add_flag(struct table *table, bool flag)
{
    add_plain(table, flag ? "yes" : "no", flag ? "true" : "false");
}

void table_add_json(struct table *table, struct bytes text, struct bytes json)
{
    if (table->form != OUTPUT_JSON) {
        table_add_text(table, text);
        return;
    }
    out_begin(table);
    buffer_append(&table->out, json);
    table->cell++;
}

void table_add_nothing(struct table *table)
{
    if (table->form == OUTPUT_JSON)
        table->cell++;
    else
        add_plain(table, "", "");
}

void table_add_list(struct table *table, const struct bytes *texts, size_t texts_count)
{
    if (table->form != OUTPUT_JSON) {
        struct buffer joined;
        buffer_init(&joined);
        for (size_t i = 0; i < texts_count; i++) {
            buffer_append_text(&joined, i == 0 ? "" : ", ");
            buffer_append(&joined, texts[i]);
        }
        table->text.failed = table->text.failed || joined.failed;
        table_add_text(table, buffer_bytes(&joined));
        buffer_deinit(&joined);
        return;
    }
    out_begin(table);
    for (size_t i = 0; i < texts_count; i++) {
        buffer_append_u8(&table->out, i == 0 ? '[' : ',');
        json_write_string(&table->out, texts[i]);
    }
    buffer_append_text(&table->out, texts_count == 0 ? "[]" : "]");
    table->cell++;
}

void table_end_row(struct table *table)
{
    ASSERT(table->cell == table->columns_count);
    if (table->form == OUTPUT_JSON && !table->has_members)
        buffer_append_u8(&table->out, '{');
    if (table->form != OUTPUT_TEXT)
        buffer_append_text(&table->out, table->form == OUTPUT_JSON ? "}\n" : "\n");
    table->cell = 0;
    table->has_members = false;
}

bool table_is_full(const struct table *table)
{
    return table->out.size + table->text.size > GATHERED_BYTES_MAX;
}

/* Makes the columns as narrow as it takes, the widest first; those of numbers are left alone. */
static void fit(struct table *table, size_t columns_max)
{
    size_t all = 0;
    for (size_t i = 0; i < table->columns_count; i++)
        all += table->columns[i].title == NULL ? 0 : table->widths[i] + GAP_COLUMNS;
    all -= GAP_COLUMNS;
    while (columns_max > 0 && all > columns_max) {
        size_t *widest = NULL;
        for (size_t i = 0; i < table->columns_count; i++) {
            if (!table->numbers[i] && table->widths[i] > CUT_COLUMNS_MIN &&
                (widest == NULL || table->widths[i] > *widest))
                widest = &table->widths[i];
        }
        if (widest == NULL)
            return;
        (*widest)--;
        all--;
    }
}

static void append_spaces(struct buffer *text, size_t count)
{
    buffer_append_format(text, "%*s", (int)count, "");
}

/* Appends a cell, cut where it is too wide, and its spaces but for those at a line's end. */
static void append_cell(struct table *table, struct buffer *text, size_t index, struct bytes value,
                        size_t width)
{
    if (table->columns[index].title == NULL)
        return;
    const size_t room = table->widths[index];
    const bool is_last = index + 1 == table->columns_count;
    struct bytes shown = value;
    size_t used = width;
    if (width > room) {
        shown = width_clip(value, room - 1);
        used = width_of(shown) + 1;
    }
    if (table->numbers[index])
        append_spaces(text, room - used);
    buffer_append(text, shown);
    if (width > room)
        buffer_append_text(text, "…");
    if (!is_last)
        append_spaces(text, GAP_COLUMNS + (table->numbers[index] ? 0 : room - used));
}

/* An empty cell at the end would leave the spaces of those before it. */
static void end_line(struct buffer *text)
{
    while (text->size > 0 && text->data[text->size - 1] == ' ')
        text->size--;
    buffer_append_u8(text, '\n');
}

static void append_header(struct table *table, bool colour, struct buffer *text)
{
    if (colour)
        buffer_append_text(text, "\033[1m");
    for (size_t i = 0; i < table->columns_count; i++) {
        const struct bytes title = bytes_from_text(table->columns[i].title);
        append_cell(table, text, i, title, width_of(title));
    }
    if (colour)
        buffer_append_text(text, "\033[0m");
    end_line(text);
}

static struct bytes cell_text(const struct table *table, const struct cell *cell)
{
    return cell->bytes == 0 ? BYTES("")
                            : (struct bytes){table->text.data + cell->offset, cell->bytes};
}

/* Appends the rows as lines of `title  value`; empty cells are left out. */
static void format_upright(struct table *table, bool colour, struct buffer *text)
{
    size_t widest = 0;
    for (size_t i = 0; i < table->columns_count; i++) {
        const size_t width = width_of(bytes_from_text(table->columns[i].title));
        widest = width > widest ? width : widest;
    }
    const struct cell *cells = (const void *)table->cells.data;
    const size_t count = table->cells.size / sizeof(*cells);
    for (size_t i = 0; i < count; i++) {
        const char *title = table->columns[i % table->columns_count].title;
        if (i > 0 && i % table->columns_count == 0)
            buffer_append_u8(text, '\n');
        if (cells[i].bytes == 0)
            continue;
        buffer_append_format(text, "%s%s%s", colour ? "\033[1m" : "", title,
                             colour ? "\033[0m" : "");
        append_spaces(text, widest - width_of(bytes_from_text(title)) + GAP_COLUMNS);
        buffer_append(text, cell_text(table, &cells[i]));
        buffer_append_u8(text, '\n');
    }
}

void table_format(struct table *table, size_t columns_max, bool colour, struct buffer *text)
{
    if (table->text.failed || table->cells.failed) {
        text->failed = true;
        return;
    }
    const struct cell *cells = (const void *)table->cells.data;
    const size_t count = table->cells.size / sizeof(*cells);
    if (table->upright) {
        format_upright(table, colour, text);
    } else {
        fit(table, columns_max);
        if (!table->has_header)
            append_header(table, colour, text);
        for (size_t i = 0; i < count; i++) {
            append_cell(table, text, i % table->columns_count, cell_text(table, &cells[i]),
                        cells[i].width);
            if ((i + 1) % table->columns_count == 0)
                end_line(text);
        }
    }
    table->has_header = true;
    buffer_clear(&table->text);
    buffer_clear(&table->cells);
}

static void csv_header(struct table *table, struct buffer *text)
{
    for (size_t i = 0; i < table->columns_count; i++)
        buffer_append_format(text, "%s%s", i == 0 ? "" : ",", table->columns[i].name);
    buffer_append_u8(text, '\n');
    table->has_header = true;
}

static enum err write_all(struct bytes text)
{
    size_t done = 0;
    while (done < text.size) {
        const ssize_t count = write(STDOUT_FILENO, text.data + done, text.size - done);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            return ERR_IO;
        done += (size_t)count;
    }
    return OK;
}

enum err table_write(struct table *table)
{
    ASSERT(table->cell == 0);
    struct buffer text;
    buffer_init(&text);
    if (table->form == OUTPUT_TEXT)
        table_format(table, (size_t)terminal_columns(STDOUT_FILENO),
                     terminal_has_colour(STDOUT_FILENO), &text);
    if (table->form == OUTPUT_CSV && !table->has_header)
        csv_header(table, &text);
    buffer_append(&text, buffer_bytes(&table->out));
    enum err error = text.failed || table->out.failed ? ERR_MEMORY : OK;
    if (error == OK)
        error = write_all(buffer_bytes(&text));
    buffer_clear(&table->out);
    buffer_deinit(&text);
    return error;
}
