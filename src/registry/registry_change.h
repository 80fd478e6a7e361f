/* What a change means for shelves: what is carried where (registry_move.c), and what is taken away
 * from whom (registry_vacate.c). For registry.c. */
#ifndef REGISTRY_REGISTRY_CHANGE_H
#define REGISTRY_REGISTRY_CHANGE_H

#include "registry/registry_state.h"

/* From what is known to the candidate, in whose arena results are put. */
struct registry_step {
    const struct registry_state *before;
    struct registry_state *after;
    struct registry_change *change;
    struct map *closed; /* Shelf → set of CLOSED_*. */
};

/* Closes a shelf. ERR_MEMORY. */
MUST_USE enum err registry_step_close(struct registry_step *step, int64_t shelf_id, uint32_t set);

/* Fill change->moves and change->vacated, and close what is concerned. ERR_MEMORY. */
MUST_USE enum err registry_collect_moves(struct registry_step *step);
MUST_USE enum err registry_collect_vacated(struct registry_step *step);

#endif
