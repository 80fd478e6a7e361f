/* The part of a file that is in memory while the file is read from its beginning to its end: it
 * begins where the reader has nothing more to do with what stands before, and reaches as far as the
 * reader asks. A MiB or more is read at a time. */
#ifndef JOURNAL_WINDOW_H
#define JOURNAL_WINDOW_H

#include "journal/format.h"
#include "os/os.h"

/* Invariant: size <= WINDOW_BYTES_MAX. */
struct window {
    struct os *os;
    struct os_file *file;
    uint8_t *data;
    uint64_t offset; /* In the file. */
    size_t size;
    bool ended; /* The file has nothing behind it. */
};

/* How far it reaches at most: the largest frame and one more read. */
#define WINDOW_READ_BYTES ((size_t)1024 * 1024)
#define WINDOW_BYTES_MAX  (FRAME_BYTES_MAX + WINDOW_READ_BYTES)

/* A window without a file. ERR_MEMORY. */
MUST_USE enum err window_init(struct window *window, struct os *os);
void window_deinit(struct window *window);

/* Begins at `offset` of a file, which stays open for as long as more is asked for. Nothing is read
 * yet; what was in the window is gone. */
void window_begin(struct window *window, struct os_file *file, uint64_t offset);

/* Whether `size` bytes at `offset` can be in it, or are too far from where it begins. */
bool window_can_reach(const struct window *window, uint64_t offset, size_t size);

/* Gives all that is in it from `offset` on: `size` bytes or more, less only at the file's end.
 * ERR_IO. */
MUST_USE enum err window_reach(struct window *window, uint64_t offset, size_t size,
                               struct bytes *bytes);

#endif
