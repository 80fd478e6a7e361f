/* One function a kind of field. Objects within entries, an address or a push, have tables of their
 * own here. */
#include "wire/registry_field.h"

#include <stddef.h>

static const char *const placement_names[PLACEMENTS_COUNT] = {"FBS", "FBY", "DBS", "LAAS"};
static const char *const availability_names[AVAILABILITIES_COUNT] = {
    "AVAILABLE", "DISABLED_BY_INACTIVITY", "DISABLED_BY_NO_ACTIVE_CONTRACT", "MANUALLY_DISABLED",
    "DISABLED_BY_NO_PLACEMENT_TYPE"};
static const char *const token_place_names[] = {"header", "query"};

enum { NAME_BYTES_MAX = 1024 };

const char *placement_name(enum placement placement)
{
    return placement_names[placement];
}

const char *availability_name(enum availability availability)
{
    return availability_names[availability];
}

/* clang-format off */
static const struct registry_field gps_fields[] = {
    {"latitude",  FIELD_COORDINATE, offsetof(struct registry_address, latitude)},
    {"longitude", FIELD_COORDINATE, offsetof(struct registry_address, longitude)},
};

static const struct registry_field address_fields[] = {
    {"city",     FIELD_TEXT,          offsetof(struct registry_address, city)},
    {"street",   FIELD_OPTIONAL_TEXT, offsetof(struct registry_address, street)},
    {"number",   FIELD_OPTIONAL_TEXT, offsetof(struct registry_address, number)},
    {"building", FIELD_OPTIONAL_TEXT, offsetof(struct registry_address, building)},
    {"block",    FIELD_OPTIONAL_TEXT, offsetof(struct registry_address, block)},
    {"gps",      FIELD_GPS,           0},
};
/* clang-format on */

/* Fields of a push, and how they are told. */
enum push_field { PUSH_URL, PUSH_TOKEN, PUSH_TOKEN_IN, PUSH_PERIOD, PUSH_FIELDS_COUNT };
static const char *const push_names[PUSH_FIELDS_COUNT] = {"url", "token", "tokenIn",
                                                          "periodSeconds"};

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

void registry_complain(struct registry_reader *reader, const char *field, const char *problem)
{
    error_list_add(reader->errors, "%s.%s: %s", reader->path, field, problem);
}

size_t registry_field_find(const struct registry_field *fields, size_t fields_count,
                           struct bytes name)
{
    size_t index = 0;
    while (index < fields_count && !bytes_equal(name, bytes_from_text(fields[index].name)))
        index++;
    return index;
}

static void read_id(struct registry_reader *reader, const char *name, struct json_value value,
                    void *target)
{
    int64_t id = 0;
    if (json_type(value) != JSON_INT64 || !json_to_int64(value, &id) || id < 1)
        registry_complain(reader, name, "must be a whole number, 1 or more");
    else
        *(int64_t *)target = id;
}

