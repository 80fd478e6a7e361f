/* What methods of both APIs read from their query: limit, page token, numbers. Each returns false
 * when call->errors tell what is wrong, or, with no error, when there is no memory. */
#ifndef CALL_QUERY_H
#define CALL_QUERY_H

#include "call/call.h"

/* Bounds of `limit` in a method. */
struct query_limits {
    int64_t otherwise; /* When it is absent. */
    int64_t max;       /* More is an error… */
    int64_t cut;       /* …but what is above this is silently less; 0: nothing is. */
};

MUST_USE bool call_query_limit(struct call *call, const struct query_limits *limits,
                               uint32_t *limit);

/* Where a listing goes on. */
struct query_page {
    struct bytes position; /* None: at the start. In the arena. */
    bool backward;
    bool given; /* There was a token. */
};

/* Reads `page_token`, or `pageToken`. `filter` is a checksum of what the listing is filtered by:
 * tokens are bound to it (C17). */
MUST_USE bool call_query_page(struct call *call, uint64_t filter, struct query_page *page);

/* Writes the token for a position; no bytes where there is no position. In the arena. False: no
 * memory. */
MUST_USE bool call_query_page_token(struct call *call, uint64_t filter, struct bytes position,
                                    bool backward, struct bytes *token);

/* A whole number in [min, max]; *given is false when it is absent. */
MUST_USE bool call_query_int64(struct call *call, const char *name, int64_t min, int64_t max,
                               int64_t *value, bool *given);

/* A moment, ISO 8601 with an offset; *ms stays where it is absent. */
MUST_USE bool call_query_moment(struct call *call, const char *name, int64_t *ms);

/* Whether the query has these parameters alone; an error for each other one. */
MUST_USE bool call_query_known(struct call *call, const struct bytes *names, size_t names_count);

/* Adds the error for a parameter that is of another type. Returns false. */
bool call_query_mismatch(struct call *call, struct bytes text);

#endif
