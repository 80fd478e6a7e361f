/* A zip archive and its parts, read within limits; with xlsx_writer.c the only user of libzip. One
 * thread. */
#ifndef SHEET_ZIP_FILE_H
#define SHEET_ZIP_FILE_H

#include "base/buffer.h"

struct zip_file_parts;
struct zip_part;

/* Opens an archive: a plain file, of which it makes a descriptor of its own, or memory, which it
 * lends until zip_parts_close(). ERR_INVALID: it is none, or has too many parts; *problem says
 * so. ERR_MEMORY. */
MUST_USE enum err zip_parts_open(int fd, struct bytes memory, struct zip_file_parts **parts,
                                 struct buffer *problem);
void zip_parts_close(struct zip_file_parts *parts);

bool zip_parts_have(struct zip_file_parts *parts, const char *name);

/* Opens a part by its name, which may hold `bytes_max` bytes. ERR_NOT_FOUND: there is none; it can
 * then be opened by none of these ways. ERR_INVALID, ERR_FULL, ERR_MEMORY: *problem says why. */
MUST_USE enum err zip_part_open(struct zip_file_parts *parts, const char *name, uint64_t bytes_max,
                                struct zip_part **part, struct buffer *problem);
void zip_part_close(struct zip_part *part);

/* Reads up to `size` bytes; *got is 0 at the end. ERR_CORRUPT: it is damaged, and what was given of
 * it may be wrong; ERR_FULL: it is larger than it may be; *problem says so. ERR_MEMORY. */
MUST_USE enum err zip_part_read(struct zip_part *part, uint8_t *data, size_t size, size_t *got,
                                struct buffer *problem);

/* How large it says that it is, and how much of it was read. */
uint64_t zip_part_bytes(const struct zip_part *part);
uint64_t zip_part_done_bytes(const struct zip_part *part);

#endif
