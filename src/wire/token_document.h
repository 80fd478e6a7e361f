/* Tokens in the operator API (docs/contract.md, "The operator API"): the bodies that make and
 * revoke one, and the answers. */
#ifndef WIRE_TOKEN_DOCUMENT_H
#define WIRE_TOKEN_DOCUMENT_H

#include "base/buffer.h"
#include "wire/registry_document.h"

/* A token that is to be made; of one that is to be revoked, name and business alone. */
struct token_request {
    struct bytes name; /* Lends from the JSON document. */
    int64_t business_id;
    uint32_t scopes; /* A set, not empty. */
};

/* Decode and check a body. False when `errors` tell why not. */
MUST_USE bool token_request_decode(struct json_value root, struct token_request *request,
                                   struct error_list *errors);
MUST_USE bool token_revocation_decode(struct json_value root, struct token_request *request,
                                      struct error_list *errors);

/* A token as a listing shows it. */
struct token_row {
    struct bytes name;
    int64_t business_id;
    enum token_kind kind;
    uint32_t scopes;
    bool revoked;
};

/* Write the listing: begin, rows, end. */
void token_list_encode_begin(struct buffer *body);
void token_list_encode_row(struct buffer *body, const struct token_row *row);
void token_list_encode_end(struct buffer *body);

/* Writes the answer to a token that was made, the only place where its secret is shown. */
void token_encode_made(struct buffer *body, const struct token_request *request,
                       struct bytes api_key);

/* Writes the answer to a token that was revoked. */
void token_encode_revoked(struct buffer *body, const struct token_request *request);

#endif
