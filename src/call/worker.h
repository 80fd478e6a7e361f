/* A thread for calls that block: changes of the registry, which wait for a commit and perhaps for a
 * shelf to be carried, and reading pages of the query log. The threads of the HTTP library never
 * wait; a request whose work is here is suspended. One work after another, in order. */
#ifndef CALL_WORKER_H
#define CALL_WORKER_H

#include <stdbool.h>

#include "base/error.h"

struct worker;

/* A part of whoever wants something done. */
struct work {
    struct work *next;
    void (*run)(struct work *work); /* It may be gone when this returns. */
};

/* NULL: no memory, or no thread. */
MUST_USE struct worker *worker_create(void);
/* Nothing is under way. */
void worker_destroy(struct worker *worker);

/* Runs it in the worker's thread, perhaps before this returns. Any thread. */
void worker_submit(struct worker *worker, struct work *work);

#endif
