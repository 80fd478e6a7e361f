/* How fast the units of a cell sell (C63): the average number of units that lay there over the last
 * 60 days, divided by the units sold a day. Kept by UTC days, so that a cell needs little memory;
 * the day in which the 60 days began counts by the part of it that lies in them. */
#ifndef LEDGER_TURNOVER_H
#define LEDGER_TURNOVER_H

#include "base/stock.h"

/* The window, and one day more, as it begins and ends within a day. */
enum { TURNOVER_WINDOW_DAYS = 60, TURNOVER_DAYS_COUNT = TURNOVER_WINDOW_DAYS + 1 };

struct turnover_day {
    uint64_t unit_ms; /* Sum over its units of the time that each lay there. */
    uint64_t sold;
};

/* Invariants: 1. changed_at_ms only grows, from STOCK_NEVER_UPDATED.
 *             2. days holds the day of changed_at_ms and those before it, by number modulo. */
struct turnover {
    int64_t changed_at_ms; /* Up to here time is accounted for. */
    struct turnover_day days[TURNOVER_DAYS_COUNT];
};

/* Nothing ever lay there. */
void turnover_init(struct turnover *turnover);

/* Whether it could be the history of a cell: what came from a disk may not be. `units` lie there
 * since the last change. */
bool turnover_is_sound(const struct turnover *turnover, uint64_t units);

/* `units` lay there until `moment_ms`, and their number changes now. A moment before that of the
 * last change counts as that one. Moments lie in DATE_MS_MIN…DATE_MS_MAX. */
void turnover_advance(struct turnover *turnover, uint64_t units, int64_t moment_ms);

/* Days by their numbers, from the first one of the year 0 on, of a history that is no empty one:
 * that of the day at an index of `days`; and its value put there. False: the day is not among those
 * that end with that of the last change. */
int64_t turnover_day_number(const struct turnover *turnover, int index);
MUST_USE bool turnover_put_day(struct turnover *turnover, int64_t day,
                               const struct turnover_day *value);

/* So many units were sold at the moment of the last change. */
void turnover_sell(struct turnover *turnover, uint64_t units);

/* Tenths of a day that the units take to sell, rounded half up; negative: nothing was sold.
 * `units` lie there since the last change. */
int64_t turnover_tenths(const struct turnover *turnover, uint64_t units, int64_t now_ms);

#endif
