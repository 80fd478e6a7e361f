/* A document is merged with what is known into a candidate, the candidate is checked as a whole,
 * and only then takes the place of what was known. Between the two the shelves that the change is
 * about are closed: whoever looked one up before may not write to it behind the changer's back. */
#include "registry/registry.h"

#include <stdlib.h>

#include "base/stock.h"
#include "registry/registry_change.h"
#include "registry/registry_check.h"
#include "registry/registry_limits.h"
#include "registry/registry_merge.h"
#include "registry/registry_number.h"

/* Locks where writers come first: look-ups never end, and a change has to. NULL: no memory. */
static struct registry_locks *locks_create(void)
{
    struct registry_locks *locks = calloc(1, sizeof(*locks));
    pthread_rwlockattr_t writers_first;
    if (locks == NULL || pthread_rwlockattr_init(&writers_first) != 0) {
        free(locks);
        return NULL;
    }
    const int kind_failed =
        pthread_rwlockattr_setkind_np(&writers_first, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
    const int gate_failed = pthread_rwlock_init(&locks->gate, &writers_first);
    const int known_failed = pthread_rwlock_init(&locks->known, &writers_first);
    (void)pthread_rwlockattr_destroy(&writers_first);
    ASSERT(kind_failed == 0 && gate_failed == 0 && known_failed == 0); /* They take no memory. */
    return locks;
}

static void locks_destroy(struct registry_locks *locks)
{
    if (locks == NULL)
        return;
    (void)pthread_rwlock_destroy(&locks->gate);
    (void)pthread_rwlock_destroy(&locks->known);
    free(locks);
}

static void way_init(struct registry_way *way)
{
    buffer_init(&way->before);
    buffer_init(&way->change);
}

static void way_deinit(struct registry_way *way)
{
    buffer_deinit(&way->before);
    buffer_deinit(&way->change);
}

struct registry *registry_create(void)
{
    struct registry *registry = calloc(1, sizeof(*registry));
    if (registry == NULL)
        return NULL;
    registry->known = registry_state_create();
    registry->locks = locks_create();
    if (registry->known == NULL || registry->locks == NULL) {
        registry_state_destroy(registry->known);
        locks_destroy(registry->locks);
        free(registry);
        return NULL;
    }
    map_init(&registry->closed);
    way_init(&registry->way);
    registry_texts_init(&registry->texts);
    return registry;
}

void registry_destroy(struct registry *registry)
{
    if (registry == NULL)
        return;
    if (registry->candidate != NULL)
        registry_abandon(registry);
    registry_state_destroy(registry->known);
    registry_texts_deinit(&registry->texts);
    map_deinit(&registry->closed);
    way_deinit(&registry->way);
    locks_destroy(registry->locks);
    free(registry);
}

/* Shuts everybody out, for a moment. */
static void change_begin(struct registry *registry)
{
    const int gate_failed = pthread_rwlock_wrlock(&registry->locks->gate);
    const int known_failed = pthread_rwlock_wrlock(&registry->locks->known);
    ASSERT(gate_failed == 0 && known_failed == 0);
}

static void change_end(struct registry *registry)
{
    const int known_failed = pthread_rwlock_unlock(&registry->locks->known);
    const int gate_failed = pthread_rwlock_unlock(&registry->locks->gate);
    ASSERT(known_failed == 0 && gate_failed == 0);
}

static void candidate_destroy(struct registry_candidate *candidate)
{
    if (candidate == NULL)
        return;
    registry_state_destroy(candidate->state);
    map_deinit(&candidate->closed);
    way_deinit(&candidate->way);
    registry_texts_drop(candidate->texts);
    free(candidate);
}

static struct registry_candidate *candidate_create(const struct registry *registry)
{
    struct registry_candidate *candidate = calloc(1, sizeof(*candidate));
    if (candidate == NULL)
        return NULL;
    map_init(&candidate->closed);
    way_init(&candidate->way);
    candidate->numbers = registry->numbers;
    candidate->state = registry_state_create();
    if (candidate->state == NULL) {
        candidate_destroy(candidate);
        return NULL;
    }
    return candidate;
}

static enum err index_tokens(struct registry_state *state, struct error_list *errors)
{
    enum err error = OK;
    for (uint32_t i = 0; i < state->document.tokens_count && error == OK; i++) {
        const struct registry_token *token = &state->document.tokens[i];
        if (map_get(&state->token_by_hash, token_key(&token->hash)) != MAP_ABSENT)
            error_list_add(errors, "token '%.*s': another token has the same secret",
                           BYTES_ARG(token->name));
        error = map_set(&state->token_by_hash, token_key(&token->hash), i);
    }
    return error == OK && errors->count > 0 ? ERR_INVALID : error;
}

/* Makes and checks the state that the document leads to. */
static enum err state_make(const struct registry_state *known, struct registry_document *document,
                           enum registry_origin origin, struct registry_state *state,
                           struct error_list *errors)
{
    enum err error =
        registry_merge(&known->document, document, &state->tables, &state->document, errors);
    if (error == OK && origin == REGISTRY_NEW)
        error = registry_check_limits(known, document, &state->document, errors);
    if (error == OK)
        error = registry_check(&state->document, &state->index, errors);
    if (error == OK)
        error = registry_check_owners(&known->document, &known->index, &state->document,
                                      &state->index, errors);
    if (error == OK)
        error = index_tokens(state, errors);
    if (error == OK)
        error = registry_index_complete(&state->index, &state->document, &state->tables);
    return error;
}

/* The known token with the same secret, business and name, or NULL. */
static const struct registry_token *known_token(const struct registry_state *known,
                                                const struct registry_token *token)
{
    const uint32_t index = map_get(&known->token_by_hash, token_key(&token->hash));
    if (index == MAP_ABSENT)
        return NULL;
    const struct registry_token *before = &known->document.tokens[index];
    const bool same = before->business_id == token->business_id && before->kind == token->kind &&
                      bytes_equal(before->name, token->name) &&
                      sha256_equal(&before->hash, &token->hash);
    return same ? before : NULL;
}

/* A new document that does not say whether a warehouse is on leaves it as it is: sellers switch
 * theirs themselves, and whoever writes the document need not know. Neither does it bring back a
 * secret that was revoked. */
static void keep_switches(const struct registry_state *known, struct registry_document *document)
{
    for (uint32_t i = 0; i < document->tokens_count; i++) {
        const struct registry_token *before = known_token(known, &document->tokens[i]);
        document->tokens[i].revoked |= before != NULL && before->revoked;
    }
    for (uint32_t i = 0; i < document->warehouses_count; i++) {
        struct registry_warehouse *warehouse = &document->warehouses[i];
        const struct registry_warehouse *before = state_warehouse(known, warehouse->id);
        if (before != NULL && !warehouse->enabled_given)
            warehouse->disabled = before->disabled;
    }
}

static enum err candidate_make(const struct registry *registry, struct registry_document *document,
                               enum registry_origin origin, struct registry_candidate *candidate,
                               struct error_list *errors)
{
    const struct registry_state *known = registry->known;
    if (origin == REGISTRY_NEW)
        keep_switches(known, document);
    enum err error = registry_number_document(known, document, origin, &candidate->numbers, errors);
    if (error == OK)
        error = state_make(known, document, origin, candidate->state, errors);
    if (error == OK && origin == REGISTRY_NEW)
        error = registry_renumber_groups(known, candidate->state, document, &candidate->numbers);
    return error;
}

static bool says_the_same(const struct registry_document *left,
                          const struct registry_document *right)
{
    struct buffer left_text;
    struct buffer right_text;
    buffer_init(&left_text);
    buffer_init(&right_text);
    registry_document_encode(&left_text, left);
    registry_document_encode(&right_text, right);
    const bool same = !left_text.failed && !right_text.failed &&
                      bytes_equal(buffer_bytes(&left_text), buffer_bytes(&right_text));
    buffer_deinit(&left_text);
    buffer_deinit(&right_text);
    return same;
}

/* Closes what the candidate closes; NULL: opens everything. */
static void set_closed(struct registry *registry, struct registry_candidate *candidate)
{
    struct map closed;
    map_init(&closed);
    if (candidate != NULL) {
        closed = candidate->closed;
        map_init(&candidate->closed);
    }
    change_begin(registry);
    struct map before = registry->closed;
    registry->closed = closed;
    change_end(registry);
    map_deinit(&before);
}

/* Notes how to come to a change with moves again, should it not be finished when that is asked. */
static enum err note_way(const struct registry *registry, const struct registry_document *document,
                         struct registry_way *way)
{
    registry_encode(registry, &way->before);
    registry_document_encode(&way->change, document);
    return way->before.failed || way->change.failed ? ERR_MEMORY : OK;
}

enum err registry_prepare(struct registry *registry, struct registry_document *document,
                          enum registry_origin origin, struct registry_change *change,
                          struct error_list *errors)
{
    ASSERT(registry->candidate == NULL);
    ASSERT(registry->moves_count == 0);
    *change = (struct registry_change){.changed = false};
    struct registry_candidate *candidate = candidate_create(registry);
    if (candidate == NULL)
        return ERR_MEMORY;
    struct registry_step step = {registry->known, candidate->state, change, &candidate->closed};
    enum err error = candidate_make(registry, document, origin, candidate, errors);
    if (error == OK)
        error = registry_collect_moves(&step);
    if (error == OK)
        error = registry_collect_vacated(&step);
    if (error == OK && change->moves_count > 0)
        error = note_way(registry, document, &candidate->way);
    if (error == OK) {
        candidate->texts = registry_texts_adopt(&registry->texts, &candidate->state->document);
        error = candidate->texts == NULL ? ERR_MEMORY : OK;
    }
    if (error != OK) {
        candidate_destroy(candidate);
        return error;
    }
    change->changed = origin == REGISTRY_KEPT ||
                      !says_the_same(&registry->known->document, &candidate->state->document);
    registry->candidate = candidate;
    candidate->moves = change->moves;
    candidate->moves_count = change->moves_count;
    if (candidate->closed.count > 0)
        set_closed(registry, candidate);
    return OK;
}

void registry_commit(struct registry *registry)
{
    struct registry_candidate *candidate = registry->candidate;
    ASSERT(candidate != NULL);
    registry->candidate = NULL;
    registry_texts_keep(&registry->texts, candidate->texts);
    candidate->texts = NULL;

    change_begin(registry);
    struct registry_state *before = registry->known;
    registry->known = candidate->state;
    registry->numbers = candidate->numbers;
    registry->version++;
    change_end(registry);

    registry->moves = candidate->moves;
    registry->moves_count = candidate->moves_count;
    registry->way = candidate->way;
    way_init(&candidate->way);
    candidate->state = before;
    candidate_destroy(candidate);
    if (registry->moves_count == 0)
        registry_finish(registry);
}

void registry_finish(struct registry *registry)
{
    ASSERT(registry->candidate == NULL);
    registry->moves = NULL;
    registry->moves_count = 0;
    way_deinit(&registry->way);
    if (registry->closed.count > 0)
        set_closed(registry, NULL);
}

uint32_t registry_unfinished(const struct registry *registry, const struct registry_move **moves)
{
    *moves = registry->moves;
    return registry->moves_count;
}

bool registry_unfinished_texts(const struct registry *registry, struct bytes *before,
                               struct bytes *change)
{
    *before = buffer_bytes(&registry->way.before);
    *change = buffer_bytes(&registry->way.change);
    return registry->moves_count > 0;
}

void registry_abandon(struct registry *registry)
{
    struct registry_candidate *candidate = registry->candidate;
    ASSERT(candidate != NULL);
    registry->candidate = NULL;
    if (registry->closed.count > 0)
        set_closed(registry, NULL);
    candidate_destroy(candidate);
}

void registry_reserve_shelves(struct registry *registry, int64_t shelf_id_last)
{
    ASSERT(registry->candidate == NULL);
    if (shelf_id_last <= registry->numbers.shelf_id_last)
        return;
    change_begin(registry);
    registry->numbers.shelf_id_last = shelf_id_last;
    change_end(registry);
}

static bool is_market_shelf_of(const struct registry_state *state,
                               const struct registry_campaign *campaign, int64_t shelf_id)
{
    if (shelf_id_low(shelf_id) != campaign_own_shelf(state, campaign))
        return false;
    const struct registry_document *document = &state->document;
    for (uint32_t i = 0; i < document->market_warehouses_count; i++) {
        const struct registry_market_warehouse *warehouse = &document->market_warehouses[i];
        if (warehouse->number == shelf_id >> 32)
            return placement_uses_market_warehouse(campaign->placement, warehouse->returns);
    }
    return false;
}

static bool is_shelf_of(const struct registry_state *state, int64_t campaign_id, int64_t shelf_id,
                        enum registry_use use)
{
    const struct registry_campaign *campaign = state_campaign(state, campaign_id);
    if (campaign == NULL || shelf_id == 0)
        return false;
    if (shelf_is_market(shelf_id))
        return use == REGISTRY_USE_NUMBERS && is_market_shelf_of(state, campaign, shelf_id);
    return shelf_id == campaign_stock_shelf(state, campaign) ||
           (use == REGISTRY_USE_MARKS && shelf_id == campaign_own_shelf(state, campaign));
}

static bool is_open(const struct registry *registry, int64_t shelf_id, enum registry_use use)
{
    const uint32_t closed = map_get(&registry->closed, shelf_id);
    if (closed == MAP_ABSENT)
        return true;
    return (closed & CLOSED_FOR_ALL) == 0 && use != REGISTRY_USE_COMMON_MARKS;
}

bool registry_enter(const struct registry *registry, int64_t campaign_id, int64_t shelf_id,
                    enum registry_use use)
{
    const int failed = pthread_rwlock_rdlock(&registry->locks->gate);
    ASSERT(failed == 0);
    registry_lock(registry);
    const bool entered = is_shelf_of(registry->known, campaign_id, shelf_id, use) &&
                         is_open(registry, shelf_id, use);
    registry_unlock(registry);
    if (!entered)
        registry_leave(registry);
    return entered;
}

void registry_leave(const struct registry *registry)
{
    const int failed = pthread_rwlock_unlock(&registry->locks->gate);
    ASSERT(failed == 0);
}
