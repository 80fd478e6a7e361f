/* Whether the history of a cell explains what it has: each change follows from the one before, from
 * nothing up to the numbers that it has now. Knows no rule but how an order moves units. */
#ifndef TESTS_SIM_HISTORY_H
#define TESTS_SIM_HISTORY_H

#include "world.h"

/* Reads the histories of some cells; all is durable. */
void history_audit(struct world *world);

/* The store is about to be closed: remembers whether it said that history was lost. */
void history_note_loss(struct world *world);

#endif
