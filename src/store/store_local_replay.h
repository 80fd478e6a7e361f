/* Bringing back what a data folder holds, into a local store that is being opened: parts of a
 * checkpoint, then records, in batches as journal/replay.h hands them on. */
#ifndef STORE_STORE_LOCAL_REPLAY_H
#define STORE_STORE_LOCAL_REPLAY_H

#include "store/crew.h"
#include "store/store_local_internal.h"

struct local_replay;

/* `crew` and `local` are lent; `bytes_max` points to a bound of a checkpoint's size, which is read
 * when the first part comes. NULL: no memory. */
MUST_USE struct local_replay *local_replay_create(struct store_local *local, struct crew *crew,
                                                  const uint64_t *bytes_max);
void local_replay_destroy(struct local_replay *replay);

/* For whoever reads the folder. */
struct journal_replay local_replay_taker(struct local_replay *replay,
                                         const struct store_progress *progress);

/* Cells that came out of a checkpoint. */
uint64_t local_replay_cells_loaded(const struct local_replay *replay);

#endif
