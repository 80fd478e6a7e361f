/* One table names the fields in both forms; encoding, showing and reading walk along it. */
#include "wire/request_entry.h"

#include <stddef.h>

#include "base/date.h"
#include "base/moment_id.h"

enum { STATUS_MAX = 999, HEX_BYTES = 3 };

enum field_kind { FIELD_NUMBER, FIELD_TEXT, FIELD_ID };

/* One member of the object. The names stand as they are written: `"us":`. */
struct field {
    struct bytes kept;
    struct bytes shown;
    size_t offset;
    size_t text_bytes_max; /* Of a text. */
    enum field_kind kind;
    bool optional; /* Left out where it is 0 or empty. */
};

#define ENTRY_FIELD(kind, kept, shown, member, bytes_max, optional)                                \
    {                                                                                              \
        BYTES_INIT("\"" kept "\":"), BYTES_INIT("\"" shown "\":"),                                 \
            offsetof(struct request_entry, member), bytes_max, kind, optional                      \
    }
#define NUMBER_FIELD(kept, shown, member, optional)                                                \
    ENTRY_FIELD(FIELD_NUMBER, kept, shown, member, 0, optional)
#define TEXT_FIELD(kept, shown, member, bytes_max, optional)                                       \
    ENTRY_FIELD(FIELD_TEXT, kept, shown, member, bytes_max, optional)

/* The moment comes first: it is shown in another way. */
static const struct field fields[] = {
    NUMBER_FIELD("at", "receivedAt", received_at_ms, false),
    ENTRY_FIELD(FIELD_ID, "id", "id", id, 0, true),
    NUMBER_FIELD("us", "tookMicroseconds", took_us, false),
    TEXT_FIELD("m", "method", method, REQUEST_METHOD_BYTES_MAX, false),
    TEXT_FIELD("p", "path", path, REQUEST_PATH_BYTES_MAX, false),
    NUMBER_FIELD("c", "campaignId", campaign_id, true),
    NUMBER_FIELD("b", "businessId", business_id, true),
    TEXT_FIELD("t", "tokenName", token, REQUEST_TOKEN_NAME_BYTES_MAX, true),
    NUMBER_FIELD("s", "status", status, false),
    NUMBER_FIELD("in", "requestBytes", request_bytes, false),
    NUMBER_FIELD("out", "replyBytes", reply_bytes, false),
    TEXT_FIELD("by", "caller", caller, REQUEST_CALLER_BYTES_MAX, true),
};

enum { FIELDS_COUNT = sizeof(fields) / sizeof(fields[0]), ESCAPED_BYTES_MAX = 6 };

static_assert(ESCAPED_BYTES_MAX * (REQUEST_METHOD_BYTES_MAX + REQUEST_PATH_BYTES_MAX +
                                   REQUEST_TOKEN_NAME_BYTES_MAX + REQUEST_CALLER_BYTES_MAX +
                                   REQUEST_ERRORS_BYTES_MAX) +
                      FIELDS_COUNT * 32 + ERRORS_PER_REPLY_MAX * 8 <
                  REQUEST_LINE_BYTES_MAX,
              "the largest entry fits in a line");

/* True when a parameter of this name carries a secret. */
static bool name_is_secret(struct bytes name)
{
    static const struct bytes words[] = {BYTES_INIT("token"), BYTES_INIT("auth"), BYTES_INIT("key"),
                                         BYTES_INIT("secret"), BYTES_INIT("password")};
    if (bytes_equal(name, BYTES("page_token")) || bytes_equal(name, BYTES("pageToken")))
        return false;
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        for (size_t at = 0; at + words[i].size <= name.size; at++) {
            const struct bytes part = {name.data + at, words[i].size};
            if (bytes_equal_ignoring_case(part, words[i]))
                return true;
        }
    }
    return false;
}

/* Bytes that stand for themselves in a path and in a query. */
static bool is_plain(uint8_t byte)
{
    static const char others[] = "-._~/:@,;!*()$'";
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9') || (byte != 0 && strchr(others, byte) != NULL);
}

/* A text that is written from left to right into fixed memory, until something does not fit. */
struct fixed_text {
    uint8_t *data;
    size_t size;
    size_t bytes_max;
    bool full;
};

static void fixed_add(struct fixed_text *text, struct bytes bytes)
{
    text->full = text->full || bytes.size > text->bytes_max - text->size;
    for (size_t i = 0; i < bytes.size && !text->full; i++)
        text->data[text->size++] = bytes.data[i];
}

static void fixed_add_encoded(struct fixed_text *text, struct bytes bytes)
{
    static const char digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < bytes.size && !text->full; i++) {
        const uint8_t byte = bytes.data[i];
        const uint8_t hex[HEX_BYTES] = {'%', (uint8_t)digits[byte >> 4],
                                        (uint8_t)digits[byte & 15]};
        fixed_add(text, is_plain(byte) ? (struct bytes){&byte, 1} : (struct bytes){hex, HEX_BYTES});
    }
}

