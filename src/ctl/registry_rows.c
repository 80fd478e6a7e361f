/* A table of the lists: where each stands in a document, and how its entries are told. Two entries
 * are equal when they are written with equal bytes (wire/registry_encode.c). */
#include "ctl/registry_rows.h"

#include <inttypes.h>
#include <string.h>

typedef void tell_entry(struct registry_row *row, const void *entry);

struct kind {
    const char *name;
    size_t entries; /* Offsets in struct registry_document. */
    size_t count;
    size_t entry_bytes;
    tell_entry *tell;
};

void registry_row_init(struct registry_row *row)
{
    *row = (struct registry_row){.id = 0};
    buffer_init(&row->owner);
    buffer_init(&row->note);
}

void registry_row_deinit(struct registry_row *row)
{
    buffer_deinit(&row->owner);
    buffer_deinit(&row->note);
}

static void tell_owner(struct registry_row *row, const char *kind, int64_t id)
{
    buffer_append_format(&row->owner, "%s %" PRId64, kind, id);
}

/* Appends a word to the note, with a comma in front where there is one already. */
static void tell(struct registry_row *row, const char *word)
{
    buffer_append_text(&row->note, row->note.size > 0 ? ", " : "");
    buffer_append_text(&row->note, word);
}

static void tell_business(struct registry_row *row, const void *entry)
{
    const struct registry_business *business = entry;
    row->id = business->id;
    row->name = business->name;
}

static void tell_campaign(struct registry_row *row, const void *entry)
{
    const struct registry_campaign *campaign = entry;
    row->id = campaign->id;
    row->name = campaign->domain;
    tell_owner(row, "business", campaign->business_id);
    tell(row, placement_name(campaign->placement));
    if (campaign->availability != AVAILABILITY_AVAILABLE)
        tell(row, availability_name(campaign->availability));
    if (campaign->push.url.size > 0) {
        tell(row, "asked at ");
        buffer_append(&row->note, campaign->push.url);
    }
}

static void tell_group(struct registry_row *row, const void *entry)
{
    const struct registry_group *group = entry;
    row->id = group->id;
    row->name = group->name;
    tell_owner(row, "business", group->business_id);
    if (group->main_warehouse_id > 0)
        buffer_append_format(&row->note, "main warehouse %" PRId64, group->main_warehouse_id);
}

static void tell_warehouse(struct registry_row *row, const void *entry)
{
    const struct registry_warehouse *warehouse = entry;
    row->id = warehouse->id;
    row->name = warehouse->name;
    tell_owner(row, "campaign", warehouse->campaign_id);
    if (warehouse->group_id > 0)
        buffer_append_format(&row->note, "group %" PRId64, warehouse->group_id);
    if (warehouse->express)
        tell(row, "express");
    if (warehouse->disabled)
        tell(row, "off");
}

static void tell_market_warehouse(struct registry_row *row, const void *entry)
{
    const struct registry_market_warehouse *warehouse = entry;
    row->id = warehouse->id;
    row->name = warehouse->name;
    if (warehouse->returns)
        tell(row, "returns");
}

static void tell_token(struct registry_row *row, const void *entry)
{
    const struct registry_token *token = entry;
    row->name = token->name;
    tell_owner(row, "business", token->business_id);
    if (token->kind == TOKEN_OAUTH)
        tell(row, "OAuth");
    for (int i = 0; i < SCOPES_COUNT; i++) {
        if ((token->scopes & SCOPE_BIT(i)) != 0)
            tell(row, scope_name((enum scope)i));
    }
    if (token->revoked)
        tell(row, "revoked");
}

