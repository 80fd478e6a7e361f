/* Writing a checkpoint: header and parts through an append_file, then the end in a block of its
 * own, then what it replaces is removed. The order of the last steps is what a power cut is
 * survived by; they stand in checkpoint_finish(). */
#include <stdlib.h>

#include "journal/checkpoint_seal.h"
#include "journal/journal_internal.h"

struct checkpoint_writer {
    struct journal *journal;
    struct checkpoint_header header;
    uint64_t seq_max;
    uint64_t parts_count;
    uint64_t parts_bytes;
    uint64_t frames_bytes; /* The journal's, when it began. */
    struct append_file append;
    char path[JOURNAL_PATH_BYTES_MAX];
    enum err failed; /* Stays. */
};

static void begin_in_journal(struct checkpoint_writer *writer)
{
    struct journal *journal = writer->journal;
    pthread_mutex_lock(&journal->lock);
    ASSERT(!journal->checkpoint_begun);
    journal->checkpoint_begun = true;
    writer->header.journal_id = journal->journal_id;
    writer->header.number = journal->checkpoint_number++;
    writer->header.seq = journal->next_seq - 1;
    writer->seq_max = writer->header.seq;
    writer->frames_bytes = journal->frames_bytes;
    pthread_mutex_unlock(&journal->lock);
}

/* Closes everything but the file's name. */
static void writer_end(struct checkpoint_writer *writer)
{
    struct journal *journal = writer->journal;
    journal->os->close(journal->os, writer->append.file);
    append_file_deinit(&writer->append);
    pthread_mutex_lock(&journal->lock);
    journal->checkpoint_begun = false;
    pthread_mutex_unlock(&journal->lock);
    free(writer);
}

enum err journal_checkpoint_begin(struct journal *journal, struct checkpoint_writer **begun)
{
    struct os *os = journal->os;
    if (!journal_owns_folder(journal))
        return ERR_DENIED;
    struct checkpoint_writer *writer = calloc(1, sizeof(*writer));
    if (writer == NULL)
        return ERR_MEMORY;
    writer->journal = journal;
    begin_in_journal(writer);
    checkpoint_path(journal->checkpoints_path, writer->header.number, writer->path);
    struct os_file *file = NULL;
    const enum err error = os->open(os, writer->path, OS_OPEN_CREATE, &file);
    append_file_init(&writer->append, os, file, 0);
    if (error != OK) {
        writer_end(writer);
        return error;
    }
    checkpoint_header_encode(&writer->append.buffer, &writer->header);
    *begun = writer;
    return OK;
}

uint64_t checkpoint_seq(const struct checkpoint_writer *writer)
{
    return writer->header.seq;
}

uint64_t checkpoint_seq_max(const struct checkpoint_writer *writer)
{
    return writer->seq_max;
}

enum err checkpoint_append(struct checkpoint_writer *writer, const struct checkpoint_part *part)
{
    ASSERT(part->payload.size <= CHECKPOINT_PART_BYTES_MAX);
    if (writer->failed != OK)
        return writer->failed;
    checkpoint_part_encode(&writer->append.buffer, checkpoint_salt(&writer->header),
                           writer->parts_count, part);
    writer->parts_count++;
    writer->parts_bytes += PART_BYTES(part->payload.size);
    if (part->seq > writer->seq_max)
        writer->seq_max = part->seq;
    writer->failed = append_file_write(&writer->append);
    return writer->failed;
}

/* From now on a start begins with it. */
static void become_newest(struct checkpoint_writer *writer, const struct checkpoint_end *end)
{
    struct journal *journal = writer->journal;
    pthread_mutex_lock(&journal->lock);
    journal->checkpoint_bytes = end->file_bytes;
    journal->frames_bytes_then = writer->frames_bytes;
    pthread_mutex_unlock(&journal->lock);
}

enum err checkpoint_finish(struct checkpoint_writer *writer)
{
    struct os *os = writer->journal->os;
    struct checkpoint_end end = {
        .header = writer->header,
        .seq_max = writer->seq_max,
        .parts_count = writer->parts_count,
        .parts_end = JOURNAL_BLOCK_BYTES + writer->parts_bytes,
    };
    ASSERT(journal_is_durable(writer->journal, writer->seq_max));
    enum err error = writer->failed;
    if (error == OK && !journal_owns_folder(writer->journal))
        error = ERR_DENIED;
    if (error == OK)
        error = checkpoint_seal(&writer->append, &end);
    if (error == OK)
        error = os->sync_folder(os, writer->journal->checkpoints_path);
    if (error != OK) {
        checkpoint_abandon(writer);
        return error;
    }
    become_newest(writer, &end);
    journal_retire(writer->journal, writer->header.number, writer->header.seq);
    writer_end(writer);
    return OK;
}

void checkpoint_abandon(struct checkpoint_writer *writer)
{
    if (writer == NULL)
        return;
    struct os *os = writer->journal->os;
    if (journal_owns_folder(writer->journal))
        (void)os->remove(os, writer->path); /* If it stays, a start sees that it has no end. */
    writer_end(writer);
}
