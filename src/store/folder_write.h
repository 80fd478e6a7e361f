/* Writes a whole store into a new data folder, shelf by shelf: what the local store's checkpoint
 * would hold (part.h), in a folder that begins with it (journal/new_folder.h). */
#ifndef STORE_FOLDER_WRITE_H
#define STORE_FOLDER_WRITE_H

#include "base/buffer.h"
#include "store/store_local.h"

struct folder_write;

/* Makes the folder, which must not exist or be empty, and locks it. Until folder_write_finish() no
 * stockd opens it. ERR_BUSY: it is not empty; ERR_INVALID, ERR_NOT_FOUND, ERR_DENIED, ERR_FULL,
 * ERR_IO, ERR_MEMORY: `problem` says more, in words that follow the folder's name. Gives it in
 * *write; ended by folder_write_close(). */
MUST_USE enum err folder_write_begin(struct os *os, const char *path, struct folder_write **write,
                                     char problem[STORE_PROBLEM_BYTES]);

/* Adds a document, in their order. ERR_FULL: they are more than a folder can hold; ERR_MEMORY. */
MUST_USE enum err folder_write_document(struct folder_write *write, struct bytes name,
                                        struct bytes content);

/* Writes a shelf with its orders, each once. ERR_FULL, ERR_IO, ERR_MEMORY. */
MUST_USE enum err folder_write_shelf(struct folder_write *write, const struct store_shelf *shelf);

/* All came: writes the documents, and makes everything durable. Errors likewise. */
MUST_USE enum err folder_write_seal(struct folder_write *write);

/* Gives the lock back, and frees it. NULL does nothing. */
void folder_write_close(struct folder_write *write);

/* What was sealed and closed is a data folder like any from now on. */
MUST_USE enum err folder_write_finish(struct os *os, const char *path,
                                      char problem[STORE_PROBLEM_BYTES]);

#endif
