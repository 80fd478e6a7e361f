/* Removing what a new checkpoint replaces: first the checkpoints before it, then segments, oldest
 * first. A power cut may keep any of them: a start knows what it does not need. */
#include <inttypes.h>
#include <string.h>

#include "journal/journal_internal.h"
#include "os/log.h"

/* True: it is gone. */
static bool remove_file(struct journal *journal, const char *path)
{
    const enum err error = journal->os->remove(journal->os, path);
    if (error == OK || error == ERR_NOT_FOUND)
        return true;
    log_line(LOG_WARN, "event=journal_not_removed file=%s error=\"%s\"", path, err_text(error));
    return false;
}

/* Whatever is older than the newest one: the one before it, and what could not be removed then. */
static void retire_checkpoints(struct journal *journal, uint64_t number)
{
    struct data_folder folder;
    char problem[PROBLEM_BYTES];
    data_folder_init(&folder, journal->os, journal->path, FOLDER_READ);
    const enum err error = data_folder_list_checkpoints(&folder, problem);
    if (error != OK)
        log_line(LOG_WARN, "event=journal_not_removed error=\"%s\"", problem);
    for (size_t i = 0; i < folder.checkpoints_count; i++) {
        char path[JOURNAL_PATH_BYTES_MAX];
        checkpoint_path(journal->checkpoints_path, folder.checkpoints[i].number, path);
        if (folder.checkpoints[i].number < number)
            (void)remove_file(journal, path);
    }
    data_folder_deinit(&folder);
}

/* Whether nothing is needed of the place: the next one begins with a record that is covered, or
 * with the one behind. With the lock held. */
static bool is_passed(const struct journal *journal, size_t place, uint64_t seq)
{
    return place + 1 < journal->places_count && journal->places[place + 1].seq_first <= seq + 1;
}

/* Index of the segment at that place, if nothing is needed of it, or 0. */
static uint64_t passed_index(struct journal *journal, size_t place, uint64_t seq)
{
    pthread_mutex_lock(&journal->lock);
    const uint64_t index = is_passed(journal, place, seq) ? journal->places[place].index : 0;
    pthread_mutex_unlock(&journal->lock);
    return index;
}

static void forget_place(struct journal *journal, size_t place)
{
    pthread_mutex_lock(&journal->lock);
    journal->places_count--;
    memmove(&journal->places[place], &journal->places[place + 1],
            (journal->places_count - place) * sizeof(journal->places[0]));
    pthread_mutex_unlock(&journal->lock);
}

/* Files go while the lock is not held, so that writers and the committer go on. */
static void retire_segments(struct journal *journal, uint64_t seq)
{
    size_t place = 0; /* Those before it could not be removed. */
    uint64_t index = passed_index(journal, place, seq);
    while (index != 0) {
        char path[JOURNAL_PATH_BYTES_MAX];
        segment_path(journal->segments_path, index, path);
        if (remove_file(journal, path))
            forget_place(journal, place);
        else
            place++;
        index = passed_index(journal, place, seq);
    }
}

static void sync_folder(struct journal *journal, const char *path)
{
    const enum err error = journal->os->sync_folder(journal->os, path);
    if (error != OK)
        log_line(LOG_WARN, "event=journal_not_removed folder=%s error=\"%s\"", path,
                 err_text(error));
}

void journal_retire(struct journal *journal, uint64_t number, uint64_t seq)
{
    if (!journal_owns_folder(journal))
        return;
    retire_checkpoints(journal, number);
    retire_segments(journal, seq);
    sync_folder(journal, journal->checkpoints_path);
    sync_folder(journal, journal->segments_path);
}
