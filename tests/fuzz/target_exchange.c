/* Whole exchanges with both APIs, one after another on one service: each reply is sound, the
 * shelves hold together, and a restart brings back the same. An input is text:
 *
 *     POST /v2/campaigns/11/offers/stocks?limit=5     a request, to the edition of 2025
 *     Content-Type: application/json                  headers
 *     As: viewer                                      whose key is sent; else one that may all
 *
 *     {"offerIds":["A-1"]}                            body
 *     %%                                              the next one begins
 *     ^GET /v3/…                                      to the edition of 2026
 *     !GET /api/v1/registry                           to the operator's API
 *     +60000                                          time goes on, in ms
 *     @checkpoint, @restart
 *
 * In a query `{next}` and `{prev}` stand for the page tokens that came last, and `{at:7}` for one
 * of the same listing with another position. */
#include <stdio.h>
#include <stdlib.h>

#include "base/base64.h"
#include "base/hash.h"
#include "check.h"
#include "fuzz.h"
#include "service_case.h"
#include "sheet/row_source.h"
#include "wire/page_token.h"

enum { REQUESTS_MAX = 24, RESTARTS_MAX = 2, TEXT_BYTES_MAX = 65536 };
#define ADVANCE_MS_MAX (INT64_C(400) * 86400000)

/* One run. */
struct conversation {
    struct service_case service;
    struct bytes input;
    struct buffer texts; /* Decoded paths and parameters; it never moves. */
    struct buffer next;  /* Page tokens of the last reply that had them. */
    struct buffer prev;
    uint32_t restarts;
};

static int hex_value(uint8_t digit)
{
    static const char digits[] = "0123456789abcdef";
    const char *found = digit == 0 ? NULL : strchr(digits, digit | 0x20);
    return found == NULL ? -1 : (int)(found - digits);
}

/* Percent-decodes, as the HTTP library does before anybody sees a path or a query. */
static struct bytes decode(struct conversation *conversation, struct bytes text)
{
    struct buffer *texts = &conversation->texts;
    const size_t start = texts->size;
    ASSERT(text.size <= texts->capacity - texts->size);
    for (size_t i = 0; i < text.size; i++) {
        const bool coded = text.data[i] == '%' && i + 2 < text.size &&
                           hex_value(text.data[i + 1]) >= 0 && hex_value(text.data[i + 2]) >= 0;
        buffer_append_u8(
            texts, coded ? (uint8_t)(hex_value(text.data[i + 1]) * 16 + hex_value(text.data[i + 2]))
                         : text.data[i]);
        i += coded ? 2 : 0;
    }
    return (struct bytes){texts->data + start, texts->size - start};
}

/* A page token like the last one, with this position: its filter is in it. */
static struct bytes token_at(struct conversation *conversation, struct bytes position)
{
    struct buffer text;
    struct buffer token;
    struct json_case json;
    struct json_value filter;
    buffer_init(&text);
    buffer_init(&token);
    json_case_init(&json);
    uint64_t number = 0;
    if (base64url_decode(&text, buffer_bytes(&conversation->next)) &&
        json_case_parse(&json, buffer_bytes(&text)) == JSON_OK &&
        json_find(json.root, BYTES("filter"), &filter)) {
        char digits[32] = "";
        (void)snprintf(digits, sizeof(digits), "%.*s", BYTES_ARG(json_string(filter)));
        number = strtoull(digits, NULL, 16);
    }
    page_token_encode(&token, &(struct page_token){position, false}, number);
    const size_t start = conversation->texts.size;
    if (token.size + TEXT_BYTES_MAX <= conversation->texts.capacity - start)
        buffer_append(&conversation->texts, buffer_bytes(&token));
    json_case_deinit(&json);
    buffer_deinit(&text);
    buffer_deinit(&token);
    return (struct bytes){conversation->texts.data + start, conversation->texts.size - start};
}

static struct bytes read_value(struct conversation *conversation, struct bytes text)
{
    static const struct bytes at = BYTES_INIT("{at:");
    if (bytes_equal(text, BYTES("{next}")))
        return buffer_bytes(&conversation->next);
    if (bytes_equal(text, BYTES("{prev}")))
        return buffer_bytes(&conversation->prev);
    const struct bytes value = decode(conversation, text);
    if (!bytes_starts_with(value, at) || value.data[value.size - 1] != '}')
        return value;
    const struct bytes position = {value.data + at.size, value.size - at.size - 1};
    return bytes_are_utf8(position) ? token_at(conversation, position) : value;
}

