/* Checkpoints: one file holds an image of everything that the journal's records up to a number have
 * made, so that a start need not replay them and their segments can go. What is in it are parts,
 * bytes to the journal like records.
 *
 * The normal path: journal_checkpoint_begin() fixes the number; whoever keeps the state appends
 * parts, each exact as of its own number, while the journal goes on; checkpoint_finish() makes all
 * of it durable and removes the checkpoint before it and the segments that nobody needs any more.
 * The file counts only when its end is written, which is the last thing.
 *
 * Trouble with it is never fatal: no memory is ahead of the disk because of it. It is abandoned,
 * everything older stays, and another one is tried later. */
#ifndef JOURNAL_CHECKPOINT_H
#define JOURNAL_CHECKPOINT_H

#include "base/bytes.h"

struct journal;
struct checkpoint_writer;

/* A piece of a checkpoint. What `kind` and `key` mean is up to whoever writes it. */
struct checkpoint_part {
    uint32_t kind;
    int64_t key;
    uint64_t seq;         /* Exact as of this record's number. */
    struct bytes payload; /* Up to CHECKPOINT_PART_BYTES_MAX. */
};

/* Begins a checkpoint that will cover every record that was appended until now: what these records
 * did has to be in it when it is finished. Gives the writer in *writer; ended by
 * checkpoint_finish() or checkpoint_abandon(), before the journal is closed. One at a time, of any
 * thread. ERR_FULL, ERR_IO, ERR_MEMORY: nothing was begun. */
MUST_USE enum err journal_checkpoint_begin(struct journal *journal,
                                           struct checkpoint_writer **writer);

/* Number of the last record that it covers. */
uint64_t checkpoint_seq(const struct checkpoint_writer *writer);

/* The largest number in it: its parts', or checkpoint_seq(). */
uint64_t checkpoint_seq_max(const struct checkpoint_writer *writer);

/* Appends a part, which is lent for the call; now and then writes a MiB or more, and syncs. Any
 * error but OK stays: all that is left is to abandon it. ERR_FULL, ERR_IO, ERR_MEMORY. The writer's
 * thread. */
MUST_USE enum err checkpoint_append(struct checkpoint_writer *writer,
                                    const struct checkpoint_part *part);

/* Makes the checkpoint durable and the one that the next start begins from, and removes what it
 * replaces. Takes the writer. The journal is durable up to checkpoint_seq_max(): the caller waited
 * for that. Any error but OK: it was abandoned, all that was there before still is. A file that
 * cannot be removed is told in the log and tried again after the next checkpoint. */
MUST_USE enum err checkpoint_finish(struct checkpoint_writer *writer);

/* Ends it and removes the file. Takes the writer; NULL does nothing. */
void checkpoint_abandon(struct checkpoint_writer *writer);

#endif
