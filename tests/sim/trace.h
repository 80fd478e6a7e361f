/* What a run did, line by line: hashed, so that two runs of one seed can be compared, and printed
 * where somebody wants to read it. One run a process. */
#ifndef TESTS_SIM_TRACE_H
#define TESTS_SIM_TRACE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

void trace_begin(uint64_t seed, bool verbose);

/* A line of the trace. */
void trace(const char *format, ...) PRINTF(1, 2);

/* Says what is wrong, and how to see it again, and ends the process with 1. */
NORETURN void trace_fail(const char *format, ...) PRINTF(1, 2);

/* Of all lines so far. */
uint64_t trace_hash(void);

#endif
