/* A document is merged with what is known into a candidate, the candidate is checked as a whole,
 * and only then takes the place of what was known. */
#include "registry/registry.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/map.h"
#include "registry/registry_check.h"

/* Invariants: 1. `known` passed registry_check().
 *             2. Every warehouse and group in `known` has a shelf of its own number, for ever:
 *                1…shelf_id_last. */
struct registry {
    struct arena arena;  /* Texts: they stay. */
    struct arena tables; /* The lists of `known`: made anew with each document. */
    struct registry_document known;
    struct registry_index index; /* Of `known`. */
    int64_t shelf_id_last;
    struct map token_by_hash; /* First bytes of the hash → index. */
};

struct registry *registry_create(void)
{
    struct registry *registry = calloc(1, sizeof(*registry));
    if (registry == NULL)
        return NULL;
    arena_init(&registry->arena);
    registry_index_init(&registry->index);
    arena_init(&registry->tables);
    map_init(&registry->token_by_hash);
    return registry;
}

void registry_destroy(struct registry *registry)
{
    if (registry == NULL)
        return;
    registry_index_deinit(&registry->index);
    map_deinit(&registry->token_by_hash);
    arena_deinit(&registry->tables);
    arena_deinit(&registry->arena);
    free(registry);
}

struct arena *registry_arena(struct registry *registry)
{
    return &registry->arena;
}

/* Key of an entry: its id, or for a token its name within its business. */
static int64_t entry_key(const void *entry, bool is_token)
{
    if (!is_token)
        return *(const int64_t *)entry; /* The first member of every other entry. */
    const struct registry_token *token = entry;
    return (int64_t)(bytes_hash(token->name) ^ (uint64_t)token->business_id);
}

/* Entries of one list. */
struct entries {
    const void *data;
    uint32_t count;
};

/* One list of the candidate in the making: what is known, with entries of the document replaced or
 * appended. */
struct merge {
    struct arena *arena;
    struct error_list *errors;
    const char *name;
    size_t entry_bytes;
    bool is_token;
    struct map map; /* Key → index into `merged`. */
    uint8_t *merged;
    uint32_t count;
    bool no_memory;
};

/* Puts one entry where its key says: over the known one, or behind the last. */
static uint32_t merge_entry(struct merge *merge, const uint8_t *entry)
{
    const int64_t key = entry_key(entry, merge->is_token);
    uint32_t index = map_get(&merge->map, key);
    if (index == MAP_ABSENT)
        index = merge->count++;
    merge->no_memory |= map_set(&merge->map, key, index) != OK;
    memcpy(merge->merged + index * merge->entry_bytes, entry, merge->entry_bytes);
    return index;
}

/* Merges the document's entries; one that stands twice is an error. */
static void merge_document_list(struct merge *merge, struct entries entries)
{
    const size_t given_bytes = (size_t)merge->count + entries.count + 1;
    uint8_t *given = arena_allocate(merge->arena, given_bytes);
    if (given == NULL) {
        merge->no_memory = true;
        return;
    }
    memset(given, 0, given_bytes);
    for (uint32_t i = 0; i < entries.count; i++) {
        const uint32_t index =
            merge_entry(merge, (const uint8_t *)entries.data + i * merge->entry_bytes);
        if (given[index]++ != 0)
            error_list_add(merge->errors, "%s[%u]: an entry with the same %s stands above it",
                           merge->name, i, merge->is_token ? "name" : "id");
    }
}

/* NULL: no memory. */
static void *merge_list(struct merge *merge, struct entries known, struct entries entries,
                        uint32_t *count)
{
    merge->merged =
        arena_allocate(merge->arena, (known.count + entries.count + 1) * merge->entry_bytes);
    if (merge->merged == NULL)
        return NULL;
    map_init(&merge->map);
    for (uint32_t i = 0; i < known.count; i++)
        (void)merge_entry(merge, (const uint8_t *)known.data + i * merge->entry_bytes);
    merge_document_list(merge, entries);
    map_deinit(&merge->map);
    *count = merge->count;
    return merge->no_memory ? NULL : merge->merged;
}