struct bytes request_path(const struct http_exchange *exchange, uint8_t text[],
                          size_t text_bytes_max)
{
    struct fixed_text written = {text, 0, text_bytes_max, false};
    fixed_add_encoded(&written, exchange->path);
    for (uint32_t i = 0; i < exchange->parameters_count; i++) {
        const struct http_parameter *parameter = &exchange->parameters[i];
        fixed_add(&written, i == 0 ? BYTES("?") : BYTES("&"));
        fixed_add_encoded(&written, parameter->name);
        fixed_add(&written, BYTES("="));
        if (name_is_secret(parameter->name))
            fixed_add(&written, BYTES("***"));
        else
            fixed_add_encoded(&written, parameter->value);
    }
    return (struct bytes){text, written.size};
}

static uint64_t field_id(const struct request_entry *entry, const struct field *field)
{
    const void *member = (const char *)entry + field->offset;
    return *(const uint64_t *)member;
}

static int64_t field_number(const struct request_entry *entry, const struct field *field)
{
    const void *member = (const char *)entry + field->offset;
    return *(const int64_t *)member;
}

static struct bytes field_text(const struct request_entry *entry, const struct field *field)
{
    const void *member = (const char *)entry + field->offset;
    return bytes_clip(*(const struct bytes *)member, field->text_bytes_max);
}

static bool field_is_left_out(const struct request_entry *entry, const struct field *field)
{
    if (!field->optional)
        return false;
    switch (field->kind) {
    case FIELD_NUMBER:
        return field_number(entry, field) == 0;
    case FIELD_TEXT:
        return field_text(entry, field).size == 0;
    case FIELD_ID:
        return field_id(entry, field) == 0;
    }
    return false;
}

static void write_value(struct buffer *buffer, const struct request_entry *entry,
                        const struct field *field)
{
    switch (field->kind) {
    case FIELD_NUMBER:
        buffer_append_int64(buffer, field_number(entry, field));
        break;
    case FIELD_TEXT:
        json_write_string(buffer, field_text(entry, field));
        break;
    case FIELD_ID:
        buffer_append_u8(buffer, '"');
        moment_id_append(buffer, field_id(entry, field));
        buffer_append_u8(buffer, '"');
        break;
    }
}

/* Writes the errors, `open` code `between` message `close`, until their bytes are used up. */
static void write_errors(struct buffer *buffer, const struct request_entry *entry,
                         struct bytes open, struct bytes between, struct bytes close)
{
    ASSERT(entry->errors_count <= ERRORS_PER_REPLY_MAX);
    size_t left = REQUEST_ERRORS_BYTES_MAX;
    for (size_t i = 0; i < entry->errors_count && left > 0; i++) {
        const struct bytes code = bytes_clip(entry->errors[i].code, left);
        left -= code.size;
        const struct bytes message = bytes_clip(entry->errors[i].message, left);
        left -= message.size;
        if (i > 0)
            buffer_append_u8(buffer, ',');
        buffer_append(buffer, open);
        json_write_string(buffer, code);
        buffer_append(buffer, between);
        json_write_string(buffer, message);
        buffer_append(buffer, close);
    }
}

void request_entry_encode(struct buffer *buffer, const struct request_entry *entry)
{
    for (size_t i = 0; i < FIELDS_COUNT; i++) {
        if (field_is_left_out(entry, &fields[i]))
            continue;
        buffer_append_u8(buffer, i == 0 ? '{' : ',');
        buffer_append(buffer, fields[i].kept);
        write_value(buffer, entry, &fields[i]);
    }
    if (entry->errors_count > 0) {
        buffer_append(buffer, BYTES(",\"e\":["));
        write_errors(buffer, entry, BYTES("["), BYTES(","), BYTES("]"));
        buffer_append_u8(buffer, ']');
    }
    buffer_append_u8(buffer, '}');
}

void request_entry_show(struct buffer *buffer, const struct request_entry *entry)
{
    char date[DATE_ISO8601_BYTES_MAX];
    const size_t date_bytes = date_format_iso8601(entry->received_at_ms, date);
    buffer_append_u8(buffer, '{');
    buffer_append(buffer, fields[0].shown);
    json_write_string(buffer, (struct bytes){(const uint8_t *)date, date_bytes});
    for (size_t i = 1; i < FIELDS_COUNT; i++) {
        if (field_is_left_out(entry, &fields[i]))
            continue;
        buffer_append_u8(buffer, ',');
        buffer_append(buffer, fields[i].shown);
        write_value(buffer, entry, &fields[i]);
    }
    if (entry->errors_count > 0) {
        buffer_append(buffer, BYTES(",\"errors\":["));
        write_errors(buffer, entry, BYTES("{\"code\":"), BYTES(",\"message\":"), BYTES("}"));
        buffer_append_u8(buffer, ']');
    }
    buffer_append_u8(buffer, '}');
}

