/* The texts of an XLSX that its cells share, all of them in memory: the one part of a source that
 * grows with the file. */
#ifndef SHEET_XLSX_STRINGS_H
#define SHEET_XLSX_STRINGS_H

#include "sheet/zip_file.h"

struct xlsx_strings {
    struct buffer text;
    struct buffer ends; /* uint32_t for each. */
};

/* All together, and the file that they are read from. */
#define XLSX_STRINGS_BYTES_MAX      (UINT64_C(256) << 20)
#define XLSX_STRINGS_PART_BYTES_MAX (UINT64_C(1024) << 20)

void xlsx_strings_init(struct xlsx_strings *strings);
void xlsx_strings_deinit(struct xlsx_strings *strings);

/* Reads the part. Each text is kept as far as a cell is. ERR_NOT_FOUND: there is no such part.
 * ERR_INVALID, ERR_FULL: *problem says why; ERR_MEMORY. */
MUST_USE enum err xlsx_strings_read(struct xlsx_strings *strings, struct zip_file_parts *parts,
                                    const char *name, struct buffer *problem);

/* The text number `index`, from 0. False: there is none. Lives as long as these. */
MUST_USE bool xlsx_strings_get(const struct xlsx_strings *strings, uint64_t index,
                               struct bytes *text);

#endif
