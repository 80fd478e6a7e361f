/* GET, POST tokens and POST tokens/revoke (CONTRACT §9). A secret is shown once, when it is made;
 * the registry keeps its hash. Changes block until they are durable. */
#include <inttypes.h>

#include "call/query.h"
#include "operator/operator_internal.h"
#include "operator/secret.h"
#include "wire/token_document.h"

enum { ROWS_A_READ = 256 };

static void refuse_business(struct operator_call *call, int64_t business_id)
{
    call_refuse(&call->call, 404, "NOT_FOUND", "Business not found '%" PRId64 "'", business_id);
}

static bool business_is_known(const struct operator_call *call, int64_t business_id)
{
    struct business_facts facts;
    return registry_find_business(call->api->settings.registry, business_id, &facts);
}

static bool decode_list(struct operator_call *call, const struct json_value *root)
{
    (void)root;
    int64_t *business_id = arena_allocate(&call->call.exchange->arena, sizeof(*business_id));
    if (business_id == NULL)
        return false;
    *business_id = 0;
    call->state = business_id;
    bool given = false;
    return call_query_int64(&call->call, "businessId", 1, INT64_MAX, business_id, &given);
}

static void encode_rows(struct buffer *body, const struct token_facts *rows, uint32_t rows_count)
{
    for (uint32_t i = 0; i < rows_count; i++) {
        const struct token_row row = {rows[i].name, rows[i].business_id, rows[i].kind,
                                      rows[i].scopes, rows[i].revoked};
        token_list_encode_row(body, &row);
    }
}

static bool begin_list(struct operator_call *call)
{
    const int64_t business_id = *(const int64_t *)call->state;
    struct buffer *body = &call->call.exchange->reply;
    if (business_id != 0 && !business_is_known(call, business_id)) {
        refuse_business(call, business_id);
        return false;
    }
    struct token_facts rows[ROWS_A_READ];
    struct registry_range range = {business_id, 0, ROWS_A_READ};
    uint32_t total = 0;
    token_list_encode_begin(body);
    do {
        const uint32_t rows_count =
            registry_list_tokens(call->api->settings.registry, range, rows, &total);
        encode_rows(body, rows, rows_count);
        range.first += ROWS_A_READ;
    } while (range.first < total);
    token_list_encode_end(body);
    call->call.exchange->status = 200;
    return false;
}

static struct token_request *new_request(struct operator_call *call)
{
    struct token_request *request = arena_allocate(&call->call.exchange->arena, sizeof(*request));
    call->state = request;
    return request;
}

static bool decode_make(struct operator_call *call, const struct json_value *root)
{
    struct token_request *request = new_request(call);
    return request != NULL && token_request_decode(*root, request, &call->call.errors);
}

static void refuse_make(struct operator_call *call, enum err error, enum registry_refusal refusal)
{
    switch (refusal) {
    case REGISTRY_REFUSAL_NONE:
        operator_refuse_error(call, error);
        return;
    case REGISTRY_REFUSAL_TOKEN_EXISTS:
        call_refuse_errors(&call->call, 409, "TOKEN_EXISTS");
        return;
    case REGISTRY_REFUSAL_TOO_MANY_TOKENS:
        call_refuse_errors(&call->call, 409, "TOO_MANY_TOKENS");
        return;
    }
}

static bool begin_make(struct operator_call *call)
{
    const struct token_request *request = call->state;
    if (!business_is_known(call, request->business_id)) {
        refuse_business(call, request->business_id);
        return false;
    }
    uint8_t key[SECRET_KEY_BYTES];
    secret_make_key(call->api->settings.os, key);
    const struct registry_token token = {
        .name = request->name,
        .business_id = request->business_id,
        .kind = TOKEN_API_KEY,
        .scopes = request->scopes,
        .hash = sha256_of((struct bytes){key, sizeof(key)}),
    };
    /* First of all, for nobody else will ever know the key. */
    token_encode_made(&call->call.exchange->reply, request, (struct bytes){key, sizeof(key)});
    explicit_bzero(key, sizeof(key));
    if (call->call.exchange->reply.failed) {
        call_refuse_unavailable(&call->call);
        return false;
    }
    struct registry_outcome outcome;
    const enum err error =
        registry_keeper_add_token(call->api->settings.keeper, &token, &call->call.errors, &outcome);
    if (error == OK)
        call->call.exchange->status = 200;
    else
        refuse_make(call, error, outcome.refusal);
    return false;
}

static bool decode_revoke(struct operator_call *call, const struct json_value *root)
{
    struct token_request *request = new_request(call);
    return request != NULL && token_revocation_decode(*root, request, &call->call.errors);
}

static bool begin_revoke(struct operator_call *call)
{
    const struct token_request *request = call->state;
    struct registry_outcome outcome;
    const enum err error =
        registry_keeper_revoke_token(call->api->settings.keeper, request->business_id,
                                     request->name, &call->call.errors, &outcome);
    if (error == ERR_NOT_FOUND) {
        call_refuse(&call->call, 404, "TOKEN_NOT_FOUND",
                    "Business '%" PRId64 "' has no token '%.*s'", request->business_id,
                    BYTES_ARG(bytes_clip(request->name, REJECTED_VALUE_BYTES_MAX)));
    } else if (error != OK) {
        operator_refuse_error(call, error);
    } else {
        call->call.exchange->status = 200;
        token_encode_revoked(&call->call.exchange->reply, request);
    }
    return false;
}

const struct operator_method method_list_tokens = {.decode = decode_list, .begin = begin_list};
const struct operator_method method_make_token = {
    .decode = decode_make, .begin = begin_make, .blocks = true};
const struct operator_method method_revoke_token = {
    .decode = decode_revoke, .begin = begin_revoke, .blocks = true};
