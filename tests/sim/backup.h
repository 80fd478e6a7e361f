/* A backup of the running store (`stockd backup`), with the store at work between any two calls of
 * the machine that the copying makes; and what the copy is when somebody opens it. */
#ifndef TESTS_SIM_BACKUP_H
#define TESTS_SIM_BACKUP_H

struct world;

void backup_run(struct world *world);

#endif
