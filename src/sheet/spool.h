/* Bytes that have to be there as a whole before a row of them counts: a temporary file without a
 * name, which is gone when it is closed, and what fills it. One thread. */
#ifndef SHEET_SPOOL_H
#define SHEET_SPOOL_H

#include "base/buffer.h"

/* No more is taken: 4 GiB. */
#define SPOOL_BYTES_MAX (UINT64_C(4) << 30)

/* Makes one in `folder`; NULL: in TMPDIR or /tmp. Closed by its owner. ERR_IO: *problem says
 * why. */
MUST_USE enum err spool_open(const char *folder, int *fd, struct buffer *problem);

/* Writes to its end; *bytes is how much there is. ERR_IO, ERR_FULL: *problem says why. */
MUST_USE enum err spool_write(int fd, struct bytes more, uint64_t *bytes, struct buffer *problem);

/* Reads up to `size` bytes at `offset`; *got is less than `size` only at the end. ERR_IO: *problem
 * says why. */
MUST_USE enum err spool_read(int fd, uint64_t offset, uint8_t *data, size_t size, size_t *got,
                             struct buffer *problem);

#endif
