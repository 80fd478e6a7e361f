/* RFC 3986, "unreserved characters". */
#include "ctl/escape.h"

void escape_append(struct buffer *text, struct bytes value)
{
    static const char plain[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    for (size_t i = 0; i < value.size; i++) {
        if (memchr(plain, value.data[i], sizeof(plain) - 1) != NULL)
            buffer_append_u8(text, value.data[i]);
        else
            buffer_append_format(text, "%%%02X", value.data[i]);
    }
}

void escape_append_parameter(struct buffer *query, const char *name, struct bytes value)
{
    if (query->size > 0)
        buffer_append_u8(query, '&');
    buffer_append_text(query, name);
    buffer_append_u8(query, '=');
    escape_append(query, value);
}
