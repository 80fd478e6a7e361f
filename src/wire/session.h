/* Sessions of the cabinet (docs/operating.md §8): the body that begins one, and what a page is told
 * of the stockd that it speaks to. */
#ifndef WIRE_SESSION_H
#define WIRE_SESSION_H

#include "base/buffer.h"
#include "wire/field.h"

/* Decodes {"token":"…"}; *token lends from the JSON document. False when `errors` tell why not. */
MUST_USE bool session_request_decode(struct json_value root, struct bytes *token,
                                     struct error_list *errors);

struct session_info {
    const char *version;
    struct bytes public_url; /* Of the public API. */
    const char *store;       /* "local" or "postgresql". */
    int64_t edition;         /* 2025 or 2026. */
    int64_t history_days;    /* 0: no history of SKUs is kept. */
};

void session_info_encode(struct buffer *body, const struct session_info *info);

#endif
