/* Pages of entries that have a number of their own: they are listed by it, and a page goes on
 * behind the last one of the page before, whatever came or went meanwhile (C17). */
#ifndef API_ID_PAGE_H
#define API_ID_PAGE_H

#include "api/api_internal.h"
#include "call/query.h"

/* Reads the page token; without one *after_id is 0. False: as call_query_page(). */
MUST_USE bool id_page_read(struct api_call *call, uint64_t filter, int64_t *after_id, bool *given);

/* Writes the token of the page behind an entry; 0: there is none, and no bytes. In the arena.
 * False: no memory. */
MUST_USE bool id_page_token(struct api_call *call, uint64_t filter, int64_t last_id,
                            struct bytes *token);

/* The checksum that tokens are bound to: whose list it is, by which method, and which ids it is
 * narrowed to. */
uint64_t id_page_filter(const struct api_call *call, const int64_t *ids, uint32_t ids_count);

#endif
