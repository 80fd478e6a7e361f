/* Each kind of entry has a table of its fields; one reader walks an object by its table, so an
 * unknown or missing field is told with its path, and a field is described once. */
#include "wire/registry_document.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

static const char *const placement_names[PLACEMENTS_COUNT] = {"FBS", "FBY", "DBS", "LAAS"};
static const char *const availability_names[AVAILABILITIES_COUNT] = {
    "AVAILABLE", "DISABLED_BY_INACTIVITY", "DISABLED_BY_NO_ACTIVE_CONTRACT", "MANUALLY_DISABLED",
    "DISABLED_BY_NO_PLACEMENT_TYPE"};

const char *placement_name(enum placement placement)
{
    return placement_names[placement];
}

const char *availability_name(enum availability availability)
{
    return availability_names[availability];
}

enum { PATH_BYTES_MAX = 128, NAME_BYTES_MAX = 1024 };

/* What every reader of a field needs. */
struct reader {
    struct arena *arena;
    struct error_list *errors;
    bool no_memory;
    char path[PATH_BYTES_MAX]; /* Of the object at hand. */
};

enum field_kind {
    FIELD_ID,
    FIELD_OPTIONAL_ID,
    FIELD_TEXT,
    FIELD_OPTIONAL_TEXT,
    FIELD_FLAG,
    FIELD_COORDINATE,
    FIELD_PLACEMENT,
    FIELD_AVAILABILITY,
    FIELD_SCOPES,
    FIELD_API_KEY,
    FIELD_API_KEY_SHA256,
    FIELD_OAUTH,
    FIELD_OAUTH_SHA256,
    FIELD_ADDRESS,
    FIELD_GPS,
};

struct field {
    const char *name;
    enum field_kind kind;
    size_t offset; /* Into the struct that the table describes. */
};

/* clang-format off */
static const struct field business_fields[] = {
    {"id",   FIELD_ID,   offsetof(struct registry_business, id)},
    {"name", FIELD_TEXT, offsetof(struct registry_business, name)},
};

static const struct field campaign_fields[] = {
    {"id",              FIELD_ID,           offsetof(struct registry_campaign, id)},
    {"businessId",      FIELD_ID,           offsetof(struct registry_campaign, business_id)},
    {"domain",          FIELD_TEXT,         offsetof(struct registry_campaign, domain)},
    {"placementType",   FIELD_PLACEMENT,    offsetof(struct registry_campaign, placement)},
    {"apiAvailability", FIELD_AVAILABILITY, offsetof(struct registry_campaign, availability)},
};

static const struct field group_fields[] = {
    {"id",              FIELD_ID,          offsetof(struct registry_group, id)},
    {"businessId",      FIELD_ID,          offsetof(struct registry_group, business_id)},
    {"name",            FIELD_TEXT,        offsetof(struct registry_group, name)},
    {"mainWarehouseId", FIELD_OPTIONAL_ID, offsetof(struct registry_group, main_warehouse_id)},
    {"shelfId",         FIELD_OPTIONAL_ID, offsetof(struct registry_group, shelf_id)},
};

static const struct field gps_fields[] = {
    {"latitude",  FIELD_COORDINATE, offsetof(struct registry_address, latitude)},
    {"longitude", FIELD_COORDINATE, offsetof(struct registry_address, longitude)},
};

static const struct field address_fields[] = {
    {"city",     FIELD_TEXT,          offsetof(struct registry_address, city)},
    {"street",   FIELD_OPTIONAL_TEXT, offsetof(struct registry_address, street)},
    {"number",   FIELD_OPTIONAL_TEXT, offsetof(struct registry_address, number)},
    {"building", FIELD_OPTIONAL_TEXT, offsetof(struct registry_address, building)},
    {"block",    FIELD_OPTIONAL_TEXT, offsetof(struct registry_address, block)},
    {"gps",      FIELD_GPS,           0},
};

static const struct field warehouse_fields[] = {
    {"id",         FIELD_ID,          offsetof(struct registry_warehouse, id)},
    {"campaignId", FIELD_ID,          offsetof(struct registry_warehouse, campaign_id)},
    {"name",       FIELD_TEXT,        offsetof(struct registry_warehouse, name)},
    {"groupId",    FIELD_OPTIONAL_ID, offsetof(struct registry_warehouse, group_id)},
    {"shelfId",    FIELD_OPTIONAL_ID, offsetof(struct registry_warehouse, shelf_id)},
    {"express",    FIELD_FLAG,        offsetof(struct registry_warehouse, express)},
    {"address",    FIELD_ADDRESS,     0},
};

