/* POST offers/stocks (CONTRACT §2). */
#include "wire/get_stocks.h"

#include <inttypes.h>

#include "api/api_internal.h"
#include "base/hash.h"
#include "wire/page_token.h"

enum { LIMIT_DEFAULT_2025 = 100, LIMIT_DEFAULT_2026 = 50, LIMIT_MAX_2026 = 100 };

/* Refuses with one message, at the cost of a bad request. */
static bool refuse_parameter(struct api_call *call, const char *relation, int64_t bound,
                             int64_t value)
{
    if (rate_take(call, 1)) {
        refuse(call, 400,
               "Parameter limit must be %s than or equal to %" PRId64 " (rejected value: %" PRId64
               ")",
               relation, bound, value);
    }
    return false;
}

/* The query's `limit` (C15), range-checked whatever else the request says (C18). */
static bool read_limit(struct api_call *call, uint32_t *limit)
{
    const bool new_edition = call->api->settings.edition == EDITION_2026;
    struct bytes text;
    int64_t value = new_edition ? LIMIT_DEFAULT_2026 : LIMIT_DEFAULT_2025;
    if (http_parameter(call->exchange, BYTES("limit"), &text) && !bytes_to_int64(text, &value)) {
        if (rate_take(call, 1))
            refuse(call, 400, "Type mismatch: '%.*s'",
                   BYTES_ARG(bytes_clip(text, REJECTED_VALUE_BYTES_MAX)));
        return false;
    }
    if (value < 1)
        return refuse_parameter(call, "greater", 1, value);
    if (new_edition && value > LIMIT_MAX_2026)
        value = LIMIT_MAX_2026;
    if (value > PAGE_LIMIT_MAX)
        return refuse_parameter(call, "less", PAGE_LIMIT_MAX, value);
    *limit = (uint32_t)value;
    return true;
}

/* Checksum of what a listing is filtered by; page tokens are bound to it (C17). */
static uint64_t filter_of(const struct api_call *call)
{
    const struct get_stocks *get = &call->get;
    const int64_t parts[] = {call->campaign.id, get->warehouse_id, get->has_stocks_given,
                             get->has_stocks, get->archived};
    return bytes_checksum((struct bytes){(const uint8_t *)parts, sizeof(parts)}, 0);
}

/* Copies bytes of a JSON document that is about to go. False: no memory. */
static bool keep_bytes(struct arena *arena, struct bytes *bytes)
{
    uint8_t *copy = arena_allocate(arena, bytes->size + 1);
    if (copy == NULL)
        return false;
    struct buffer buffer = {copy, 0, bytes->size + 1, false};
    buffer_append(&buffer, *bytes);
    *bytes = buffer_bytes(&buffer);
    return true;
}

/* Reads the page token, in either spelling. It is parsed with the body's parser, so the body must
 * have been used up. */
static bool read_page(struct api_call *call, uint32_t limit)
{
    call->page_filter = filter_of(call);
    call->command = (struct store_command){
        .kind = STORE_PAGE,
        .shelf_id = call->campaign.shelf_id,
        .page = {.limit = limit, .presence = STORE_ANY},
    };
    struct store_page *page = &call->command.page;
    if (call->get.has_stocks_given)
        page->presence = call->get.has_stocks ? STORE_PRESENT : STORE_ABSENT;
    struct bytes text;
    if (!http_parameter(call->exchange, BYTES("page_token"), &text) &&
        !http_parameter(call->exchange, BYTES("pageToken"), &text))
        return true;
    struct page_token token;
    if (!page_token_decode(call->parser, text, call->page_filter, &token)) {
        if (rate_take(call, 1))
            refuse(call, 400, "Bad page token");
        return false;
    }
    page->position = token.position;
    page->backward = token.backward;
    if (keep_bytes(&call->exchange->arena, &page->position))
        return true;
    refuse_invalid(call);
    return false;
}

static bool decode(struct api_call *call, const struct json_value *root)
{
    uint32_t limit = 0;
    if (!read_limit(call, &limit))
        return false;
    call->get = (struct get_stocks){.warehouse_id = 0};
    if (root != NULL &&
        !get_stocks_decode(*root, &call->exchange->arena, &call->get, &call->errors)) {
        if (call->errors.count == 0 || rate_take(call, 1))
            refuse_invalid(call);
        return false;
    }
    if (!call->get.listed)
        return read_page(call, limit);
    call->command = (struct store_command){
        .kind = STORE_LIST,
        .shelf_id = call->campaign.shelf_id,
        .list = {.keys = call->get.offers, .keys_count = call->get.offers_count},
    };
    return true;
}

/* Appends a token for a position of the store and gives it in *text; no position, no token. */
static void encode_token(struct api_call *call, struct buffer *tokens, struct bytes position,
                         bool backward, struct bytes *text)
{
    *text = (struct bytes){NULL, 0};
    if (position.size == 0)
        return;
    const struct page_token token = {position, backward};
    page_token_encode(tokens, &token, call->page_filter);
    *text = buffer_bytes(tokens);
}

/* Whether this campaign's answer shows the seller's own warehouse at all (C20), and anything on it:
 * no method archives an offer yet, so `archived: true` selects nothing (C42). */
static bool shows_cells(const struct api_call *call)
{
    const struct get_stocks *get = &call->get;
    const bool selected =
        get->warehouse_id == 0 || get->warehouse_id == call->campaign.warehouse_id;
    return selected && (get->listed || !get->archived);
}

static void encode(struct api_call *call)
{
    struct store_command *command = &call->command;
    const bool shown = shows_cells(call);
    const uint32_t views_count = shown ? command->views_count : 0;
    if (!rate_take(call, views_count))
        return;
    metric_add(&call->api->metrics.skus_read, views_count);
    struct buffer next;
    struct buffer prev;
    buffer_init(&next);
    buffer_init(&prev);
    struct get_stocks_paging paging = {{NULL, 0}, {NULL, 0}};
    if (shown && command->kind == STORE_PAGE) {
        encode_token(call, &next, command->page.next, false, &paging.next_token);
        encode_token(call, &prev, command->page.prev, true, &paging.prev_token);
    }
    call->exchange->status = 200;
    get_stocks_encode(&call->exchange->reply, call->campaign.warehouse_id, command->views,
                      views_count, &paging);
    call->exchange->reply.failed |= next.failed || prev.failed;
    buffer_deinit(&next);
    buffer_deinit(&prev);
}

const struct operation operation_get_stocks = {decode, encode};
