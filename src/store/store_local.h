/* The local store: shelves in memory, what was done to them in a journal.
 *
 * It runs in one of two ways. Once store_local_start() was called, threads of its own commit and
 * release what expires, and any thread may use it: this is the service. Without that it starts no
 * thread, and everything happens in those that call, one at a time: whoever waits for the disk
 * commits himself, and a commit that fails comes back as an error instead of ending the process.
 * Tests and the simulator use it so, and the service until it starts. */
#ifndef STORE_STORE_LOCAL_H
#define STORE_STORE_LOCAL_H

#include "ledger/order_book.h"
#include "store/store.h"

enum { STORE_PROBLEM_BYTES = 512 };

/* Who is told how far the reading of a folder is; tell() may be NULL. */
struct store_progress {
    void *context;
    void (*tell)(void *context, uint64_t bytes_done, uint64_t bytes_total);
};

struct store_local_settings {
    struct os *os;                    /* Lent for the store's life. */
    const char *folder;               /* Created if need be. Lent for the call. */
    struct store_documents documents; /* The context is lent for the store's life. */
    uint32_t threads_count; /* That help to read the folder; some are enough. 0: nobody helps. */
    struct store_progress progress; /* While the folder is read. */
    /* So much journal behind the last checkpoint asks for the next one; 0: none is made unasked. */
    uint64_t checkpoint_journal_bytes;
    int64_t history_days;      /* So long it is known what happened; 0: it is not kept. */
    int64_t history_bytes_max; /* Of what is kept of that behind the journal. */
    bool unfinished; /* Of store_local_read(): it is a copy that is verified before its end. */
};

/* What opening a store found, for the log or for the person who has to mend it. */
struct store_opening {
    struct journal_recovery recovery;
    uint64_t cells_loaded;             /* From the checkpoint. */
    char problem[STORE_PROBLEM_BYTES]; /* What and where, when it failed. */
};

/* Opens the store in its folder and brings back what it held. ERR_BUSY: another process has it
 * open. ERR_CORRUPT, ERR_UNSUPPORTED, ERR_FULL, ERR_IO, ERR_MEMORY: opening->problem says what to
 * do. Gives it in *store, ended by store_close(). */
MUST_USE enum err store_local_open(const struct store_local_settings *settings,
                                   struct store_opening *opening, struct store **store);

/* Releases what expired while nobody looked, and starts the threads: they commit, release what
 * expires, and make checkpoints, as long as the owners of documents can give them. ERR_MEMORY: they
 * cannot be started. Once. */
MUST_USE enum err store_local_start(struct store *store);

/* No checkpoint is made any more; one that is under way is abandoned. Before an owner of documents
 * ends; store_close() does it, too. */
void store_local_stop_checkpoints(struct store *store);

/* What lies in a data folder. */
struct store_check {
    struct journal_recovery recovery;
    uint64_t shelves_count;
    uint64_t cells_count;
    uint64_t orders_count;
    uint64_t orders_open_count;
    uint64_t available;
    uint64_t reserved;
    uint64_t unfit;
    char problem[STORE_PROBLEM_BYTES]; /* What is wrong, and where. */
};

/* Reads a data folder as a start does, computes once more whatever follows from something else, and
 * changes nothing. The documents' owners take what they kept. ERR_BUSY: a process has it open.
 * ERR_CORRUPT, ERR_UNSUPPORTED, ERR_NOT_FOUND: there is no journal, ERR_DENIED, ERR_IO, ERR_MEMORY:
 * check->problem says more. */
MUST_USE enum err store_local_check(const struct store_local_settings *settings,
                                    struct store_check *check);

/* The same, and gives what was read in *store, for store_local_shelf() and store_close() only. The
 * folder stays locked until then, and is changed by nobody. */
MUST_USE enum err store_local_read(const struct store_local_settings *settings,
                                   struct store_check *check, struct store **store);

/* A shelf with its orders. Lent until store_close(). */
struct store_shelf {
    int64_t id;
    struct shelf *shelf;
    struct order_book *orders;
};

/* The shelf with that index, from 0 on, of a store that no thread uses. False: there are no more.
 */
bool store_local_shelf(struct store *store, uint32_t index, struct store_shelf *shelf);

/* What follows is for a store without threads. An error of a commit means that memory is ahead of
 * the disk: the store is good for store_close() only. What was not committed then is lost. */

/* Makes durable what was done, and wakes who waits for it. ERR_IO, ERR_FULL, ERR_MEMORY. */
MUST_USE enum err store_local_commit(struct store *store);

/* Releases the reservations that are due by the clock of `os`. ERR_FULL: not all of them, as the
 * batch or the disk is full; try again after a commit. */
MUST_USE enum err store_local_expire_due(struct store *store);

/* Makes a checkpoint, and commits for it; or does the next piece of one, which the first call
 * begins: *done: it is in place. An error ends it; another one may be begun, unless it was that of
 * a commit. ERR_UNSUPPORTED: the owners of documents cannot give them; ERR_FULL, ERR_IO,
 * ERR_MEMORY. One that is under way is given up by store_local_stop_checkpoints(). */
MUST_USE enum err store_local_checkpoint(struct store *store);
MUST_USE enum err store_local_checkpoint_step(struct store *store, bool *done);

#endif