/* Reads one `[code, message]`. */
static bool read_error(struct json_value pair, struct request_error *error)
{
    struct json_value code;
    struct json_value message;
    if (json_type(pair) != JSON_ARRAY || json_count(pair) != 2)
        return false;
    struct json_walk walk = json_walk_begin(pair);
    if (!json_next_element(&walk, &code) || !json_next_element(&walk, &message) ||
        json_type(code) != JSON_STRING || json_type(message) != JSON_STRING)
        return false;
    *error = (struct request_error){json_string(code), json_string(message)};
    return true;
}

static bool read_errors(struct json_value list, struct request_error errors[ERRORS_PER_REPLY_MAX],
                        struct request_entry *entry)
{
    if (json_type(list) != JSON_ARRAY || json_count(list) > ERRORS_PER_REPLY_MAX)
        return false;
    entry->errors = errors;
    entry->errors_count = 0;
    struct json_walk walk = json_walk_begin(list);
    struct json_value pair;
    while (json_next_element(&walk, &pair)) {
        if (!read_error(pair, &errors[entry->errors_count++]))
            return false;
    }
    return true;
}

static bool read_field(struct json_value value, const struct field *field,
                       struct request_entry *entry)
{
    void *member = (char *)entry + field->offset;
    if (field->kind == FIELD_NUMBER)
        return json_to_int64(value, member);
    if (json_type(value) != JSON_STRING)
        return false;
    if (field->kind == FIELD_ID)
        return moment_id_read(json_string(value), member);
    *(struct bytes *)member = json_string(value);
    return true;
}

/* The field whose kept name this is, or FIELDS_COUNT. */
static size_t find_field(struct bytes name)
{
    for (size_t i = 0; i < FIELDS_COUNT; i++) {
        const struct bytes kept = {fields[i].kept.data + 1, fields[i].kept.size - 3};
        if (bytes_equal(kept, name))
            return i;
    }
    return FIELDS_COUNT;
}

static bool all_are_read(uint32_t read)
{
    for (size_t i = 0; i < FIELDS_COUNT; i++) {
        if (!fields[i].optional && (read & (UINT32_C(1) << i)) == 0)
            return false;
    }
    return true;
}

bool request_entry_decode(struct json_value root, struct request_error errors[ERRORS_PER_REPLY_MAX],
                          struct request_entry *entry)
{
    *entry = (struct request_entry){.received_at_ms = 0};
    if (json_type(root) != JSON_OBJECT)
        return false;
    uint32_t read = 0; /* A bit for each field. */
    struct json_walk walk = json_walk_begin(root);
    struct bytes name;
    struct json_value value;
    while (json_next_member(&walk, &name, &value)) {
        const size_t index = find_field(name);
        if (index < FIELDS_COUNT) {
            if (!read_field(value, &fields[index], entry))
                return false;
            read |= UINT32_C(1) << index;
        } else if (bytes_equal(name, BYTES("e")) && !read_errors(value, errors, entry)) {
            return false;
        }
    }
    return all_are_read(read) && entry->received_at_ms >= DATE_MS_MIN &&
           entry->received_at_ms <= DATE_MS_MAX && entry->status >= 0 &&
           entry->status <= STATUS_MAX;
}

/* Copies a text to *at, which moves behind it. */
static struct bytes text_move(struct bytes text, uint8_t **at)
{
    const struct bytes moved = {*at, text.size};
    for (size_t i = 0; i < text.size; i++)
        *(*at)++ = text.data[i];
    return moved;
}

enum err request_entry_copy(const struct request_entry *entry, struct arena *arena,
                            struct request_entry *copy)
{
    size_t size = entry->errors_count * sizeof(struct request_error) + entry->method.size +
                  entry->path.size + entry->token.size + entry->caller.size;
    for (size_t i = 0; i < entry->errors_count; i++)
        size += entry->errors[i].code.size + entry->errors[i].message.size;
    struct request_error *errors = arena_allocate(arena, size);
    if (errors == NULL)
        return ERR_MEMORY;
    uint8_t *at = (uint8_t *)(errors + entry->errors_count);
    *copy = *entry;
    copy->errors = errors;
    copy->method = text_move(entry->method, &at);
    copy->path = text_move(entry->path, &at);
    copy->token = text_move(entry->token, &at);
    copy->caller = text_move(entry->caller, &at);
    for (size_t i = 0; i < entry->errors_count; i++) {
        errors[i].code = text_move(entry->errors[i].code, &at);
        errors[i].message = text_move(entry->errors[i].message, &at);
    }
    return OK;
}
