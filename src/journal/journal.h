/* The journal: records in one order, durable in batches (DESIGN §5, §6). A payload is bytes to it.
 *
 * The normal path: a writer reserves room, decides what happened, appends the record and gets its
 * sequence number; the committer takes all that gathered, writes it as one frame, syncs, and wakes
 * whoever waits for those numbers. Two batches exist: one gathers while the other is written.
 *
 * Room is claimed on disk ahead: the current segment is allocated in full, and a spare one stands
 * ready. When no spare can be had, reservations are refused before anything is applied; what was
 * reserved before still fits. */
#ifndef JOURNAL_JOURNAL_H
#define JOURNAL_JOURNAL_H

#include "base/metric.h"
#include "journal/replay.h"
#include "os/os.h"

struct journal;

/* Somebody who waits for a sequence number to be durable. The waiter owns it until `done`. */
struct journal_waiter {
    uint64_t seq;
    void (*done)(struct journal_waiter *waiter); /* Committer thread; must not block. */
    struct journal_waiter *next;
};

/* Counted while it runs. */
struct journal_metrics {
    struct metric_counter commits;
    struct metric_counter bytes;     /* Written, padding included. */
    struct metric_histogram sync_us; /* Write and sync of one batch. */
    struct metric_histogram records_a_commit;
};

/* Opens the journal in a data folder that exists, in folders of its own that it makes there. Hands
 * on what is in it, cuts a torn tail, removes leftovers and makes ready for appending. Gives it in
 * *journal; ended by journal_close(). *recovery is set in any case. ERR_CORRUPT, ERR_UNSUPPORTED,
 * ERR_FULL, ERR_DENIED, ERR_IO, ERR_MEMORY, or what the taker returned: `recovery->problem` says
 * more. */
MUST_USE enum err journal_open(struct os *os, const char *folder,
                               const struct journal_replay *replay,
                               struct journal_recovery *recovery, struct journal **journal);

/* From now on the folder is the journal's own only as long as its `name` is this open file, which
 * is lent until journal_close(): where the folder was moved away, and perhaps another one stands in
 * its place, nothing is created and nothing is removed there. Before any thread is started. */
void journal_guard(struct journal *journal, struct os_file *file, const char *name);

/* Closes the files. Everything appended was committed before. */
void journal_close(struct journal *journal);

/* Makes sure that a record of up to `bytes` can be appended. ERR_FULL: the batch or the disk has no
 * room now, worth a retry later. Any thread. */
MUST_USE enum err journal_reserve(struct journal *journal, size_t bytes);

/* Gives back a reservation that is not needed. Any thread. */
void journal_release(struct journal *journal, size_t bytes);

/* Appends a record in room that was reserved with `reserved_bytes` >= payload.size. Returns its
 * sequence number; it is not durable yet. Any thread. */
uint64_t journal_append(struct journal *journal, size_t reserved_bytes, struct bytes payload);

/* True when everything up to `seq` is durable. Any thread. */
bool journal_is_durable(struct journal *journal, uint64_t seq);

/* Calls waiter->done once, when waiter->seq is durable; at once if it is already. Any thread. */
void journal_wait(struct journal *journal, struct journal_waiter *waiter);

/* Whether a reservation would find room on disk. Any thread. */
bool journal_has_room(struct journal *journal);

/* Writes and syncs what gathered, if anything did, and wakes the waiters. Any error but OK means
 * that memory is ahead of the disk: the process must end. One thread at a time. */
MUST_USE enum err journal_commit(struct journal *journal);

/* Starts a thread that commits whenever something gathered; it ends the process when a commit
 * fails (DESIGN §6, invariant 3). journal_stop() commits the rest and ends the thread. */
MUST_USE enum err journal_start(struct journal *journal);
void journal_stop(struct journal *journal);

const struct journal_metrics *journal_metrics(const struct journal *journal);

/* Bytes that the segments take on disk. Any thread. */
uint64_t journal_disk_bytes(struct journal *journal);

/* Bytes of frames behind the records that the newest checkpoint covers: about what a start would
 * replay. Any thread. */
uint64_t journal_bytes_since_checkpoint(struct journal *journal);

/* Bytes that the newest checkpoint takes on disk; 0: there is none. Any thread. */
uint64_t journal_checkpoint_bytes(struct journal *journal);

#endif
