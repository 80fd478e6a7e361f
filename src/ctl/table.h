/* What a subcommand shows, row by row, on standard output: columns for people, CSV, or one JSON
 * object a line. Columns are as wide as what stands in them; on a terminal long texts are cut to
 * its width, in a pipe nothing ever is. Many rows are written in pieces. */
#ifndef CTL_TABLE_H
#define CTL_TABLE_H

#include "base/buffer.h"
#include "ctl/command.h"

struct table_column {
    const char *name;  /* In CSV and JSON, `campaignId`. NULL ends an array. */
    const char *title; /* For people, `campaign`; NULL: not shown to them. */
};

enum { TABLE_COLUMNS_MAX = 16 };

struct table {
    const struct table_column *columns;
    size_t columns_count;
    enum output_form form;
    bool upright;       /* For people: a row is lines of `title  value`. */
    size_t cell;        /* Which one of its row comes next. */
    bool has_members;   /* The JSON object at hand. */
    bool has_header;    /* It was written. */
    struct buffer out;  /* CSV or JSON that was not written yet. */
    struct buffer text; /* For people: what stands in the cells that were not written yet. */
    struct buffer cells;
    size_t widths[TABLE_COLUMNS_MAX];
    bool numbers[TABLE_COLUMNS_MAX]; /* Columns that had a number: they stand at the right. */
};

/* Begins. Keeps `columns`. Ended by table_deinit(). */
void table_init(struct table *table, const struct table_column *columns, enum output_form form);
void table_deinit(struct table *table);

/* The next cell of the row at hand. A cell with nothing in it is no member of a JSON object. */
void table_add_text(struct table *table, struct bytes text);
void table_add_number(struct table *table, int64_t number);
void table_add_flag(struct table *table, bool flag);
void table_add_list(struct table *table, const struct bytes *texts, size_t texts_count);
void table_add_nothing(struct table *table);

/* The same with a value that has a form of its own as JSON. */
void table_add_json(struct table *table, struct bytes text, struct bytes json);

/* Ends a row, all of whose cells were added. */
void table_end_row(struct table *table);

/* Whether much was gathered, so that it is time to write. */
bool table_is_full(const struct table *table);

/* Writes what was gathered, and the header before the first row. ERR_IO with errno set: standard
 * output takes nothing; ERR_MEMORY. */
MUST_USE enum err table_write(struct table *table);

/* Appends the rows that were gathered for people, within `columns_max` columns (0: any number),
 * and forgets them. Pure. */
void table_format(struct table *table, size_t columns_max, bool colour, struct buffer *text);

#endif
