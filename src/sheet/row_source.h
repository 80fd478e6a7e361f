/* One way to open whatever says how many units a seller has, and to take it row by row in bounded
 * memory: a file, standard input, memory, what a command prints, what a database answers; as CSV,
 * XLSX or YML. It can neither start a command nor ask a database: who may brings that along
 * (`spool`). Prints nothing. One thread. */
#ifndef SHEET_ROW_SOURCE_H
#define SHEET_ROW_SOURCE_H

#include "base/buffer.h"
#include "sheet/row.h"

struct row_source;
struct row_source_settings;

enum row_source_kind {
    ROW_SOURCE_FILE,      /* `text` is its path, `-` standard input. */
    ROW_SOURCE_MEMORY,    /* `memory`, lent until row_source_close(). */
    ROW_SOURCE_OPEN_FILE, /* `fd`, a plain file, read from its beginning; lent like that. */
    ROW_SOURCE_COMMAND,   /* `text` is for /bin/sh; its output counts when it ended with 0. */
    ROW_SOURCE_QUERY,     /* `text` is SQL for `database`; its columns are named as a CSV's are. */
};

enum row_form { ROW_FORM_AUTO, ROW_FORM_CSV, ROW_FORM_XLSX, ROW_FORM_YML };

/* Of a CSV. Found: by a byte-order mark, and as windows-1251 where bytes are not UTF-8. */
enum row_encoding { ROW_ENCODING_AUTO, ROW_ENCODING_UTF8, ROW_ENCODING_1251, ROW_ENCODING_UTF16 };

/* What is NULL or zero is left to what the file is. Texts are lent until row_source_close(). */
struct row_source_settings {
    enum row_source_kind kind;
    enum row_form form;
    enum row_encoding encoding;
    const char *text;
    struct bytes memory;
    int fd;
    const char *name;     /* In messages, instead of the path, `command` or `query`. */
    const char *database; /* postgresql://… */
    const char *sheet;    /* Of an XLSX, by name; otherwise its first that is not hidden. */
    bool outlets;         /* Of a YML: the sum of <outlet instock>, instead of <count> … */
    const char *outlet;   /* … or the one with this warehouse_name. */
    const char *columns[ROW_COLUMNS]; /* Names in the header, instead of the usual ones. */
    bool only_skus;                   /* A column of counts need not be there. */
    bool of_request;          /* Messages name parameters of a request, not options of stockctl. */
    uint64_t sheet_bytes_max; /* Of an XLSX's sheet, unpacked; 0: 8 GB. */
    int64_t now_ms;           /* For the date of a YML (CONTRACT C65). */
    /* Of a command or a query: makes a file of it, which is closed with the source. Returns what
     * row_source_open() does. NULL: there are none such. */
    enum err (*spool)(const struct row_source_settings *settings, int *fd, struct buffer *problem);
    /* Asked while nothing comes: whether to give up (ERR_BUSY). NULL: never. */
    bool (*is_stopped)(void);
};

/* Opens it, and reads to the end of its header. What waits, waits here: a command, a query, an XLSX
 * on standard input. ERR_INVALID: its form or its header is wrong; ERR_NOT_FOUND, ERR_IO: it cannot
 * be read, ERR_CORRUPT: an archive is damaged; all say why in *problem, one line for people.
 * ERR_FULL: it is larger than a limit, and *problem says which. ERR_BUSY, ERR_MEMORY. Gives the
 * source; ended by row_source_close(). */
MUST_USE enum err row_source_open(const struct row_source_settings *settings,
                                  struct row_source **source, struct buffer *problem);
void row_source_close(struct row_source *source);

/* Gives the next row, NULL at the end. Lends until the next call. ERR_INVALID, ERR_IO, ERR_FULL:
 * the rest cannot be read, ERR_CORRUPT: and the rows before may be wrong; row_source_problem() says
 * why and where. ERR_BUSY, ERR_MEMORY. After an error there are no more rows. */
MUST_USE enum err row_source_next(struct row_source *source, const struct row **row);

/* One line, which begins with the place. Lives as long as the source. */
const char *row_source_problem(struct row_source *source);

/* Appends where a row stands, by its position: `a.csv:17`, `a.xlsx:Sheet1!17`,
 * `a.yml:offer 3 (line 120)`, `query:row 17`. */
void row_source_place(const struct row_source *source, uint64_t position, struct buffer *text);

/* Its number there: a line, a row, an offer. */
uint64_t row_source_number(const struct row_source *source, uint64_t position);

/* Appends the same within a sentence about the source: `on line 17`, `in row 17`, `in offer 3 (line
 * 120)`. */
void row_source_spot(const struct row_source *source, uint64_t position, struct buffer *text);

/* How messages name it, and what it turned out to be: `CSV`, `CSV in windows-1251`, `XLSX, sheet
 * Sheet1`, `YML`. */
const char *row_source_name(const struct row_source *source);
void row_source_describe(const struct row_source *source, struct buffer *text);

/* What must become readable before row_source_next() can go on without waiting; -1: nothing, it
 * does not wait. */
int row_source_waits_for(const struct row_source *source);

/* How much was read, of how much; 0: nobody knows how much there is. */
int64_t row_source_done_bytes(const struct row_source *source);
int64_t row_source_bytes(const struct row_source *source);

#endif
