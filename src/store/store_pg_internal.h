/* What the files of the store on PostgreSQL share. */
#ifndef STORE_STORE_PG_INTERNAL_H
#define STORE_STORE_PG_INTERNAL_H

#include <pthread.h>

#include "base/map.h"
#include "store/pg_result.h"
#include "store/pg_statement.h"
#include "store/pg_value.h"
#include "store/store_pg.h"

/* A command under way, in its arena: encoded by submit(), sent by await(), completed in the pool's
 * thread. */
struct pg_command {
    struct pg_request request;  /* First. */
    struct pg_payment *payment; /* In front of it, in the arena; NULL: the command does not pay. */
    struct store_pg *pg;
    struct store_command *command;
    /* What the result means: fills in the command's, in its arena. */
    enum verdict (*take)(struct pg_command *pending, const struct pg_result *result);
    const uint32_t *order; /* In which the items were sent: their numbers in the command. */
    int64_t epoch;         /* What this node knew when it was submitted; of one that changes. */
    bool fenced;           /* Result: that was not enough, nothing was done. */
};

/* What the database said of all shelves, a while ago. */
struct pg_figures {
    uint64_t cells_count; /* An estimate. */
    uint64_t shelves_count;
    int64_t shelf_id_max; /* Of their campaigns' parts; that of our own shelves is never late. */
};

/* The thread that releases what is due, whichever node it came to, and renews the figures. Nodes do
 * it side by side. The store's lock guards `stopping`. */
struct pg_expiry {
    pthread_t thread;
    bool running; /* The thread was started. */
    bool stopping;
    pthread_cond_t changed;
    int64_t figures_at_us; /* When they are to be renewed, */
    int64_t windows_at_us; /* and windows that ended removed, */
    int64_t days_at_us;    /* and days of the history made or removed. The thread's own, all. */
};

struct pg_survey;

/* What was counted of shelves for those who look at many. `lock` guards it all; it is held while
 * the database is asked, by those alone, and comes in front of the pool's. */
struct pg_surveys {
    pthread_mutex_t lock;
    struct map by_shelf; /* Where each stands. */
    struct pg_survey *surveys;
    uint32_t surveys_count;
    uint32_t surveys_max;
};

/* `lock` guards what is below it. It is held for a look or a change, and never together with
 * another of this file. */
struct store_pg {
    struct store store; /* First: a struct store is one of these. */
    struct os *os;
    struct pg_pool *pool;
    struct store_documents documents;
    int64_t history_days; /* 0: none is kept. */
    struct pg_surveys surveys;

    pthread_mutex_t lock;
    struct pg_figures figures;
    int64_t document_last; /* Number of the last one that was taken or added here, */
    int64_t document_key;  /* and its sender's, by which another one of that number is known. */
    int64_t summary_last;  /* That of the last one that the newest summary we know of covers. */
    int64_t fenced_epoch;  /* The highest at which a command met a fence; -1: none did. */
    struct pg_expiry expiry;
};

/* The store behind the family's pointer. */
struct store_pg *pg_of(struct store *store);

/* Number of the last document that was taken or added here. */
int64_t pg_document_last(struct store_pg *pg);

/* The command that a request is of. */
struct pg_command *pg_command_of(struct pg_request *request);

/* The verdict is there, and what follows from it: wakes whoever awaits it, who may end the arena at
 * once. */
void pg_command_complete(struct pg_command *pending, enum verdict verdict);

/* The usual `done`: completes the command with what pending->take() says. */
void pg_command_done(struct pg_request *request, enum pg_outcome outcome,
                     const struct pg_result *result);

/* For a result that no statement of ours gives: says so in the log. VERDICT_NO_ROOM. */
enum verdict pg_command_is_odd(const struct pg_command *pending);

/* Copies bytes into the arena, in place. False: no memory. */
MUST_USE bool pg_keep_bytes(struct arena *arena, struct bytes *bytes);

/* Encode a command into the request that `writer` writes, and say which statement it is and what
 * takes its result. False: it is complete, and the verdict is set. */
bool pg_put(struct pg_command *pending, struct pg_writer *writer);
bool pg_mark(struct pg_command *pending, struct pg_writer *writer);
bool pg_count(struct pg_command *pending, struct pg_writer *writer);
bool pg_page(struct pg_command *pending, struct pg_writer *writer);
bool pg_list(struct pg_command *pending, struct pg_writer *writer);
bool pg_order(struct pg_command *pending, struct pg_writer *writer);
bool pg_spend(struct pg_command *pending, struct pg_writer *writer);

/* The operations of the same names. */
enum err pg_add_document(struct store *store, struct bytes name, struct bytes content);
enum err pg_fence(struct store *store, const int64_t *shelf_ids, uint32_t shelves_count,
                  int64_t *fence);
enum err pg_confirm(struct store *store);
enum err pg_add_fenced(struct store *store, int64_t fence, struct bytes name, struct bytes content);
enum err pg_copy_shelf(struct store *store, int64_t from_id, int64_t to_id, enum store_ties ties);
enum err pg_copy_marks(struct store *store, int64_t from_id, int64_t to_id);
enum err pg_orders(struct store *store, struct store_orders *orders);
enum err pg_totals(struct store *store, int64_t shelf_id, int64_t campaign_id,
                   struct shelf_totals *totals);
enum err pg_survey(struct store *store, struct shelf_survey *shelves, uint32_t shelves_count);
void pg_surveys_init(struct store_pg *pg);
void pg_surveys_deinit(struct store_pg *pg);

enum err pg_history(struct store *store, struct store_history *history);

/* Makes the days of the history that are missing, and removes those that are over. Blocks. ERR_IO:
 * not all of it; what is written meanwhile is kept all the same. */
enum err pg_history_days(struct store_pg *pg);

/* Writes what stands behind an epoch: why something is written. */
void pg_write_cause(const struct store_pg *pg, struct pg_writer *writer,
                    const struct stock_cause *cause);

/* Prepares what the command pays before its request is begun. False: no memory. */
MUST_USE bool pg_payment_prepare(struct pg_command *pending);

/* Begins with it, and goes on with the request if it is granted. */
void pg_payment_begin(struct pg_command *pending);

/* The operation of that name. */
void pg_spend_aside(struct store *store, const struct store_spend *spend);

/* Takes all documents behind the last one. An error of take() is given on; ERR_IO: no answer came;
 * ERR_NOT_FOUND: the next one is gone, or the last one. */
MUST_USE enum err pg_documents_take(struct store_pg *pg);

/* Takes the summary, if there is one, where nothing was taken yet. Errors as above. */
MUST_USE enum err pg_summary_take(struct store_pg *pg);

/* Asks for the figures. ERR_IO. */
MUST_USE enum err pg_figures_renew(struct store_pg *pg);

void pg_expiry_init(struct store_pg *pg);
void pg_expiry_deinit(struct store_pg *pg);
MUST_USE enum err pg_expiry_begin(struct store_pg *pg);
void pg_expiry_end(struct store_pg *pg);

#endif
