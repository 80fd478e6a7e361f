/* The answer of POST auth/token (CONTRACT §7). */
#ifndef WIRE_AUTH_TOKEN_H
#define WIRE_AUTH_TOKEN_H

#include "base/buffer.h"
#include "wire/scope.h"

/* Writes what is known of a token; `scopes` is a set. */
void auth_token_encode(struct buffer *body, struct bytes name, uint32_t scopes);

#endif
