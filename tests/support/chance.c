/* SplitMix64: one word of state, good enough for tests, the same everywhere. */
#include "chance.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/error.h"

enum { SEED = 20250917 };

struct chance chance_begin(const char *test_name)
{
    const char *given = getenv("TEST_SEED");
    const uint64_t seed = given == NULL ? (uint64_t)SEED : strtoull(given, NULL, 10);
    print_message("# %s: TEST_SEED=%" PRIu64 "\n", test_name, seed);
    return (struct chance){seed};
}

uint64_t chance_u64(struct chance *chance)
{
    chance->state += UINT64_C(0x9E3779B97F4A7C15);
    uint64_t word = chance->state;
    word = (word ^ (word >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    word = (word ^ (word >> 27)) * UINT64_C(0x94D049BB133111EB);
    return word ^ (word >> 31);
}

uint64_t chance_below(struct chance *chance, uint64_t bound)
{
    ASSERT(bound > 0);
    return chance_u64(chance) % bound;
}

int64_t chance_between(struct chance *chance, int64_t min, int64_t max)
{
    ASSERT(min <= max);
    const uint64_t span = (uint64_t)max - (uint64_t)min + 1;
    const uint64_t step = span == 0 ? chance_u64(chance) : chance_below(chance, span);
    return (int64_t)((uint64_t)min + step);
}

bool chance_one_in(struct chance *chance, uint64_t n)
{
    return chance_below(chance, n) == 0;
}

void chance_fill(struct chance *chance, uint8_t *data, size_t size)
{
    for (size_t i = 0; i < size; i++)
        data[i] = (uint8_t)chance_u64(chance);
}
