/* Which files a data folder holds, and which of them a start needs: the newest whole checkpoint and
 * the segments behind it (docs/formats.md §5). Reads names, headers and ends; no byte of a file
 * changes. */
#ifndef JOURNAL_DATA_FOLDER_H
#define JOURNAL_DATA_FOLDER_H

#include "journal/checkpoint_format.h"
#include "journal/refusal.h"
#include "os/os.h"

#define UNFINISHED_COPY_NAME "unfinished-copy"

enum { JOURNAL_PATH_BYTES_MAX = 4096 };

/* The folder's name is shorter by so much than a path may be. */
enum { FOLDER_BYTES_MAX = JOURNAL_PATH_BYTES_MAX - 64 };

enum folder_use {
    FOLDER_READ,       /* Nobody writes to it. */
    FOLDER_UNFINISHED, /* The same, of a copy that is being verified and not finished yet. */
    FOLDER_COPY, /* A stockd may be at work: files are kept open, so that they cannot vanish. */
    FOLDER_OPEN, /* For writing. What an earlier process left in the machine's memory alone is made
                    durable first; and where a sync of it failed, what the disk has is seen. */
};

struct segment_file {
    uint64_t index;
    bool headed; /* Else there is no header of ours in it, and the next two mean nothing. */
    uint64_t journal_id;
    uint64_t seq_first;
    struct os_file *file; /* Where files are kept open; else NULL. */
};

struct checkpoint_file {
    uint64_t number;
    bool whole;
    struct checkpoint_end end; /* Of a whole one. */
    struct os_file *file;      /* As above. */
};

/* Invariants, once it was looked at: 1. Both lists are in order of their numbers.
 *                                    2. Segments from `first_needed` on have indexes without a gap.
 *                                    3. With `newest`, the first needed segment has a header. */
struct data_folder {
    struct os *os;
    char segments_path[JOURNAL_PATH_BYTES_MAX];
    char checkpoints_path[JOURNAL_PATH_BYTES_MAX];
    enum folder_use use;
    struct segment_file *segments;
    size_t segments_count;
    struct checkpoint_file *checkpoints;
    size_t checkpoints_count;
    const struct checkpoint_file *newest; /* The newest whole one; NULL: none. */
    size_t first_needed;                  /* Segments before it are leftovers. */
    char stranger[96];                    /* A name that is not one of ours; "": none. */
    enum err listing_error;
};

/* Looks at all files, and decides what is needed. `problem` has PROBLEM_BYTES. Folders that are not
 * there are empty. Ended by data_folder_deinit() in any case. ERR_CORRUPT: a strange name, or it
 * cannot be begun from, or something is missing; ERR_UNSUPPORTED: a newer format; ERR_NOT_FOUND: a
 * file vanished meanwhile; ERR_IO, ERR_DENIED, ERR_MEMORY. */
MUST_USE enum err data_folder_look(struct data_folder *folder, struct os *os, const char *path,
                                   enum folder_use use, char *problem);
void data_folder_deinit(struct data_folder *folder);

/* Files that no start needs: segments, and checkpoints that are not the newest whole one. */
uint64_t data_folder_leftovers(const struct data_folder *folder);

/* Paths, into JOURNAL_PATH_BYTES_MAX bytes. */
void segment_path(const char *segments_path, uint64_t index, char *path);
void checkpoint_path(const char *checkpoints_path, uint64_t number, char *path);
/* Of the file that stands beside the segments of a copy for as long as it is not whole. */
void unfinished_copy_path(const char *segments_path, char *path);

/* One of which nothing is known yet. Ended by data_folder_deinit(). */
void data_folder_init(struct data_folder *folder, struct os *os, const char *path,
                      enum folder_use use);

/* What data_folder_look() does: list the names, in order; decide by what was looked at. */
MUST_USE enum err data_folder_list_checkpoints(struct data_folder *folder, char *problem);
MUST_USE enum err data_folder_list_segments(struct data_folder *folder, char *problem);
MUST_USE enum err data_folder_choose(struct data_folder *folder, char *problem);

#endif
