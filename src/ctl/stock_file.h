/* Reads a whole source of leftovers into a table, all of it or nothing: a SKU that is missing in
 * the table counts as sold out, so half a file would be worse than the one before. */
#ifndef CTL_STOCK_FILE_H
#define CTL_STOCK_FILE_H

#include "base/buffer.h"
#include "ctl/stock_table.h"
#include "sheet/row_source.h"

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
 * earlier; of a command or a query, now. Gives the table to the caller, and of a file its version.
 * ERR_INVALID, ERR_IO, ERR_NOT_FOUND, ERR_FULL: *problem says where and why; ERR_BUSY: it changed
 * while it was read, or the run ends; ERR_MEMORY. */
MUST_USE enum err stock_file_read(const struct row_source_settings *settings,
                                  struct stock_table **table, struct file_version *version,
                                  struct buffer *problem);

#endif
