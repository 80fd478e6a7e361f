/* Each kind of entry has a table of its fields; one reader walks an object by its table, so an
 * unknown or missing field is told with its path, and a field is described once. */
#include "wire/registry_document.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "wire/registry_field.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* clang-format off */
static const struct registry_field business_fields[] = {
    {"id",   FIELD_ID,   offsetof(struct registry_business, id)},
    {"name", FIELD_TEXT, offsetof(struct registry_business, name)},
};

static const struct registry_field campaign_fields[] = {
    {"id",              FIELD_ID,           offsetof(struct registry_campaign, id)},
    {"businessId",      FIELD_ID,           offsetof(struct registry_campaign, business_id)},
    {"domain",          FIELD_TEXT,         offsetof(struct registry_campaign, domain)},
    {"placementType",   FIELD_PLACEMENT,    offsetof(struct registry_campaign, placement)},
    {"apiAvailability", FIELD_AVAILABILITY, offsetof(struct registry_campaign, availability)},
    {"shelfId",         FIELD_OPTIONAL_ID,  offsetof(struct registry_campaign, shelf_id)},
    {"push",            FIELD_PUSH,         offsetof(struct registry_campaign, push)},
};

static const struct registry_field group_fields[] = {
    {"id",              FIELD_ID,          offsetof(struct registry_group, id)},
    {"businessId",      FIELD_ID,          offsetof(struct registry_group, business_id)},
    {"name",            FIELD_TEXT,        offsetof(struct registry_group, name)},
    {"mainWarehouseId", FIELD_OPTIONAL_ID, offsetof(struct registry_group, main_warehouse_id)},
    {"shelfId",         FIELD_OPTIONAL_ID, offsetof(struct registry_group, shelf_id)},
};

static const struct registry_field warehouse_fields[] = {
    {"id",         FIELD_ID,          offsetof(struct registry_warehouse, id)},
    {"campaignId", FIELD_ID,          offsetof(struct registry_warehouse, campaign_id)},
    {"name",       FIELD_TEXT,        offsetof(struct registry_warehouse, name)},
    {"groupId",    FIELD_OPTIONAL_ID, offsetof(struct registry_warehouse, group_id)},
    {"shelfId",    FIELD_OPTIONAL_ID, offsetof(struct registry_warehouse, shelf_id)},
    {"express",    FIELD_FLAG,        offsetof(struct registry_warehouse, express)},
    {"enabled",    FIELD_DISABLED,    offsetof(struct registry_warehouse, disabled)},
    {"address",    FIELD_ADDRESS,     0},
};

static const struct registry_field market_warehouse_fields[] = {
    {"id",      FIELD_ID,          offsetof(struct registry_market_warehouse, id)},
    {"name",    FIELD_TEXT,        offsetof(struct registry_market_warehouse, name)},
    {"returns", FIELD_FLAG,        offsetof(struct registry_market_warehouse, returns)},
    {"shelfId", FIELD_OPTIONAL_ID, offsetof(struct registry_market_warehouse, number)},
};

static const struct registry_field token_fields[] = {
    {"name",         FIELD_TEXT,           offsetof(struct registry_token, name)},
    {"businessId",   FIELD_ID,             offsetof(struct registry_token, business_id)},
    {"scopes",       FIELD_SCOPES,         offsetof(struct registry_token, scopes)},
    {"revoked",      FIELD_FLAG,           offsetof(struct registry_token, revoked)},
    {"apiKey",       FIELD_API_KEY,        0},
    {"apiKeySha256", FIELD_API_KEY_SHA256, 0},
    {"oauth",        FIELD_OAUTH,          0},
    {"oauthSha256",  FIELD_OAUTH_SHA256,   0},
};

static const struct registry_field removed_token_fields[] = {
    {"name",       FIELD_TEXT, offsetof(struct registry_token, name)},
    {"businessId", FIELD_ID,   offsetof(struct registry_token, business_id)},
};

/* Members of the document that are no lists. */
static const struct registry_field number_fields[] = {
    {"shelfIdLast",      FIELD_OPTIONAL_ID, offsetof(struct registry_document, shelf_id_last)},
    {"marketNumberLast", FIELD_OPTIONAL_ID, offsetof(struct registry_document, market_number_last)},
};

