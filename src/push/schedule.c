/* Waits: none after the first failure, then retry_us, twice that, four times that. */
#include "push/schedule.h"

enum { DOUBLINGS_MAX = 16 };

void schedule_init(struct schedule *schedule, bool on, int64_t now_us)
{
    *schedule = (struct schedule){
        .phase = on ? SCHEDULE_WAITS : SCHEDULE_OFF, .due_us = now_us, .begun_us = now_us};
}

bool schedule_begin(struct schedule *schedule, int64_t now_us, bool *fresh)
{
    *fresh = !schedule->in_round;
    if (schedule->phase != SCHEDULE_WAITS || schedule->due_us > now_us)
        return false;
    if (*fresh) {
        schedule->begun_us = now_us;
        schedule->again = false;
    }
    schedule->phase = SCHEDULE_ASKS;
    return true;
}

static void wait_until(struct schedule *schedule, bool in_round, int64_t due_us)
{
    ASSERT(schedule->phase == SCHEDULE_ASKS);
    schedule->phase = SCHEDULE_WAITS;
    schedule->in_round = in_round;
    schedule->due_us = due_us;
}

void schedule_end_round(struct schedule *schedule, int64_t now_us, int64_t period_us)
{
    const int64_t due_us = schedule->begun_us + period_us;
    schedule->failures = 0;
    wait_until(schedule, false, schedule->again || due_us < now_us ? now_us : due_us);
}

bool schedule_end_wave(struct schedule *schedule, int64_t now_us, uint32_t failures,
                       const struct schedule_rules *rules)
{
    ASSERT(failures > 0);
    schedule->failures = failures;
    if (failures >= rules->failures_max) {
        schedule->phase = SCHEDULE_OFF;
        schedule->in_round = false;
        return false;
    }
    int64_t wait_us = 0;
    if (failures > 1) {
        const uint32_t doublings = failures - 2 < DOUBLINGS_MAX ? failures - 2 : DOUBLINGS_MAX;
        wait_us = rules->retry_us << doublings;
    }
    wait_until(schedule, true, now_us + wait_us);
    return true;
}

void schedule_pause(struct schedule *schedule, int64_t due_us)
{
    wait_until(schedule, true, due_us);
}

void schedule_hurry(struct schedule *schedule, int64_t now_us)
{
    ASSERT(schedule->phase != SCHEDULE_OFF);
    if (schedule->phase == SCHEDULE_ASKS)
        schedule->again = true;
    else
        schedule->due_us = now_us;
}

void schedule_change_period(struct schedule *schedule, int64_t now_us, int64_t period_us)
{
    if (schedule->phase != SCHEDULE_WAITS || schedule->in_round)
        return;
    const int64_t due_us = schedule->begun_us + period_us;
    schedule->due_us = due_us < now_us ? now_us : due_us;
}
