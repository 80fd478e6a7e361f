/* Numbers as cells of a spreadsheet store them, without a detour over floating point. Pure. */
#ifndef SHEET_XLSX_NUMBER_H
#define SHEET_XLSX_NUMBER_H

#include "base/buffer.h"

/* What a spreadsheet keeps of a number: what has more digits was rounded. */
enum { XLSX_DIGITS_MAX = 15, XLSX_INTEGER_BYTES_MAX = 32 };

enum xlsx_number_kind {
    XLSX_WHOLE,    /* An integer, exactly. */
    XLSX_ROUNDED,  /* One of more digits than are kept. */
    XLSX_FRACTION, /* A number that is not whole. */
    XLSX_NO_NUMBER,
};

/* Reads 557722, 557722.0, 1.23E+10. Writes an integer's digits, with a minus where one is due and a
 * NUL behind; of XLSX_ROUNDED only when they fit, otherwise nothing. */
enum xlsx_number_kind xlsx_number_read(struct bytes text, char integer[XLSX_INTEGER_BYTES_MAX]);

/* Reads a date as days since the beginning of 1900, or of 1904, with a fraction of the day. Gives
 * milliseconds since 1970-01-01 as if its zone were UTC. False: it is none. */
MUST_USE bool xlsx_date_read(struct bytes text, bool since_1904, int64_t *naive_ms);

#endif
