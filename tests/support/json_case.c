/* Copying, padding, parsing. */
#include "json_case.h"

#include <stdlib.h>
#include <string.h>

void json_case_init(struct json_case *json)
{
    *json = (struct json_case){.parser = json_parser_create()};
    ASSERT(json->parser != NULL);
}

void json_case_deinit(struct json_case *json)
{
    json_parser_destroy(json->parser);
    free(json->padded);
}

enum json_outcome json_case_parse(struct json_case *json, struct bytes text)
{
    free(json->padded);
    json->padded = malloc(text.size + JSON_PADDING_BYTES);
    ASSERT(json->padded != NULL);
    if (text.size > 0)
        memcpy(json->padded, text.data, text.size);
    memset(json->padded + text.size, 0, JSON_PADDING_BYTES);
    const struct bytes copy = {json->padded, text.size};
    return json_parse(json->parser, copy, &json->root, &json->failure);
}

struct json_value json_case_root(struct json_case *json, const char *text)
{
    const enum json_outcome outcome = json_case_parse(json, bytes_from_text(text));
    ASSERT(outcome == JSON_OK);
    return json->root;
}

struct json_value json_case_member(struct json_value object, const char *name)
{
    struct json_value found;
    const bool present = json_find(object, bytes_from_text(name), &found);
    ASSERT(present);
    return found;
}
