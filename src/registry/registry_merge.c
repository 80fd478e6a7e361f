/* Each list is merged by itself: a map leads from keys to entries, another one says which keys are
 * removed. */
#include "registry/registry_merge.h"

#include <inttypes.h>
#include <string.h>

#include "base/hash.h"
#include "base/map.h"

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
    size_t entry_bytes;
    uint32_t count;
};

static const void *entry_at(struct entries entries, uint32_t index)
{
    return (const uint8_t *)entries.data + index * entries.entry_bytes;
}

/* One list of the candidate in the making. */
struct merge {
    struct arena *arena;
    struct error_list *errors;
    const char *name;
    bool is_token;
    struct map map;     /* Key → index into `merged`. */
    struct map removed; /* Key → REMOVAL_ASKED or REMOVAL_DONE. */
    uint8_t *merged;
    size_t entry_bytes;
    uint32_t count;
    bool no_memory;
};

enum { REMOVAL_ASKED, REMOVAL_DONE };

/* Notes what is to be removed. */
static void plan_removal(struct merge *merge, struct entries removal)
{
    for (uint32_t i = 0; i < removal.count; i++) {
        const int64_t key = entry_key(entry_at(removal, i), merge->is_token);
        if (map_get(&merge->removed, key) != MAP_ABSENT)
            error_list_add(merge->errors, "remove.%s[%u]: the same entry stands above it",
                           merge->name, i);
        merge->no_memory |= map_set(&merge->removed, key, REMOVAL_ASKED) != OK;
    }
}

/* Tells what was not there. */
static void check_removal(struct merge *merge, struct entries removal)
{
    for (uint32_t i = 0; i < removal.count; i++) {
        const void *entry = entry_at(removal, i);
        if (map_get(&merge->removed, entry_key(entry, merge->is_token)) != REMOVAL_ASKED)
            continue;
        const struct registry_token *token = entry;
        if (merge->is_token) {
            error_list_add(merge->errors, "remove.%s[%u]: business %" PRId64 " has no token '%.*s'",
                           merge->name, i, token->business_id, BYTES_ARG(token->name));
        } else {
            error_list_add(merge->errors,
                           "remove.%s[%u]: %" PRId64 " is not an entry of this registry",
                           merge->name, i, *(const int64_t *)entry);
        }
    }
}

/* Puts one entry where its key says: over the known one, or behind the last. */
static uint32_t merge_entry(struct merge *merge, const void *entry)
{
    const int64_t key = entry_key(entry, merge->is_token);
    uint32_t index = map_get(&merge->map, key);
    if (index == MAP_ABSENT)
        index = merge->count++;
    merge->no_memory |= map_set(&merge->map, key, index) != OK;
    memcpy(merge->merged + index * merge->entry_bytes, entry, merge->entry_bytes);
    return index;
}

static void merge_known(struct merge *merge, struct entries known)
{
    for (uint32_t i = 0; i < known.count; i++) {
        const int64_t key = entry_key(entry_at(known, i), merge->is_token);
        if (map_get(&merge->removed, key) == MAP_ABSENT)
            (void)merge_entry(merge, entry_at(known, i));
        else
            merge->no_memory |= map_set(&merge->removed, key, REMOVAL_DONE) != OK;
    }
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
        const void *entry = entry_at(entries, i);
        if (map_get(&merge->removed, entry_key(entry, merge->is_token)) != MAP_ABSENT)
            error_list_add(merge->errors, "%s[%u]: the same document removes it", merge->name, i);
        const uint32_t index = merge_entry(merge, entry);
        if (given[index]++ != 0)
            error_list_add(merge->errors, "%s[%u]: an entry with the same %s stands above it",
                           merge->name, i, merge->is_token ? "name" : "id");
    }
}

/* NULL: no memory. */
static void *merge_list(struct merge *merge, struct entries known, struct entries entries,
                        struct entries removal, uint32_t *count)
{
    merge->entry_bytes = known.entry_bytes;
    merge->merged =
        arena_allocate(merge->arena, (known.count + entries.count + 1) * known.entry_bytes);
    if (merge->merged == NULL)
        return NULL;
    map_init(&merge->map);
    map_init(&merge->removed);
    plan_removal(merge, removal);
    merge_known(merge, known);
    check_removal(merge, removal);
    merge_document_list(merge, entries);
    map_deinit(&merge->map);
    map_deinit(&merge->removed);
    *count = merge->count;
    return merge->no_memory ? NULL : merge->merged;
}

#define ENTRIES(array) ((struct entries){array, sizeof(*(array)), array##_count})

/* NOLINTBEGIN(bugprone-macro-parentheses): `list` is a member's name. */
#define MERGE(list, list_name, token)                                                              \
    do {                                                                                           \
        struct merge merge = {                                                                     \
            .arena = arena, .errors = errors, .name = list_name, .is_token = token};               \
        merged->list = merge_list(&merge, ENTRIES(known->list), ENTRIES(document->list),           \
                                  ENTRIES(document->removal.list), &merged->list##_count);         \
        if (merged->list == NULL)                                                                  \
            return ERR_MEMORY;                                                                     \
    } while (0)
/* NOLINTEND(bugprone-macro-parentheses) */

enum err registry_merge(const struct registry_document *known,
                        const struct registry_document *document, struct arena *arena,
                        struct registry_document *merged, struct error_list *errors)
{
    *merged = (struct registry_document){.businesses = NULL};
    MERGE(businesses, "businesses", false);
    MERGE(campaigns, "campaigns", false);
    MERGE(groups, "warehouseGroups", false);
    MERGE(warehouses, "warehouses", false);
    MERGE(market_warehouses, "marketWarehouses", false);
    MERGE(tokens, "tokens", true);
    return errors->count == 0 ? OK : ERR_INVALID;
}
