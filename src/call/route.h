/* How a request finds its method: tables of routes, and paths with parameters such as
 * `campaigns/{campaignId}/orders/{orderId}`. Both APIs have a table of their own. */
#ifndef CALL_ROUTE_H
#define CALL_ROUTE_H

#include "base/arena.h"
#include "base/bytes.h"

enum { ROUTE_VALUES_MAX = 3, ROUTE_ALLOW_BYTES = 32 };

/* What every row of a table begins with. */
struct route {
    const char *verb;
    const char *path;    /* Without a slash in front; a segment in braces takes any text. */
    const char *version; /* What its paths begin with, `v2`; their owner says what else does. */
};

struct route_table {
    const void *rows; /* Each begins with a struct route. */
    size_t row_bytes;
    size_t rows_count;
};

/* What stood in place of the braces, in order. Lends from the path. */
struct route_values {
    struct bytes texts[ROUTE_VALUES_MAX];
    uint32_t count;
};

enum route_match { ROUTE_FOUND, ROUTE_NO_PATH, ROUTE_NO_VERB };

/* Finds the row for a verb and a path behind the version. ROUTE_NO_VERB sets *row to the first of
 * the path's rows. */
enum route_match route_find(const struct route_table *table, struct bytes verb, struct bytes path,
                            struct bytes version, const struct route **row,
                            struct route_values *values);

/* Writes the verbs of a row's path, `POST, PUT`, for the header Allow. */
void route_allow(const struct route_table *table, const struct route *row,
                 char text[ROUTE_ALLOW_BYTES]);

#endif
