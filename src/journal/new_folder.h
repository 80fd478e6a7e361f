/* Making a data folder out of a state that came from elsewhere: one checkpoint that holds all of
 * it, and an empty journal behind it, as a stockd leaves them that has just made a checkpoint. What
 * parts mean is up to whoever appends them (checkpoint.h); each is as of record NEW_FOLDER_SEQ. */
#ifndef JOURNAL_NEW_FOLDER_H
#define JOURNAL_NEW_FOLDER_H

#include "journal/checkpoint.h"
#include "journal/refusal.h"
#include "os/os.h"

/* The record that everything is as of: the only one that ever was. */
#define NEW_FOLDER_SEQ UINT64_C(1)

struct new_folder;

/* Begins in the folder `path`, which exists and holds no journal. Until new_folder_finish() it is
 * refused by whoever opens it. `problem` has PROBLEM_BYTES. ERR_BUSY, ERR_CORRUPT: there is one, or
 * an unfinished copy; ERR_IO, ERR_DENIED, ERR_FULL, ERR_MEMORY. Gives it in *made; ended by
 * new_folder_close(). */
MUST_USE enum err new_folder_begin(struct os *os, const char *path, struct new_folder **made,
                                   char *problem);

/* Appends a part, with its kind, its key and its payload; lends it. Errors like
 * checkpoint_append(). */
MUST_USE enum err new_folder_append(struct new_folder *made, const struct checkpoint_part *part);

/* All parts were appended: makes all of it durable, unfinished still. ERR_FULL, ERR_IO, ERR_MEMORY.
 */
MUST_USE enum err new_folder_seal(struct new_folder *made);

/* Frees it; what it wrote stays. NULL does nothing. */
void new_folder_close(struct new_folder *made);

/* From now on the folder at `path`, which was sealed, is a data folder like any. */
MUST_USE enum err new_folder_finish(struct os *os, const char *path, char *problem);

#endif
