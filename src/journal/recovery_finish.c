/* What a start changes on disk, once it read everything and understood it. What it keeps is durable
 * before what it does not need is removed: the folder was looked at for writing (data_folder.h). */
#include <inttypes.h>
#include <stdlib.h>

#include "journal/journal_internal.h"
#include "os/log.h"

enum { ZEROS_BYTES = 1024 * 1024 };

/* Both folders may be there already, but not yet for ever. */
static enum err make_folders(struct journal *journal, const char *path, char *problem)
{
    struct os *os = journal->os;
    enum err error = os->make_folder(os, journal->segments_path);
    if (error == OK)
        error = os->make_folder(os, journal->checkpoints_path);
    if (error == OK)
        error = os->sync_folder(os, path);
    if (error == OK)
        error = os->sync_folder(os, journal->checkpoints_path);
    if (error != OK)
        return refusal(problem, error, "%.160s: its folders cannot be made: %s", path,
                       err_text(error));
    return OK;
}

/* Writes zeros over the torn end, so that no disk space is given up. */
static enum err write_zeros(struct os *os, struct os_file *file, uint64_t offset, uint64_t size)
{
    uint8_t *zeros = calloc(1, ZEROS_BYTES);
    if (zeros == NULL)
        return ERR_MEMORY;
    enum err error = OK;
    for (uint64_t done = 0; done < size && error == OK; done += ZEROS_BYTES) {
        const uint64_t left = size - done;
        const struct bytes bytes = {zeros, left < ZEROS_BYTES ? (size_t)left : ZEROS_BYTES};
        error = os->write(os, file, offset + done, bytes);
    }
    free(zeros);
    return error == OK ? os->sync(os, file) : error;
}

/* Opens the last segment to go on behind its last frame. */
static enum err open_last(struct journal *journal, const struct recovery *recovery, char *problem)
{
    struct os *os = journal->os;
    char path[JOURNAL_PATH_BYTES_MAX];
    segment_path(journal->segments_path, recovery->last_index, path);
    enum err error = os->open(os, path, OS_OPEN_WRITE, &journal->segment);
    if (error == OK && recovery->torn_bytes > 0) {
        log_line(LOG_WARN,
                 "event=journal_torn segment=%016" PRIx64 " offset=%" PRIu64 " bytes=%" PRIu64,
                 recovery->last_index, recovery->last_end, recovery->torn_bytes);
        error = write_zeros(os, journal->segment, recovery->last_end, recovery->torn_bytes);
    }
    if (error != OK)
        return refusal(problem, error, "segment %016" PRIx64 ": cannot make its end ready: %s",
                       recovery->last_index, err_text(error));
    journal->journal_id = recovery->journal_id;
    journal->segment_index = recovery->last_index;
    journal->segment_used_bytes = recovery->last_end;
    journal->next_seq = recovery->next_seq;
    return OK;
}

static enum err remove_file(struct journal *journal, const char *path, char *problem)
{
    const enum err error = journal->os->remove(journal->os, path);
    if (error != OK)
        return refusal(problem, error, "%.180s: cannot be removed: %s", path, err_text(error));
    return OK;
}

/* Segments in front of the first needed one: an interrupted removal left them. Those behind the
 * last one that is used: spares, or what a power cut left of one. */
static enum err remove_segments(struct journal *journal, const struct data_folder *folder,
                                char *problem)
{
    enum err error = OK;
    for (size_t i = 0; i < folder->segments_count && error == OK; i++) {
        const uint64_t index = folder->segments[i].index;
        char path[JOURNAL_PATH_BYTES_MAX];
        segment_path(journal->segments_path, index, path);
        if (i < folder->first_needed || index > journal->segment_index)
            error = remove_file(journal, path, problem);
    }
    return error;
}

/* All but the newest whole one. */
static enum err remove_checkpoints(struct journal *journal, const struct data_folder *folder,
                                   char *problem)
{
    enum err error = OK;
    for (size_t i = 0; i < folder->checkpoints_count && error == OK; i++) {
        char path[JOURNAL_PATH_BYTES_MAX];
        checkpoint_path(journal->checkpoints_path, folder->checkpoints[i].number, path);
        if (&folder->checkpoints[i] != folder->newest)
            error = remove_file(journal, path, problem);
    }
    return error;
}

static enum err sync_removals(struct journal *journal, char *problem)
{
    struct os *os = journal->os;
    enum err error = os->sync_folder(os, journal->segments_path);
    if (error == OK)
        error = os->sync_folder(os, journal->checkpoints_path);
    if (error != OK)
        return refusal(problem, error, "what was left over cannot be removed for good: %s",
                       err_text(error));
    return OK;
}

/* Where the segments begin that stay. */
static enum err add_places(struct journal *journal, const struct data_folder *folder, char *problem)
{
    for (size_t i = folder->first_needed; i < folder->segments_count; i++) {
        const struct segment_file *segment = &folder->segments[i];
        if (segment->index > journal->segment_index)
            break;
        if (place_reserve(journal) != OK)
            return refusal(problem, ERR_MEMORY, "out of memory for the list of segments");
        place_add(journal, segment->index, segment->seq_first);
    }
    return OK;
}

enum err recovery_finish(struct journal *journal, const char *path, const struct recovery *recovery,
                         char *problem)
{
    const struct data_folder *folder = recovery->folder;
    enum err error = make_folders(journal, path, problem);
    if (error == OK && recovery->last_index != 0)
        error = open_last(journal, recovery, problem);
    if (error == OK)
        error = add_places(journal, folder, problem);
    if (error == OK)
        error = remove_segments(journal, folder, problem);
    if (error == OK)
        error = remove_checkpoints(journal, folder, problem);
    if (error == OK && data_folder_leftovers(folder) > 0)
        error = sync_removals(journal, problem);
    if (folder->checkpoints_count > 0)
        journal->checkpoint_number = folder->checkpoints[folder->checkpoints_count - 1].number + 1;
    if (folder->newest != NULL)
        journal->checkpoint_bytes = folder->newest->end.file_bytes;
    journal->frames_bytes = recovery->frames_bytes;
    return error;
}
