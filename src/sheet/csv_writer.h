/* Writes CSV to a file that appears under its name only when it is whole. */
#ifndef SHEET_CSV_WRITER_H
#define SHEET_CSV_WRITER_H

#include "base/buffer.h"

/* Appends a field, in quotes where it holds a comma, a semicolon, a quote, TAB, LF or CR, or begins
 * or ends with a space. Pure. */
void csv_append_field(struct buffer *text, struct bytes field);

/* A file that is being written. What was gathered in `text` is written by csv_file_flush(). */
struct csv_file {
    struct buffer text;
    struct buffer part_path; /* FILE.part; no text: written in place. */
    const char *path;
    int fd;
};

/* Opens `path`.part, or `path` itself where that is no plain file (a pipe, /dev/null), or standard
 * output for NULL and `-`. Keeps `path`. ERR_IO with errno set; ERR_MEMORY. After a failure there
 * is nothing to end. */
MUST_USE enum err csv_file_open(struct csv_file *file, const char *path);

/* Writes what was gathered when it is much, or `all` of it. ERR_IO with errno set; ERR_MEMORY. */
MUST_USE enum err csv_file_flush(struct csv_file *file, bool all);

/* Writes the rest, brings it to the disk and gives the file its name. Ends it in any case. ERR_IO
 * with errno set, ERR_MEMORY: the file does not appear under its name. */
MUST_USE enum err csv_file_commit(struct csv_file *file);

/* Ends it without a trace. */
void csv_file_abandon(struct csv_file *file);

#endif
