/* Whoever finds the end finds all that stands before it, as that was synced first. */
#include "journal/checkpoint_seal.h"

static enum err write_end(struct append_file *append, const struct checkpoint_end *end)
{
    struct os *os = append->os;
    ASSERT(append->buffer.size == 0);
    checkpoint_end_encode(&append->buffer, end);
    if (append->buffer.failed)
        return ERR_MEMORY;
    const enum err error =
        os->write(os, append->file, append->written_bytes, buffer_bytes(&append->buffer));
    return error == OK ? os->sync(os, append->file) : error;
}

enum err checkpoint_seal(struct append_file *append, struct checkpoint_end *end)
{
    struct os *os = append->os;
    enum err error = append_file_write_rest(append);
    if (error != OK)
        return error;
    end->file_bytes = append->written_bytes + JOURNAL_BLOCK_BYTES;
    ASSERT(end->parts_end <= append->written_bytes);
    error = append_file_claim(append, end->file_bytes);
    if (error == OK)
        error = os->truncate(os, append->file, end->file_bytes);
    if (error == OK)
        error = os->sync(os, append->file);
    return error == OK ? write_end(append, end) : error;
}
