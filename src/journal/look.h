/* Looking at durable records of a running journal again: backwards, for whoever asks what happened,
 * or onwards, for whoever keeps them elsewhere. It goes on beside the thread that commits and the
 * one that removes segments, and reads what the machine has in memory anyway. */
#ifndef JOURNAL_LOOK_H
#define JOURNAL_LOOK_H

#include "journal/replay.h"

struct journal;

/* Where a frame begins, so that a look that goes on need not find it anew. */
struct journal_spot {
    uint64_t segment; /* 0: none is known. */
    uint64_t offset;
    uint64_t seq; /* Of the frame's first record. */
};

struct journal_look {
    void *context;
    /* Takes the record of number `seq`, whose payload is lent for the call. False: it is not done
     * with this one, and wants no more. */
    bool (*take)(void *context, const struct journal_record *record);
    uint64_t seq;      /* The next record; behind the call the one to go on with. */
    uint64_t seq_end;  /* Of journal_look_on(): the last one that is wanted, and is durable. */
    size_t bytes_left; /* So much may be read; what is left of it. 0: it ended for that. */
    struct journal_spot spot; /* Of journal_look_on(): as an earlier look left it, or none. */
};

/* Hands on records up to `seq`, the newest first; those that are not durable are passed over.
 * OK: the taker has enough, or bytes_left is 0. ERR_NOT_FOUND: record `seq` is not there (any
 * more), nor what is older. ERR_IO: a segment cannot be read, or is damaged. ERR_MEMORY. Any
 * thread. */
MUST_USE enum err journal_look_back(struct journal *journal, struct journal_look *look);

/* Hands on records from `seq` to `seq_end`, which is durable. OK, too: all were. The rest is like
 * journal_look_back(). */
MUST_USE enum err journal_look_on(struct journal *journal, struct journal_look *look);

/* Number of the first record that is still there. Any thread. */
uint64_t journal_seq_first(struct journal *journal);

#endif
