/* Offers of a campaign (CONTRACT §8): `getCampaignOffers`, its body and its answer, and the body of
 * `updateCampaignOffers`. */
#ifndef WIRE_CAMPAIGN_OFFERS_H
#define WIRE_CAMPAIGN_OFFERS_H

#include "wire/offer_list.h"

/* The order is that of the documentation. Bits of a set: 1 << status. */
enum offer_status {
    OFFER_PUBLISHED,
    OFFER_CHECKING,
    OFFER_DISABLED_BY_PARTNER, /* Hidden by the seller. */
    OFFER_DISABLED_AUTOMATICALLY,
    OFFER_REJECTED_BY_MARKET,
    OFFER_CREATING_CARD,
    OFFER_NO_CARD,
    OFFER_NO_STOCKS,
    OFFER_ARCHIVED,
    OFFER_READY_FOR_PUBLICATION,
};
enum { OFFER_STATUSES_COUNT = OFFER_READY_FOR_PUBLICATION + 1 };

struct campaign_offers {
    bool listed; /* offerIds was given. */
    struct sku_list offers;
    uint32_t statuses;   /* A set; 0: of any status. */
    bool catalogue_only; /* A filter by categories, vendors or tags, of which nothing is known. */
};

/* Decodes and checks a body. False when `errors` tell why not, or when there is no memory (then
 * `errors` are empty). SKUs lend from the JSON document. */
MUST_USE bool campaign_offers_decode(struct json_value root, struct arena *arena,
                                     struct campaign_offers *request, struct error_list *errors);

/* Writes an answer: begin, offers, end. */
void campaign_offers_encode_begin(struct buffer *body, struct bytes next_token,
                                  struct bytes prev_token);
void campaign_offers_encode_offer(struct buffer *body, struct bytes sku, enum offer_status status);
void campaign_offers_encode_end(struct buffer *body);

/* What `updateCampaignOffers` asks for. In the arena; an offer without `available` is in none. */
struct offer_updates {
    struct stock_key *hidden; /* `available` is false. */
    struct stock_key *shown;
    uint32_t hidden_count;
    uint32_t shown_count;
    uint32_t elements_count; /* As sent, valid or not: the cost (C50). */
};

/* As campaign_offers_decode(); elements_count is set in any case. */
MUST_USE bool offer_updates_decode(struct json_value root, struct arena *arena,
                                   struct offer_updates *updates, struct error_list *errors);

#endif
