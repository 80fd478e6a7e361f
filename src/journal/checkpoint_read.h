/* Reading the parts of the checkpoint that a data folder begins from. */
#ifndef JOURNAL_CHECKPOINT_READ_H
#define JOURNAL_CHECKPOINT_READ_H

#include "journal/data_folder.h"
#include "journal/pipeline.h"

/* Reads and verifies folder->newest through the pipeline's slots, all of them handed on. *count is
 * how many parts there are. ERR_CORRUPT, ERR_IO, ERR_NOT_FOUND, or what the taker returned. */
MUST_USE enum err checkpoint_read(struct pipeline *pipeline, const struct data_folder *folder,
                                  uint64_t *count, char *problem);

#endif
