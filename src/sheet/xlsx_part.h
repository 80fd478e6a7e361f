/* A part of an XLSX that is read as a whole. */
#ifndef SHEET_XLSX_PART_H
#define SHEET_XLSX_PART_H

#include "sheet/xml_reader.h"
#include "sheet/zip_file.h"

/* What is read, and by whom: `context` is the first member of a struct of theirs, and events get
 * its address. */
struct xlsx_part_context {
    const char *name;
    uint64_t bytes_max;
    const struct xml_events *events;
    struct xml_reader *xml; /* While it is read: for xml_reader_refuse(). */
};

/* Opens the part, gives its events to `context`, and closes it. ERR_NOT_FOUND: there is none;
 * ERR_INVALID, ERR_CORRUPT, ERR_FULL: *problem says why; ERR_MEMORY. */
MUST_USE enum err xlsx_part_read(struct zip_file_parts *parts, struct xlsx_part_context *context,
                                 struct buffer *problem);

#endif
