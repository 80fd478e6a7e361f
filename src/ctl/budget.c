/* Numbers of the server may lag behind by what is under way, so the smaller of its number and our
 * own count is believed. The Date of an answer was written before it came here: date - now never
 * exceeds the true difference of the clocks, and the largest of such differences is the best known.
 * Too small a difference waits a little longer than needed; too large a one runs into a 420. The
 * longest window there is lasts a day: an end that is further away is a clock that is wrong. */
#include "ctl/budget.h"

#include "base/error.h"

#define WINDOW_MS_MAX (INT64_C(24) * 3600 * 1000)

void budget_init(struct budget *budget, int64_t now_ms, int64_t uptime_ms)
{
    *budget = (struct budget){.server_ahead_ms = now_ms - uptime_ms};
}

static int64_t server_ms(const struct budget *budget, int64_t uptime_ms)
{
    return uptime_ms + budget->server_ahead_ms;
}

int64_t budget_wait_ms(struct budget *budget, int64_t items, int64_t uptime_ms)
{
    const int64_t now_ms = server_ms(budget, uptime_ms);
    if (budget->known && now_ms >= budget->until_ms)
        budget->known = false;
    if (budget->known) {
        if (items <= budget->remaining - budget->in_flight_items)
            return 0;
        return budget->in_flight_count > 0 ? BUDGET_WAIT_ANSWER : budget->until_ms - now_ms;
    }
    return budget->unlimited || budget->in_flight_count == 0 ? 0 : BUDGET_WAIT_ANSWER;
}

void budget_begin(struct budget *budget, int64_t items)
{
    budget->in_flight_items += items;
    budget->in_flight_count++;
}

static void note_date(struct budget *budget, int64_t date_ms, int64_t uptime_ms)
{
    const int64_t ahead_ms = date_ms - uptime_ms;
    if (!budget->server_ahead_known || ahead_ms > budget->server_ahead_ms)
        budget->server_ahead_ms = ahead_ms;
    budget->server_ahead_known = true;
}

/* Takes over the numbers of an answer about the window that ends at its until_ms. */
static void note_window(struct budget *budget, int64_t items, const struct budget_answer *answer)
{
    int64_t told = answer->remaining >= 0 ? answer->remaining : 0;
    if (answer->accepted && answer->limit >= 0 && told > answer->limit - items)
        told = answer->limit - items;
    const bool same = budget->known && budget->until_ms == answer->until_ms;
    const int64_t counted = answer->accepted ? budget->remaining - items : budget->remaining;
    if (same && told > counted)
        told = counted;
    budget->known = true;
    budget->unlimited = false;
    budget->until_ms = answer->until_ms;
    budget->remaining = answer->refused ? 0 : told;
}

void budget_end(struct budget *budget, int64_t items, const struct budget_answer *answer,
                int64_t uptime_ms)
{
    budget->in_flight_items -= items;
    budget->in_flight_count--;
    ASSERT(budget->in_flight_count >= 0);
    if (answer->answered && answer->date_ms >= 0)
        note_date(budget, answer->date_ms, uptime_ms);
    const bool tells_window = answer->until_ms >= 0 &&
                              answer->until_ms - server_ms(budget, uptime_ms) <= WINDOW_MS_MAX &&
                              (answer->remaining >= 0 || answer->refused);
    if (!answer->answered || !tells_window) {
        /* It may have been counted all the same. */
        budget->remaining -= items;
        budget->unlimited = budget->unlimited || (answer->accepted && !budget->known);
        return;
    }
    const bool over = server_ms(budget, uptime_ms) >= answer->until_ms;
    const bool old = budget->known && answer->until_ms < budget->until_ms;
    if (!over && !old)
        note_window(budget, items, answer);
}
