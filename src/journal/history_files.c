/* The files of a history: what lies in the folder at the start, and what goes when it is too old or
 * too much. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "journal/history_internal.h"
#include "os/log.h"

#define DAY_MS (INT64_C(24) * 60 * 60 * 1000)

void history_path(const struct history *history, uint64_t number, char *path)
{
    const int length =
        snprintf(path, JOURNAL_PATH_BYTES_MAX, "%s/%016" PRIx64 ".history", history->path, number);
    ASSERT(length > 0 && length < JOURNAL_PATH_BYTES_MAX);
}

/* Makes room for one more. With the lock. */
static enum err reserve(struct history *history)
{
    if (history->files_count < history->files_max)
        return OK;
    const size_t files_max = history->files_max * 2 + 16;
    struct history_header *files =
        reallocarray(history->files, files_max, sizeof(struct history_header));
    if (files == NULL)
        return ERR_MEMORY;
    history->files = files;
    history->files_max = files_max;
    return OK;
}

enum err history_add(struct history *history, const struct history_header *header)
{
    pthread_mutex_lock(&history->lock);
    const enum err error = reserve(history);
    if (error == OK)
        history->files[history->files_count++] = *header;
    pthread_mutex_unlock(&history->lock);
    return error;
}

/* --- At the start. --- */

/* Numbers of the files in the folder. */
struct listing {
    uint64_t *numbers;
    size_t count;
    size_t max;
    bool failed;
};

static void visit_name(void *context, const char *name)
{
    struct listing *listing = context;
    char expected[64];
    const uint64_t number = strtoull(name, NULL, 16);
    (void)snprintf(expected, sizeof(expected), "%016" PRIx64 ".history", number);
    if (number == 0 || number == UINT64_MAX || strcmp(name, expected) != 0)
        return; /* Not ours: it stays. */
    if (listing->count == listing->max) {
        const size_t max = listing->max * 2 + 16;
        uint64_t *numbers = reallocarray(listing->numbers, max, sizeof(uint64_t));
        if (numbers == NULL) {
            listing->failed = true;
            return;
        }
        listing->numbers = numbers;
        listing->max = max;
    }
    listing->numbers[listing->count++] = number;
}

static int compare_numbers(const void *left, const void *right)
{
    uint64_t one = 0;
    uint64_t other = 0;
    memcpy(&one, left, sizeof(one));
    memcpy(&other, right, sizeof(other));
    return one < other ? -1 : one > other;
}

static bool is_all_zeros(struct bytes bytes)
{
    for (size_t i = 0; i < bytes.size; i++) {
        if (bytes.data[i] != 0)
            return false;
    }
    return true;
}

/* What an earlier process left of the newest file may be in the machine's memory alone, and what a
 * sync of it left out, too: afterwards what is read is on the disk. */
static enum err settle(const struct history *history, struct os_file *file)
{
    struct os *os = history->os;
    enum err error = os->sync(os, file);
    if (error == OK)
        error = os->sync_folder(os, history->path);
    if (error == OK)
        os->drop_cache(os, file, 0, JOURNAL_BLOCK_BYTES);
    return error;
}

/* Reads the header of a file. ERR_NOT_FOUND: it was never finished. */
static enum err read_header(const struct history *history, uint64_t number, bool newest,
                            struct history_header *header)
{
    struct os *os = history->os;
    char path[JOURNAL_PATH_BYTES_MAX];
    uint8_t block[JOURNAL_BLOCK_BYTES];
    struct bytes bytes = {block, 0};
    uint64_t size = 0;
    struct os_file *file = NULL;
    history_path(history, number, path);
    enum err error = os->open(os, path, newest ? OS_OPEN_WRITE : OS_OPEN_READ, &file);
    if (error != OK)
        return error == ERR_NOT_FOUND ? ERR_IO : error;
    if (newest)
        error = settle(history, file);
    if (error == OK)
        error = os->read(os, file, 0, block, sizeof(block), &bytes.size);
    if (error == OK)
        error = os->size(os, file, &size);
    os->close(os, file);
    if (error == OK && is_all_zeros(bytes))
        return ERR_NOT_FOUND;
    if (error == OK)
        error = history_header_decode(bytes, header);
    if (error == OK && (header->number != number || header->file_bytes != size))
        error = ERR_CORRUPT;
    return error == ERR_CORRUPT && newest ? ERR_NOT_FOUND : error;
}

static void remove_number(struct history *history, uint64_t number)
{
    char path[JOURNAL_PATH_BYTES_MAX];
    history_path(history, number, path);
    if (!journal_owns_folder(history->journal))
        return;
    const enum err error = history->os->remove(history->os, path);
    if (error != OK && error != ERR_NOT_FOUND)
        log_line(LOG_WARN, "event=history_not_removed file=%s error=\"%s\"", path, err_text(error));
}

static void tell_left_alone(struct history *history, uint64_t number, const char *problem)
{
    history->unusable_count++;
    log_line(LOG_WARN,
             "event=history_file_unusable folder=%s file=%016" PRIx64
             " problem=\"%s\" meaning=\"it is left alone, what it has is not shown\"",
             history->path, number, problem);
}

/* A file that could not be read by an earlier start may have what was then kept once more: what one
 * of them has alone counts. */
static enum err take_sound(struct history *history, const struct history_header *header)
{
    if (header->seq_last < history->keeper.seq_next) {
        remove_number(history, header->number);
        return OK;
    }
    while (history->files_count > 0 &&
           history->files[history->files_count - 1].seq_first >= header->seq_first)
        remove_number(history, history->files[--history->files_count].number);
    history->keeper.seq_next = header->seq_last + 1;
    return history_add(history, header);
}

