/* Where the two listeners are, as browsers say it. */
#ifndef SERVER_PLACES_H
#define SERVER_PLACES_H

#include "base/buffer.h"

/* Whether it is `http://HOST`, `https://HOST`, with or without a port and a path of plain letters:
 * it becomes part of headers. */
bool places_url_is_valid(const char *url);

/* Whether a text is such URLs without a path, as Origin has them, with commas between. */
bool places_origins_are_valid(const char *origins);

/* Texts are lent for the call. */
struct place_facts {
    const char *public_address; /* `HOST:PORT`, as the listener has it. */
    bool public_is_tls;
    const char *public_url; /* What the operator says instead; NULL: nothing. */
    const char *operator_address;
    bool operator_is_tls;
    const char *operator_hosts;  /* Names with commas between, or NULL. */
    const char *cabinet_origins; /* Origins with commas between, or NULL. */
};

struct places {
    struct buffer public_url;
    struct buffer origins;
};

/* Ended by places_deinit(), which zeros need not. False: no memory. */
MUST_USE bool places_find(struct places *places, const struct place_facts *facts);
void places_deinit(struct places *places);

/* The URL of the public API, a `*` for its host where it listens on all addresses. Lends. */
const char *places_public_url(struct places *places);

/* Where the cabinet may be opened, with a comma behind each: at the address that the operator's
 * listener has, or localhost and its numbers where it listens there, by its names, and where the
 * operator says. Lends. */
const char *places_origins(struct places *places);

#endif
