/* Random numbers for tests. A test prints its seed and runs again with the same numbers when the
 * environment variable TEST_SEED holds it; without one the seed is always the same. */
#ifndef TESTS_SUPPORT_CHANCE_H
#define TESTS_SUPPORT_CHANCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct chance {
    uint64_t state;
};

/* Starts a sequence and prints its seed. */
struct chance chance_begin(const char *test_name);

uint64_t chance_u64(struct chance *chance);

/* A number from 0 to bound - 1; bound > 0. */
uint64_t chance_below(struct chance *chance, uint64_t bound);

/* A number from min to max, both included. */
int64_t chance_between(struct chance *chance, int64_t min, int64_t max);

/* True once in `n` times. */
bool chance_one_in(struct chance *chance, uint64_t n);

/* Fills `data` with any bytes. */
void chance_fill(struct chance *chance, uint8_t *data, size_t size);

#endif