/* Decides what becomes of a file. One without a header was never finished, and of the newest one it
 * may be torn. */
static enum err take_file(struct history *history, uint64_t number, bool newest, uint64_t seq_last)
{
    struct history_header header;
    const enum err error = read_header(history, number, newest, &header);
    if (error == ERR_NOT_FOUND) {
        remove_number(history, number);
        return OK;
    }
    if (error != OK) {
        tell_left_alone(history, number,
                        error == ERR_UNSUPPORTED ? "a newer format" : err_text(error));
        return OK;
    }
    if (header.journal_id != history->journal->journal_id) {
        tell_left_alone(history, number, "it belongs to another journal");
        return OK;
    }
    if (header.seq_last > seq_last) { /* An older copy of the journal came back. */
        log_line(LOG_WARN,
                 "event=history_removed folder=%s file=%016" PRIx64
                 " problem=\"it tells of records that this journal does not have\"",
                 history->path, number);
        remove_number(history, number);
        return OK;
    }
    return take_sound(history, &header);
}

enum err history_list(struct history *history)
{
    struct listing listing = {.numbers = NULL};
    const uint64_t seq_last = history->journal->next_seq - 1;
    const enum err listed =
        history->os->list_folder(history->os, history->path, visit_name, &listing);
    enum err error = listing.failed ? ERR_MEMORY : OK;
    if (listed != OK && listed != ERR_NOT_FOUND)
        log_line(LOG_WARN, "event=history_unreadable folder=%s error=\"%s\"", history->path,
                 err_text(listed));
    if (listing.count > 0) {
        qsort(listing.numbers, listing.count, sizeof(uint64_t), compare_numbers);
        history->number_next = listing.numbers[listing.count - 1] + 1;
    }
    for (size_t i = 0; i < listing.count && error == OK; i++)
        error = take_file(history, listing.numbers[i], i + 1 == listing.count, seq_last);
    free(listing.numbers);
    return error;
}

/* --- Removing. --- */

static uint64_t bytes_of_files(const struct history *history)
{
    uint64_t bytes = 0;
    for (size_t i = 0; i < history->files_count; i++)
        bytes += history->files[i].file_bytes;
    return bytes;
}

/* Takes the oldest file off the list. With the lock. */
static uint64_t forget_oldest(struct history *history)
{
    const uint64_t number = history->files[0].number;
    history->files_count--;
    memmove(&history->files[0], &history->files[1],
            history->files_count * sizeof(history->files[0]));
    return number;
}

bool history_drop_oldest(struct history *history)
{
    uint64_t number = 0;
    uint64_t records = 0;
    pthread_mutex_lock(&history->lock);
    if (history->files_count > 0) {
        records = history->files[0].seq_last - history->files[0].seq_first + 1;
        history->lost_records += records;
        number = forget_oldest(history);
    }
    pthread_mutex_unlock(&history->lock);
    if (number == 0)
        return false;
    log_line(LOG_WARN,
             "event=history_removed folder=%s file=%016" PRIx64 " records=%" PRIu64
             " problem=\"the disk is needed for what is newer\"",
             history->path, number, records);
    remove_number(history, number);
    return true;
}

/* Number of the oldest file, off the list, if it is too old or too much; 0: it is not. */
static uint64_t take_expired(struct history *history, int64_t since_ms)
{
    uint64_t number = 0;
    pthread_mutex_lock(&history->lock);
    if (history->files_count > 0 &&
        (history->settings.days == 0 || history->files[0].at_last_ms < since_ms ||
         bytes_of_files(history) > (uint64_t)history->settings.bytes_max))
        number = forget_oldest(history);
    pthread_mutex_unlock(&history->lock);
    return number;
}

void history_expire(struct history *history)
{
    const int64_t since_ms = history->os->now_ms(history->os) - history->settings.days * DAY_MS;
    for (uint64_t number = take_expired(history, since_ms); number != 0;
         number = take_expired(history, since_ms))
        remove_number(history, number);
}

/* --- Opening and closing. --- */

enum err history_open(struct journal *journal, const struct history_settings *settings,
                      struct history **opened)
{
    struct history *history = calloc(1, sizeof(*history));
    if (history == NULL)
        return ERR_MEMORY;
    history->journal = journal;
    history->os = journal->os;
    history->settings = *settings;
    history->number_next = 1;
    history->keeper.seq_next = 1;
    (void)snprintf(history->path, sizeof(history->path), "%s/history", journal->path);
    pthread_mutex_init(&history->lock, NULL);
    const enum err error = history_list(history);
    if (error != OK) {
        history_close(history);
        return error;
    }
    history_expire(history);
    *opened = history;
    return OK;
}

void history_close(struct history *history)
{
    if (history == NULL)
        return;
    history_keep_abandon(history);
    pthread_mutex_destroy(&history->lock);
    free(history->files);
    free(history);
}

struct history_figures history_figures(struct history *history)
{
    struct history_figures figures = {.bytes = 0};
    pthread_mutex_lock(&history->lock);
    figures.bytes = bytes_of_files(history);
    figures.files_count = history->files_count;
    figures.oldest_at_ms = history->files_count == 0 ? 0 : history->files[0].at_first_ms;
    figures.lost_records = history->lost_records;
    figures.unusable_files = history->unusable_count;
    pthread_mutex_unlock(&history->lock);
    return figures;
}
