/* Bodies of the operator's API, and lines of the query log. */
#include "base/limits.h"
#include "body.h"
#include "fuzz.h"
#include "wire/free_storage.h"
#include "wire/market_counts.h"
#include "wire/order.h"
#include "wire/request_entry.h"
#include "wire/token_document.h"
#include "wire/upload_state.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* FIT and AVAILABLE are one number. */
static enum stock_type number_of(enum stock_type type)
{
    return type == STOCK_AVAILABLE ? STOCK_FIT : type;
}

static bool counts(struct body *body)
{
    const struct market_counts_rules rules = {FUZZ_NOW_MS, 60000};
    struct market_counts request;
    if (!market_counts_decode(body->root, &rules, body->arena, &request, body->errors))
        return false;
    ASSERT(request.items_count >= 1 && request.items_count <= PUT_SKUS_MAX);
    ASSERT(request.keys_count >= 1 && request.keys_count <= request.items_count);
    check_keys(request.keys, sizeof(*request.keys), request.keys_count);
    for (uint32_t i = 0; i < request.items_count; i++) {
        const struct stock_count *item = &request.items[i];
        check_sku(item->key.sku);
        ASSERT((int)item->type >= 0 && (int)item->type < STOCK_TYPES_COUNT);
        ASSERT(item->type != STOCK_FREEZE);
        ASSERT(item->count >= 0 && item->count <= STOCK_COUNT_MAX);
        check_moment(item->updated_at_ms);
        ASSERT(item->updated_at_ms <= rules.now_ms + rules.future_tolerance_ms);
        for (uint32_t k = 0; k < i; k++) {
            ASSERT(number_of(request.items[k].type) != number_of(item->type) ||
                   !bytes_equal(request.items[k].key.sku, item->key.sku));
        }
        tell_bytes(body->told, item->key.sku);
        tell_number(body->told, item->type);
        tell_number(body->told, item->count);
        tell_number(body->told, item->updated_at_ms);
    }
    return true;
}

static bool free_storage(struct body *body)
{
    struct free_storage request;
    if (!free_storage_decode(body->root, body->arena, &request, body->errors))
        return false;
    ASSERT(request.offers.keys_count >= 1 && request.offers.keys_count <= GET_OFFER_IDS_MAX);
    check_keys(request.offers.keys, sizeof(*request.offers.keys), request.offers.keys_count);
    tell_number(body->told, request.free);
    tell_number(body->told, request.offers.keys_count);
    return true;
}

static bool upload_consent(struct body *body)
{
    struct upload_consent consent;
    if (!upload_consent_decode(body->root, &consent, body->errors))
        return false;
    ASSERT(consent.confirm >= 0);
    tell_number(body->told, consent.confirm);
    tell_number(body->told, consent.over_brake);
    return true;
}

void fuzz_market_counts(struct bytes input)
{
    static body_decode *const decoders[] = {counts, free_storage, upload_consent};
    body_run(input, decoders, COUNT_OF(decoders));
}

static bool order(struct body *body)
{
    struct order_request request;
    if (!order_request_decode(body->root, body->arena, &request, body->errors))
        return false;
    ASSERT(request.id.size >= 1 && request.id.size <= ORDER_ID_BYTES_MAX);
    ASSERT(bytes_are_utf8(request.id) && !bytes_have_controls(request.id));
    ASSERT(memchr(request.id.data, '/', request.id.size) == NULL);
    ASSERT(request.items_count >= 1 && request.items_count <= ORDER_ITEMS_MAX);
    ASSERT(request.warehouse_id >= 0);
    check_keys(&request.items[0].key, sizeof(request.items[0]), request.items_count);
    tell_bytes(body->told, request.id);
    tell_number(body->told, request.warehouse_id);
    tell_number(body->told, request.expires);
    if (request.expires) {
        check_moment(request.expires_at_ms);
        tell_number(body->told, request.expires_at_ms);
    }
    for (uint32_t i = 0; i < request.items_count; i++) {
        const struct stock_order_item *item = &request.items[i];
        ASSERT(item->count >= 1 && item->count <= STOCK_COUNT_MAX);
        tell_bytes(body->told, item->key.sku);
        tell_number(body->told, item->count);
    }
    struct order_document document = {
        .id = request.id,
        .campaign_id = INT64_MAX,
        .warehouse_id = request.warehouse_id,
        .state = ORDER_EXPIRED,
        .items = request.items,
        .items_count = request.items_count,
        .expires_at_ms = request.expires ? request.expires_at_ms : 0,
    };
    struct buffer text;
    buffer_init(&text);
    order_encode(&text, &document);
    check_object(buffer_bytes(&text));
    buffer_deinit(&text);
    return true;
}

