/* How many products may still be sent in the current window of the server's rate limit (CONTRACT
 * §10), and when the next window begins by the server's clock. Pure: times come in as arguments,
 * milliseconds of a clock that never goes back. */
#ifndef CTL_BUDGET_H
#define CTL_BUDGET_H

#include <stdbool.h>
#include <stdint.h>

/* What one answer says. An absent header is negative. */
struct budget_answer {
    bool answered; /* A whole answer came. */
    bool accepted; /* With 2xx: it certainly was counted. */
    bool refused;  /* With 420 for the resource, not for parallel requests. */
    int64_t limit;
    int64_t remaining;
    int64_t until_ms; /* Since 1970, by the server's clock. */
    int64_t date_ms;
};

/* Invariants: 1. in_flight_items and in_flight_count belong to attempts begun and not ended.
 * 2. remaining and until_ms mean something only when known is set. */
struct budget {
    int64_t server_ahead_ms; /* Server's clock minus ours: certainly not more than in truth. */
    bool server_ahead_known;
    bool known;
    bool unlimited; /* The server answers, and names no limit. */
    int64_t remaining;
    int64_t until_ms;
    int64_t in_flight_items;
    int64_t in_flight_count;
};

/* Nothing known yet. `now_ms` is our own clock since 1970, `uptime_ms` the one that never goes
 * back: until an answer carries a Date they stand for the server's. */
void budget_init(struct budget *budget, int64_t now_ms, int64_t uptime_ms);

/* What budget_wait_ms() gives when only the end of an attempt in flight can tell. */
#define BUDGET_WAIT_ANSWER INT64_C(-1)

/* How long to wait before an attempt that costs `items`: 0, begin now; BUDGET_WAIT_ANSWER; or
 * milliseconds until the next window. While nothing is known of a window, one attempt at a time is
 * let through, to learn. */
int64_t budget_wait_ms(struct budget *budget, int64_t items, int64_t uptime_ms);

/* Counts an attempt from its beginning to its end. */
void budget_begin(struct budget *budget, int64_t items);
void budget_end(struct budget *budget, int64_t items, const struct budget_answer *answer,
                int64_t uptime_ms);

#endif
