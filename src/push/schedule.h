/* When a shop is asked (CONTRACT §3, C27): once a period, again after a failure, and no longer when
 * too many came in a row. Pure; moments are uptime in microseconds. */
#ifndef PUSH_SCHEDULE_H
#define PUSH_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct schedule_rules {
    int64_t retry_us;      /* The wait after the second failure; it doubles, the first has none. */
    uint32_t failures_max; /* So many in a row switch the shop off. */
};

enum schedule_phase {
    SCHEDULE_OFF,
    SCHEDULE_WAITS, /* Until due_us. */
    SCHEDULE_ASKS,  /* Requests are under way, or can begin. */
};

/* A round asks for all SKUs of a shop once. It consists of one or more waves: what failed in one is
 * repeated in the next. */
struct schedule {
    enum schedule_phase phase;
    bool in_round;     /* SCHEDULE_WAITS, and the round is not over. */
    bool again;        /* Another round was asked for while one is under way. */
    uint32_t failures; /* Of one request, in a row. */
    int64_t due_us;
    int64_t begun_us; /* The round. */
};

/* On, and due now; or off. */
void schedule_init(struct schedule *schedule, bool on, int64_t now_us);

/* Whether the time has come; the shop asks from now on. *fresh: a new round begins. */
MUST_USE bool schedule_begin(struct schedule *schedule, int64_t now_us, bool *fresh);

/* All requests of the round were answered. */
void schedule_end_round(struct schedule *schedule, int64_t now_us, int64_t period_us);

/* The wave is over, and one of its requests failed for the `failures`th time in a row. False: the
 * shop is off now. */
MUST_USE bool schedule_end_wave(struct schedule *schedule, int64_t now_us, uint32_t failures,
                                const struct schedule_rules *rules);

/* The wave is over because of trouble of our own: it goes on at a moment, and nobody is blamed. */
void schedule_pause(struct schedule *schedule, int64_t due_us);

/* The next round, or the rest of this one, is due now. The shop is on. */
void schedule_hurry(struct schedule *schedule, int64_t now_us);

/* The period has changed: the next round is due so long after the one before. */
void schedule_change_period(struct schedule *schedule, int64_t now_us, int64_t period_us);

#endif