void fuzz_order(struct bytes input)
{
    static body_decode *const decoders[] = {order};
    body_run(input, decoders, COUNT_OF(decoders));
}

static bool token_made(struct body *body)
{
    struct token_request request;
    if (!token_request_decode(body->root, &request, body->errors))
        return false;
    ASSERT(request.business_id >= 1);
    ASSERT(request.name.size >= 1 && !bytes_have_controls(request.name));
    ASSERT(bytes_count_code_points(request.name) <= REGISTRY_TOKEN_NAME_MAX);
    ASSERT(request.scopes != 0 && request.scopes < SCOPE_BIT(SCOPES_COUNT));
    tell_bytes(body->told, request.name);
    tell_number(body->told, request.business_id);
    tell_number(body->told, request.scopes);
    struct buffer text;
    buffer_init(&text);
    token_encode_made(&text, &request, BYTES("ACMA:"));
    check_object(buffer_bytes(&text));
    buffer_deinit(&text);
    return true;
}

static bool token_revoked(struct body *body)
{
    struct token_request request;
    if (!token_revocation_decode(body->root, &request, body->errors))
        return false;
    ASSERT(request.business_id >= 1 && bytes_are_utf8(request.name));
    tell_bytes(body->told, request.name);
    tell_number(body->told, request.business_id);
    struct buffer text;
    buffer_init(&text);
    token_encode_revoked(&text, &request);
    check_object(buffer_bytes(&text));
    buffer_deinit(&text);
    return true;
}

void fuzz_token_document(struct bytes input)
{
    static body_decode *const decoders[] = {token_made, token_revoked};
    body_run(input, decoders, COUNT_OF(decoders));
}

/* Both forms of an entry are JSON; the kept one is a line, and not too long for the log. */
static void check_forms(const struct request_entry *entry, struct buffer *kept)
{
    request_entry_encode(kept, entry);
    ASSERT(!kept->failed && kept->size < REQUEST_LINE_BYTES_MAX);
    ASSERT(memchr(kept->data, '\n', kept->size) == NULL);
    check_object(buffer_bytes(kept));
    struct buffer shown;
    buffer_init(&shown);
    request_entry_show(&shown, entry);
    check_object(buffer_bytes(&shown));
    buffer_deinit(&shown);
}

/* What is kept is read again as it was: written once, it does not change any more. */
static void check_entry(const struct request_entry *entry)
{
    struct request_error errors[ERRORS_PER_REPLY_MAX];
    struct request_entry again;
    struct request_entry copy;
    struct json_case json;
    struct arena arena;
    struct buffer kept;
    struct buffer kept_again;
    json_case_init(&json);
    arena_init(&arena);
    buffer_init(&kept);
    buffer_init(&kept_again);
    check_forms(entry, &kept);
    ASSERT(json_case_parse(&json, buffer_bytes(&kept)) == JSON_OK);
    ASSERT(request_entry_decode(json.root, errors, &again));
    ASSERT(request_entry_copy(&again, &arena, &copy) == OK);
    check_forms(&copy, &kept_again);
    check_equal(&kept, &kept_again);
    json_case_deinit(&json);
    arena_deinit(&arena);
    buffer_deinit(&kept);
    buffer_deinit(&kept_again);
}

void fuzz_request_entry(struct bytes input)
{
    struct json_case json;
    json_case_init(&json);
    struct request_error errors[ERRORS_PER_REPLY_MAX];
    struct request_entry entry;
    if (json_case_parse(&json, input) == JSON_OK &&
        request_entry_decode(json.root, errors, &entry)) {
        check_moment(entry.received_at_ms);
        ASSERT(entry.status >= 0 && entry.status <= 999);
        ASSERT(entry.errors_count <= ERRORS_PER_REPLY_MAX);
        check_entry(&entry);
    }
    json_case_deinit(&json);
}
