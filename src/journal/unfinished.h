/* A data folder that is being made by a copy: until all of it is there, a file in it says so, and
 * nobody opens it. */
#ifndef JOURNAL_UNFINISHED_H
#define JOURNAL_UNFINISHED_H

#include "journal/data_folder.h"

/* Makes the folder that a copy goes to; one that is there has to be empty: ERR_BUSY. ERR_NOT_FOUND:
 * it would stand in none; ERR_INVALID: the path is too long; ERR_IO, ERR_DENIED, ERR_MEMORY.
 * `problem`, of PROBLEM_BYTES, says it in words that follow the folder's name. */
MUST_USE enum err unfinished_make_folder(struct os *os, const char *path, char *problem);

/* Makes the folders of journal and checkpoints, which have to be empty, and the file, durably.
 * ERR_BUSY: a journal is there; ERR_CORRUPT: something else, or an unfinished copy; ERR_IO,
 * ERR_DENIED, ERR_FULL, ERR_MEMORY: `problem` says more. */
MUST_USE enum err unfinished_begin(struct data_folder *to, const char *path, char *problem);

/* Makes the names of all files durable that were written. Errors likewise. */
MUST_USE enum err unfinished_sync(struct data_folder *to, char *problem);

/* Takes the file away: from now on it is a data folder like any. */
MUST_USE enum err unfinished_end(struct os *os, const char *segments_path, char *problem);

#endif
