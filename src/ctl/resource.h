/* The rate limits of several methods at once: each method and path has its own window (CONTRACT
 * §10). Of more than are remembered, the one that was asked longest ago is forgotten. Pure. */
#ifndef CTL_RESOURCE_H
#define CTL_RESOURCE_H

#include "base/bytes.h"
#include "ctl/budget.h"

enum { RESOURCES_MAX = 4 };

struct resource {
    int64_t key;     /* Hash of method and path. */
    int64_t used_at; /* Counts uses of the table; 0: not in use. */
    int64_t calls_count;
    struct budget budget;
    int64_t wait_told_until_ms; /* The window whose end was announced, so that it is told once. */
};

/* Invariant: the sum of calls_count is below RESOURCES_MAX. */
struct resource_table {
    struct resource rows[RESOURCES_MAX];
    int64_t uses;
};

/* Gives the resource of a method and path, for one call more, until resource_release(). The times
 * are those of budget_init(). */
struct resource *resource_take(struct resource_table *table, const char *method, struct bytes path,
                               int64_t now_ms, int64_t uptime_ms);
void resource_release(struct resource *resource);

#endif