static void read_query(struct conversation *conversation, struct bytes query)
{
    struct http_exchange *exchange = &conversation->service.one.exchange;
    while (query.size > 0 && exchange->parameters_count < HTTP_PARAMETERS_MAX) {
        struct bytes item;
        struct bytes name;
        query = bytes_split(query, '&', &item);
        const struct bytes value = bytes_split(item, '=', &name);
        struct http_parameter *parameter = &exchange->parameters[exchange->parameters_count++];
        parameter->name = decode(conversation, name);
        parameter->value = read_value(conversation, value);
    }
}

static void add_header(struct http_exchange *exchange, enum http_header header, struct bytes text)
{
    struct http_header_value *value = &exchange->headers[header];
    if (value->count++ == 0)
        value->text = text;
}

/* Sends a known key. False: there is none of that name. */
static bool add_key(struct http_exchange *exchange, struct bytes name)
{
    static const struct {
        struct bytes name;
        enum http_header header;
        struct bytes text;
    } keys[] = {
        {BYTES_INIT("full"), HTTP_API_KEY, BYTES_INIT(SERVICE_KEY_FULL)},
        {BYTES_INIT("viewer"), HTTP_API_KEY, BYTES_INIT(SERVICE_KEY_VIEWER)},
        {BYTES_INIT("second"), HTTP_API_KEY, BYTES_INIT(SERVICE_KEY_SECOND)},
        {BYTES_INIT("oauth"), HTTP_AUTHORIZATION, BYTES_INIT("Bearer " SERVICE_KEY_OAUTH)},
        {BYTES_INIT("operator"), HTTP_AUTHORIZATION, BYTES_INIT("Bearer " SERVICE_KEY_OPERATOR)},
    };
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        if (bytes_equal(name, keys[i].name))
            add_header(exchange, keys[i].header, keys[i].text);
    }
    return bytes_equal(name, BYTES("nobody"));
}

/* Reads headers up to an empty line. */
static struct bytes read_headers(struct http_exchange *exchange, struct bytes rest,
                                 enum service_side side)
{
    static const struct bytes names[HTTP_HEADERS_COUNT] = {
        [HTTP_API_KEY] = BYTES_INIT("Api-Key"),
        [HTTP_AUTHORIZATION] = BYTES_INIT("Authorization"),
        [HTTP_BUSINESS_ID] = BYTES_INIT("X-Business-Id"),
        [HTTP_CABINET] = BYTES_INIT("X-Stockd-Cabinet"),
        [HTTP_CONTENT_LENGTH] = BYTES_INIT("Content-Length"),
        [HTTP_CONTENT_TYPE] = BYTES_INIT("Content-Type"),
        [HTTP_COOKIE] = BYTES_INIT("Cookie"),
        [HTTP_EXPECT] = BYTES_INIT("Expect"),
        [HTTP_HOST] = BYTES_INIT("Host"),
        [HTTP_MARKET_INTEGRATION] = BYTES_INIT("X-Market-Integration"),
        [HTTP_ORIGIN] = BYTES_INIT("Origin"),
        [HTTP_TRANSFER_ENCODING] = BYTES_INIT("Transfer-Encoding"),
        [HTTP_USER_AGENT] = BYTES_INIT("User-Agent"),
    };
    bool nobody = false;
    while (rest.size > 0) {
        struct bytes line;
        struct bytes name;
        rest = bytes_split(rest, '\n', &line);
        if (line.size == 0)
            break;
        const struct bytes value = bytes_trim(bytes_split(line, ':', &name));
        for (int i = 0; i < HTTP_HEADERS_COUNT; i++) {
            if (name.size > 0 && bytes_equal(name, names[i]))
                add_header(exchange, (enum http_header)i, value);
        }
        if (bytes_equal(name, BYTES("As")))
            nobody |= add_key(exchange, value);
    }
    if (!nobody && exchange->headers[HTTP_API_KEY].count == 0 &&
        exchange->headers[HTTP_AUTHORIZATION].count == 0)
        (void)add_key(exchange, side == SERVICE_OPERATOR ? BYTES("operator") : BYTES("full"));
    return rest;
}

