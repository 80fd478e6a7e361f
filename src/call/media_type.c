/* Reads the header Content-Type as far as it matters: the type, and the parameter `charset`. */
#include "call/media_type.h"

#include <string.h>

enum { MEDIA_TYPE_BYTES_MAX = 200 };

/* Reads `charset` among the parameters of a media type; UTF-8 when it is not there. */
static struct bytes find_charset(struct bytes parameters)
{
    while (parameters.size > 0) {
        struct bytes item;
        struct bytes name;
        parameters = bytes_split(parameters, ';', &item);
        struct bytes value = bytes_trim(bytes_split(item, '=', &name));
        if (!bytes_equal_ignoring_case(bytes_trim(name), BYTES("charset")))
            continue;
        if (value.size >= 2 && value.data[0] == '"' && value.data[value.size - 1] == '"')
            value = (struct bytes){value.data + 1, value.size - 2};
        return value;
    }
    return BYTES("utf-8");
}

static void add_media_type(struct bytes type, struct error_list *errors)
{
    const bool known = type.size > 2 && memchr(type.data, '/', type.size) != NULL;
    const struct bytes text = bytes_clip(type, MEDIA_TYPE_BYTES_MAX);
    if (known)
        error_list_add(errors, "Content type '%.*s' not supported", BYTES_ARG(text));
    else
        error_list_add(errors, "Unknown content-type: '%.*s'", BYTES_ARG(text));
}

int media_type_judge(const struct http_exchange *exchange, struct error_list *errors)
{
    const struct http_header_value *header = &exchange->headers[HTTP_CONTENT_TYPE];
    if (header->count == 0 || exchange->body.size == 0)
        return 0;
    struct bytes type;
    const struct bytes parameters = bytes_split(header->text, ';', &type);
    if (header->count > 1 ||
        !bytes_equal_ignoring_case(bytes_trim(type), BYTES("application/json"))) {
        add_media_type(bytes_trim(header->text), errors);
        return 415;
    }
    const struct bytes charset = find_charset(parameters);
    if (bytes_equal_ignoring_case(charset, BYTES("utf-8")) ||
        bytes_equal_ignoring_case(charset, BYTES("utf8")))
        return 0;
    error_list_add(errors, "Unexpected character set '%.*s': expected a valid value 'UTF-8'",
                   BYTES_ARG(bytes_clip(charset, MEDIA_TYPE_BYTES_MAX)));
    return 400;
}
