/* Look-ups: one entry, with what follows from its references, copied out under the lock. */
#include "base/stock.h"
#include "registry/registry_facts.h"

uint64_t registry_version(const struct registry *registry)
{
    registry_lock(registry);
    const uint64_t version = registry->version;
    registry_unlock(registry);
    return version;
}

void registry_encode(const struct registry *registry, struct buffer *buffer)
{
    registry_lock(registry);
    struct registry_document document = registry->known->document;
    document.shelf_id_last = registry->numbers.shelf_id_last;
    document.market_number_last = registry->numbers.market_number_last;
    registry_document_encode(buffer, &document);
    registry_unlock(registry);
}

bool registry_has_tokens(const struct registry *registry)
{
    registry_lock(registry);
    const bool has_tokens = registry->known->document.tokens_count > 0;
    registry_unlock(registry);
    return has_tokens;
}

/* No comparison here takes longer the more of a secret is right. The secret itself is only hashed,
 * which takes as long as it is long. The look-up takes its time by 64 bits of the hash, and the
 * equality looks at all of it: whoever measured both would learn of the hash, from which no way
 * leads back to a secret of 40 letters, and cannot choose secrets whose hashes come nearer to it
 * but by trying. */
bool registry_find_token(const struct registry *registry, enum token_kind kind, struct bytes secret,
                         struct token_facts *facts)
{
    const struct sha256 hash = sha256_of(secret);
    registry_lock(registry);
    const struct registry_state *state = registry->known;
    const uint32_t index = map_get(&state->token_by_hash, token_key(&hash));
    const struct registry_token *token =
        index == MAP_ABSENT ? NULL : &state->document.tokens[index];
    const bool found = token != NULL && token->kind == kind && sha256_equal(&token->hash, &hash);
    if (found)
        *facts = token_facts_of(token);
    registry_unlock(registry);
    return found;
}

bool registry_find_business(const struct registry *registry, int64_t id,
                            struct business_facts *facts)
{
    registry_lock(registry);
    const struct registry_state *state = registry->known;
    const uint32_t at = map_get(&state->index.business_by_id, id);
    if (at != MAP_ABSENT)
        *facts = (struct business_facts){id, state->document.businesses[at].name,
                                         state->index.business_has_groups[at]};
    registry_unlock(registry);
    return at != MAP_ABSENT;
}

bool registry_business_has_groups(const struct registry *registry, int64_t business_id)
{
    struct business_facts facts;
    return registry_find_business(registry, business_id, &facts) && facts.has_groups;
}

bool registry_find_campaign(const struct registry *registry, int64_t id,
                            struct campaign_facts *facts)
{
    registry_lock(registry);
    const struct registry_campaign *campaign = state_campaign(registry->known, id);
    if (campaign != NULL)
        *facts = campaign_facts_of(registry->known, campaign);
    registry_unlock(registry);
    return campaign != NULL;
}

static bool find_place(const struct registry_state *state, const struct registry_campaign *campaign,
                       const struct registry_market_warehouse *warehouse,
                       struct market_place *place)
{
    const int64_t own_shelf_id = campaign_own_shelf(state, campaign);
    if (own_shelf_id == 0 || warehouse->number == 0 ||
        !placement_uses_market_warehouse(campaign->placement, warehouse->returns))
        return false;
    *place = (struct market_place){warehouse->id, market_shelf_id(own_shelf_id, warehouse->number)};
    return true;
}

uint32_t registry_campaign_market_warehouses(const struct registry *registry, int64_t campaign_id,
                                             struct market_place *places, uint32_t places_max)
{
    registry_lock(registry);
    const struct registry_state *state = registry->known;
    const struct registry_campaign *campaign = state_campaign(state, campaign_id);
    const uint32_t warehouses_count =
        campaign == NULL ? 0 : state->document.market_warehouses_count;
    uint32_t count = 0;
    for (uint32_t i = 0; i < warehouses_count && count < places_max; i++)
        count += find_place(state, campaign, &state->document.market_warehouses[i], &places[count]);
    registry_unlock(registry);
    return count;
}

