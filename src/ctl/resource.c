/* A table of few rows, searched from end to end. */
#include "ctl/resource.h"

#include "base/error.h"
#include "base/hash.h"

static int64_t key_of(const char *method, struct bytes path)
{
    return (int64_t)(bytes_hash(path) ^ (bytes_hash(bytes_from_text(method)) << 1));
}

struct resource *resource_take(struct resource_table *table, const char *method, struct bytes path,
                               int64_t now_ms, int64_t uptime_ms)
{
    const int64_t key = key_of(method, path);
    struct resource *taken = NULL;
    bool known = false;
    for (int i = 0; i < RESOURCES_MAX && !known; i++) {
        struct resource *row = &table->rows[i];
        known = row->used_at > 0 && row->key == key;
        if (known || (row->calls_count == 0 && (taken == NULL || row->used_at < taken->used_at)))
            taken = row;
    }
    ASSERT(taken != NULL);
    if (!known) {
        *taken = (struct resource){.key = key};
        budget_init(&taken->budget, now_ms, uptime_ms);
    }
    taken->used_at = ++table->uses;
    taken->calls_count++;
    return taken;
}

void resource_release(struct resource *resource)
{
    ASSERT(resource->calls_count > 0);
    resource->calls_count--;
}
