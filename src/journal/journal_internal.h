/* What the files of journal/ share. */
#ifndef JOURNAL_JOURNAL_INTERNAL_H
#define JOURNAL_JOURNAL_INTERNAL_H

#include <pthread.h>
#include <time.h>

#include "journal/format.h"
#include "journal/journal.h"

enum { JOURNAL_PATH_BYTES_MAX = 4096, COMMITTER_FAILED_EXIT = 74 };

/* More than there are threads; a thread holds one reservation at a time. */
#define RESERVATIONS_MAX INT64_C(512)

/* Room on disk for two batches at their largest, and for what it costs when each reservation that
 * was granted before the room ran out ends in a frame of its own: less than two blocks each. */
#define ROOM_BYTES (2 * FRAME_BYTES_MAX + 2 * RESERVATIONS_MAX * JOURNAL_BLOCK_BYTES)

static_assert(ROOM_BYTES <= JOURNAL_SEGMENT_BYTES - JOURNAL_BLOCK_BYTES,
              "a fresh segment has room");

/* Records that gather for one frame. */
struct batch {
    struct buffer frame; /* Room for the header, then records. */
    uint32_t records_count;
    uint64_t seq_first;
};

/* Invariants: 1. durable_seq < next_seq; what lies between is in the two batches.
 *             2. gathering->frame.size + reserved_bytes <= JOURNAL_BATCH_BYTES_MAX, and both have
 *                capacity for the largest frame: an append in reserved room cannot fail.
 *             3. When a reservation is granted, ROOM_BYTES are allocated on disk: in what is left
 *                of the current segment, or in the spare one, and
 *                reservations_count <= RESERVATIONS_MAX.
 *             4. Waiters in the list wait for seq > durable_seq.
 * `lock` guards what stands below it; it is the last in the lock order, behind a shelf's. The
 * fields above belong to the thread that commits. */
struct journal {
    struct os *os;
    char folder[JOURNAL_PATH_BYTES_MAX];
    uint64_t journal_id;
    struct os_file *segment;
    uint64_t segment_index;
    uint64_t segment_used_bytes;
    struct os_file *spare; /* Allocated, named segment_index + 1; NULL: none could be had. */
    int64_t spare_tried_us;
    bool header_pending; /* The current segment's header is written before its first frame. */
    struct batch *writing;
    pthread_t thread;
    struct journal_metrics metrics;

    pthread_mutex_t lock;
    pthread_cond_t gathered;
    struct batch *gathering;
    size_t reserved_bytes;
    uint32_t reservations_count;
    uint64_t next_seq;
    uint64_t durable_seq;
    uint64_t segments_count;
    struct journal_waiter *waiters;
    bool has_room;
    bool crowded; /* More than one record came since the last commit began. */
    bool stopping;

    struct batch batches[2];
};

/* Path of a segment in the journal's folder. */
void segment_path(const struct journal *journal, uint64_t index, char *path, size_t path_bytes);

/* Creates and allocates the spare segment, durable under its name. ERR_FULL, ERR_IO. */
MUST_USE enum err spare_create(struct journal *journal);

/* Reads every segment, replays it, and leaves the journal at its end with `segment` open, or at
 * segment_index 0 when the folder holds none. */
MUST_USE enum err recovery_run(struct journal *journal, journal_replay *replay, void *context,
                               struct journal_recovery *recovery);

#endif
