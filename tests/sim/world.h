/* The store on its simulated machine, in one thread, with the auditor looking on: opening it,
 * running a step, committing, ending it in one of many ways. Whatever goes wrong here is either a
 * fault that was planned, or ends the run. */
#ifndef TESTS_SIM_WORLD_H
#define TESTS_SIM_WORLD_H

#include "faults.h"
#include "store/store_local.h"
#include "workload.h"

enum { SLOTS_MAX = 24 };

/* A command that waits for the disk. */
struct slot {
    struct store_command command; /* First. */
    struct arena arena;
    bool busy;
    bool woken;
    uint64_t number; /* What its completion tells of. */
};

/* For the summary of a run. */
struct world_counts {
    uint64_t commands;
    uint64_t openings;
    uint64_t restarts;
    uint64_t power_cuts;
    uint64_t failures; /* Calls of the machine that failed. */
    uint64_t full_disks;
    uint64_t flips;
    uint64_t refusals; /* Starts that were refused. */
    uint64_t losses;   /* Of a last frame that was flipped. */
    uint64_t backups;
    uint64_t checkpoints;
    uint64_t abandoned; /* Checkpoints that failed. */
    uint64_t histories; /* Of cells, that were read. */
};

struct world {
    struct chance *chance;
    struct os_sim *sim;
    struct os *os;
    struct auditor auditor;
    struct workload workload;
    struct faults faults;
    struct store *store;    /* NULL: not open. */
    uint32_t threads_count; /* That help a start; it comes to the same. */
    bool dead;              /* A commit failed: the process has to end. */
    struct slot slots[SLOTS_MAX];
    struct model documents;     /* As their owner knows them. */
    uint64_t checkpoint_number; /* Of the last record when the checkpoint under way began… */
    bool checkpointing;         /* …if one is. */
    bool history_lost;          /* The store said so, in this life or an earlier one. */
    bool history_unreadable;    /* Likewise of a file, in this life. */
    struct world_counts counts;
};

void world_init(struct world *world, uint64_t seed, struct chance *chance);
void world_deinit(struct world *world);

int64_t world_now_ms(const struct world *world);

/* Keeps a document in the model that is the context. */
enum err world_take_document(void *context, struct bytes name, struct bytes content);

/* Opens the store, through whatever faults are planned for it, until it is open, and has the
 * auditor read it. */
void world_open(struct world *world);

/* A second process tries to open the same folder, and may not. */
void world_open_twice(struct world *world);

/* Runs a step. */
void world_run(struct world *world, const struct step *step);

void world_commit(struct world *world);

/* The process, or the machine, stops. */
enum ending { ENDING_CLOSE, ENDING_KILL, ENDING_POWER_CUT };
void world_end(struct world *world, enum ending ending);

#endif