#define KIND(name, list, entry, tell)                                                              \
    {                                                                                              \
        name, offsetof(struct registry_document, list),                                            \
            offsetof(struct registry_document, list##_count), sizeof(struct entry), tell           \
    }

static const struct kind kinds[] = {
    KIND("business", businesses, registry_business, tell_business),
    KIND("campaign", campaigns, registry_campaign, tell_campaign),
    KIND("group", groups, registry_group, tell_group),
    KIND("warehouse", warehouses, registry_warehouse, tell_warehouse),
    KIND("market warehouse", market_warehouses, registry_market_warehouse, tell_market_warehouse),
    KIND("token", tokens, registry_token, tell_token),
};

enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

static uint32_t entries_count(const struct registry_document *document, const struct kind *kind)
{
    uint32_t count = 0;
    memcpy(&count, (const uint8_t *)document + kind->count, sizeof(count));
    return count;
}

static const void *entry_at(const struct registry_document *document, const struct kind *kind,
                            uint32_t index)
{
    const uint8_t *entries = NULL;
    memcpy(&entries, (const uint8_t *)document + kind->entries, sizeof(entries));
    return entries + index * kind->entry_bytes;
}

static void row_tell(struct registry_row *row, const struct kind *kind, const void *entry)
{
    row->kind = kind->name;
    row->id = 0;
    buffer_clear(&row->owner);
    buffer_clear(&row->note);
    kind->tell(row, entry);
}

bool registry_rows(const struct registry_document *document, registry_visit *visit, void *context)
{
    struct registry_row row;
    registry_row_init(&row);
    bool good = true;
    for (int k = 0; k < KINDS; k++) {
        for (uint32_t i = 0; good && i < entries_count(document, &kinds[k]); i++) {
            row_tell(&row, &kinds[k], entry_at(document, &kinds[k], i));
            good = visit(context, REGISTRY_SAME, &row);
        }
    }
    registry_row_deinit(&row);
    return good;
}

/* Numbers of shelves are the registry's own. */
static void forget_numbers(struct registry_document *document)
{
    for (uint32_t i = 0; i < document->campaigns_count; i++)
        document->campaigns[i].shelf_id = 0;
    for (uint32_t i = 0; i < document->groups_count; i++)
        document->groups[i].shelf_id = 0;
    for (uint32_t i = 0; i < document->warehouses_count; i++)
        document->warehouses[i].shelf_id = 0;
    for (uint32_t i = 0; i < document->market_warehouses_count; i++)
        document->market_warehouses[i].number = 0;
}

/* Whether both name the same thing: the same id, or the same name in the same business. */
static bool is_same_name(const struct kind *kind, const void *left, const void *right)
{
    if (kind->tell != tell_token)
        return *(const int64_t *)left == *(const int64_t *)right;
    const struct registry_token *one = left;
    const struct registry_token *other = right;
    return one->business_id == other->business_id && bytes_equal(one->name, other->name);
}

static_assert(offsetof(struct registry_business, id) == 0, "an entry begins with its id");
static_assert(offsetof(struct registry_campaign, id) == 0, "an entry begins with its id");
static_assert(offsetof(struct registry_group, id) == 0, "an entry begins with its id");
static_assert(offsetof(struct registry_warehouse, id) == 0, "an entry begins with its id");
static_assert(offsetof(struct registry_market_warehouse, id) == 0, "an entry begins with its id");

/* Writes an entry as a document of its own. */
static void write_entry(const struct kind *kind, const void *entry, struct buffer *text)
{
    struct registry_document document = {.businesses = NULL};
    const uint32_t one = 1;
    memcpy((uint8_t *)&document + kind->entries, &entry, sizeof(entry));
    memcpy((uint8_t *)&document + kind->count, &one, sizeof(one));
    buffer_clear(text);
    registry_document_encode(text, &document);
}

/* What a document that says `entry` does to what is known. */
struct comparison {
    const struct registry_document *known;
    struct buffer left;
    struct buffer right;
};

static enum registry_change change_of(struct comparison *comparison, const struct kind *kind,
                                      const void *entry)
{
    const void *known = NULL;
    for (uint32_t i = 0; known == NULL && i < entries_count(comparison->known, kind); i++) {
        const void *other = entry_at(comparison->known, kind, i);
        if (is_same_name(kind, entry, other))
            known = other;
    }
    if (known == NULL)
        return REGISTRY_NEW;
    if (kind->tell == tell_warehouse) {
        /* Where the document does not say whether it is on, that stays. */
        struct registry_warehouse warehouse = *(const struct registry_warehouse *)entry;
        if (!warehouse.enabled_given)
            warehouse.disabled = ((const struct registry_warehouse *)known)->disabled;
        write_entry(kind, &warehouse, &comparison->left);
    } else {
        write_entry(kind, entry, &comparison->left);
    }
    write_entry(kind, known, &comparison->right);
    return bytes_equal(buffer_bytes(&comparison->left), buffer_bytes(&comparison->right))
               ? REGISTRY_SAME
               : REGISTRY_CHANGED;
}

/* The removals of one list: entries of `known` whose ids stand among them. */
static bool is_removed(const struct registry_removal *removal, const struct kind *kind,
                       const void *entry)
{
    const struct {
        tell_entry *tell;
        const int64_t *ids;
        uint32_t count;
    } lists[] = {
        {tell_business, removal->businesses, removal->businesses_count},
        {tell_campaign, removal->campaigns, removal->campaigns_count},
        {tell_group, removal->groups, removal->groups_count},
        {tell_warehouse, removal->warehouses, removal->warehouses_count},
        {tell_market_warehouse, removal->market_warehouses, removal->market_warehouses_count},
    };
    bool removed = false;
    for (size_t k = 0; k < sizeof(lists) / sizeof(lists[0]); k++) {
        for (uint32_t i = 0; lists[k].tell == kind->tell && i < lists[k].count; i++)
            removed = removed || lists[k].ids[i] == *(const int64_t *)entry;
    }
    for (uint32_t i = 0; kind->tell == tell_token && i < removal->tokens_count; i++)
        removed = removed || is_same_name(kind, entry, &removal->tokens[i]);
    return removed;
}

bool registry_compare(struct registry_document *document, struct registry_document *known,
                      registry_visit *visit, void *context, bool *failed)
{
    struct comparison comparison = {.known = known};
    struct registry_row row;
    registry_row_init(&row);
    buffer_init(&comparison.left);
    buffer_init(&comparison.right);
    forget_numbers(document);
    forget_numbers(known);
    bool good = true;
    for (int k = 0; k < KINDS; k++) {
        const struct kind *kind = &kinds[k];
        for (uint32_t i = 0; good && i < entries_count(known, kind); i++) {
            const void *entry = entry_at(known, kind, i);
            row_tell(&row, kind, entry);
            if (is_removed(&document->removal, kind, entry))
                good = visit(context, REGISTRY_REMOVED, &row);
        }
        for (uint32_t i = 0; good && i < entries_count(document, kind); i++) {
            const void *entry = entry_at(document, kind, i);
            const enum registry_change change = change_of(&comparison, kind, entry);
            row_tell(&row, kind, entry);
            if (change != REGISTRY_SAME)
                good = visit(context, change, &row);
        }
    }
    *failed =
        comparison.left.failed || comparison.right.failed || row.owner.failed || row.note.failed;
    buffer_deinit(&comparison.left);
    buffer_deinit(&comparison.right);
    registry_row_deinit(&row);
    return good && !*failed;
}
