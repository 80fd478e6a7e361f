/* Turnover from the whole past of a cell (C63, C128): the last 60 days by days of UTC, the oldest
 * of them by the part that still counts; time in whole milliseconds, sums in whole seconds. */
#include "model.h"

#define DAY_MS INT64_C(86400000)

/* Days of the window, and one more, as it begins and ends within a day. */
enum { DAYS = 61 };

__extension__ typedef __int128 wide;

void model_live_on(struct model_cell *cell, int64_t moment_ms, int64_t sold, struct arena *memory)
{
    if (!cell->lived) {
        cell->lived = true;
        cell->changed_ms = moment_ms;
    }
    if (moment_ms <= cell->changed_ms && sold == 0)
        return; /* No time went by. */
    struct past *past = arena_allocate(memory, sizeof(*past));
    ASSERT(past != NULL);
    *past = (struct past){
        .before = cell->past,
        .from_ms = cell->changed_ms,
        .until_ms = moment_ms > cell->changed_ms ? moment_ms : cell->changed_ms,
        .units = cell->available + cell->reserved,
        .sold = sold,
    };
    cell->past = past;
    cell->changed_ms = past->until_ms;
}

static int64_t day_of(int64_t moment_ms)
{
    return moment_ms >= 0 ? moment_ms / DAY_MS : -((-moment_ms + DAY_MS - 1) / DAY_MS);
}

static int64_t larger(int64_t left, int64_t right)
{
    return left > right ? left : right;
}

static int64_t smaller(int64_t left, int64_t right)
{
    return left < right ? left : right;
}

/* Units times milliseconds of an interval, day by day; days[0] is the oldest. */
static void spread(wide days[DAYS], int64_t today, const struct past *past)
{
    const int64_t oldest = today - DAYS + 1;
    for (int64_t day = larger(oldest, day_of(past->from_ms)); day <= day_of(past->until_ms);
         day++) {
        const int64_t from_ms = larger(past->from_ms, day * DAY_MS);
        const int64_t until_ms = smaller(past->until_ms, (day + 1) * DAY_MS);
        days[day - oldest] += (wide)past->units * (until_ms - from_ms);
    }
}

int64_t model_turnover(const struct model_cell *cell, int64_t now_ms)
{
    if (!cell->lived)
        return -1;
    wide unit_ms[DAYS] = {0};
    wide sold[DAYS] = {0};
    const int64_t end_ms = larger(now_ms, cell->changed_ms);
    const int64_t today = day_of(end_ms);
    const struct past rest = {cell->past, cell->changed_ms, end_ms,
                              cell->available + cell->reserved, 0};
    for (const struct past *past = &rest; past != NULL; past = past->before) {
        const int64_t day = day_of(past->until_ms) - (today - DAYS + 1);
        if (day < 0)
            break; /* This and all before it is out of the window. */
        spread(unit_ms, today, past);
        sold[day] += past->sold;
    }
    const int64_t part_ms = (today + 1) * DAY_MS - end_ms; /* Of the oldest day. */
    wide unit_ms_sum = unit_ms[0] * part_ms / DAY_MS;
    wide sold_seconds = sold[0] * (part_ms / 1000);
    for (int i = 1; i < DAYS; i++) {
        unit_ms_sum += unit_ms[i];
        sold_seconds += sold[i] * (DAY_MS / 1000);
    }
    const wide unit_seconds = unit_ms_sum / 1000;
    if (sold_seconds == 0)
        return -1;
    return (int64_t)((20 * unit_seconds + sold_seconds) / (2 * sold_seconds));
}
