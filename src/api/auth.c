/* Credentials and scopes (CONTRACT §9, C43…C46). Api-Key decides where both kinds are sent. */
#include "api/api_internal.h"

enum { KEY_BYTES = 54, KEY_SECRET_BYTES = 40, KEY_TAIL_BYTES = 8 };

static bool is_alphanumeric(uint8_t byte)
{
    return (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= 'a' && byte <= 'z');
}

static bool is_hex(uint8_t byte)
{
    return (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'F') ||
           (byte >= 'a' && byte <= 'f');
}

/* `ACMA:`, 40 letters or digits, `:`, 8 hexadecimal digits. */
static bool key_is_well_formed(struct bytes key)
{
    struct cursor cursor = cursor_begin(key);
    (void)cursor_bytes(&cursor, BYTES("ACMA:").size);
    for (int i = 0; i < KEY_SECRET_BYTES; i++) {
        if (!is_alphanumeric(cursor_u8(&cursor)))
            return false;
    }
    if (cursor_u8(&cursor) != ':')
        return false;
    for (int i = 0; i < KEY_TAIL_BYTES; i++) {
        if (!is_hex(cursor_u8(&cursor)))
            return false;
    }
    return !cursor.failed;
}

/* Why a key that nobody has is refused. */
static const char *unknown_key_text(const struct api *api, struct bytes key)
{
    if (!api->settings.key_shape_checked)
        return "Api-Key token is invalid";
    if (!bytes_starts_with(key, BYTES("ACMA:")))
        return "Api-Key token prefix invalid";
    if (key.size != KEY_BYTES)
        return "Api-Key token length invalid";
    if (!key_is_well_formed(key))
        return "Api-Key token format invalid";
    return "Api-Key token is invalid";
}

static bool check_api_key(struct api_call *call, const struct http_header_value *header)
{
    const struct bytes key = bytes_trim(header->text);
    if (header->count > 1) {
        refuse(call, 401, "Api-Key token format invalid");
        return false;
    }
    if (key.size == 0) {
        refuse(call, 401,
               call->api->settings.edition == EDITION_2026 ? "Api-Key token is not specified"
                                                           : "Credentials are not specified");
        return false;
    }
    if (!registry_find_token(call->api->registry, TOKEN_API_KEY, key, &call->token)) {
        refuse(call, 401, "%s", unknown_key_text(call->api, key));
        return false;
    }
    if (call->token.revoked) {
        refuse(call, 401, "Api-Key token is revoked");
        return false;
    }
    return true;
}

/* The text within double quotes, or as it is without any; no bytes when only one is there. */
static struct bytes without_quotes(struct bytes text)
{
    const bool opened = text.size > 0 && text.data[0] == '"';
    const bool closed = text.size > 1 && text.data[text.size - 1] == '"';
    if (opened && closed)
        return (struct bytes){text.data + 1, text.size - 2};
    return opened || closed ? (struct bytes){NULL, 0} : text;
}

/* The value of `name=value` in a comma-separated list; false when the name is not there. */
static bool find_credential(struct bytes list, struct bytes name, struct bytes *value)
{
    while (list.size > 0) {
        struct bytes item;
        struct bytes key;
        list = bytes_split(list, ',', &item);
        const struct bytes rest = bytes_split(item, '=', &key);
        if (bytes_equal(bytes_trim(key), name)) {
            *value = without_quotes(bytes_trim(rest));
            return true;
        }
    }
    return false;
}

/* The token in `Authorization`, or a refusal. */
static bool read_oauth_token(struct api_call *call, struct bytes header, struct bytes *token)
{
    const bool new_edition = call->api->settings.edition == EDITION_2026;
    struct bytes scheme;
    const struct bytes rest = bytes_trim(bytes_split(bytes_trim(header), ' ', &scheme));
    struct bytes client = {NULL, 0};
    *token = (struct bytes){NULL, 0};
    if (bytes_equal_ignoring_case(scheme, BYTES("Bearer"))) {
        *token = rest;
    } else if (!bytes_equal_ignoring_case(scheme, BYTES("OAuth"))) {
        refuse(call, 401,
               new_edition || rest.size == 0
                   ? "Authorization header has invalid syntax"
                   : "Unsupported authorization type specified in Authorization header");
        return false;
    } else if (rest.size == 0) {
        refuse(call, 401, "OAuth credentials are not specified");
        return false;
    } else {
        const bool has_token = find_credential(rest, BYTES("oauth_token"), token);
        const bool has_client = find_credential(rest, BYTES("oauth_client_id"), &client);
        if (!has_token && !has_client) {
            refuse(call, 401, "Authorization header has invalid syntax");
            return false;
        }
        if (has_token && token->size > 0 && client.size == 0 && new_edition) {
            refuse(call, 401, "OAuth client id is not specified");
            return false;
        }
    }
    if (token->size > 0)
        return true;
    refuse(call, 401, "OAuth token is not specified");
    return false;
}

/* X-Business-Id goes with OAuth, in the newer edition. */
static bool check_business_header(struct api_call *call)
{
    const struct http_header_value *header = &call->call.exchange->headers[HTTP_BUSINESS_ID];
    if (call->api->settings.edition != EDITION_2026 || header->count == 0)
        return true;
    int64_t business_id = 0;
    if (!bytes_to_int64(bytes_trim(header->text), &business_id)) {
        refuse(call, 400, "Incorrect X-Business-Id header value: '%.*s'",
               BYTES_ARG(bytes_clip(header->text, REJECTED_VALUE_BYTES_MAX)));
        return false;
    }
    if (business_id == call->token.business_id)
        return true;
    refuse(call, 403, "Access denied");
    return false;
}

static bool check_oauth(struct api_call *call, const struct http_header_value *header)
{
    struct bytes token;
    if (header->count > 1) {
        refuse(call, 401, "Authorization header has invalid syntax");
        return false;
    }
    if (!read_oauth_token(call, header->text, &token))
        return false;
    call->oauth = true;
    if (!registry_find_token(call->api->registry, TOKEN_OAUTH, token, &call->token) ||
        call->token.revoked) {
        refuse(call, 403, "OAuth token is invalid");
        return false;
    }
    return check_business_header(call);
}

bool auth_check(struct api_call *call)
{
    const struct http_header_value *headers = call->call.exchange->headers;
    if (headers[HTTP_API_KEY].count > 0)
        return check_api_key(call, &headers[HTTP_API_KEY]);
    if (headers[HTTP_AUTHORIZATION].count > 0)
        return check_oauth(call, &headers[HTTP_AUTHORIZATION]);
    refuse(call, 401, "Credentials are not specified");
    return false;
}

bool auth_check_scopes(struct api_call *call)
{
    const uint32_t wanted = call->row->scopes;
    if (call->oauth || (call->token.scopes & wanted) != 0)
        return true;
    struct buffer names;
    buffer_init(&names);
    for (int i = 0; i < SCOPES_COUNT; i++) {
        if ((wanted & SCOPE_BIT(i)) == 0)
            continue;
        buffer_append_text(&names, names.size == 0 ? "" : ", ");
        buffer_append_text(&names, scope_name((enum scope)i));
    }
    refuse(call, 403, "Token does not have any of the scopes to access the API method: %s",
           buffer_text(&names));
    buffer_deinit(&names);
    return false;
}
