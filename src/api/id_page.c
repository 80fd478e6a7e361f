/* A position is the number's decimal digits. */
#include "api/id_page.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/hash.h"

enum { DIGITS_MAX = 24 };

bool id_page_read(struct api_call *call, uint64_t filter, int64_t *after_id, bool *given)
{
    struct query_page page;
    *after_id = 0;
    if (!call_query_page(&call->call, filter, &page))
        return false;
    *given = page.given;
    if (!page.given)
        return true;
    if (!page.backward && bytes_to_int64(page.position, after_id) && *after_id > 0)
        return true;
    error_list_add(&call->call.errors, "Bad page token");
    return false;
}

bool id_page_token(struct api_call *call, uint64_t filter, int64_t last_id, struct bytes *token)
{
    char digits[DIGITS_MAX] = "";
    if (last_id != 0)
        (void)snprintf(digits, sizeof(digits), "%" PRId64, last_id);
    return call_query_page_token(&call->call, filter, bytes_from_text(digits), false, token);
}

uint64_t id_page_filter(const struct api_call *call, const int64_t *ids, uint32_t ids_count)
{
    const int64_t head[] = {call->token.business_id, call->row->rate};
    const uint64_t seed = bytes_checksum((struct bytes){(const uint8_t *)head, sizeof(head)}, 0);
    return bytes_checksum((struct bytes){(const uint8_t *)ids, ids_count * sizeof(*ids)}, seed);
}
