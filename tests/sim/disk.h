/* Reads the journal off the simulated disk by docs/formats.md §2 and §3 alone: which frames are
 * whole there, without asking the journal. For the auditor and for whoever damages the disk. */
#ifndef TESTS_SIM_DISK_H
#define TESTS_SIM_DISK_H

#include "os/os_sim.h"

#define DISK_FOLDER      "data"
#define DISK_JOURNAL     DISK_FOLDER "/journal"
#define DISK_CHECKPOINTS DISK_FOLDER "/checkpoints"

/* The last whole frame; bytes is 0 where there is none. */
struct disk_frame {
    char path[128]; /* Of its segment. */
    uint64_t offset;
    uint64_t bytes; /* Without padding. */
    uint64_t first_number;
    uint64_t last_number;
};

/* A checksum of the files that hold what the store knows. */
uint64_t disk_digest(struct os_sim *sim);

/* What is there too much once everything up to record `number` is in a checkpoint: segments of
 * which nothing is needed, and checkpoints but the newest. */
uint32_t disk_leftovers(struct os *os, uint64_t number);

/* Finds it in a data folder, and the number of the last record, which a segment without frames
 * tells, too. */
uint64_t disk_last_number(struct os *os, const char *folder, struct disk_frame *frame);

#endif
