/* What can be said about a row of a file of leftovers, with the names that scripts know. */
#ifndef SHEET_FINDING_H
#define SHEET_FINDING_H

#include <stddef.h>

/* Name, severity, what it means. The order is that of the report. */
/* clang-format off */
#define FINDINGS(row) \
    row(SKU_EMPTY, "sku-empty", ERROR, "a count without a SKU") \
    row(SKU_LONG, "sku-long", ERROR, "the SKU is longer than 255 characters") \
    row(SKU_BROKEN, "sku-broken", ERROR, "the SKU holds what is no text") \
    row(SKU_ROUNDED, "sku-rounded", ERROR, \
        "the spreadsheet keeps the SKU as a number and has rounded it") \
    row(SKU_CELL, "sku-cell", ERROR, \
        "the SKU's cell holds a date, a fraction, an error or no value") \
    row(SKU_REPEATED, "sku-repeated", ERROR, "the SKU has an earlier row, which counts") \
    row(ROW_LONG, "row-long", ERROR, \
        "the row has more fields than the header; quotes are missing, perhaps") \
    row(COUNT_ABSENT, "count-absent", ERROR, "the row ends before its count") \
    row(COUNT_NEGATIVE, "count-negative", ERROR, "the count is below zero") \
    row(COUNT_FRACTION, "count-fraction", ERROR, "the count is not whole") \
    row(COUNT_SPREADSHEET, "count-spreadsheet", ERROR, \
        "the count is written as a spreadsheet does, 5.0 or 1E+3") \
    row(COUNT_LARGE, "count-large", ERROR, "the count is larger than 2000000000") \
    row(COUNT_BROKEN, "count-broken", ERROR, "the count is no number") \
    row(COUNT_CELL, "count-cell", ERROR, \
        "the count's cell holds a date, an error or no value") \
    row(DATE_BROKEN, "updated-at-broken", ERROR, \
        "updatedAt is no date and time with its offset") \
    row(DATE_FUTURE, "updated-at-future", ERROR, "updatedAt lies in the future") \
    row(DATE_OLD, "updated-at-old", ERROR, "updatedAt is more than a day ago") \
    row(SKU_UNKNOWN, "sku-unknown", ERROR, "the store does not know the SKU") \
    row(COUNT_EMPTY, "count-empty", WARNING, "no count: the stock is left as it is") \
    row(SKU_SPREADSHEET, "sku-spreadsheet", WARNING, \
        "the SKU looks like a number that a spreadsheet has rewritten") \
    row(SKU_SPACES, "sku-spaces", WARNING, \
        "the SKU holds spaces that cannot be seen or told apart") \
    row(SKU_MIXED, "sku-mixed-letters", WARNING, \
        "the SKU has Cyrillic letters that look like its Latin ones") \
    row(TWIN_ZEROS, "twin-zeros", WARNING, "two SKUs that differ by leading zeros alone") \
    row(TWIN_CASE, "twin-case", WARNING, \
        "two SKUs that differ by small and capital letters alone") \
    row(TWIN_SPACES, "twin-spaces", WARNING, "two SKUs that differ by spaces alone") \
    row(TWIN_LETTERS, "twin-letters", WARNING, \
        "two SKUs that differ by letters that look the same") \
    row(TWIN_SEVERAL, "twin-several", WARNING, \
        "two SKUs that differ by several of these alone")
/* clang-format on */

#define FINDING_ENUM(id, name, severity, what) FINDING_##id,
enum finding { FINDINGS(FINDING_ENUM) FINDINGS_COUNT };
#undef FINDING_ENUM

enum finding_severity {
    FINDING_ERROR,   /* The row is not sent. */
    FINDING_WARNING, /* It is sent, unless it has no count. */
};

struct finding_kind {
    const char *name;
    const char *what; /* Half a sentence for people. */
    enum finding_severity severity;
};

/* One for each of enum finding. */
extern const struct finding_kind finding_kinds[FINDINGS_COUNT];

#endif
