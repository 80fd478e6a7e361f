/* What the files of journal/ share. */
#ifndef JOURNAL_JOURNAL_INTERNAL_H
#define JOURNAL_JOURNAL_INTERNAL_H

#include <pthread.h>
#include <time.h>

#include "journal/data_folder.h"
#include "journal/format.h"
#include "journal/journal.h"
#include "journal/recovery.h"

enum { COMMITTER_FAILED_EXIT = 74 };

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

/* A segment whose header is durable. */
struct segment_place {
    uint64_t index;
    uint64_t seq_first;
};

/* Invariants: 1. durable_seq < next_seq; what lies between is in the two batches.
 *             2. gathering->frame.size + reserved_bytes <= JOURNAL_BATCH_BYTES_MAX, and both have
 *                capacity for the largest frame: an append in reserved room cannot fail.
 *             3. When a reservation is granted, ROOM_BYTES are allocated on disk: in what is left
 *                of the current segment, or in the spare one, and
 *                reservations_count <= RESERVATIONS_MAX.
 *             4. Waiters in the list wait for seq > durable_seq.
 *             5. places[] are in order of their indexes, the last one is the current segment, and
 *                while there is a spare one, there is room for it. Only what stands before a place
 *                that follows may be removed: nothing is needed of it, and a start finds what is.
 * `lock` guards what stands below it; it is the last in the lock order, behind a shelf's. The
 * fields above belong to the thread that commits. */
struct journal {
    struct os *os;
    char path[FOLDER_BYTES_MAX]; /* The data folder's, and two in it. */
    char segments_path[JOURNAL_PATH_BYTES_MAX];
    char checkpoints_path[JOURNAL_PATH_BYTES_MAX];
    struct os_file *guard;                   /* Lent; NULL: there is none. */
    char guard_path[JOURNAL_PATH_BYTES_MAX]; /* Names the guard while the folder is ours. */
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
    struct segment_place *places;
    size_t places_count;
    size_t places_max;
    struct journal_waiter *waiters;
    bool moved; /* The folder was seen not to be ours any more. */
    bool has_spare;
    bool has_room;
    bool crowded; /* More than one record came since the last commit began. */
    bool stopping;
    bool checkpoint_begun;      /* And not yet finished or abandoned. */
    uint64_t checkpoint_number; /* The next one's. */
    uint64_t checkpoint_bytes;  /* Of the newest whole one. */
    uint64_t frames_bytes;      /* Durable since the first record that this start replayed. */
    uint64_t frames_bytes_then; /* Of them, when the newest checkpoint was begun. */

    struct batch batches[2];
};

/* Whether files may be created and removed by their paths: the folder is the one that was opened.
 * Where it is not, an error is logged, once. Any thread. */
MUST_USE bool journal_owns_folder(struct journal *journal);

/* Creates and allocates the spare segment, durable under its name. ERR_FULL, ERR_IO, ERR_MEMORY. */
MUST_USE enum err spare_create(struct journal *journal);

/* Tries to have a spare, at most once in JOURNAL_ROOM_RETRY_MS while the disk is full, and says
 * whether there is room. */
void spare_renew(struct journal *journal);

/* Makes the current segment's header durable, and from then on it is one of the places. */
MUST_USE enum err header_write(struct journal *journal, uint64_t seq_first);

/* Makes room for one more place. ERR_MEMORY. */
MUST_USE enum err place_reserve(struct journal *journal);
void place_add(struct journal *journal, uint64_t index, uint64_t seq_first);

/* Empties a batch. */
void batch_reset(struct batch *batch, uint64_t seq_first);

/* Once everything of the data folder at `path` was read, so that nothing is changed in a damaged
 * one: makes the folders, cuts the torn end of the last segment and opens it, and removes spares
 * and leftovers. */
MUST_USE enum err recovery_finish(struct journal *journal, const char *path,
                                  const struct recovery *recovery, char *problem);

/* Removes checkpoints older than that number, and segments whose records are all up to `seq`. What
 * cannot be removed is told and stays for the next time. The checkpointer's thread. */
void journal_retire(struct journal *journal, uint64_t number, uint64_t seq);

#endif
