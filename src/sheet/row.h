/* One row of a file of leftovers, as it stands there, whatever the form of the file is. */
#ifndef SHEET_ROW_H
#define SHEET_ROW_H

#include "base/bytes.h"

/* The columns that count; all others are ignored. */
enum row_column { ROW_SKU, ROW_COUNT, ROW_UPDATED_AT, ROW_COLUMNS };

/* The field itself is there, and still cannot be taken for what it shows. */
enum row_trouble {
    TROUBLE_NONE,
    TROUBLE_ROUNDED, /* A number that a spreadsheet has rounded: digits of it are lost. */
    TROUBLE_NUMBER,  /* A number that is not whole, where a text is wanted. */
    TROUBLE_DATE,    /* A date, where a text or a count is wanted. */
    TROUBLE_ERROR,   /* An error of the spreadsheet, #N/A. */
    TROUBLE_FORMULA, /* A formula without its value. */
};

/* One row behind the header. */
struct row {
    uint64_t position; /* Where it stands: row_source_place() tells it to people. Grows. */
    /* As they stand in the file, without quotes. No data (NULL): the row ends before it, or the
     * header has no such column. */
    struct bytes fields[ROW_COLUMNS];
    enum row_trouble troubles[ROW_COLUMNS];
    bool is_long; /* It has more fields than the header: a separator inside a field, perhaps. */
};

/* Which names of the header count, and whether it has to name a count. */
struct row_wanted {
    const char *names[ROW_COLUMNS]; /* NULL: any of the usual ones. */
    bool only_skus;
    bool of_request; /* Messages name parameters of a request, not options of stockctl. */
};

#endif
