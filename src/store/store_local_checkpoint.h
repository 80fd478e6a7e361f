/* One checkpoint of the local store, in steps, so that whoever makes it may pause, stop, or do
 * something else in between. */
#ifndef STORE_STORE_LOCAL_CHECKPOINT_H
#define STORE_STORE_LOCAL_CHECKPOINT_H

#include "store/store_local_internal.h"

/* Begins one of everything as it is, or will be: records up to figures->seq are going to be in it.
 * ERR_UNSUPPORTED: the owners of documents cannot give them; ERR_FULL, ERR_IO, ERR_MEMORY. One at a
 * time. Gives it in *begun. */
MUST_USE enum err local_checkpoint_begin(struct store_local *local,
                                         struct local_checkpoint **begun);

/* Does the next piece of it; *done: it was the last, the checkpoint is durable and in place. After
 * an error it can only be ended. */
MUST_USE enum err local_checkpoint_step(struct local_checkpoint *checkpoint, bool *done);

const struct local_checkpoint_figures *
local_checkpoint_figures(struct local_checkpoint *checkpoint);

/* Frees it; one that is not done is abandoned. NULL does nothing. */
void local_checkpoint_end(struct local_checkpoint *checkpoint);

#endif
