/* Rate limits and parallel requests (CONTRACT §10, C49…C51): how much an entity may still do in the
 * current window of the clock, and how many of its requests are under way. Where a store counts the
 * windows, for several nodes, this only remembers what it said of them. Any thread. */
#ifndef API_LIMITER_H
#define API_LIMITER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct limiter;

/* One documented limit: at most `amount` in each `period_ms` that the clock counts off. */
struct rate_limit {
    const char *resource; /* As error texts name it. */
    int64_t amount;
    int64_t period_ms;
    const char *period_text;
};

/* `limits` are lent for the limiter's life; an operation is an index into them. `parallel_max` is
 * per entity. With `enforced` false everything is granted, nothing is counted, and a state
 * shows a limit that nobody reaches. NULL: no memory.
 */
MUST_USE struct limiter *limiter_create(const struct rate_limit *limits, uint32_t limits_count,
                                        uint32_t parallel_max, bool enforced);
void limiter_destroy(struct limiter *limiter);

/* Counts a request that begins. False: the entity has parallel_max under way, nothing changed.
 * True: limiter_leave() has to follow. */
MUST_USE bool limiter_enter(struct limiter *limiter, int64_t entity_id);
void limiter_leave(struct limiter *limiter, int64_t entity_id);

/* Whether limiter_enter() would refuse. */
bool limiter_is_full(struct limiter *limiter, int64_t entity_id);

struct rate_state {
    int64_t limit;
    int64_t remaining;
    int64_t until_ms; /* When the window ends. */
};

struct rate_state limiter_state(struct limiter *limiter, uint32_t operation, int64_t entity_id,
                                int64_t now_ms);

/* Takes `cost` from the window. False: less than that remains, nothing changed. */
MUST_USE bool limiter_take(struct limiter *limiter, uint32_t operation, int64_t entity_id,
                           int64_t now_ms, int64_t cost);

/* Gives back what limiter_take() took with the same `now_ms`: the request came to nothing. */
void limiter_give_back(struct limiter *limiter, uint32_t operation, int64_t entity_id,
                       int64_t now_ms, int64_t cost);

/* What a store said of a window. */
struct rate_told {
    struct rate_state state;
    int64_t asked_us; /* When it was asked, on the clock that never goes back, */
    int64_t ends_us;  /* and when the window ends: not later than the store says. */
};

/* Remembers what was told last; recalls it until the window ends. False: nothing is known. */
void limiter_note(struct limiter *limiter, uint32_t operation, int64_t entity_id,
                  const struct rate_told *told);
MUST_USE bool limiter_recall(struct limiter *limiter, uint32_t operation, int64_t entity_id,
                             int64_t now_us, struct rate_told *told);

#endif
