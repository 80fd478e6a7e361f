/* Reading everything that a start needs of a data folder, verified, in order, through a pipeline.
 * Changes nothing: recovery_finish() does, once all was read. */
#ifndef JOURNAL_RECOVERY_H
#define JOURNAL_RECOVERY_H

#include "journal/data_folder.h"
#include "journal/pipeline.h"
#include "journal/replay.h"

/* How far the reader is, and in the end what it found. The reader's thread writes it. */
struct recovery {
    struct data_folder *folder;
    struct os_file *file; /* The one at hand. */
    uint64_t journal_id;
    uint64_t next_seq;
    uint64_t parts_count;
    uint64_t segments_count;
    uint64_t frames_bytes; /* Of frames with records that the checkpoint does not cover. */
    uint64_t last_index;   /* Of the last segment with a header; 0: none yet. */
    uint64_t last_end;     /* Where its frames end. */
    uint64_t torn_bytes;   /* In use behind that. */
    bool ended;            /* A segment was not filled by frames; only spares may follow. */
    char problem[PROBLEM_BYTES];
};

/* Reads it all and hands slots to `take`; with `read_ahead` from a second thread. The result is in
 * *recovery and, what went wrong, in report->problem, unless it was the taker who said so. */
MUST_USE enum err recovery_read(struct recovery *recovery, struct data_folder *folder,
                                pipeline_take *take, void *context, bool read_ahead,
                                struct journal_recovery *report);

/* recovery_read() for whoever applies what is read. */
MUST_USE enum err recovery_replay(struct recovery *recovery, struct data_folder *folder,
                                  const struct journal_replay *replay,
                                  struct journal_recovery *report);

#endif
