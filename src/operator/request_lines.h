/* Reading a file of the query log from its end to its start, line by line, with a window of memory
 * that does not depend on the file's size. */
#ifndef OPERATOR_REQUEST_LINES_H
#define OPERATOR_REQUEST_LINES_H

#include "base/limits.h"
#include "os/os.h"

#define REQUEST_WINDOW_BYTES ((size_t)2 * REQUEST_LINE_BYTES_MAX)

/* Invariant: the bytes of the file before window_offset + left were not given yet; the window holds
 * the last `left` of them. */
struct request_lines {
    struct os *os;
    struct os_file *file;
    uint8_t *window; /* REQUEST_WINDOW_BYTES and JSON_PADDING_BYTES. */
    uint64_t window_offset;
    size_t left;
    uint64_t bytes_read; /* All together, for whoever wants to stop. */
    enum err error;      /* A read failed; no line is given any more. */
};

/* Starts in front of `end`, at most the file's size. Everything is lent for the walk. */
struct request_lines request_lines_begin(struct os *os, struct os_file *file, uint8_t *window,
                                         uint64_t end);

/* Gives the line before, without its line break; it may be empty. Lends until the next call, and
 * has JSON_PADDING_BYTES readable bytes behind it. A stretch without a line break that is longer
 * than a line can be comes in pieces. False: no more, or an error. */
MUST_USE bool request_lines_previous(struct request_lines *lines, struct bytes *line);

/* Where in the file the line that was given last starts: all before it were not given yet. */
uint64_t request_lines_offset(const struct request_lines *lines);

#endif
