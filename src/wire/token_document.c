/* Scopes are named as in the registry document, lower-case with dashes (CONTRACT §9). */
#include "wire/token_document.h"

#include "wire/field.h"

static bool decode_name(struct json_value root, struct bytes *name, struct error_list *errors)
{
    struct json_value slot;
    const struct json_value *value = field_member(root, "name", &slot);
    if (value == NULL || json_type(*value) == JSON_NULL) {
        field_add_error(errors, FIELD("name"), "must not be null (rejected value: null)");
        return false;
    }
    if (!field_is(value, JSON_STRING, FIELD("name"), errors))
        return false;
    *name = json_string(*value);
    struct buffer prefix;
    buffer_init(&prefix);
    if (name->size < 1 || bytes_count_code_points(*name) > REGISTRY_TOKEN_NAME_MAX) {
        buffer_append_format(&prefix, "name size must be between 1 and %d",
                             REGISTRY_TOKEN_NAME_MAX);
    } else if (bytes_have_controls(*name) || bytes_trim(*name).size != name->size) {
        buffer_append_text(&prefix, "name must have no control characters and no spaces around it");
    }
    const bool valid = prefix.size == 0;
    if (!valid)
        error_list_add_rejected(errors, buffer_text(&prefix), *name);
    buffer_deinit(&prefix);
    return valid;
}

static bool decode_business(struct json_value root, int64_t *business_id, struct error_list *errors)
{
    struct json_value slot;
    return field_int64(field_member(root, "businessId", &slot), FIELD("businessId"), 1, INT64_MAX,
                       business_id, errors);
}

static bool decode_scope(struct json_value element, size_t index, uint32_t *scopes,
                         struct error_list *errors)
{
    enum scope scope = SCOPE_ALL_METHODS;
    if (json_type(element) == JSON_NULL) {
        field_add_error(errors, FIELD("scopes"),
                        "elements must be not null (rejected value: null)");
        return false;
    }
    if (!field_is(&element, JSON_STRING, FIELD_OF("scopes", index, ""), errors))
        return false;
    if (!scope_from_name(json_string(element), &scope)) {
        error_list_add_rejected(errors, "scopes elements must be scopes of Api-Key tokens",
                                json_string(element));
        return false;
    }
    *scopes |= SCOPE_BIT(scope);
    return true;
}

static bool decode_scopes(struct json_value root, uint32_t *scopes, struct error_list *errors)
{
    struct json_value slot;
    size_t count = 0;
    const struct json_value *array = field_member(root, "scopes", &slot);
    if (!field_array(array, FIELD("scopes"), 1, SCOPES_COUNT, &count, errors))
        return false;
    struct json_walk walk = json_walk_begin(*array);
    struct json_value element;
    bool valid = true;
    for (size_t i = 0; json_next_element(&walk, &element); i++)
        valid &= decode_scope(element, i, scopes, errors);
    return valid;
}

bool token_request_decode(struct json_value root, struct token_request *request,
                          struct error_list *errors)
{
    *request = (struct token_request){.scopes = 0};
    if (!field_is(&root, JSON_OBJECT, FIELD("$"), errors))
        return false;
    bool valid = decode_name(root, &request->name, errors);
    valid &= decode_business(root, &request->business_id, errors);
    valid &= decode_scopes(root, &request->scopes, errors);
    return valid;
}

bool token_revocation_decode(struct json_value root, struct token_request *request,
                             struct error_list *errors)
{
    *request = (struct token_request){.scopes = 0};
    if (!field_is(&root, JSON_OBJECT, FIELD("$"), errors))
        return false;
    struct json_value slot;
    const struct json_value *name = field_member(root, "name", &slot);
    bool valid = decode_business(root, &request->business_id, errors);
    if (name == NULL || json_type(*name) == JSON_NULL) {
        field_add_error(errors, FIELD("name"), "must not be null (rejected value: null)");
        return false;
    }
    valid &= field_is(name, JSON_STRING, FIELD("name"), errors);
    if (valid)
        request->name = json_string(*name); /* Names of files are held to fewer rules. */
    return valid;
}

/* Writes `"name":…,"businessId":…`. */
static void encode_subject(struct buffer *body, struct bytes name, int64_t business_id)
{
    buffer_append(body, BYTES("\"name\":"));
    json_write_string(body, name);
    buffer_append(body, BYTES(",\"businessId\":"));
    buffer_append_int64(body, business_id);
}

static void encode_scopes(struct buffer *body, uint32_t scopes)
{
    const char *separator = "";
    buffer_append(body, BYTES(",\"scopes\":["));
    for (int i = 0; i < SCOPES_COUNT; i++) {
        if ((scopes & SCOPE_BIT(i)) == 0)
            continue;
        buffer_append_format(body, "%s\"%s\"", separator, scope_name((enum scope)i));
        separator = ",";
    }
    buffer_append(body, BYTES("]"));
}

void token_list_encode_begin(struct buffer *body)
{
    buffer_append(body, BYTES("{\"status\":\"OK\",\"result\":{\"tokens\":["));
}

void token_list_encode_row(struct buffer *body, const struct token_row *row)
{
    if (body->size > 0 && body->data[body->size - 1] == '}')
        buffer_append(body, BYTES(","));
    buffer_append(body, BYTES("{"));
    encode_subject(body, row->name, row->business_id);
    buffer_append_text(body,
                       row->kind == TOKEN_OAUTH ? ",\"kind\":\"OAUTH\"" : ",\"kind\":\"API_KEY\"");
    encode_scopes(body, row->scopes);
    buffer_append_text(body, row->revoked ? ",\"revoked\":true}" : ",\"revoked\":false}");
}

void token_list_encode_end(struct buffer *body)
{
    buffer_append(body, BYTES("]}}"));
}

void token_encode_made(struct buffer *body, const struct token_request *request,
                       struct bytes api_key)
{
    buffer_append(body, BYTES("{\"status\":\"OK\",\"result\":{"));
    encode_subject(body, request->name, request->business_id);
    encode_scopes(body, request->scopes);
    buffer_append(body, BYTES(",\"apiKey\":"));
    json_write_string(body, api_key);
    buffer_append(body, BYTES("}}"));
}

void token_encode_revoked(struct buffer *body, const struct token_request *request)
{
    buffer_append(body, BYTES("{\"status\":\"OK\",\"result\":{"));
    encode_subject(body, request->name, request->business_id);
    buffer_append(body, BYTES(",\"revoked\":true}}"));
}
