/* A new file that is written from its beginning to its end, once: disk is claimed ahead, and what
 * was written is synced every 256 KiB. Then it leaves the disk to others for some time, in
 * proportion to what the sync took, so that commits beside it find it free. (Measured with 10 M
 * cells: without the pause the longest PUT took 24 to 32 ms, with it 2, and 0.8 with no file being
 * written; the file takes 2 s instead of 0.7.) */
#ifndef JOURNAL_APPEND_FILE_H
#define JOURNAL_APPEND_FILE_H

#include "base/buffer.h"
#include "base/limits.h"
#include "os/os.h"

#define APPEND_WRITE_BYTES    ((size_t)256 * 1024)
#define APPEND_SYNC_BYTES     (UINT64_C(256) * 1024)
#define APPEND_PAUSE_SYNCS    6     /* So many times as long as the sync took, */
#define APPEND_PAUSE_US_MAX   50000 /* but no longer. */
#define APPEND_ALLOCATE_BYTES (UINT64_C(64) * 1024 * 1024)

/* Invariant: written_bytes <= allocated_bytes, both whole blocks. Whoever writes appends to
 * `buffer` and then calls append_file_write(). */
struct append_file {
    struct os *os;
    struct os_file *file;
    struct buffer buffer; /* Stands behind written_bytes. */
    uint64_t step_bytes;  /* Disk is claimed in such steps. */
    uint64_t written_bytes;
    uint64_t allocated_bytes;
    uint64_t unsynced_bytes;
};

/* Begins behind the first `offset` bytes of an empty file, which stays the caller's: it closes it
 * after append_file_deinit(). `offset` is whole blocks. */
void append_file_init(struct append_file *append, struct os *os, struct os_file *file,
                      uint64_t offset);
void append_file_deinit(struct append_file *append);

/* Writes what gathered in the buffer, if it is enough. ERR_MEMORY: the buffer could not grow;
 * ERR_FULL, ERR_IO. After an error the file is of no use any more. */
MUST_USE enum err append_file_write(struct append_file *append);

/* Writes the rest, with zeros up to a whole block. It is not durable yet. */
MUST_USE enum err append_file_write_rest(struct append_file *append);

/* Claims disk for the first `size` bytes of the file, if it has not yet. ERR_FULL, ERR_IO. */
MUST_USE enum err append_file_claim(struct append_file *append, uint64_t size);

#endif