bool registry_find_market_place(const struct registry *registry, int64_t campaign_id,
                                int64_t warehouse_id, struct market_place *place)
{
    registry_lock(registry);
    const struct registry_state *state = registry->known;
    const struct registry_campaign *campaign = state_campaign(state, campaign_id);
    const struct registry_market_warehouse *warehouse = state_market_warehouse(state, warehouse_id);
    const bool found =
        campaign != NULL && warehouse != NULL && find_place(state, campaign, warehouse, place);
    registry_unlock(registry);
    return found;
}

bool registry_find_warehouse(const struct registry *registry, int64_t id,
                             struct warehouse_facts *facts)
{
    registry_lock(registry);
    const struct registry_warehouse *warehouse = state_warehouse(registry->known, id);
    if (warehouse != NULL)
        *facts = warehouse_facts_of(registry->known, warehouse);
    registry_unlock(registry);
    return warehouse != NULL;
}

bool registry_find_market_warehouse(const struct registry *registry, int64_t id,
                                    struct market_warehouse_facts *facts)
{
    registry_lock(registry);
    const struct registry_market_warehouse *warehouse = state_market_warehouse(registry->known, id);
    if (warehouse != NULL)
        *facts = market_warehouse_facts_of(warehouse);
    registry_unlock(registry);
    return warehouse != NULL;
}

bool registry_find_token_entry(const struct registry *registry, int64_t business_id,
                               struct bytes name, struct registry_token *entry)
{
    registry_lock(registry);
    const struct registry_document *document = &registry->known->document;
    bool found = false;
    for (uint32_t i = 0; i < document->tokens_count && !found; i++) {
        const struct registry_token *token = &document->tokens[i];
        found = token->business_id == business_id && bytes_equal(token->name, name);
        if (found)
            *entry = *token;
    }
    registry_unlock(registry);
    return found;
}

bool registry_find_warehouse_entry(const struct registry *registry, int64_t id,
                                   struct registry_warehouse *entry)
{
    registry_lock(registry);
    const struct registry_warehouse *warehouse = state_warehouse(registry->known, id);
    if (warehouse != NULL)
        *entry = *warehouse;
    registry_unlock(registry);
    return warehouse != NULL;
}

uint32_t registry_count_tokens(const struct registry *registry, int64_t business_id)
{
    registry_lock(registry);
    const struct registry_document *document = &registry->known->document;
    uint32_t count = 0;
    for (uint32_t i = 0; i < document->tokens_count; i++) {
        const struct registry_token *token = &document->tokens[i];
        count +=
            token->business_id == business_id && token->kind == TOKEN_API_KEY && !token->revoked;
    }
    registry_unlock(registry);
    return count;
}

bool registry_find_unnumbered(const struct registry *registry, struct arena *arena,
                              struct registry_document *document, uint32_t *count)
{
    *document = (struct registry_document){.businesses = NULL};
    *count = 0;
    registry_lock(registry);
    const struct registry_document *known = &registry->known->document;
    document->campaigns =
        arena_allocate(arena, (known->campaigns_count + 1) * sizeof(*document->campaigns));
    document->market_warehouses = arena_allocate(arena, (known->market_warehouses_count + 1) *
                                                            sizeof(*document->market_warehouses));
    const bool has_memory = document->campaigns != NULL && document->market_warehouses != NULL;
    for (uint32_t i = 0; i < known->campaigns_count && has_memory; i++) {
        const struct registry_campaign *campaign = &known->campaigns[i];
        if (campaign->shelf_id == 0 && !placement_is_sellers_own(campaign->placement))
            document->campaigns[document->campaigns_count++] = *campaign;
    }
    for (uint32_t i = 0; i < known->market_warehouses_count && has_memory; i++) {
        if (known->market_warehouses[i].number == 0)
            document->market_warehouses[document->market_warehouses_count++] =
                known->market_warehouses[i];
    }
    registry_unlock(registry);
    *count = document->campaigns_count + document->market_warehouses_count;
    return has_memory;
}
