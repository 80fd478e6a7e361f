/* POST /stocks between the Market and a shop: the request as the shop reads it, the answer as the
 * Market reads it, and the shop of stockctl as a whole. */
#include "base/hash.h"
#include "body.h"
#include "ctl/serve_answer.h"
#include "fuzz.h"
#include "push/failure.h"
#include "wire/push_stocks.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static void tell_request(struct buffer *told, const struct push_stocks *request)
{
    ASSERT(request->warehouse_id >= 1);
    ASSERT(request->keys_count >= 1 && request->keys_count <= PUSH_SKUS_MAX);
    check_keys(request->keys, sizeof(*request->keys), request->keys_count);
    tell_number(told, request->warehouse_id);
    for (uint32_t i = 0; i < request->keys_count; i++)
        tell_bytes(told, request->keys[i].sku);
}

static bool request_again(struct body *body)
{
    struct push_stocks request;
    if (!push_stocks_decode(body->root, body->arena, &request, body->errors))
        return false;
    tell_request(body->told, &request);
    return true;
}

static bool request(struct body *body)
{
    struct push_stocks request;
    if (!push_stocks_decode(body->root, body->arena, &request, body->errors))
        return false;
    tell_request(body->told, &request);
    struct buffer text;
    buffer_init(&text);
    push_stocks_encode_begin(&text, request.warehouse_id);
    for (uint32_t i = 0; i < request.keys_count; i++)
        push_stocks_encode_sku(&text, request.keys[i].sku);
    push_stocks_encode_end(&text);
    ASSERT(text.size <= (size_t)PUSH_BODY_BYTES_MAX);
    body_again(&text, request_again, body->told);
    buffer_deinit(&text);
    return true;
}

void fuzz_push_request(struct bytes input)
{
    static body_decode *const decoders[] = {request};
    body_run(input, decoders, COUNT_OF(decoders));
}

/* What the Market asked for. */
static const char *const asked_skus[] = {"A-1", "A-2", "B", "\xD0\x96", "quoted \"SKU\""};
enum { ASKED_COUNT = COUNT_OF(asked_skus), WAREHOUSE_ID = 501 };

static bool read_answer(struct body *body, int64_t past_tolerance_ms,
                        struct push_stocks_answer *answer)
{
    struct stock_key asked[ASKED_COUNT];
    for (size_t i = 0; i < ASKED_COUNT; i++) {
        const struct bytes sku = bytes_from_text(asked_skus[i]);
        asked[i] = (struct stock_key){sku, bytes_hash(sku)};
    }
    const struct push_stocks_rules rules = {asked,       ASKED_COUNT, WAREHOUSE_ID,
                                            FUZZ_NOW_MS, 60000,       past_tolerance_ms};
    if (!push_stocks_answer_decode(body->root, &rules, body->arena, answer, body->errors))
        return false;
    ASSERT(answer->items_count + answer->dropped_count <= ASKED_COUNT);
    check_keys(&answer->items[0].key, sizeof(answer->items[0]), answer->items_count);
    for (uint32_t i = 0; i < answer->items_count; i++) {
        const struct stock_write *item = &answer->items[i];
        ASSERT(item->count >= 0 && item->count <= STOCK_COUNT_MAX);
        check_moment(item->updated_at_ms);
        ASSERT(item->updated_at_ms <= rules.now_ms + rules.future_tolerance_ms);
        ASSERT(past_tolerance_ms < 0 || item->updated_at_ms >= FUZZ_NOW_MS - past_tolerance_ms);
        bool was_asked = false;
        for (size_t k = 0; k < ASKED_COUNT; k++)
            was_asked |= bytes_equal(item->key.sku, bytes_from_text(asked_skus[k]));
        ASSERT(was_asked);
        tell_bytes(body->told, item->key.sku);
        tell_number(body->told, item->count);
        tell_number(body->told, item->updated_at_ms);
    }
    return true;
}

static bool answer_again(struct body *body)
{
    struct push_stocks_answer answer;
    return read_answer(body, -1, &answer);
}

static bool answer_2025(struct body *body)
{
    struct push_stocks_answer answer;
    if (!read_answer(body, -1, &answer))
        return false;
    struct buffer text;
    buffer_init(&text);
    push_stocks_answer_begin(&text);
    for (uint32_t i = 0; i < answer.items_count; i++) {
        const struct stock_write *item = &answer.items[i];
        push_stocks_answer_item(&text, WAREHOUSE_ID, item->key.sku, item->count,
                                item->updated_at_ms);
    }
    push_stocks_answer_end(&text);
    body_again(&text, answer_again, body->told);
    buffer_deinit(&text);
    return true;
}

