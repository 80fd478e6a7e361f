/* How many SKUs of each campaign were updated lately, in pieces of five minutes: for a line beside
 * its name. Kept in memory, by this process alone, for campaigns that were written to. Any thread;
 * one lock for a look-up, never held together with another.
 *
 * NULL is fine everywhere: nobody counts. */
#ifndef CALL_UPDATE_COUNTS_H
#define CALL_UPDATE_COUNTS_H

#include <stdint.h>

#include "base/error.h"

enum { UPDATE_COUNTS_PIECES = 24, UPDATE_COUNTS_PIECE_MS = 5 * 60 * 1000 };

struct update_counts;

/* NULL: no memory. */
MUST_USE struct update_counts *update_counts_create(void);
void update_counts_destroy(struct update_counts *counts);

/* So many SKUs were updated at that moment. A first one that there is no memory for is not counted;
 * one from before the newest, after a clock went back, is of its piece. */
void update_counts_add(struct update_counts *counts, int64_t campaign_id, uint32_t skus_count,
                       int64_t now_ms);

/* The pieces up to that moment, the one under way last. */
void update_counts_read(struct update_counts *counts, int64_t campaign_id, int64_t now_ms,
                        uint32_t pieces[static UPDATE_COUNTS_PIECES]);

#endif
