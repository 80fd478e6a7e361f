/* Makes the Nth allocation fail, and counts what is allocated. Programs that link it
 * are linked with -Wl,--wrap= for malloc, calloc, realloc, reallocarray, strdup and free, so it
 * sees what our code asks for and what the JSON library does; other libraries are seen by preload.c
 * alone. */
#ifndef TESTS_FAULT_ALLOCATION_H
#define TESTS_FAULT_ALLOCATION_H

#include <stdbool.h>
#include <stdint.h>

/* No allocation has that number. */
#define ALLOCATION_NEVER UINT64_MAX

/* From now on allocations are counted from 0, and the one with that number fails. Those of all
 * threads; a test sees to it that only one of them works at a time, so that the numbers are the
 * same each time. */
void allocation_fail_at(uint64_t number);

/* None fails any more; nobody else is at work. True: one did. */
bool allocation_end(void);

/* Allocations of all threads that were not freed yet. */
int64_t allocation_live(void);

/* What FAULT_EVERY says, 1 without it: of many calls only every so manieth fails, where a build is
 * slow. */
uint64_t fault_every(void);

/* Calls `run` with 0, 1, 2 … in which that allocation is to fail, until it returns false: it did
 * not come that far. Behind the first 16 fault_every() leaves some out. Each leaves as many
 * allocations as it found. Prints how many there were; `label` names them. */
void allocation_sweep(const char *label, bool (*run)(const void *row, uint64_t number),
                      const void *row);

#endif
