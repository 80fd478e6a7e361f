/* Dates of spreadsheets and feeds, which have no offset: they are in this machine's zone, TZ. */
#ifndef SHEET_LOCAL_TIME_H
#define SHEET_LOCAL_TIME_H

#include "base/buffer.h"

/* The moment that clocks here show as `naive_ms` counts, in milliseconds since 1970-01-01 as if it
 * were UTC. False: there is none. */
MUST_USE bool local_time_to_moment(int64_t naive_ms, int64_t *ms);

/* Reads `YYYY-MM-DD hh:mm[:ss]`, with a T or a space, or with an offset as ISO 8601 has it. False:
 * it is no date. */
MUST_USE bool local_time_read(struct bytes text, int64_t *ms);

#endif