static bool answer_2026(struct body *body)
{
    struct push_stocks_answer answer;
    return read_answer(body, PAST_TOLERANCE_MS, &answer);
}

void fuzz_push_answer(struct bytes input)
{
    static body_decode *const decoders[] = {answer_2025, answer_2026};
    body_run(input, decoders, COUNT_OF(decoders));
}

/* The table that the shop answers from. */
static struct stock_table *table_make(void)
{
    static const struct stock_write rows[] = {
        {{BYTES_INIT("A-1"), 0}, 18, FUZZ_NOW_MS},
        {{BYTES_INIT("A-2"), 0}, STOCK_COUNT_MAX, FUZZ_NOW_MS - 1},
    };
    struct stock_table *table = stock_table_create();
    ASSERT(table != NULL);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct stock_write row = rows[i];
        row.key.hash = bytes_hash(row.key.sku);
        ASSERT(stock_table_add(table, &row) == OK);
    }
    return table;
}

/* Takes a line; the rest stays. */
static struct bytes take_line(struct bytes *input)
{
    struct bytes line;
    *input = bytes_split(*input, '\n', &line);
    return line;
}

/* A text that was sent, or one that was not: none. */
static struct bytes sent(struct bytes line)
{
    return line.size == 0 ? (struct bytes){NULL, 0} : line;
}

/* What the shop answers to a request, the Market takes: all of it. */
static void check_taken(struct json_value root, struct bytes reply)
{
    struct push_stocks request;
    struct push_stocks_answer answer;
    struct error_list errors;
    struct arena arena;
    struct json_case json;
    error_list_init(&errors);
    arena_init(&arena);
    json_case_init(&json);
    ASSERT(push_stocks_decode(root, &arena, &request, &errors));
    const struct push_stocks_rules rules = {
        request.keys, request.keys_count, request.warehouse_id, FUZZ_NOW_MS, 60000, -1};
    ASSERT(json_case_parse(&json, reply) == JSON_OK);
    ASSERT(push_stocks_answer_decode(json.root, &rules, &arena, &answer, &errors));
    ASSERT(answer.items_count == request.keys_count && answer.dropped_count == 0);
    json_case_deinit(&json);
    arena_deinit(&arena);
    error_list_deinit(&errors);
}

static void answer_body(struct bytes body, struct buffer *reply)
{
    struct stock_table *table = table_make();
    struct json_case json; /* For its parser, and for padded memory. */
    struct arena arena;
    json_case_init(&json);
    arena_init(&arena);
    const enum json_outcome outcome = json_case_parse(&json, body);
    const struct bytes padded = {json.padded, body.size};
    const int status = serve_answer(table, json.parser, padded, FUZZ_NOW_MS, &arena, reply);
    ASSERT(status == 200 || status == 400);
    ASSERT(outcome == JSON_OK || status == 400);
    if (status == 200)
        check_taken(json.root, buffer_bytes(reply));
    ASSERT(stock_table_count(table) == 2);
    stock_table_destroy(table);
    arena_deinit(&arena);
    json_case_deinit(&json);
}

/* Lines: method, path, Authorization, auth-token, Content-Type; what follows is the body. */
void fuzz_shop(struct bytes input)
{
    struct bytes rest = input;
    hash_seed_set(UINT64_C(0x5EED));
    const struct serve_rules rules = {BYTES("/market/stocks"), true, sha256_of(BYTES("hush"))};
    const struct serve_head head = {
        .method = take_line(&rest),
        .path = take_line(&rest),
        .authorization = sent(take_line(&rest)),
        .auth_token = sent(take_line(&rest)),
        .content_type = sent(take_line(&rest)),
    };
    struct buffer reply;
    buffer_init(&reply);
    const int refused = serve_judge_head(&rules, &head, &reply);
    ASSERT(refused == 0 || (refused >= 400 && refused <= 500));
    if (refused != 0)
        check_object(buffer_bytes(&reply));
    ASSERT(refused == 0 || reply.size > 0);
    const bool has_token = bytes_equal(bytes_trim(head.authorization), BYTES("hush")) ||
                           bytes_equal(head.auth_token, BYTES("hush"));
    ASSERT(refused != 0 || has_token);
    buffer_clear(&reply);
    answer_body(rest, &reply);
    check_object(buffer_bytes(&reply));
    buffer_deinit(&reply);
}
