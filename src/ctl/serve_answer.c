/* All that was asked for is answered: a SKU that the file does not name has none left, now (C28).
 */
#include "ctl/serve_answer.h"

#include "base/limits.h"
#include "wire/json_failure.h"
#include "wire/push_stocks.h"
#include "wire/reply.h"

enum {
    STATUS_OK = 200,
    BAD_REQUEST = 400,
    FORBIDDEN = 403,
    NOT_FOUND = 404,
    METHOD_NOT_ALLOWED = 405,
    UNSUPPORTED_MEDIA_TYPE = 415,
    INTERNAL_ERROR = 500,
};

int serve_refuse(struct buffer *reply, int status, const char *code, const char *message)
{
    struct error_list errors;
    error_list_init(&errors);
    error_list_add(&errors, "%s", message);
    reply_encode_errors(reply, code, &errors);
    error_list_deinit(&errors);
    return status;
}

int serve_refuse_large(struct buffer *reply)
{
    static_assert(PUSH_BODY_BYTES_MAX == INT64_C(4194304), "the text says it");
    return serve_refuse(reply, BAD_REQUEST, "BAD_REQUEST",
                        "The request is too big: at most 4194304 bytes");
}

/* Compares hashes, so that the time tells nothing of the token. */
static bool token_is_right(const struct serve_rules *rules, struct bytes token)
{
    if (token.data == NULL)
        return false;
    const struct sha256 hash = sha256_of(token);
    return sha256_equal(&hash, &rules->token_hash);
}

/* JSON in UTF-8, or nothing said. */
static bool type_is_json(struct bytes content_type)
{
    struct bytes type;
    (void)bytes_split(content_type, ';', &type);
    type = bytes_trim(type);
    return type.size == 0 || bytes_equal_ignoring_case(type, BYTES("application/json"));
}

int serve_judge_head(const struct serve_rules *rules, const struct serve_head *head,
                     struct buffer *reply)
{
    if (!bytes_equal(head->path, rules->path))
        return serve_refuse(reply, NOT_FOUND, "NOT_FOUND", "There is only POST …/stocks here");
    if (!bytes_equal(head->method, BYTES("POST")))
        return serve_refuse(reply, METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED",
                            "Only POST is answered here");
    if (rules->token_required && !token_is_right(rules, bytes_trim(head->authorization)) &&
        !token_is_right(rules, head->auth_token))
        return serve_refuse(reply, FORBIDDEN, "FORBIDDEN", "The token is wrong or missing");
    if (!type_is_json(head->content_type))
        return serve_refuse(reply, UNSUPPORTED_MEDIA_TYPE, "UNSUPPORTED_MEDIA_TYPE",
                            "The body has to be application/json");
    return 0;
}

static int refuse_memory(struct buffer *reply)
{
    buffer_clear(reply);
    return serve_refuse(reply, INTERNAL_ERROR, "INTERNAL_ERROR", "Out of memory");
}

static void encode(const struct stock_table *table, const struct push_stocks *request,
                   int64_t now_ms, struct buffer *reply)
{
    push_stocks_answer_begin(reply);
    for (uint32_t i = 0; i < request->keys_count; i++) {
        int64_t count = 0;
        int64_t updated_at_ms = now_ms;
        if (!stock_table_find(table, &request->keys[i], &count, &updated_at_ms))
            count = 0;
        push_stocks_answer_item(reply, request->warehouse_id, request->keys[i].sku, count,
                                updated_at_ms);
    }
    push_stocks_answer_end(reply);
}

int serve_answer(const struct stock_table *table, struct json_parser *parser, struct bytes body,
                 int64_t now_ms, struct arena *arena, struct buffer *reply)
{
    struct json_value root;
    struct json_failure failure;
    const enum json_outcome outcome = json_parse(parser, body, &root, &failure);
    if (outcome == JSON_NO_MEMORY)
        return refuse_memory(reply);
    if (outcome != JSON_OK) {
        char text[JSON_FAILURE_BYTES_MAX];
        json_failure_text(outcome, &failure, text);
        return serve_refuse(reply, BAD_REQUEST, "BAD_REQUEST", text);
    }
    struct push_stocks request;
    struct error_list errors;
    error_list_init(&errors);
    int status = STATUS_OK;
    if (push_stocks_decode(root, arena, &request, &errors)) {
        encode(table, &request, now_ms, reply);
    } else if (errors.count > 0) {
        status = BAD_REQUEST;
        reply_encode_errors(reply, "BAD_REQUEST", &errors);
    } else {
        status = refuse_memory(reply);
    }
    error_list_deinit(&errors);
    return reply->failed ? refuse_memory(reply) : status;
}