/* NOLINTBEGIN(bugprone-macro-parentheses): `list` is a member's name. */
#define MERGE(list, list_name, token)                                                              \
    do {                                                                                           \
        struct merge merge = {.arena = arena,                                                      \
                              .errors = errors,                                                    \
                              .name = list_name,                                                   \
                              .entry_bytes = sizeof(*known->list),                                 \
                              .is_token = token};                                                  \
        candidate->list = merge_list(&merge, (struct entries){known->list, known->list##_count},   \
                                     (struct entries){document->list, document->list##_count},     \
                                     &candidate->list##_count);                                    \
        if (candidate->list == NULL)                                                               \
            return ERR_MEMORY;                                                                     \
    } while (0)
/* NOLINTEND(bugprone-macro-parentheses) */

static enum err merge_documents(const struct registry_document *known,
                                const struct registry_document *document, struct arena *arena,
                                struct registry_document *candidate, struct error_list *errors)
{
    MERGE(businesses, "businesses", false);
    MERGE(campaigns, "campaigns", false);
    MERGE(groups, "warehouseGroups", false);
    MERGE(warehouses, "warehouses", false);
    MERGE(market_warehouses, "marketWarehouses", false);
    MERGE(tokens, "tokens", true);
    return errors->count == 0 ? OK : ERR_INVALID;
}

void registry_reserve_shelves(struct registry *registry, int64_t shelf_id_last)
{
    if (shelf_id_last > registry->shelf_id_last)
        registry->shelf_id_last = shelf_id_last;
}

/* The shelf of an entry of the document: the one that it is known with, or that it was kept with,
 * or the next new one. *last is the highest number so far. */
static int64_t shelf_of(int64_t known_id, int64_t kept_id, enum registry_origin origin,
                        int64_t *last)
{
    int64_t shelf_id = known_id;
    if (shelf_id == 0 && origin == REGISTRY_KEPT)
        shelf_id = kept_id;
    if (shelf_id == 0)
        shelf_id = *last + 1;
    if (shelf_id > *last)
        *last = shelf_id;
    return shelf_id;
}

/* Numbers the document's groups and warehouses. Returns the highest number then given out. */
static int64_t number_shelves(const struct registry *registry, struct registry_document *document,
                              enum registry_origin origin)
{
    int64_t last = registry->shelf_id_last;
    for (uint32_t i = 0; i < document->groups_count; i++) {
        struct registry_group *group = &document->groups[i];
        const uint32_t at = map_get(&registry->index.group_by_id, group->id);
        group->shelf_id = shelf_of(at == MAP_ABSENT ? 0 : registry->known.groups[at].shelf_id,
                                   group->shelf_id, origin, &last);
    }
    for (uint32_t i = 0; i < document->warehouses_count; i++) {
        struct registry_warehouse *warehouse = &document->warehouses[i];
        const uint32_t at = map_get(&registry->index.warehouse_by_id, warehouse->id);
        warehouse->shelf_id =
            shelf_of(at == MAP_ABSENT ? 0 : registry->known.warehouses[at].shelf_id,
                     warehouse->shelf_id, origin, &last);
    }
    return last;
}

static int64_t group_shelf(const struct registry_document *document,
                           const struct registry_index *index, int64_t group_id)
{
    const uint32_t at = map_get(&index->group_by_id, group_id);
    ASSERT(at != MAP_ABSENT); /* registry_check() saw to it. */
    return document->groups[at].shelf_id;
}

/* A candidate that passed its checks, on the way to take the place of what is known. */
struct candidate {
    struct registry_document document;
    struct registry_index index;
    struct map tokens;
    struct arena tables;
};

/* Adds the moves out of groups that are left, or those into groups that are joined. */
static void add_moves(const struct registry *registry, const struct candidate *candidate,
                      bool joining, struct registry_change *change)
{
    const struct registry_document *known = &registry->known;
    for (uint32_t i = 0; i < known->warehouses_count; i++) {
        const struct registry_warehouse *before = &known->warehouses[i];
        const struct registry_warehouse *after = &candidate->document.warehouses[i];
        ASSERT(before->id == after->id); /* What is known keeps its place. */
        const int64_t group_id = joining ? after->group_id : before->group_id;
        if (before->group_id == after->group_id || group_id == 0)
            continue;
        const int64_t own = after->shelf_id;
        const int64_t group = group_shelf(&candidate->document, &candidate->index, group_id);
        change->moves[change->moves_count++] =
            joining ? (struct registry_move){own, group} : (struct registry_move){group, own};
    }
}

/* A warehouse that leaves a group keeps a copy; one that joins brings what it has (C60). All leave
 * before any joins, so that nobody takes along what another one brings. */
static enum err collect_moves(struct registry *registry, const struct candidate *candidate,
                              struct registry_change *change)
{
    const size_t moves_max = 2 * (size_t)registry->known.warehouses_count + 1;
    change->moves = arena_allocate(&registry->arena, moves_max * sizeof(*change->moves));
    if (change->moves == NULL)
        return ERR_MEMORY;
    add_moves(registry, candidate, false, change);
    add_moves(registry, candidate, true, change);
    return OK;
}

static int64_t hash_key(const struct sha256 *hash)
{
    struct cursor cursor = cursor_begin((struct bytes){hash->data, sizeof(hash->data)});
    return (int64_t)cursor_u64(&cursor);
}

static enum err index_tokens(const struct registry_document *candidate, struct map *tokens,
                             struct error_list *errors)
{
    enum err error = OK;
    for (uint32_t i = 0; i < candidate->tokens_count && error == OK; i++) {
        const struct registry_token *token = &candidate->tokens[i];
        if (map_get(tokens, hash_key(&token->hash)) != MAP_ABSENT)
            error_list_add(errors, "token '%.*s': another token has the same secret",
                           BYTES_ARG(token->name));
        error = map_set(tokens, hash_key(&token->hash), i);
    }
    return error == OK && errors->count > 0 ? ERR_INVALID : error;
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

static void candidate_deinit(struct candidate *candidate)
{
    registry_index_deinit(&candidate->index);
    map_deinit(&candidate->tokens);
    arena_deinit(&candidate->tables);
}

static enum err candidate_make(struct registry *registry, const struct registry_document *document,
                               struct candidate *candidate, struct error_list *errors)
{
    enum err error = merge_documents(&registry->known, document, &candidate->tables,
                                     &candidate->document, errors);
    if (error == OK)
        error = registry_check(&candidate->document, &candidate->index, errors);
    if (error == OK)
        error = registry_check_owners(&registry->known, &registry->index, &candidate->document,
                                      &candidate->index, errors);
    if (error == OK)
        error = index_tokens(&candidate->document, &candidate->tokens, errors);
    return error;
}

enum err registry_apply(struct registry *registry, struct registry_document *document,
                        enum registry_origin origin, struct registry_change *change,
                        struct error_list *errors)
{
    *change = (struct registry_change){false, NULL, 0};
    struct candidate candidate;
    registry_index_init(&candidate.index);
    map_init(&candidate.tokens);
    arena_init(&candidate.tables);
    const int64_t shelf_id_last = number_shelves(registry, document, origin);
    enum err error = candidate_make(registry, document, &candidate, errors);
    if (error == OK)
        error = collect_moves(registry, &candidate, change);
    if (error != OK) {
        candidate_deinit(&candidate);
        return error;
    }
    change->changed =
        origin == REGISTRY_KEPT || !says_the_same(&registry->known, &candidate.document);
    registry_index_deinit(&registry->index);
    map_deinit(&registry->token_by_hash);
    arena_deinit(&registry->tables);
    registry->known = candidate.document;
    registry->index = candidate.index;
    registry->token_by_hash = candidate.tokens;
    registry->tables = candidate.tables;
    registry->shelf_id_last = shelf_id_last;
    return OK;
}

void registry_encode(const struct registry *registry, struct buffer *buffer)
{
    registry_document_encode(buffer, &registry->known);
}

bool registry_has_tokens(const struct registry *registry)
{
    return registry->known.tokens_count > 0;
}

bool registry_find_token(const struct registry *registry, enum token_kind kind, struct bytes secret,
                         struct token_facts *facts)
{
    const struct sha256 hash = sha256_of(secret);
    const uint32_t index = map_get(&registry->token_by_hash, hash_key(&hash));
    if (index == MAP_ABSENT)
        return false;
    const struct registry_token *token = &registry->known.tokens[index];
    if (token->kind != kind || !sha256_equal(&token->hash, &hash))
        return false;
    *facts = (struct token_facts){token->business_id, token->scopes, token->revoked};
    return true;
}

bool registry_find_campaign(const struct registry *registry, int64_t id,
                            struct campaign_facts *facts)
{
    const uint32_t index = map_get(&registry->index.campaign_by_id, id);
    if (index == MAP_ABSENT)
        return false;
    const struct registry_campaign *campaign = &registry->known.campaigns[index];
    *facts = (struct campaign_facts){
        campaign->id, campaign->business_id, campaign->placement, campaign->availability, 0, 0};
    const uint32_t at = map_get(&registry->index.warehouse_by_campaign, id);
    if (at == MAP_ABSENT)
        return true;
    const struct registry_warehouse *warehouse = &registry->known.warehouses[at];
    facts->warehouse_id = warehouse->id;
    facts->shelf_id = warehouse->group_id != 0
                          ? group_shelf(&registry->known, &registry->index, warehouse->group_id)
                          : warehouse->shelf_id;
    return true;
}
