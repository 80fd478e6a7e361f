/* What an XLSX says about itself: which of its parts is the sheet that is wanted, which the shared
 * texts, and which formats of cells are dates or numbers with zeros in front. */
#ifndef SHEET_XLSX_BOOK_H
#define SHEET_XLSX_BOOK_H

#include "sheet/zip_file.h"

/* How a number is shown: as it is, as a date, or with zeros up to so many digits. */
enum { XLSX_STYLE_PLAIN = 0, XLSX_STYLE_ZEROS_MAX = 30, XLSX_STYLE_DATE = 255 };

struct xlsx_book {
    struct buffer sheet_name; /* As people see it. */
    struct buffer sheet_part;
    struct buffer strings_part; /* Empty: there is none. */
    struct buffer styles;       /* A byte for each format of cells: 1…: so many digits. */
    bool since_1904;            /* What dates count from. */
};

void xlsx_book_init(struct xlsx_book *book);
void xlsx_book_deinit(struct xlsx_book *book);

/* Reads it, and chooses the sheet of that name; NULL: the first that is not hidden. ERR_INVALID,
 * ERR_FULL: *problem says why; ERR_MEMORY. */
MUST_USE enum err xlsx_book_read(struct xlsx_book *book, struct zip_file_parts *parts,
                                 const char *sheet, struct buffer *problem);

/* The style of a cell's format number. */
uint8_t xlsx_book_style(const struct xlsx_book *book, uint64_t format);

#endif
