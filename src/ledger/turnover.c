/* Sums are in unit-seconds: 4·10^9 units over 61 days are 2·10^16 of them, and twenty times that,
 * with which the rounding is done, still fits in 64 bits. */
#include "ledger/turnover.h"

#include "base/date.h"
#include "base/limits.h"

#define DAY_MS      (INT64_C(24) * 60 * 60 * 1000)
#define DAY_SECONDS (DAY_MS / 1000)

/* More are not told apart. With it, twice what sold in all days times a day's seconds fits. */
#define SOLD_A_DAY_MAX UINT64_C(1000000000000)

static_assert(DATE_MS_MIN % DAY_MS == 0, "days are counted from a midnight");
static_assert((uint64_t)CELL_UNITS_MAX * TURNOVER_DAYS_COUNT * DAY_SECONDS * 20 <
                  UINT64_MAX - SOLD_A_DAY_MAX * TURNOVER_DAYS_COUNT * DAY_SECONDS,
              "the numerator fits");
static_assert(SOLD_A_DAY_MAX <= UINT64_MAX / 2 / TURNOVER_DAYS_COUNT / DAY_SECONDS,
              "the denominator fits");
static_assert((uint64_t)CELL_UNITS_MAX <= UINT64_MAX / DAY_MS / 2, "a day's unit-milliseconds fit");

void turnover_init(struct turnover *turnover)
{
    *turnover = (struct turnover){.changed_at_ms = STOCK_NEVER_UPDATED};
}

bool turnover_is_sound(const struct turnover *turnover, uint64_t units)
{
    const bool never = turnover->changed_at_ms == STOCK_NEVER_UPDATED;
    if (!never && (turnover->changed_at_ms < DATE_MS_MIN || turnover->changed_at_ms > DATE_MS_MAX))
        return false;
    bool empty = units == 0;
    for (int i = 0; i < TURNOVER_DAYS_COUNT; i++) {
        const struct turnover_day *day = &turnover->days[i];
        if (day->unit_ms > (uint64_t)CELL_UNITS_MAX * DAY_MS || day->sold > SOLD_A_DAY_MAX)
            return false;
        empty = empty && day->unit_ms == 0 && day->sold == 0;
    }
    return empty || !never;
}

/* Number of the UTC day, from 0 on. */
static int64_t day_of(int64_t moment_ms)
{
    ASSERT(moment_ms >= DATE_MS_MIN);
    ASSERT(moment_ms <= DATE_MS_MAX);
    return (moment_ms - DATE_MS_MIN) / DAY_MS;
}

static int64_t day_start_ms(int64_t day)
{
    return DATE_MS_MIN + day * DAY_MS;
}

static int64_t larger_of(int64_t left, int64_t right)
{
    return left > right ? left : right;
}

static int64_t smaller_of(int64_t left, int64_t right)
{
    return left < right ? left : right;
}

void turnover_advance(struct turnover *turnover, uint64_t units, int64_t moment_ms)
{
    ASSERT(units <= (uint64_t)CELL_UNITS_MAX);
    const int64_t to_day = day_of(moment_ms);
    if (turnover->changed_at_ms == STOCK_NEVER_UPDATED) {
        ASSERT(units == 0);
        turnover->changed_at_ms = moment_ms;
        return;
    }
    const int64_t from_ms = turnover->changed_at_ms;
    if (moment_ms <= from_ms)
        return;
    const int64_t from_day = day_of(from_ms);
    for (int64_t day = larger_of(from_day, to_day - TURNOVER_WINDOW_DAYS); day <= to_day; day++) {
        struct turnover_day *kept = &turnover->days[day % TURNOVER_DAYS_COUNT];
        if (day != from_day)
            *kept = (struct turnover_day){0, 0}; /* What it held fell out of the window. */
        const int64_t start_ms = larger_of(from_ms, day_start_ms(day));
        const int64_t end_ms = smaller_of(moment_ms, day_start_ms(day + 1));
        kept->unit_ms += units * (uint64_t)(end_ms - start_ms);
    }
    turnover->changed_at_ms = moment_ms;
}

int64_t turnover_day_number(const struct turnover *turnover, int index)
{
    const int64_t last = day_of(turnover->changed_at_ms);
    const int64_t ago = (last - index) % TURNOVER_DAYS_COUNT;
    return last - (ago < 0 ? ago + TURNOVER_DAYS_COUNT : ago);
}

bool turnover_put_day(struct turnover *turnover, int64_t day, const struct turnover_day *value)
{
    const int64_t last = day_of(turnover->changed_at_ms);
    if (day > last || day < 0 || day < last - TURNOVER_WINDOW_DAYS)
        return false;
    turnover->days[day % TURNOVER_DAYS_COUNT] = *value;
    return true;
}

void turnover_sell(struct turnover *turnover, uint64_t units)
{
    ASSERT(turnover->changed_at_ms != STOCK_NEVER_UPDATED);
    ASSERT(units <= (uint64_t)CELL_UNITS_MAX);
    struct turnover_day *today =
        &turnover->days[day_of(turnover->changed_at_ms) % TURNOVER_DAYS_COUNT];
    today->sold += units;
    if (today->sold > SOLD_A_DAY_MAX)
        today->sold = SOLD_A_DAY_MAX;
}

int64_t turnover_tenths(const struct turnover *turnover, uint64_t units, int64_t now_ms)
{
    if (turnover->changed_at_ms == STOCK_NEVER_UPDATED)
        return -1;
    struct turnover now = *turnover;
    turnover_advance(&now, units, now_ms);
    const int64_t today = day_of(now.changed_at_ms);
    const int64_t part_ms = day_start_ms(today + 1) - now.changed_at_ms; /* Of the oldest day. */
    const struct turnover_day *oldest = &now.days[(today + 1) % TURNOVER_DAYS_COUNT];
    uint64_t unit_ms_rest = oldest->unit_ms / DAY_MS * (uint64_t)part_ms +
                            oldest->unit_ms % DAY_MS * (uint64_t)part_ms / DAY_MS;
    uint64_t unit_seconds = 0;
    uint64_t sold_seconds = oldest->sold * (uint64_t)(part_ms / 1000); /* Units sold × seconds. */
    for (int64_t day = today + 2; day <= today + TURNOVER_DAYS_COUNT; day++) {
        const struct turnover_day *kept = &now.days[day % TURNOVER_DAYS_COUNT];
        unit_seconds += kept->unit_ms / 1000;
        unit_ms_rest += kept->unit_ms % 1000;
        sold_seconds += kept->sold * DAY_SECONDS;
    }
    unit_seconds += unit_ms_rest / 1000;
    if (sold_seconds == 0)
        return -1;
    return (int64_t)((20 * unit_seconds + sold_seconds) / (2 * sold_seconds));
}
