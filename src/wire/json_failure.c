/* A byte that can be printed is shown; any other only has its place told. */
#include "wire/json_failure.h"

#include <stdio.h>

void json_failure_text(enum json_outcome outcome, const struct json_failure *failure,
                       char text[JSON_FAILURE_BYTES_MAX])
{
    if (outcome == JSON_TRUNCATED || outcome == JSON_EMPTY) {
        (void)snprintf(text, JSON_FAILURE_BYTES_MAX, "Unexpected end of content");
    } else if (outcome == JSON_NOT_UTF8) {
        (void)snprintf(text, JSON_FAILURE_BYTES_MAX,
                       "Unexpected character '\\x%02x' at byte %zu: expected a valid value 'UTF-8'",
                       failure->byte, failure->offset);
    } else if (failure->byte >= 0x20 && failure->byte < 0x7F) {
        (void)snprintf(text, JSON_FAILURE_BYTES_MAX, "JSON: %s '%c' at line %zu, column %zu",
                       failure->problem, failure->byte, failure->line, failure->column);
    } else {
        (void)snprintf(text, JSON_FAILURE_BYTES_MAX, "JSON: %s at line %zu, column %zu",
                       failure->problem, failure->line, failure->column);
    }
}
