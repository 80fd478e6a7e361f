/* Looks at each row of a source before it is sent: what is wrong with it, whether its SKU came
 * before, and what a person would not see in it; keeps numbers and some examples for a report.
 * 40 MB for a million usual SKUs. Prints nothing. One thread. */
#ifndef SHEET_HYGIENE_H
#define SHEET_HYGIENE_H

#include "sheet/leftover.h"
#include "sheet/row_source.h"

struct hygiene;

/* How rows are looked at, and how many examples of each finding are kept. */
struct hygiene_settings {
    struct leftover_rules rules;
    uint32_t examples_max;
};

/* Begins; keeps `source`, whose places it tells. NULL: no memory. Ended by hygiene_destroy(). */
MUST_USE struct hygiene *hygiene_create(const struct hygiene_settings *settings,
                                        const struct row_source *source);
void hygiene_destroy(struct hygiene *hygiene);

/* Looks at the next row. Gives in *kind what becomes of it, and in *leftover what is sent. Of
 * LEFTOVER_BAD, hygiene_reason() says why. ERR_FULL: there are more SKUs than can be kept;
 * ERR_MEMORY. */
MUST_USE enum err hygiene_take(struct hygiene *hygiene, const struct row *row,
                               enum leftover_kind *kind, struct leftover *leftover);

/* Why the row was bad, one line without its place. Lives until the next one is taken. */
const char *hygiene_reason(struct hygiene *hygiene);

/* Whether a row with this SKU could be sent. ERR_MEMORY. */
MUST_USE enum err hygiene_has(const struct hygiene *hygiene, struct bytes sku, bool *has);

/* Takes back a row that could be sent, for an error that only its receiver can know. */
void hygiene_object(struct hygiene *hygiene, enum finding finding, uint64_t position,
                    struct bytes sku);

/* Rows so far; blank ones count nowhere. */
struct hygiene_totals {
    int64_t rows;
    int64_t good;     /* Can be sent. */
    int64_t skipped;  /* Have no count. */
    int64_t bad;      /* Cannot be sent. */
    int64_t warnings; /* What was found beside: a row may have several. */
};

struct hygiene_totals hygiene_totals(const struct hygiene *hygiene);

/* How often it was found. */
int64_t hygiene_count(const struct hygiene *hygiene, enum finding finding);

/* Appends the report: a line for each finding that there is, with its number, and its examples
 * below it when `with_examples`. Nothing found, nothing appended. */
void hygiene_report(const struct hygiene *hygiene, bool with_examples, struct buffer *text);

/* Appends the findings as an array of JSON:
 * [{"kind":…,"severity":"error"|"warning","count":…,"what":…,
 *   "examples":[{"place":…,"text":…,"row":…,"sku":…}]}]
 * A SKU that is none is made printable, and left out when there is nothing of it. */
void hygiene_report_json(const struct hygiene *hygiene, struct buffer *text);

#endif
