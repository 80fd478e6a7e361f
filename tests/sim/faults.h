/* What goes wrong with the machine, and when: planned here, done by os_sim. Each seed has some
 * kinds of faults more often and others never. */
#ifndef TESTS_SIM_FAULTS_H
#define TESTS_SIM_FAULTS_H

#include "../support/chance.h"
#include "auditor.h"
#include "os/os_sim.h"

/* A bit that was flipped at rest and has not been seen by a start that went well. */
struct flip {
    bool done;
    char path[128];
    uint64_t bit;
    bool in_last_frame; /* The documented exception: what is behind `kept_number` may be lost. */
    uint64_t kept_number;
};

struct faults {
    struct chance *chance;
    struct os_sim *sim;
    uint32_t cut_percent; /* Of openings and of lives that end by a planned power cut, … */
    uint32_t fail_percent;
    uint32_t full_percent;
    uint32_t flip_percent;
    uint32_t checkpoint_one_in; /* So often something is planned for a piece of a checkpoint. */

    bool fail_planned;
    uint64_t fail_call;
    bool cache_differs; /* A sync may have failed: memory shows what the disk does not have. */
    bool disk_limited;
    bool room_in_doubt; /* Since a fault, or a full disk, there may be no spare segment. */
    struct flip flip;
};

void faults_init(struct faults *faults, struct chance *chance, struct os_sim *sim);

/* Plans what happens during one of the next `calls_max` calls, or nothing. */
void faults_plan(struct faults *faults, uint32_t calls_max);
void faults_cancel(struct faults *faults);

/* Plans something for a piece of a checkpoint. False: nothing. */
bool faults_plan_checkpoint(struct faults *faults);

/* Whether the call that was to fail did. */
bool faults_did_fail(const struct faults *faults);

/* Fills the disk, or makes room again. */
void faults_fill_disk(struct faults *faults);
void faults_free_disk(struct faults *faults);

/* Between two runs: flips a bit of some file, or none; flips it back. `base_number` is the first
 * record that the auditor can go back to. */
void faults_flip(struct faults *faults, uint64_t base_number);
void faults_unflip(struct faults *faults);

#endif
