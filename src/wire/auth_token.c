/* Here scopes are spelled in their other way: `ALL_METHODS_READ_ONLY`. */
#include "wire/auth_token.h"

#include "wire/json.h"

static void put_scope(struct buffer *body, const char *name)
{
    for (; *name != '\0'; name++) {
        const char letter = *name;
        if (letter >= 'a' && letter <= 'z')
            buffer_append_u8(body, (uint8_t)(letter - 'a' + 'A'));
        else
            buffer_append_u8(body, '_');
    }
}

void auth_token_encode(struct buffer *body, struct bytes name, uint32_t scopes)
{
    buffer_append(body, BYTES("{\"status\":\"OK\",\"result\":{\"apiKey\":{\"name\":"));
    json_write_string(body, name);
    buffer_append(body, BYTES(",\"authScopes\":["));
    bool first = true;
    for (int i = 0; i < SCOPES_COUNT; i++) {
        if ((scopes & SCOPE_BIT(i)) == 0)
            continue;
        buffer_append_text(body, first ? "\"" : ",\"");
        put_scope(body, scope_name((enum scope)i));
        buffer_append(body, BYTES("\""));
        first = false;
    }
    buffer_append(body, BYTES("]}}}"));
}