/* A list of the document: the table of its entries and where array and count stand. Without a
 * table its entries are ids alone. */
struct list {
    const char *name;
    const struct registry_field *fields;
    size_t fields_count;
    size_t entry_bytes;
    size_t array_offset;
    size_t count_offset;
};

/* NOLINTBEGIN(bugprone-macro-parentheses): `type` is a type, `array` a member. */
#define LIST(name, fields, type, array) \
    {name, fields, COUNT_OF(fields), sizeof(struct type), \
     offsetof(struct registry_document, array), offsetof(struct registry_document, array##_count)}
#define IDS(name, array) \
    {name, NULL, 0, sizeof(int64_t), \
     offsetof(struct registry_removal, array), offsetof(struct registry_removal, array##_count)}
/* NOLINTEND(bugprone-macro-parentheses) */

static const struct list lists[] = {
    LIST("businesses",       business_fields,         registry_business,         businesses),
    LIST("campaigns",        campaign_fields,         registry_campaign,         campaigns),
    LIST("warehouseGroups",  group_fields,            registry_group,            groups),
    LIST("warehouses",       warehouse_fields,        registry_warehouse,        warehouses),
    LIST("marketWarehouses", market_warehouse_fields, registry_market_warehouse, market_warehouses),
    LIST("tokens",           token_fields,            registry_token,            tokens),
};

static const struct list removal_lists[] = {
    IDS("businesses",       businesses),
    IDS("campaigns",        campaigns),
    IDS("warehouseGroups",  groups),
    IDS("warehouses",       warehouses),
    IDS("marketWarehouses", market_warehouses),
    {"tokens", removed_token_fields, COUNT_OF(removed_token_fields), sizeof(struct registry_token),
     offsetof(struct registry_removal, tokens), offsetof(struct registry_removal, tokens_count)},
};
/* clang-format on */

enum { LISTS_COUNT = COUNT_OF(lists), FIELDS_MAX = 32 };
static_assert(COUNT_OF(removal_lists) == LISTS_COUNT, "what can be added can be removed");

/* Lists of the document itself, or of what it removes. */
struct shape {
    const struct list *lists;
    const char *prefix; /* Of their names in paths. */
};

static const struct shape whole_shape = {lists, ""};
static const struct shape removal_shape = {removal_lists, "remove."};

static bool field_is_required(enum registry_field_kind kind)
{
    return kind == FIELD_ID || kind == FIELD_TEXT || kind == FIELD_PLACEMENT;
}

static bool field_is_secret(enum registry_field_kind kind)
{
    return kind == FIELD_API_KEY || kind == FIELD_API_KEY_SHA256 || kind == FIELD_OAUTH ||
           kind == FIELD_OAUTH_SHA256;
}

/* Tells what an entry lacks. */
static void check_presence(struct registry_reader *reader, const struct list *list,
                           const bool *seen)
{
    uint32_t secrets_count = 0;
    bool takes_secret = false;
    for (size_t i = 0; i < list->fields_count; i++) {
        const struct registry_field *field = &list->fields[i];
        if (field_is_required(field->kind) && !seen[i])
            registry_complain(reader, field->name, "is missing");
        takes_secret |= field_is_secret(field->kind);
        secrets_count += field_is_secret(field->kind) && seen[i];
    }
    if (takes_secret && secrets_count != 1)
        registry_complain(reader, "apiKey",
                          "give exactly one of apiKey, apiKeySha256, oauth and oauthSha256");
}

static void read_entry(struct registry_reader *reader, const struct list *list,
                       struct json_value object, void *entry)
{
    bool seen[FIELDS_MAX] = {false};
    struct json_walk walk = json_walk_begin(object);
    struct bytes key;
    struct json_value value;
    while (json_next_member(&walk, &key, &value)) {
        const size_t index = registry_field_find(list->fields, list->fields_count, key);
        if (index == list->fields_count) {
            error_list_add(reader->errors, "%s: no field '%.*s' is known here", reader->path,
                           BYTES_ARG(bytes_clip(key, REJECTED_VALUE_BYTES_MAX)));
            continue;
        }
        seen[index] = true;
        registry_field_read(reader, &list->fields[index], value, entry);
    }
    check_presence(reader, list, seen);
}

/* Reads a list into `owner`, which the list's offsets mean. */
static void read_list(struct registry_reader *reader, const struct shape *shape,
                      const struct list *list, struct json_value array, void *owner)
{
    if (json_type(array) != JSON_ARRAY) {
        error_list_add(reader->errors, "%s%s: must be a list", shape->prefix, list->name);
        return;
    }
    const size_t count = json_count(array);
    uint8_t *entries = arena_allocate(reader->arena, (count + 1) * list->entry_bytes);
    if (entries == NULL) {
        reader->no_memory = true;
        return;
    }
    memset(entries, 0, (count + 1) * list->entry_bytes);
    *(void **)(void *)((uint8_t *)owner + list->array_offset) = entries;
    *(uint32_t *)(void *)((uint8_t *)owner + list->count_offset) = (uint32_t)count;
    struct json_walk walk = json_walk_begin(array);
    struct json_value element;
    for (size_t i = 0; json_next_element(&walk, &element); i++) {
        int64_t *id = (int64_t *)(void *)(entries + i * list->entry_bytes);
        (void)snprintf(reader->path, sizeof(reader->path), "%s%s[%zu]", shape->prefix, list->name,
                       i);
        if (list->fields == NULL) {
            if (json_type(element) != JSON_INT64 || !json_to_int64(element, id) || *id < 1)
                error_list_add(reader->errors, "%s: must be an id", reader->path);
        } else if (json_type(element) == JSON_OBJECT) {
            read_entry(reader, list, element, id);
        } else {
            error_list_add(reader->errors, "%s: must be an object", reader->path);
        }
    }
}

/* Reads a member that is a list of this shape. False: no list has that name. */
static bool read_list_named(struct registry_reader *reader, const struct shape *shape,
                            struct bytes name, struct json_value value, void *owner)
{
    for (size_t i = 0; i < LISTS_COUNT; i++) {
        if (bytes_equal(name, bytes_from_text(shape->lists[i].name))) {
            read_list(reader, shape, &shape->lists[i], value, owner);
            return true;
        }
    }
    return false;
}

static void read_removal(struct registry_reader *reader, struct json_value object,
                         struct registry_removal *removal)
{
    if (json_type(object) != JSON_OBJECT) {
        error_list_add(reader->errors, "remove: must be an object");
        return;
    }
    struct json_walk walk = json_walk_begin(object);
    struct bytes key;
    struct json_value value;
    while (json_next_member(&walk, &key, &value)) {
        if (!read_list_named(reader, &removal_shape, key, value, removal))
            error_list_add(reader->errors, "remove: no list '%.*s' is known here",
                           BYTES_ARG(bytes_clip(key, REJECTED_VALUE_BYTES_MAX)));
    }
}

bool registry_document_decode(struct json_value root, struct arena *arena,
                              struct registry_document *document, struct error_list *errors)
{
    *document = (struct registry_document){.businesses = NULL};
    if (json_type(root) != JSON_OBJECT) {
        error_list_add(errors, "the registry must be an object");
        return false;
    }
    struct registry_reader reader = {.arena = arena, .errors = errors};
    struct json_walk walk = json_walk_begin(root);
    struct bytes key;
    struct json_value value;
    while (json_next_member(&walk, &key, &value)) {
        const size_t number = registry_field_find(number_fields, COUNT_OF(number_fields), key);
        if (number < COUNT_OF(number_fields)) {
            (void)snprintf(reader.path, sizeof(reader.path), "registry");
            registry_field_read(&reader, &number_fields[number], value, document);
        } else if (bytes_equal(key, BYTES("remove"))) {
            read_removal(&reader, value, &document->removal);
        } else if (!read_list_named(&reader, &whole_shape, key, value, document)) {
            error_list_add(errors, "no list '%.*s' is known in a registry",
                           BYTES_ARG(bytes_clip(key, REJECTED_VALUE_BYTES_MAX)));
        }
    }
    return errors->count == 0 && !reader.no_memory;
}
