/* Page tokens (CONTRACT C17): base64url of `{"nextId":…,"filter":…}`, bound to the filter they were
 * made for. What a position means is known to the store alone. */
#ifndef WIRE_PAGE_TOKEN_H
#define WIRE_PAGE_TOKEN_H

#include "base/buffer.h"
#include "wire/json.h"

struct page_token {
    struct bytes position; /* At most PAGE_POSITION_BYTES_MAX. */
    bool backward;         /* The page that ends before the position, not one that starts at it. */
};

/* Appends the token. `filter` is a checksum of what the listing was filtered by. */
void page_token_encode(struct buffer *buffer, const struct page_token *token, uint64_t filter);

/* Reads a token; the position lends from the parser's document. False: undecodable, or made for
 * another filter. */
MUST_USE bool page_token_decode(struct json_parser *parser, struct bytes text, uint64_t filter,
                                struct page_token *token);

/* Writes the member `"paging":{…}` of an answer: tokens of its neighbours, where they have bytes
 * (CONTRACT C23). */
void page_token_encode_paging(struct buffer *body, struct bytes next, struct bytes prev);

#endif
