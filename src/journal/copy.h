/* Copying the journal of a data folder, even while a stockd writes to it: `stockd backup`. */
#ifndef JOURNAL_COPY_H
#define JOURNAL_COPY_H

#include "journal/replay.h"

/* Told now and then how far it is. */
struct journal_copy_progress {
    void *context;
    void (*tell)(void *context, uint64_t bytes_done, uint64_t bytes_total);
};

/* Copies the newest whole checkpoint and every record behind it, up to the last whole frame, into
 * the folder `to`, which exists and is empty; everything is verified on the way. All that was
 * acknowledged before the call is in the copy, and it opens like any data folder. It is durable
 * when this returns OK; a copy that was interrupted is refused by whoever opens it. A stockd may
 * write to `from` meanwhile, make checkpoints and remove segments. *report is set in any case.
 * ERR_CORRUPT, ERR_UNSUPPORTED, ERR_NOT_FOUND, ERR_FULL, ERR_IO, ERR_DENIED, ERR_MEMORY:
 * report->problem says more, and what lies in `to` is no copy. */
MUST_USE enum err journal_copy(struct os *os, const char *from, const char *to,
                               const struct journal_copy_progress *progress,
                               struct journal_recovery *report);

#endif
