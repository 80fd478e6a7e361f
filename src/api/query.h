/* What several methods read from their query, for calls of the public API: see call/query.h. */
#ifndef API_QUERY_H
#define API_QUERY_H

#include "api/api_internal.h"
#include "call/query.h"

MUST_USE static inline bool query_limit(struct api_call *call, const struct query_limits *limits,
                                        uint32_t *limit)
{
    return call_query_limit(&call->call, limits, limit);
}

MUST_USE static inline bool query_page(struct api_call *call, uint64_t filter,
                                       struct query_page *page)
{
    return call_query_page(&call->call, filter, page);
}

MUST_USE static inline bool query_page_token(struct api_call *call, uint64_t filter,
                                             struct bytes position, bool backward,
                                             struct bytes *token)
{
    return call_query_page_token(&call->call, filter, position, backward, token);
}

MUST_USE static inline bool query_int64(struct api_call *call, const char *name, int64_t min,
                                        int64_t max, int64_t *value, bool *given)
{
    return call_query_int64(&call->call, name, min, max, value, given);
}

#endif
