/* The words for a body that is not JSON (CONTRACT §0.5). */
#ifndef WIRE_JSON_FAILURE_H
#define WIRE_JSON_FAILURE_H

#include "wire/json.h"

enum { JSON_FAILURE_BYTES_MAX = 256 };

/* Writes what is wrong and where, with a NUL behind it. `outcome` is neither JSON_OK nor
 * JSON_NO_MEMORY. */
void json_failure_text(enum json_outcome outcome, const struct json_failure *failure,
                       char text[JSON_FAILURE_BYTES_MAX]);

#endif
