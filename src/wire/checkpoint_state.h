/* How checkpoints go, as the operator API shows it (docs/contract.md, "The operator API"). */
#ifndef WIRE_CHECKPOINT_STATE_H
#define WIRE_CHECKPOINT_STATE_H

#include "base/buffer.h"

struct checkpoint_state {
    bool running;
    uint64_t done;
    uint64_t failed;
    uint64_t bytes; /* Of the newest one on disk. */
    uint64_t journal_bytes_since;
    uint64_t documents_since;
    int64_t at_ms; /* When the last one was done; 0: those that follow say nothing. */
    uint64_t record;
    uint64_t shelves;
    uint64_t cells;
    int64_t took_ms;
    int64_t lock_us_max;
};

/* Writes the whole answer. */
void checkpoint_state_encode(struct buffer *body, const struct checkpoint_state *state);

#endif
