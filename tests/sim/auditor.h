/* Knows what the store was asked, what of it was acknowledged, and by the rules of model.h what
 * must come of it; and says, while the store runs and after each restart, whether it did. What is
 * wrong ends the run (trace_fail).
 *
 * Every deed that changes something is a record of the journal, and the auditor numbers them
 * itself. `told` is the highest number that anybody was told of, by an answer to a write or to a
 * read; `committed` the highest that a commit covered. After a restart the store must stand exactly
 * as after the first N records, told <= N <= the last one, each of them whole; and N is what the
 * frames on the disk say (disk.h). */
#ifndef TESTS_SIM_AUDITOR_H
#define TESTS_SIM_AUDITOR_H

#include "disk.h"
#include "model.h"

/* A name under which an order was ever asked for. */
struct order_name {
    int64_t shelf_id;
    int64_t campaign_id;
    struct bytes id;
};

/* Invariants: 1. base is the state after base_number records; deeds follow it, one record each.
 *             2. now is the state after all of them.
 *             3. base_number <= told <= committed <= base_number + deeds_count, but that a loss
 * which
 *                was allowed lowers `told`. */
struct auditor {
    struct arena memory; /* Of deeds, lines, pasts; to the end of the run. */
    struct model base;
    uint64_t base_number;
    struct deed *deeds;
    uint32_t deeds_count;
    uint32_t deeds_max;
    struct model now;
    uint64_t told;
    uint64_t committed;

    uint64_t gathered_bytes; /* Records since the last commit, at most. */
    bool room_is_scarce;     /* The disk is or was full, or failed at making room. */

    struct order_name *names;
    uint32_t names_count;
    uint32_t names_max;
    uint32_t restarts_count;
    char text[400]; /* For complaints. */
};

void auditor_init(struct auditor *auditor);
void auditor_deinit(struct auditor *auditor);

/* The number of the last record. */
uint64_t auditor_last_number(const struct auditor *auditor);

/* A command was submitted: checks its verdict and all its results, and that it is complete exactly
 * where what it did and saw is committed. Returns the number that its completion will tell of. */
uint64_t auditor_submitted(struct auditor *auditor, const struct store_command *command,
                           bool complete);

/* A command that told of `number` is complete. */
void auditor_completed(struct auditor *auditor, uint64_t number);

/* A commit said OK: all is durable. */
void auditor_committed(struct auditor *auditor);

/* store_add_document() returned. */
void auditor_document(struct auditor *auditor, struct bytes name, struct bytes content,
                      enum err error);

/* store_copy_shelf() or, without numbers, store_copy_marks(). */
struct copying {
    int64_t from_id;
    int64_t to_id;
    bool numbers;
    enum store_ties ties;
};

/* It returned. ERR_FULL: the disk was committed since, and ends in record `disk_number`. */
void auditor_copied(struct auditor *auditor, const struct copying *copying, enum err error,
                    uint64_t disk_number);

/* A pass over what expires returned OK or ERR_FULL; looks what became of the orders. */
void auditor_expired(struct auditor *auditor, struct store *store, int64_t now_ms, enum err error);

/* store_totals() said this. */
void auditor_totals(struct auditor *auditor, int64_t shelf_id, int64_t campaign_id,
                    const struct shelf_totals *totals);

/* store_metrics() said this. */
void auditor_metrics(const struct auditor *auditor, const struct store_metrics *metrics);

/* The documented exception (docs/operating.md §6): a bit of the last frame is flipped, and what is
 * behind record `number` may be gone. */
void auditor_allow_loss(struct auditor *auditor, uint64_t number);

/* The store was opened again and gave back these documents; the disk ends in record `disk_number`.
 * Reads everything. */
void auditor_reopened(struct auditor *auditor, struct store *store, const struct model *documents,
                      int64_t now_ms, uint64_t disk_number);

/* Records that a copy has: no less than was told of before it began. */
struct copy_bounds {
    uint64_t told;
    uint64_t number; /* Of the last one. */
};

/* A copy of the store, taken while it ran, was opened. */
void auditor_copy_opened(struct auditor *auditor, struct store *store,
                         const struct model *documents, int64_t now_ms, struct copy_bounds bounds);

/* Shared by the auditor's files. */

/* Keeps a deed and does it. */
struct outcome auditor_do(struct auditor *auditor, const struct deed *deed);

/* The deed that a command is, in the run's memory. False: it only reads. */
bool auditor_deed_of(struct auditor *auditor, const struct store_command *command,
                     struct deed *deed);

/* Compares the results of a command with what they must be, once its deed was done. */
void auditor_check_results(struct auditor *auditor, const struct store_command *command,
                           const struct outcome *outcome);

/* Reads everything that the store shows into a model. */
void auditor_read_all(struct auditor *auditor, struct store *store, int64_t now_ms,
                      struct model *seen);

/* An order as the store has it now. False: it has none of that name. */
bool auditor_read_order(struct store *store, const struct order_name *name, struct arena *arena,
                        struct model_order *order);

#endif
