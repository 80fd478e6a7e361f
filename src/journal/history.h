/* Records of a journal, kept after their segments are gone: in files of their own, sorted by a key,
 * so that whoever asks what happened reads little else (docs/formats.md has the bytes).
 *
 * The normal path: before a checkpoint lets segments go, what they have is gathered, some MiB at a
 * time, sorted, and written as one file with an index; its header is written last, and makes it
 * count. Files are never changed. They go as a whole, the oldest first, when all of it is too old
 * or all of them are too much.
 *
 * A history is worth less than what it is about. Trouble of any kind ends the file at hand and
 * nothing else: it is told, counted, and what it would have had is missing. */
#ifndef JOURNAL_HISTORY_H
#define JOURNAL_HISTORY_H

#include "journal/look.h"

struct history;
struct journal;

/* What a history has to know of a record. */
struct history_entry {
    int64_t key;
    int64_t at_ms;
};

/* Both are called by who keeps records. */
struct history_sorter {
    /* False: the record belongs in no history. */
    bool (*sort)(struct bytes record, struct history_entry *entry);
    /* Calls `visit` with each item that the record speaks of. False: it may be any. */
    bool (*items)(struct bytes record, void *context, void (*visit)(void *context, uint32_t item));
};

struct history_settings {
    int64_t days;      /* 0: none is kept, and what there is is removed. */
    int64_t bytes_max; /* Of all files. */
    struct history_sorter sorter;
};

struct history_figures {
    uint64_t bytes;
    uint64_t files_count;
    int64_t oldest_at_ms;    /* Moment of the oldest record; 0: there is none. */
    uint64_t lost_records;   /* That could not be kept, since it was opened. */
    uint64_t unusable_files; /* That were damaged, or not of this history, when it was. */
};

/* Looks at the files of the journal's data folder, which the journal was opened in. What is not one
 * of ours, or damaged, is told and left alone. Gives it in *history, ended by history_close().
 * ERR_MEMORY. */
MUST_USE enum err history_open(struct journal *journal, const struct history_settings *settings,
                               struct history **history);
void history_close(struct history *history);

/* Keeps the next piece of what comes up to record `seq_end`, which is durable. True: there is
 * nothing more to do. The checkpointer's thread, as the next two. */
MUST_USE bool history_keep_step(struct history *history, uint64_t seq_end);

/* Gives up the file that is being written. */
void history_keep_abandon(struct history *history);

/* Removes files that are too old or too much. */
void history_expire(struct history *history);

/* Removes the oldest file, as the disk is needed for more than a history. False: there is none. */
bool history_drop_oldest(struct history *history);

/* What is looked for. */
struct history_wanted {
    int64_t key;
    uint32_t item;
    int64_t from_ms; /* Files that are older as a whole need not be looked at. */
};

/* Hands on kept records, like journal_look_back(): all of that item, and others of that key. Where
 * records are missing it hands on one without bytes. ERR_NOT_FOUND: nothing older is there.
 * ERR_IO: the disk gave an error, which is told. ERR_MEMORY. Any thread. */
MUST_USE enum err history_look_back(struct history *history, const struct history_wanted *wanted,
                                    struct journal_look *look);

/* Any thread. */
struct history_figures history_figures(struct history *history);

#endif
