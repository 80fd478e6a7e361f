/* White space around a token is what copying from a terminal brings along. */
#include "wire/session.h"

#include <inttypes.h>

bool session_request_decode(struct json_value root, struct bytes *token, struct error_list *errors)
{
    struct json_value slot;
    *token = (struct bytes){NULL, 0};
    if (!field_is(&root, JSON_OBJECT, FIELD("body"), errors))
        return false;
    const struct json_value *value = field_member(root, "token", &slot);
    if (!field_is(value, JSON_STRING, FIELD("token"), errors))
        return false;
    *token = bytes_trim(json_string(*value));
    return true;
}

void session_info_encode(struct buffer *body, const struct session_info *info)
{
    buffer_append(body, BYTES("{\"status\":\"OK\",\"result\":{\"version\":"));
    json_write_string(body, bytes_from_text(info->version));
    buffer_append(body, BYTES(",\"publicUrl\":"));
    json_write_string(body, info->public_url);
    buffer_append(body, BYTES(",\"store\":"));
    json_write_string(body, bytes_from_text(info->store));
    buffer_append_format(body, ",\"edition\":%" PRId64, info->edition);
    if (info->history_days > 0)
        buffer_append_format(body, ",\"historyDays\":%" PRId64, info->history_days);
    buffer_append(body, BYTES("}}"));
}
