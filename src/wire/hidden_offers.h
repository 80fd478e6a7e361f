/* Hidden offers, `addHiddenOffers`, `getHiddenOffers` and `deleteHiddenOffers` (CONTRACT §4): the
 * bodies, the query of the list, and its answer. */
#ifndef WIRE_HIDDEN_OFFERS_H
#define WIRE_HIDDEN_OFFERS_H

#include "wire/offer_list.h"

/* Decodes the body of both writing methods; other members of an element are of older times and are
 * ignored. False when `errors` tell why not, or when there is no memory (then `errors` are empty).
 * SKUs lend from the JSON document; elements_count is set in any case. */
MUST_USE bool hidden_offers_decode(struct json_value root, enum offer_repeats repeats,
                                   struct arena *arena, struct sku_list *list,
                                   struct error_list *errors);

/* Checks the values of the query parameter `offer_id`, as they were sent; a comma is part of a SKU
 * (C34). As hidden_offers_decode(); the list lends from the texts. */
MUST_USE bool hidden_offers_decode_ids(const struct bytes *texts, size_t texts_count,
                                       struct arena *arena, struct sku_list *list,
                                       struct error_list *errors);

/* Writes an answer: begin, offers, end. */
void hidden_offers_encode_begin(struct buffer *body, struct bytes next_token,
                                struct bytes prev_token);
void hidden_offers_encode_offer(struct buffer *body, struct bytes sku);
void hidden_offers_encode_end(struct buffer *body);

#endif
