/* The last steps of writing a checkpoint file, which make it whole. */
#ifndef JOURNAL_CHECKPOINT_SEAL_H
#define JOURNAL_CHECKPOINT_SEAL_H

#include "journal/append_file.h"
#include "journal/checkpoint_format.h"

/* Writes the rest of the file, gives it its length, makes all of it durable, and only then writes
 * the end, durable when this returns. Sets end->file_bytes. ERR_MEMORY, ERR_FULL, ERR_IO: the file
 * is of no use. */
MUST_USE enum err checkpoint_seal(struct append_file *append, struct checkpoint_end *end);

#endif
