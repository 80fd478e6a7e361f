/* A few threads that do one job together, each its own share of it, while whoever gave it waits:
 * how a store is opened on all processors. */
#ifndef STORE_CREW_H
#define STORE_CREW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct crew;

/* Does the share of one member. Shares of one job run at the same time. */
typedef void crew_job(void *context, uint32_t member);

/* So many threads, 1 to CREW_MEMBERS_MAX; or none: then whoever gives a job does it, as member 0.
 * NULL: no memory, or no threads. */
enum { CREW_MEMBERS_MAX = 8 };
MUST_USE struct crew *crew_create(uint32_t threads_count);
void crew_destroy(struct crew *crew);

/* Shares that a job has: 1 or more. */
uint32_t crew_members_count(const struct crew *crew);
bool crew_has_threads(const struct crew *crew);

/* Begins a job, and returns when its shares may be under way; without threads they are done. */
void crew_begin(struct crew *crew, crew_job *job, void *context);

/* Returns when all shares are done. What they wrote can be seen then. */
void crew_end(struct crew *crew);

#endif