/* Keeps a page token of a reply, if it has one. */
static void keep_token(struct json_value paging, const char *name, struct buffer *kept)
{
    struct json_value token;
    if (!json_find(paging, bytes_from_text(name), &token))
        return;
    ASSERT(json_type(token) == JSON_STRING && json_string(token).size > 0);
    buffer_clear(kept);
    buffer_append(kept, json_string(token));
}

static void keep_tokens(struct conversation *conversation, struct json_value root)
{
    struct json_value result = root;
    struct json_value paging;
    if (json_find(root, BYTES("result"), &result))
        ASSERT(json_type(result) == JSON_OBJECT);
    if (!json_find(result, BYTES("paging"), &paging))
        return;
    ASSERT(json_type(paging) == JSON_OBJECT);
    keep_token(paging, "nextPageToken", &conversation->next);
    keep_token(paging, "prevPageToken", &conversation->prev);
}

/* The envelope of a refusal: status, and one to twenty errors with code and message. */
static void check_envelope(struct json_value root)
{
    struct json_value status;
    struct json_value errors;
    ASSERT(json_find(root, BYTES("status"), &status) && json_type(status) == JSON_STRING);
    ASSERT(bytes_equal(json_string(status), BYTES("ERROR")));
    ASSERT(json_find(root, BYTES("errors"), &errors) && json_type(errors) == JSON_ARRAY);
    ASSERT(json_count(errors) >= 1 && json_count(errors) <= ERRORS_PER_REPLY_MAX);
    struct json_walk walk = json_walk_begin(errors);
    struct json_value error;
    while (json_next_element(&walk, &error)) {
        struct json_value text;
        ASSERT(json_type(error) == JSON_OBJECT);
        ASSERT(json_find(error, BYTES("code"), &text) && json_type(text) == JSON_STRING);
        ASSERT(json_string(text).size > 0);
        ASSERT(json_find(error, BYTES("message"), &text) && json_type(text) == JSON_STRING);
        ASSERT(json_string(text).size > 0);
    }
}

static void check_status(const struct http_exchange *exchange)
{
    static const int known[] = {200, 400, 401, 403, 404, 405, 409, 415, 420, 421, 503};
    bool is_known = false;
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        is_known |= exchange->status == known[i];
    ASSERT(is_known);
    ASSERT((exchange->status == 405) == (exchange->allow != NULL));
    ASSERT((exchange->status == 503) == (exchange->retry_after_s > 0));
    if (exchange->rate.present) {
        ASSERT(exchange->rate.limit > 0 && exchange->rate.remaining >= 0);
        ASSERT(exchange->rate.remaining <= exchange->rate.limit);
    }
}

/* No key is ever in a reply, but one that was just made. */
static void check_secrets(const struct conversation *conversation, struct bytes reply)
{
    static const struct bytes secrets[] = {
        BYTES_INIT(SERVICE_KEY_FULL), BYTES_INIT(SERVICE_KEY_VIEWER),
        BYTES_INIT(SERVICE_KEY_SECOND), BYTES_INIT(SERVICE_KEY_OAUTH),
        BYTES_INIT(SERVICE_KEY_OPERATOR)};
    for (size_t i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++) {
        const struct bytes secret = secrets[i];
        ASSERT(memmem(reply.data, reply.size, secret.data, secret.size) == NULL ||
               memmem(conversation->input.data, conversation->input.size, secret.data,
                      secret.size) != NULL);
    }
}

/* A spreadsheet of ours can be read by us. */
static void check_sheet(struct bytes reply)
{
    const struct row_source_settings settings = {.kind = ROW_SOURCE_MEMORY, .memory = reply};
    const struct row *row = NULL;
    struct row_source *source = NULL;
    struct buffer problem;
    buffer_init(&problem);
    ASSERT(row_source_open(&settings, &source, &problem) == OK);
    do
        ASSERT(row_source_next(source, &row) == OK);
    while (row != NULL);
    row_source_close(source);
    buffer_deinit(&problem);
}

