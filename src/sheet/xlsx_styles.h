/* Formats of cells: how a spreadsheet shows the numbers that it keeps. */
#ifndef SHEET_XLSX_STYLES_H
#define SHEET_XLSX_STYLES_H

#include "sheet/zip_file.h"

/* Appends a byte for each format of cells (xlsx_book.h). A file without the part has none. Returns
 * what xlsx_part_read() does. */
MUST_USE enum err xlsx_styles_read(struct buffer *styles, struct zip_file_parts *parts,
                                   const char *name, struct buffer *problem);

/* The style that a format's code stands for: `dd.mm.yyyy`, `0000000`, `#,##0.00`. Pure. */
uint8_t xlsx_style_of_code(struct bytes code);

#endif
