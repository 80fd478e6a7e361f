/* What the files of a history share. */
#ifndef JOURNAL_HISTORY_INTERNAL_H
#define JOURNAL_HISTORY_INTERNAL_H

#include "journal/append_file.h"
#include "journal/history.h"
#include "journal/history_format.h"
#include "journal/journal_internal.h"

#define HISTORY_GATHER_BYTES ((size_t)16 * 1024 * 1024) /* Records of one file. */
#define HISTORY_CHUNK_BYTES  ((size_t)256 * 1024)
#define HISTORY_READ_BYTES   ((size_t)8 * 1024 * 1024) /* Of the journal, in one step. */
#define HISTORY_ITEMS_MAX    ((uint32_t)HISTORY_FILTER_BYTES_MAX)

/* A record that was gathered. */
struct gathered {
    int64_t key;
    uint64_t seq;
    size_t offset; /* In the bytes. */
    size_t size;
};

enum keep_stage { KEEP_GATHER, KEEP_WRITE };

/* What is being kept. It belongs to the checkpointer's thread. */
struct keeper {
    enum keep_stage stage;
    uint64_t seq_next;        /* Of the journal's records, the next to look at, */
    struct journal_spot spot; /* and about where it stands. */
    struct history_header header;
    struct buffer bytes;
    struct buffer items; /* Gathered records. */
    size_t items_count;
    size_t items_done; /* That are written. */
    enum err error;    /* Of gathering. */
    bool room_made;    /* Older files were removed for this one. */

    struct append_file append; /* Without an os: no file is begun. */
    struct buffer index;
    struct buffer payload; /* Of the chunk at hand, */
    uint32_t *found;       /* its items, HISTORY_ITEMS_MAX and one more, */
    uint32_t found_count;
    uint8_t *filter;
    char path[JOURNAL_PATH_BYTES_MAX];
};

/* Invariants: 1. files are in order of their numbers, of their first records, and of their last.
 *             2. number_next is above that of any file in the folder, ours or not.
 * `lock` guards what stands below it; it is held for a look, and while a file is opened to read, so
 * that it is not removed in between. No other lock is taken meanwhile but the machine's. */
struct history {
    struct journal *journal;
    struct os *os;
    struct history_settings settings;
    char path[JOURNAL_PATH_BYTES_MAX];
    struct keeper keeper;
    bool told_lost; /* Until something is kept again. */

    pthread_mutex_t lock;
    struct history_header *files;
    size_t files_count;
    size_t files_max;
    uint64_t number_next;
    uint64_t lost_records;
    uint64_t unusable_count; /* Files that were left alone at the start. */
    uint64_t damaged_told;   /* Number of the last file that was told to be damaged. */
};

void history_path(const struct history *history, uint64_t number, char *path);

/* Lists the files of the folder, and decides what becomes of each. ERR_MEMORY. */
MUST_USE enum err history_list(struct history *history);

/* Adds a file to the list. ERR_MEMORY. */
MUST_USE enum err history_add(struct history *history, const struct history_header *header);

#endif
