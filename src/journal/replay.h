/* Reading a journal back: the newest whole checkpoint first, then every record behind it, in order
 * and in batches. While one batch is being applied, the next window of bytes is read and verified.
 *
 * journal_open() does it and makes ready for writing, journal_read() does it and changes nothing on
 * disk, journal_copy() (journal/copy.h) needs nobody to apply anything. */
#ifndef JOURNAL_REPLAY_H
#define JOURNAL_REPLAY_H

#include "journal/checkpoint.h"
#include "journal/refusal.h"
#include "os/os.h"

struct journal_record {
    uint64_t seq;
    struct bytes payload;
};

/* Records with consecutive numbers. Lent for the call, payloads too. */
struct journal_records {
    const struct journal_record *items; /* In order of their numbers. */
    size_t count;                       /* 1 or more. */
    size_t failed; /* By whoever returns an error: index of the first bad one. */
};

/* Parts of a checkpoint, in the order in which they were appended. Lent for the call. */
struct checkpoint_parts {
    const struct checkpoint_part *items;
    size_t count;  /* 1 or more. */
    size_t failed; /* As above. */
};

/* Who takes what is read; all are called by the thread that reads, one at a time. Any error ends
 * the reading with that error. */
struct journal_replay {
    void *context;
    enum err (*take_parts)(void *context, struct checkpoint_parts *parts);
    /* Every part of a checkpoint was taken. Not called where there is none. */
    enum err (*end_parts)(void *context);
    /* Only records behind the checkpoint's `seq`. */
    enum err (*take_records)(void *context, struct journal_records *records);
    /* Told after each batch how much of the files that are needed was taken. NULL: nobody asks. */
    void (*tell)(void *progress_context, uint64_t bytes_done, uint64_t bytes_total);
    void *progress_context;
    /* A thread reads ahead; it calls nothing but os->read(). False: one thread does everything. The
     * batches are the same. */
    bool read_ahead;
    bool unfinished; /* journal_read() alone: it is a copy that is to be verified before its end. */
};

/* What was found. */
struct journal_recovery {
    uint64_t records_count;     /* That were handed on. */
    uint64_t segments_count;    /* That are needed, a spare one included. */
    uint64_t torn_bytes;        /* Behind the last whole frame. */
    uint64_t seq_last;          /* Number of the last record; 0: none. */
    uint64_t checkpoint_number; /* 0: none. */
    uint64_t checkpoint_seq;    /* Records up to here are in the checkpoint. */
    uint64_t checkpoint_bytes;
    uint64_t parts_count;
    uint64_t leftovers_count;    /* Files that no start needs: a start removes them. */
    char problem[PROBLEM_BYTES]; /* Where and what, when it failed. */
};

/* Reads and verifies everything in a data folder, hands it on, and changes nothing on disk.
 * *recovery is set in any case. Nobody else should write to the folder meanwhile. ERR_CORRUPT,
 * ERR_UNSUPPORTED, ERR_NOT_FOUND: no journal in this folder, ERR_DENIED, ERR_IO, ERR_MEMORY, or
 * what the taker returned: `recovery->problem` says more. */
MUST_USE enum err journal_read(struct os *os, const char *folder,
                               const struct journal_replay *replay,
                               struct journal_recovery *recovery);

#endif
