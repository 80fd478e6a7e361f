/* Opening and closing. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "journal/journal_internal.h"
#include "os/log.h"

/* A folder without segments: the first one, with its header durable before anything is accepted. */
static enum err create_first_segment(struct journal *journal)
{
    struct os *os = journal->os;
    os->random(os, &journal->journal_id, sizeof(journal->journal_id));
    enum err error = spare_create(journal);
    if (error != OK)
        return error;
    journal->segment = journal->spare;
    journal->spare = NULL;
    journal->segment_index = 1;
    journal->segment_used_bytes = JOURNAL_BLOCK_BYTES;
    return header_write(journal, 1);
}

/* Reads everything, and only then changes anything. */
static enum err recover(struct journal *journal, const char *path,
                        const struct journal_replay *replay, struct journal_recovery *report)
{
    struct data_folder folder;
    struct recovery recovery;
    enum err error = data_folder_look(&folder, journal->os, path, FOLDER_OPEN, report->problem);
    if (error == OK)
        error = recovery_replay(&recovery, &folder, replay, report);
    if (error == OK)
        error = recovery_finish(journal, path, &recovery, report->problem);
    if (error == OK && journal->segment == NULL) {
        error = create_first_segment(journal);
        if (error != OK)
            (void)refusal(report->problem, error, "its first segment, 64 MiB, cannot be made");
    }
    data_folder_deinit(&folder);
    return error;
}

static enum err open_files(struct journal *journal, const char *path,
                           const struct journal_replay *replay, struct journal_recovery *report)
{
    const enum err error = recover(journal, path, replay, report);
    if (error != OK)
        return error;
    journal->durable_seq = journal->next_seq - 1;
    for (size_t i = 0; i < 2; i++) {
        if (buffer_reserve(&journal->batches[i].frame, FRAME_BYTES_MAX) != OK)
            return refusal(report->problem, ERR_MEMORY, "out of memory for batches");
        batch_reset(&journal->batches[i], journal->next_seq);
    }
    spare_renew(journal);
    return OK;
}

/* The lock, and the condition with the clock of os->uptime_us(). */
static void init_lock(struct journal *journal)
{
    pthread_condattr_t attributes;
    pthread_mutex_init(&journal->lock, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&journal->gathered, &attributes);
    pthread_condattr_destroy(&attributes);
}

enum err journal_open(struct os *os, const char *folder, const struct journal_replay *replay,
                      struct journal_recovery *recovery, struct journal **opened)
{
    *recovery = (struct journal_recovery){.problem = ""};
    struct journal *journal = calloc(1, sizeof(*journal));
    if (journal == NULL)
        return ERR_MEMORY;
    ASSERT(strlen(folder) < FOLDER_BYTES_MAX);
    (void)snprintf(journal->path, sizeof(journal->path), "%s", folder);
    (void)snprintf(journal->segments_path, sizeof(journal->segments_path), "%s/journal", folder);
    (void)snprintf(journal->checkpoints_path, sizeof(journal->checkpoints_path), "%s/checkpoints",
                   folder);
    journal->os = os;
    journal->next_seq = 1;
    journal->checkpoint_number = 1;
    journal->has_room = true;
    journal->spare_tried_us = INT64_MIN / 2;
    journal->gathering = &journal->batches[0];
    journal->writing = &journal->batches[1];
    journal->metrics.sync_us.first = 64;
    journal->metrics.records_a_commit.first = 1;
    buffer_init(&journal->batches[0].frame);
    buffer_init(&journal->batches[1].frame);
    init_lock(journal);
    const enum err error = open_files(journal, folder, replay, recovery);
    if (error != OK) {
        journal_close(journal);
        return error;
    }
    *opened = journal;
    return OK;
}

void journal_guard(struct journal *journal, struct os_file *file, const char *name)
{
    const int length =
        snprintf(journal->guard_path, sizeof(journal->guard_path), "%s/%s", journal->path, name);
    ASSERT(length > 0 && (size_t)length < sizeof(journal->guard_path));
    journal->guard = file;
}

bool journal_owns_folder(struct journal *journal)
{
    if (journal->guard == NULL ||
        journal->os->is_at(journal->os, journal->guard, journal->guard_path))
        return true;
    pthread_mutex_lock(&journal->lock);
    const bool told = journal->moved;
    journal->moved = true;
    pthread_mutex_unlock(&journal->lock);
    if (!told)
        log_line(LOG_ERROR,
                 "event=data_folder_moved folder=%s meaning=\"it is not the one that was opened\" "
                 "action=\"stop this stockd; what it acknowledged is where the folder is now\"",
                 journal->path);
    return false;
}

void journal_close(struct journal *journal)
{
    if (journal == NULL)
        return;
    ASSERT(!journal->checkpoint_begun);
    journal->os->close(journal->os, journal->segment);
    journal->os->close(journal->os, journal->spare);
    buffer_deinit(&journal->batches[0].frame);
    buffer_deinit(&journal->batches[1].frame);
    free(journal->places);
    pthread_cond_destroy(&journal->gathered);
    pthread_mutex_destroy(&journal->lock);
    free(journal);
}
