/* Disk is claimed in steps, of 64 MiB where nobody says otherwise, so that a full disk is seen
 * early and extents are few. */
#include "journal/append_file.h"

#include <string.h>

void append_file_init(struct append_file *append, struct os *os, struct os_file *file,
                      uint64_t offset)
{
    ASSERT(offset % JOURNAL_BLOCK_BYTES == 0);
    *append = (struct append_file){
        .os = os, .file = file, .step_bytes = APPEND_ALLOCATE_BYTES, .written_bytes = offset};
    buffer_init(&append->buffer);
}

void append_file_deinit(struct append_file *append)
{
    buffer_deinit(&append->buffer);
}

enum err append_file_claim(struct append_file *append, uint64_t size)
{
    if (size <= append->allocated_bytes)
        return OK;
    const uint64_t steps = (size + append->step_bytes - 1) / append->step_bytes;
    const uint64_t wanted = steps * append->step_bytes;
    const enum err error = append->os->allocate(append->os, append->file, wanted);
    if (error == OK)
        append->allocated_bytes = wanted;
    return error;
}

/* Syncs, and leaves the disk alone for a while. */
static enum err sync_and_pause(struct append_file *append)
{
    struct os *os = append->os;
    const int64_t began_us = os->uptime_us(os);
    const enum err error = os->sync(os, append->file);
    const int64_t pause_us = (os->uptime_us(os) - began_us) * APPEND_PAUSE_SYNCS;
    os->pause(os, pause_us < APPEND_PAUSE_US_MAX ? pause_us : APPEND_PAUSE_US_MAX);
    return error;
}

/* Writes a piece of whole blocks behind what is written. */
static enum err write_piece(struct append_file *append, struct bytes piece)
{
    enum err error = append_file_claim(append, append->written_bytes + piece.size);
    if (error == OK)
        error = append->os->write(append->os, append->file, append->written_bytes, piece);
    if (error != OK)
        return error;
    append->written_bytes += piece.size;
    append->unsynced_bytes += piece.size;
    if (append->unsynced_bytes < APPEND_SYNC_BYTES)
        return OK;
    append->unsynced_bytes = 0;
    return sync_and_pause(append);
}

/* Writes the first `size` bytes of the buffer, whole blocks. */
static enum err write_blocks(struct append_file *append, size_t size)
{
    struct buffer *buffer = &append->buffer;
    ASSERT(size % JOURNAL_BLOCK_BYTES == 0);
    for (size_t done = 0; done < size;) {
        const size_t left = size - done;
        const size_t piece = left < 2 * APPEND_WRITE_BYTES ? left : APPEND_WRITE_BYTES;
        const enum err error = write_piece(append, (struct bytes){buffer->data + done, piece});
        if (error != OK)
            return error;
        done += piece;
    }
    memmove(buffer->data, buffer->data + size, buffer->size - size);
    buffer->size -= size;
    return OK;
}

enum err append_file_write(struct append_file *append)
{
    if (append->buffer.failed)
        return ERR_MEMORY;
    if (append->buffer.size < APPEND_WRITE_BYTES)
        return OK;
    return write_blocks(append, append->buffer.size / JOURNAL_BLOCK_BYTES * JOURNAL_BLOCK_BYTES);
}

enum err append_file_write_rest(struct append_file *append)
{
    const size_t odd_bytes = append->buffer.size % JOURNAL_BLOCK_BYTES;
    if (odd_bytes > 0)
        buffer_append_zeros(&append->buffer, JOURNAL_BLOCK_BYTES - odd_bytes);
    if (append->buffer.failed)
        return ERR_MEMORY;
    return append->buffer.size == 0 ? OK : write_blocks(append, append->buffer.size);
}
