/* The archive of a business (CONTRACT §8): what `addOffersToArchive` answers, and the body and the
 * answer of `getOfferMappings`. Bodies of the other methods are lists of SKUs: offer_list.h. */
#ifndef WIRE_OFFER_ARCHIVE_H
#define WIRE_OFFER_ARCHIVE_H

#include "wire/sku_list.h"

/* Why an offer was not archived. */
enum archive_failure {
    ARCHIVE_NO_FAILURE,
    ARCHIVE_HAS_STOCKS, /* Goods lie in a warehouse of the Market. */
    ARCHIVE_UNKNOWN,
};

/* Writes the answer: the keys whose failure is one, in their order; without any no list. */
void offer_archive_encode(struct buffer *body, const struct stock_key *keys,
                          const enum archive_failure *failures, uint32_t keys_count);

/* The body of `getOfferMappings`. Without one, or with `{}`, everything is absent. */
struct offer_mappings {
    bool archived_given;
    bool archived;
    bool listed; /* offerIds was given. */
    struct sku_list offers;
};

/* Decodes and checks a body with up to offers_max offerIds. False when `errors` tell why not, or
 * when there is no memory (then `errors` are empty). SKUs lend from the JSON document. */
MUST_USE bool offer_mappings_decode(struct json_value root, size_t offers_max, struct arena *arena,
                                    struct offer_mappings *request, struct error_list *errors);

/* Writes an answer: begin, offers, end. */
void offer_mappings_encode_begin(struct buffer *body, struct bytes next_token);
void offer_mappings_encode_offer(struct buffer *body, struct bytes sku, bool archived);
void offer_mappings_encode_end(struct buffer *body);

#endif
