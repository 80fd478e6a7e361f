/* The wait lies between half of a bound and the bound, which doubles from 1 s to 30 s. */
#include "ctl/retry.h"

#include "base/error.h"

enum {
    BOUND_MS_FIRST = 1000,
    BOUND_MS_MAX = 30 * 1000,
    NAMED_MS_MAX = 60 * 60 * 1000,
    DOUBLINGS_MAX = 5,
    REQUEST_TIMEOUT = 408,
    TOO_MANY_REQUESTS = 429, /* The name that 420 has with everybody else; a proxy may say it. */
};

bool retry_status(int64_t status)
{
    return status == STATUS_RATE_LIMIT || status == TOO_MANY_REQUESTS ||
           status == REQUEST_TIMEOUT || (status >= 500 && status <= 599);
}

int64_t retry_wait_ms(int64_t failures, uint32_t random)
{
    ASSERT(failures > 0);
    const int64_t doublings = failures - 1 < DOUBLINGS_MAX ? failures - 1 : DOUBLINGS_MAX;
    int64_t bound_ms = (int64_t)BOUND_MS_FIRST << doublings;
    if (bound_ms > BOUND_MS_MAX)
        bound_ms = BOUND_MS_MAX;
    return bound_ms / 2 + (int64_t)random % (bound_ms / 2 + 1);
}

int64_t retry_wait_named_ms(int64_t named_ms, int64_t failures, uint32_t random)
{
    if (named_ms < 0)
        return retry_wait_ms(failures, random);
    return named_ms < NAMED_MS_MAX ? named_ms : NAMED_MS_MAX;
}