static void check_reply(struct conversation *conversation)
{
    const struct http_exchange *exchange = &conversation->service.one.exchange;
    const struct bytes reply = buffer_bytes(&exchange->reply);
    ASSERT(!exchange->reply.failed);
    check_status(exchange);
    check_secrets(conversation, reply);
    if (strncmp(exchange->content_type, "text/", strlen("text/")) == 0) {
        ASSERT(bytes_are_utf8(reply));
        return;
    }
    if (strncmp(exchange->content_type, "application/vnd", strlen("application/vnd")) == 0) {
        check_sheet(reply);
        return;
    }
    struct json_case json;
    json_case_init(&json);
    ASSERT(json_case_parse(&json, reply) == JSON_OK && json_type(json.root) == JSON_OBJECT);
    if (exchange->status == 200)
        keep_tokens(conversation, json.root);
    else
        check_envelope(json.root);
    json_case_deinit(&json);
}

static void send_request(struct conversation *conversation, struct bytes text)
{
    struct service_case *service = &conversation->service;
    struct exchange_case *one = &service->one;
    struct bytes line;
    struct bytes verb;
    struct bytes path;
    const enum service_side side = text.data[0] == '!'   ? SERVICE_OPERATOR
                                   : text.data[0] == '^' ? SERVICE_2026
                                                         : SERVICE_2025;
    if (side != SERVICE_2025)
        text = (struct bytes){text.data + 1, text.size - 1};
    struct bytes rest = bytes_split(text, '\n', &line);
    const struct bytes query = bytes_split(bytes_split(line, ' ', &verb), '?', &path);
    buffer_clear(&conversation->texts);
    exchange_case_begin(one, "", "", service->now_ms);
    one->exchange.method = verb;
    one->exchange.path = decode(conversation, path);
    read_query(conversation, query);
    rest = read_headers(&one->exchange, rest, side);
    if (rest.size > 0)
        exchange_case_body(one, rest);
    const uint32_t entries_count = service->entries_count;
    service_case_run(service, side);
    ASSERT(service->entries_count == entries_count + (side != SERVICE_OPERATOR));
    check_reply(conversation);
    service_case_check(service);
}

/* Takes the text up to the next mark. */
static struct bytes take_part(struct bytes *input)
{
    static const struct bytes mark = BYTES_INIT("\n%%\n");
    const uint8_t *found =
        input->size == 0 ? NULL : memmem(input->data, input->size, mark.data, mark.size);
    struct bytes part = *input;
    if (found == NULL) {
        *input = (struct bytes){NULL, 0};
        return part;
    }
    part.size = (size_t)(found - input->data);
    *input = (struct bytes){found + mark.size, input->size - part.size - mark.size};
    return part;
}

static void go_on(struct conversation *conversation, struct bytes part)
{
    struct service_case *service = &conversation->service;
    int64_t ms = 0;
    if (bytes_equal(part, BYTES("@checkpoint"))) {
        service_case_checkpoint(service);
    } else if (bytes_equal(part, BYTES("@restart"))) {
        if (conversation->restarts++ < RESTARTS_MAX)
            service_case_restart(service);
    } else if (part.data[0] == '+' && bytes_to_int64(part, &ms)) {
        if (ms <= ADVANCE_MS_MAX)
            service_case_advance(service, ms);
    } else {
        send_request(conversation, part);
    }
}

/* Whether somebody is going to look at the query log. */
static bool asks_for_requests(struct bytes input)
{
    static const struct bytes path = BYTES_INIT("/api/v1/requests");
    return input.size > 0 && memmem(input.data, input.size, path.data, path.size) != NULL;
}

void fuzz_exchange(struct bytes input)
{
    static struct conversation conversation;
    if (input.size > TEXT_BYTES_MAX)
        return;
    conversation.input = input;
    conversation.restarts = 0;
    buffer_init(&conversation.texts);
    buffer_init(&conversation.next);
    buffer_init(&conversation.prev);
    ASSERT(buffer_reserve(&conversation.texts, 2 * TEXT_BYTES_MAX) == OK);
    service_case_init(&conversation.service, asks_for_requests(input));
    for (int i = 0; i < REQUESTS_MAX && input.size > 0; i++) {
        const struct bytes part = take_part(&input);
        if (part.size > 0)
            go_on(&conversation, part);
    }
    service_case_check(&conversation.service);
    /* A start reads a whole segment: every eighth input is enough where none asks for one. */
    if (bytes_checksum(conversation.input, 0) % 8 == 0)
        service_case_restart(&conversation.service);
    service_case_deinit(&conversation.service);
    buffer_deinit(&conversation.texts);
    buffer_deinit(&conversation.next);
    buffer_deinit(&conversation.prev);
}
