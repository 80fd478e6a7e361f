/* A token is a small JSON object in base64url, so that a curious person can read it. */
#include "wire/page_token.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/base64.h"
#include "base/limits.h"

enum { FILTER_DIGITS = 16 };

static void filter_text(uint64_t filter, char text[FILTER_DIGITS + 1])
{
    (void)snprintf(text, FILTER_DIGITS + 1, "%016" PRIx64, filter);
}

void page_token_encode(struct buffer *buffer, const struct page_token *token, uint64_t filter)
{
    char filter_digits[FILTER_DIGITS + 1];
    filter_text(filter, filter_digits);
    struct buffer json;
    buffer_init(&json);
    buffer_append_text(&json, token->backward ? "{\"prevId\":" : "{\"nextId\":");
    json_write_string(&json, token->position);
    buffer_append_format(&json, ",\"filter\":\"%s\"}", filter_digits);
    if (json.failed)
        buffer->failed = true;
    else
        base64url_encode(buffer, buffer_bytes(&json));
    buffer_deinit(&json);
}

static bool decode_object(struct json_value root, struct page_token *token,
                          struct bytes *filter_digits)
{
    if (json_type(root) != JSON_OBJECT)
        return false;
    bool has_position = false;
    struct json_walk walk = json_walk_begin(root);
    struct bytes key;
    struct json_value value;
    while (json_next_member(&walk, &key, &value)) {
        if (json_type(value) != JSON_STRING)
            return false;
        const bool backward = bytes_equal(key, BYTES("prevId"));
        if (backward || bytes_equal(key, BYTES("nextId"))) {
            token->position = json_string(value);
            token->backward = backward;
            has_position = true;
        } else if (bytes_equal(key, BYTES("filter"))) {
            *filter_digits = json_string(value);
        }
    }
    return has_position && token->position.size <= PAGE_POSITION_BYTES_MAX;
}

bool page_token_decode(struct json_parser *parser, struct bytes text, uint64_t filter,
                       struct page_token *token)
{
    if (text.size > PAGE_TOKEN_BYTES_MAX)
        return false;
    struct buffer json;
    buffer_init(&json);
    bool decoded = base64url_decode(&json, text);
    const size_t size = json.size;
    buffer_append_zeros(&json, JSON_PADDING_BYTES);
    struct json_value root;
    struct json_failure failure;
    decoded = decoded && !json.failed &&
              json_parse(parser, (struct bytes){json.data, size}, &root, &failure) == JSON_OK;
    buffer_deinit(&json);
    struct bytes filter_digits = {NULL, 0};
    char expected[FILTER_DIGITS + 1];
    filter_text(filter, expected);
    return decoded && decode_object(root, token, &filter_digits) &&
           bytes_equal(filter_digits, bytes_from_text(expected));
}

void page_token_encode_paging(struct buffer *body, struct bytes next, struct bytes prev)
{
    buffer_append(body, BYTES("\"paging\":{"));
    if (next.size > 0) {
        buffer_append(body, BYTES("\"nextPageToken\":"));
        json_write_string(body, next);
    }
    if (next.size > 0 && prev.size > 0)
        buffer_append(body, BYTES(","));
    if (prev.size > 0) {
        buffer_append(body, BYTES("\"prevPageToken\":"));
        json_write_string(body, prev);
    }
    buffer_append(body, BYTES("}"));
}