static const struct field market_warehouse_fields[] = {
    {"id",      FIELD_ID,   offsetof(struct registry_market_warehouse, id)},
    {"name",    FIELD_TEXT, offsetof(struct registry_market_warehouse, name)},
    {"returns", FIELD_FLAG, offsetof(struct registry_market_warehouse, returns)},
};

static const struct field token_fields[] = {
    {"name",         FIELD_TEXT,           offsetof(struct registry_token, name)},
    {"businessId",   FIELD_ID,             offsetof(struct registry_token, business_id)},
    {"scopes",       FIELD_SCOPES,         offsetof(struct registry_token, scopes)},
    {"revoked",      FIELD_FLAG,           offsetof(struct registry_token, revoked)},
    {"apiKey",       FIELD_API_KEY,        0},
    {"apiKeySha256", FIELD_API_KEY_SHA256, 0},
    {"oauth",        FIELD_OAUTH,          0},
    {"oauthSha256",  FIELD_OAUTH_SHA256,   0},
};

/* A list of the document: the table of its entries and where array and count stand. */
struct list {
    const char *name;
    const struct field *fields;
    size_t fields_count;
    size_t entry_bytes;
    size_t array_offset;
    size_t count_offset;
};

/* NOLINTBEGIN(bugprone-macro-parentheses): `type` is a type, `array` a member. */
#define LIST(name, fields, type, array) \
    {name, fields, sizeof(fields) / sizeof(fields[0]), sizeof(struct type), \
     offsetof(struct registry_document, array), offsetof(struct registry_document, array##_count)}
/* NOLINTEND(bugprone-macro-parentheses) */

static const struct list lists[] = {
    LIST("businesses",       business_fields,         registry_business,         businesses),
    LIST("campaigns",        campaign_fields,         registry_campaign,         campaigns),
    LIST("warehouseGroups",  group_fields,            registry_group,            groups),
    LIST("warehouses",       warehouse_fields,        registry_warehouse,        warehouses),
    LIST("marketWarehouses", market_warehouse_fields, registry_market_warehouse, market_warehouses),
    LIST("tokens",           token_fields,            registry_token,            tokens),
};
/* clang-format on */

enum { LISTS_COUNT = sizeof(lists) / sizeof(lists[0]), FIELDS_MAX = 32 };

static void complain(struct reader *reader, const char *field, const char *problem)
{
    error_list_add(reader->errors, "%s.%s: %s", reader->path, field, problem);
}

static void read_id(struct reader *reader, const char *name, struct json_value value, void *target)
{
    int64_t id = 0;
    if (json_type(value) != JSON_INT64 || !json_to_int64(value, &id) || id < 1)
        complain(reader, name, "must be a whole number, 1 or more");
    else
        *(int64_t *)target = id;
}

static void read_text(struct reader *reader, const char *name, struct json_value value,
                      void *target)
{
    if (json_type(value) != JSON_STRING || json_string(value).size == 0 ||
        json_string(value).size > NAME_BYTES_MAX) {
        complain(reader, name, "must be a text of 1 to 1024 bytes");
        return;
    }
    const struct bytes text = json_string(value);
    uint8_t *copy = arena_allocate(reader->arena, text.size);
    if (copy == NULL) {
        reader->no_memory = true;
        return;
    }
    struct cursor cursor = cursor_begin(text);
    for (size_t i = 0; i < text.size; i++)
        copy[i] = cursor_u8(&cursor);
    *(struct bytes *)target = (struct bytes){copy, text.size};
}

static void read_flag(struct reader *reader, const char *name, struct json_value value,
                      void *target)
{
    if (json_type(value) == JSON_TRUE || json_type(value) == JSON_FALSE)
        *(bool *)target = json_type(value) == JSON_TRUE;
    else
        complain(reader, name, "must be true or false");
}

static void read_coordinate(struct reader *reader, const char *name, struct json_value value,
                            void *target)
{
    const enum json_type type = json_type(value);
    if (type == JSON_INT64 || type == JSON_DOUBLE)
        *(double *)target = json_to_double(value);
    else
        complain(reader, name, "must be a number of degrees");
}

/* Index of the text in a list of names, or -1 and a complaint. */
static int read_name(struct reader *reader, const char *name, struct json_value value,
                     const char *const *names, int names_count)
{
    for (int i = 0; i < names_count && json_type(value) == JSON_STRING; i++) {
        if (bytes_equal(json_string(value), bytes_from_text(names[i])))
            return i;
    }
    complain(reader, name, "is not one of the values in docs/formats.md §6");
    return -1;
}

static void read_scopes(struct reader *reader, const char *name, struct json_value value,
                        void *target)
{
    if (json_type(value) != JSON_ARRAY) {
        complain(reader, name, "must be a list of scopes");
        return;
    }
    *(uint32_t *)target = 0; /* Of two lists the last one counts. */
    struct json_walk walk = json_walk_begin(value);
    struct json_value element;
    while (json_next_element(&walk, &element)) {
        enum scope scope;
        if (json_type(element) == JSON_STRING && scope_from_name(json_string(element), &scope))
            *(uint32_t *)target |= SCOPE_BIT(scope);
        else
            complain(reader, name, "has an unknown scope; docs/formats.md §6 lists them");
    }
}

static void read_secret(struct reader *reader, const struct field *field, struct json_value value,
                        struct registry_token *token)
{
    const bool hashed = field->kind == FIELD_API_KEY_SHA256 || field->kind == FIELD_OAUTH_SHA256;
    const bool oauth = field->kind == FIELD_OAUTH || field->kind == FIELD_OAUTH_SHA256;
    token->kind = oauth ? TOKEN_OAUTH : TOKEN_API_KEY;
    if (json_type(value) != JSON_STRING || json_string(value).size == 0) {
        complain(reader, field->name, "must be a text");
        return;
    }
    if (!hashed)
        token->hash = sha256_of(json_string(value));
    else if (!sha256_from_hex(json_string(value), &token->hash))
        complain(reader, field->name, "must be 64 hexadecimal digits");
}

static void read_gps(struct reader *reader, struct json_value value, void *address)
{
    struct json_value number;
    for (size_t i = 0; i < sizeof(gps_fields) / sizeof(gps_fields[0]); i++) {
        if (json_type(value) == JSON_OBJECT &&
            json_find(value, bytes_from_text(gps_fields[i].name), &number)) {
            read_coordinate(reader, gps_fields[i].name, number,
                            (uint8_t *)address + gps_fields[i].offset);
        } else {
            complain(reader, "gps", "must have latitude and longitude");
        }
    }
}

static void read_address(struct reader *reader, struct json_value value,
                         struct registry_warehouse *warehouse)
{
    if (json_type(value) != JSON_OBJECT) {
        complain(reader, "address", "must be an object");
        return;
    }
    warehouse->address = (struct registry_address){.latitude = 0}; /* The last address counts. */
    warehouse->has_address = true;
    struct json_walk walk = json_walk_begin(value);
    struct bytes key;
    struct json_value member;
    while (json_next_member(&walk, &key, &member)) {
        const struct field *found = NULL;
        for (size_t i = 0; i < sizeof(address_fields) / sizeof(address_fields[0]); i++) {
            if (bytes_equal(key, bytes_from_text(address_fields[i].name)))
                found = &address_fields[i];
        }
        if (found == NULL)
            complain(reader, "address", "has a field that is not known");
        else if (found->kind == FIELD_GPS)
            read_gps(reader, member, &warehouse->address);
        else
            read_text(reader, found->name, member, (uint8_t *)&warehouse->address + found->offset);
    }
    if (warehouse->address.city.size == 0)
        complain(reader, "address", "must have a city");
}

static void read_enum(struct reader *reader, const struct field *field, struct json_value value,
                      void *target)
{
    const bool placement = field->kind == FIELD_PLACEMENT;
    const int index =
        read_name(reader, field->name, value, placement ? placement_names : availability_names,
                  placement ? PLACEMENTS_COUNT : AVAILABILITIES_COUNT);
    if (index < 0)
        return;
    if (placement)
        *(enum placement *)target = (enum placement)index;
    else
        *(enum availability *)target = (enum availability)index;
}

static void read_field(struct reader *reader, const struct field *field, struct json_value value,
                       void *entry)
{
    uint8_t *target = (uint8_t *)entry + field->offset;
    switch (field->kind) {
    case FIELD_ID:
    case FIELD_OPTIONAL_ID:
        read_id(reader, field->name, value, target);
        return;
    case FIELD_TEXT:
    case FIELD_OPTIONAL_TEXT:
        read_text(reader, field->name, value, target);
        return;
    case FIELD_FLAG:
        read_flag(reader, field->name, value, target);
        return;
    case FIELD_COORDINATE:
        read_coordinate(reader, field->name, value, target);
        return;
    case FIELD_PLACEMENT:
    case FIELD_AVAILABILITY:
        read_enum(reader, field, value, target);
        return;
    case FIELD_SCOPES:
        read_scopes(reader, field->name, value, target);
        return;
    case FIELD_API_KEY:
    case FIELD_API_KEY_SHA256:
    case FIELD_OAUTH:
    case FIELD_OAUTH_SHA256:
        read_secret(reader, field, value, entry);
        return;
    case FIELD_ADDRESS:
        read_address(reader, value, entry);
        return;
    case FIELD_GPS:
        read_gps(reader, value, entry);
        return;
    }
}

static bool field_is_required(enum field_kind kind)
{
    return kind == FIELD_ID || kind == FIELD_TEXT || kind == FIELD_PLACEMENT;
}

static bool field_is_secret(enum field_kind kind)
{
    return kind == FIELD_API_KEY || kind == FIELD_API_KEY_SHA256 || kind == FIELD_OAUTH ||
           kind == FIELD_OAUTH_SHA256;
}

/* Tells what an entry lacks. */
static void check_presence(struct reader *reader, const struct list *list, const bool *seen)
{
    uint32_t secrets_count = 0;
    bool takes_secret = false;
    for (size_t i = 0; i < list->fields_count; i++) {
        const struct field *field = &list->fields[i];
        if (field_is_required(field->kind) && !seen[i])
            complain(reader, field->name, "is missing");
        takes_secret |= field_is_secret(field->kind);
        secrets_count += field_is_secret(field->kind) && seen[i];
    }
    if (takes_secret && secrets_count != 1)
        complain(reader, "apiKey",
                 "give exactly one of apiKey, apiKeySha256, oauth and oauthSha256");
}

static void read_entry(struct reader *reader, const struct list *list, struct json_value object,
                       void *entry)
{
    bool seen[FIELDS_MAX] = {false};
    struct json_walk walk = json_walk_begin(object);
    struct bytes key;
    struct json_value value;
    while (json_next_member(&walk, &key, &value)) {
        size_t index = 0;
        while (index < list->fields_count &&
               !bytes_equal(key, bytes_from_text(list->fields[index].name)))
            index++;
        if (index == list->fields_count) {
            error_list_add(reader->errors, "%s: no field '%.*s' is known here", reader->path,
                           BYTES_ARG(bytes_clip(key, REJECTED_VALUE_BYTES_MAX)));
            continue;
        }
        seen[index] = true;
        read_field(reader, &list->fields[index], value, entry);
    }
    check_presence(reader, list, seen);
}

static void read_list(struct reader *reader, const struct list *list, struct json_value array,
                      struct registry_document *document)
{
    if (json_type(array) != JSON_ARRAY) {
        error_list_add(reader->errors, "%s: must be a list", list->name);
        return;
    }
    const size_t count = json_count(array);
    uint8_t *entries = arena_allocate(reader->arena, (count + 1) * list->entry_bytes);
    if (entries == NULL) {
        reader->no_memory = true;
        return;
    }
    memset(entries, 0, (count + 1) * list->entry_bytes);
    *(void **)(void *)((uint8_t *)document + list->array_offset) = entries;
    *(uint32_t *)(void *)((uint8_t *)document + list->count_offset) = (uint32_t)count;
    struct json_walk walk = json_walk_begin(array);
    struct json_value object;
    for (size_t i = 0; json_next_element(&walk, &object); i++) {
        (void)snprintf(reader->path, sizeof(reader->path), "%s[%zu]", list->name, i);
        if (json_type(object) == JSON_OBJECT)
            read_entry(reader, list, object, entries + i * list->entry_bytes);
        else
            error_list_add(reader->errors, "%s: must be an object", reader->path);
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
    struct reader reader = {.arena = arena, .errors = errors};
    struct json_walk walk = json_walk_begin(root);
    struct bytes key;
    struct json_value value;
    while (json_next_member(&walk, &key, &value)) {
        size_t index = 0;
        while (index < LISTS_COUNT && !bytes_equal(key, bytes_from_text(lists[index].name)))
            index++;
        if (index < LISTS_COUNT)
            read_list(&reader, &lists[index], value, document);
        else
            error_list_add(errors, "no list '%.*s' is known in a registry",
                           BYTES_ARG(bytes_clip(key, REJECTED_VALUE_BYTES_MAX)));
    }
    return errors->count == 0 && !reader.no_memory;
}
