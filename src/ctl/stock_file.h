/* Reads a whole file of leftovers into a table, all of it or nothing: a SKU that is missing in the
 * table counts as sold out, so half a file would be worse than the one before. */
#ifndef CTL_STOCK_FILE_H
#define CTL_STOCK_FILE_H

#include "base/buffer.h"
#include "ctl/stock_table.h"

/* What tells one content of a file from another without reading it. */
struct file_version {
    uint64_t device;
    uint64_t inode;
    int64_t bytes;
    int64_t changed_ns;
};

bool file_version_equal(const struct file_version *left, const struct file_version *right);

/* False, with errno set: there is no such file. */
MUST_USE bool file_version_read(const char *path, struct file_version *version);

/* Reads it. A row without updatedAt gets the moment the file was changed, or now, whichever is
 * earlier. Gives the table to the caller. ERR_INVALID, ERR_IO: *problem says FILE:LINE: why, or
 * what is wrong with the file; ERR_BUSY: it changed while it was read; ERR_MEMORY. */
MUST_USE enum err stock_file_read(const char *path, int64_t now_ms, struct stock_table **table,
                                  struct file_version *version, struct buffer *problem);

#endif
