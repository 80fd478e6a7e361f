/* What to do after an attempt: whether the same request is sent again, and after how long. Pure. */
#ifndef CTL_RETRY_H
#define CTL_RETRY_H

#include <stdbool.h>
#include <stdint.h>

#define STATUS_RATE_LIMIT 420

/* Whether an answer with this status is worth another attempt with the same body. */
bool retry_status(int64_t status);

/* Exponential wait before the next attempt after `failures` in a row (1…), between 0.5 s and 30 s;
 * `random` spreads those who failed together. */
int64_t retry_wait_ms(int64_t failures, uint32_t random);

/* The same where the server named a wait (Retry-After), which is obeyed up to an hour. Negative:
 * it named none. */
int64_t retry_wait_named_ms(int64_t named_ms, int64_t failures, uint32_t random);

#endif
