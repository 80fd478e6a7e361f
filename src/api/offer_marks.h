/* Marks that a method sets on offers: store commands one after another, each harmless alone and
 * repeatable, so that a request that ended half-way is mended by sending it again. */
#ifndef API_OFFER_MARKS_H
#define API_OFFER_MARKS_H

#include "api/api_internal.h"

enum { OFFER_MARKS_MAX = 4 };

struct offer_marks {
    struct store_command commands[OFFER_MARKS_MAX];
    uint32_t commands_count;
    uint32_t at;
};

/* Each plans commands for a campaign; no keys, no command. Keys live as long as the plan. */
void offer_marks_hide(struct offer_marks *marks, const struct campaign_facts *campaign,
                      const struct stock_key *keys, uint32_t keys_count);
void offer_marks_show(struct offer_marks *marks, const struct campaign_facts *campaign,
                      const struct stock_key *keys, uint32_t keys_count);
void offer_marks_delete(struct offer_marks *marks, const struct campaign_facts *campaign,
                        const struct stock_key *keys, uint32_t keys_count);
void offer_marks_bring_back(struct offer_marks *marks, const struct campaign_facts *campaign,
                            const struct stock_key *keys, uint32_t keys_count);

/* Fills in the next command. False: there is none left. */
MUST_USE bool offer_marks_next(struct offer_marks *marks, struct store_command *command);

#endif