static void read_text(struct registry_reader *reader, const char *name, struct json_value value,
                      void *target)
{
    if (json_type(value) != JSON_STRING || json_string(value).size == 0 ||
        json_string(value).size > NAME_BYTES_MAX) {
        registry_complain(reader, name, "must be a text of 1 to 1024 bytes");
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

static void read_flag(struct registry_reader *reader, const struct registry_field *field,
                      struct json_value value, void *target)
{
    const enum json_type meant_by_true = field->kind == FIELD_DISABLED ? JSON_FALSE : JSON_TRUE;
    if (json_type(value) == JSON_TRUE || json_type(value) == JSON_FALSE)
        *(bool *)target = json_type(value) == meant_by_true;
    else
        registry_complain(reader, field->name, "must be true or false");
}

static void read_coordinate(struct registry_reader *reader, const char *name,
                            struct json_value value, void *target)
{
    const enum json_type type = json_type(value);
    if (type == JSON_INT64 || type == JSON_DOUBLE)
        *(double *)target = json_to_double(value);
    else
        registry_complain(reader, name, "must be a number of degrees");
}

/* Index of the text in a list of names, or -1 and a complaint. */
static int read_name(struct registry_reader *reader, const char *name, struct json_value value,
                     const char *const *names, int names_count)
{
    for (int i = 0; i < names_count && json_type(value) == JSON_STRING; i++) {
        if (bytes_equal(json_string(value), bytes_from_text(names[i])))
            return i;
    }
    registry_complain(reader, name, "is not one of the values in docs/formats.md §6");
    return -1;
}

static void read_placement(struct registry_reader *reader, const char *name,
                           struct json_value value, void *target)
{
    const int index = read_name(reader, name, value, placement_names, PLACEMENTS_COUNT);
    if (index >= 0)
        *(enum placement *)target = (enum placement)index;
}

static void read_availability(struct registry_reader *reader, const char *name,
                              struct json_value value, void *target)
{
    const int index = read_name(reader, name, value, availability_names, AVAILABILITIES_COUNT);
    if (index >= 0)
        *(enum availability *)target = (enum availability)index;
}

static void read_scopes(struct registry_reader *reader, const char *name, struct json_value value,
                        void *target)
{
    if (json_type(value) != JSON_ARRAY) {
        registry_complain(reader, name, "must be a list of scopes");
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
            registry_complain(reader, name, "has an unknown scope; docs/formats.md §6 lists them");
    }
}

static void read_secret(struct registry_reader *reader, const struct registry_field *field,
                        struct json_value value, struct registry_token *token)
{
    const bool hashed = field->kind == FIELD_API_KEY_SHA256 || field->kind == FIELD_OAUTH_SHA256;
    const bool oauth = field->kind == FIELD_OAUTH || field->kind == FIELD_OAUTH_SHA256;
    token->kind = oauth ? TOKEN_OAUTH : TOKEN_API_KEY;
    if (json_type(value) != JSON_STRING || json_string(value).size == 0) {
        registry_complain(reader, field->name, "must be a text");
        return;
    }
    if (!hashed)
        token->hash = sha256_of(json_string(value));
    else if (!sha256_from_hex(json_string(value), &token->hash))
        registry_complain(reader, field->name, "must be 64 hexadecimal digits");
}

static void read_gps(struct registry_reader *reader, struct json_value value, void *address)
{
    struct json_value number;
    for (size_t i = 0; i < COUNT_OF(gps_fields); i++) {
        if (json_type(value) == JSON_OBJECT &&
            json_find(value, bytes_from_text(gps_fields[i].name), &number)) {
            read_coordinate(reader, gps_fields[i].name, number,
                            (uint8_t *)address + gps_fields[i].offset);
        } else {
            registry_complain(reader, "gps", "must have latitude and longitude");
        }
    }
}

static void read_address(struct registry_reader *reader, struct json_value value,
                         struct registry_warehouse *warehouse)
{
    if (json_type(value) != JSON_OBJECT) {
        registry_complain(reader, "address", "must be an object");
        return;
    }
    warehouse->address = (struct registry_address){.latitude = 0}; /* The last address counts. */
    warehouse->has_address = true;
    struct json_walk walk = json_walk_begin(value);
    struct bytes key;
    struct json_value member;
    while (json_next_member(&walk, &key, &member)) {
        const size_t at = registry_field_find(address_fields, COUNT_OF(address_fields), key);
        if (at == COUNT_OF(address_fields))
            registry_complain(reader, "address", "has a field that is not known");
        else if (address_fields[at].kind == FIELD_GPS)
            read_gps(reader, member, &warehouse->address);
        else
            read_text(reader, address_fields[at].name, member,
                      (uint8_t *)&warehouse->address + address_fields[at].offset);
    }
    if (warehouse->address.city.size == 0)
        registry_complain(reader, "address", "must have a city");
}

/* http or https, a host, and nothing that would not be part of a path: `/stocks` is put behind. */
static bool url_is_sound(struct bytes url)
{
    struct bytes rest = {NULL, 0};
    const struct bytes schemes[] = {BYTES("http://"), BYTES("https://")};
    for (size_t i = 0; i < COUNT_OF(schemes); i++) {
        if (bytes_starts_with(url, schemes[i]))
            rest = (struct bytes){url.data + schemes[i].size, url.size - schemes[i].size};
    }
    if (rest.size == 0 || rest.data[0] == '/' || rest.data[0] == ':')
        return false;
    for (size_t i = 0; i < rest.size; i++) {
        const uint8_t byte = rest.data[i];
        if (byte <= ' ' || byte >= 0x7F || byte == '?' || byte == '#' || byte == '\\')
            return false;
    }
    return true;
}

static void read_url(struct registry_reader *reader, const char *name, struct json_value value,
                     void *target)
{
    struct bytes url = {NULL, 0};
    read_text(reader, name, value, &url);
    if (url.size > 0 && !url_is_sound(url)) {
        registry_complain(reader, name,
                          "must begin with http:// or https:// and a host, without '?', '#' and "
                          "spaces");
    }
    *(struct bytes *)target = url;
}

/* Goes into a line of a request's head, so nothing may end that line. */
static void read_push_token(struct registry_reader *reader, const char *name,
                            struct json_value value, void *target)
{
    read_text(reader, name, value, target);
    if (bytes_have_controls(*(struct bytes *)target))
        registry_complain(reader, name, "must not have control characters");
}

static void read_period(struct registry_reader *reader, const char *name, struct json_value value,
                        void *target)
{
    int64_t period_s = 0;
    if (json_type(value) != JSON_INT64 || !json_to_int64(value, &period_s) || period_s < 1 ||
        period_s > REGISTRY_PUSH_PERIOD_S_MAX)
        registry_complain(reader, name, "must be a whole number of seconds, 1 to 604800");
    else
        *(int64_t *)target = period_s;
}

static void read_push_field(struct registry_reader *reader, enum push_field field,
                            struct json_value value, struct registry_push *push)
{
    switch (field) {
    case PUSH_URL:
        read_url(reader, "push.url", value, &push->url);
        return;
    case PUSH_TOKEN:
        read_push_token(reader, "push.token", value, &push->token);
        return;
    case PUSH_TOKEN_IN:
        push->token_in_query = read_name(reader, "push.tokenIn", value, token_place_names,
                                         (int)COUNT_OF(token_place_names)) == 1;
        return;
    case PUSH_PERIOD:
        read_period(reader, "push.periodSeconds", value, &push->period_s);
        return;
    case PUSH_FIELDS_COUNT:
        registry_complain(reader, "push", "has a field that is not known");
        return;
    }
}

static void read_push(struct registry_reader *reader, struct json_value value,
                      struct registry_push *push)
{
    if (json_type(value) != JSON_OBJECT) {
        registry_complain(reader, "push", "must be an object");
        return;
    }
    *push = (struct registry_push){.period_s = REGISTRY_PUSH_PERIOD_S}; /* The last one counts. */
    bool seen[PUSH_FIELDS_COUNT + 1] = {false};
    struct json_walk walk = json_walk_begin(value);
    struct bytes key;
    struct json_value member;
    while (json_next_member(&walk, &key, &member)) {
        int at = 0;
        while (at < PUSH_FIELDS_COUNT && !bytes_equal(key, bytes_from_text(push_names[at])))
            at++;
        seen[at] = true;
        read_push_field(reader, (enum push_field)at, member, push);
    }
    if (!seen[PUSH_URL])
        registry_complain(reader, "push.url", "is missing");
    if (!seen[PUSH_TOKEN])
        registry_complain(reader, "push.token", "is missing");
}

void registry_field_read(struct registry_reader *reader, const struct registry_field *field,
                         struct json_value value, void *entry)
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
    case FIELD_DISABLED:
        ((struct registry_warehouse *)entry)->enabled_given = true;
        read_flag(reader, field, value, target);
        return;
    case FIELD_FLAG:
        read_flag(reader, field, value, target);
        return;
    case FIELD_COORDINATE:
        read_coordinate(reader, field->name, value, target);
        return;
    case FIELD_PLACEMENT:
        read_placement(reader, field->name, value, target);
        return;
    case FIELD_AVAILABILITY:
        read_availability(reader, field->name, value, target);
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
    case FIELD_PUSH:
        read_push(reader, value, (struct registry_push *)(void *)target);
        return;
    }
}
