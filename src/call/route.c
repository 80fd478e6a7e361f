/* A table is searched from its first row to its last: it has some dozens of them, and most fall out
 * at the first segment. */
#include "call/route.h"

#include <stdio.h>
#include <string.h>

static const struct route *row_at(const struct route_table *table, size_t index)
{
    return (const struct route *)(const void *)((const uint8_t *)table->rows +
                                                index * table->row_bytes);
}

static bool path_matches(struct bytes path, const char *pattern, struct route_values *values)
{
    struct bytes wanted = bytes_from_text(pattern);
    values->count = 0;
    while (path.size > 0 && wanted.size > 0) {
        struct bytes segment;
        struct bytes wanted_segment;
        path = bytes_split(path, '/', &segment);
        wanted = bytes_split(wanted, '/', &wanted_segment);
        const bool any = wanted_segment.size > 0 && wanted_segment.data[0] == '{';
        if (!any && !bytes_equal(segment, wanted_segment))
            return false;
        if (any && segment.size == 0)
            return false;
        if (any) {
            ASSERT(values->count < ROUTE_VALUES_MAX);
            values->texts[values->count++] = segment;
        }
    }
    return path.size == 0 && wanted.size == 0;
}

enum route_match route_find(const struct route_table *table, struct bytes verb, struct bytes path,
                            struct bytes version, const struct route **row,
                            struct route_values *values)
{
    enum route_match match = ROUTE_NO_PATH;
    if (path.size > 0 && path.data[path.size - 1] == '/')
        return match; /* A trailing slash names something else. */
    for (size_t i = 0; i < table->rows_count; i++) {
        const struct route *candidate = row_at(table, i);
        struct route_values found;
        if (!bytes_equal(version, bytes_from_text(candidate->version)) ||
            !path_matches(path, candidate->path, &found))
            continue;
        const bool same_verb = bytes_equal(verb, bytes_from_text(candidate->verb));
        if (same_verb || match == ROUTE_NO_PATH) {
            *row = candidate;
            *values = found;
        }
        if (same_verb)
            return ROUTE_FOUND;
        match = ROUTE_NO_VERB;
    }
    return match;
}

void route_allow(const struct route_table *table, const struct route *row,
                 char text[ROUTE_ALLOW_BYTES])
{
    static const char *const verbs[] = {"DELETE", "GET", "POST", "PUT"};
    size_t size = 0;
    text[0] = '\0';
    for (size_t verb = 0; verb < sizeof(verbs) / sizeof(verbs[0]); verb++) {
        for (size_t i = 0; i < table->rows_count; i++) {
            const struct route *other = row_at(table, i);
            if (strcmp(other->path, row->path) != 0 || strcmp(other->version, row->version) != 0 ||
                strcmp(other->verb, verbs[verb]) != 0)
                continue;
            const int wrote = snprintf(text + size, ROUTE_ALLOW_BYTES - size, "%s%s",
                                       size == 0 ? "" : ", ", verbs[verb]);
            ASSERT(wrote > 0 && (size_t)wrote < ROUTE_ALLOW_BYTES - size);
            size += (size_t)wrote;
        }
    }
}
