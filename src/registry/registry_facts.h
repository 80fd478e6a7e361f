/* Entries as look-ups and listings show them. For registry_lookup.c and registry_list.c, which hold
 * the lock. */
#ifndef REGISTRY_REGISTRY_FACTS_H
#define REGISTRY_REGISTRY_FACTS_H

#include "registry/registry_state.h"

struct token_facts token_facts_of(const struct registry_token *token);
struct campaign_facts campaign_facts_of(const struct registry_state *state,
                                        const struct registry_campaign *campaign);
struct warehouse_facts warehouse_facts_of(const struct registry_state *state,
                                          const struct registry_warehouse *warehouse);
struct market_warehouse_facts
market_warehouse_facts_of(const struct registry_market_warehouse *warehouse);

#endif
