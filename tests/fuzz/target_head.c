/* What a request says before its body: path, query, content type, page token. */
#include <stdlib.h>

#include "api/api_internal.h"
#include "call/media_type.h"
#include "call/query.h"
#include "check.h"
#include "fuzz.h"
#include "operator/cookie.h"
#include "operator/host_name.h"
#include "operator/operator_internal.h"
#include "wire/page_token.h"
#include "wire/request_entry.h"

enum { LIMIT_CUT = 50 };

void fuzz_page_token(struct bytes input)
{
    static const uint64_t filters[] = {0, UINT64_C(0x5785eb70c7edb97d)};
    struct json_parser *parser = json_parser_create();
    ASSERT(parser != NULL);
    for (size_t i = 0; i < sizeof(filters) / sizeof(filters[0]); i++) {
        struct page_token token;
        if (!page_token_decode(parser, input, filters[i], &token))
            continue;
        ASSERT(token.position.size <= PAGE_POSITION_BYTES_MAX && bytes_are_utf8(token.position));
        struct buffer text;
        struct page_token again;
        struct json_parser *other = json_parser_create();
        ASSERT(other != NULL);
        buffer_init(&text);
        page_token_encode(&text, &token, filters[i]);
        ASSERT(!page_token_decode(other, buffer_bytes(&text), filters[1 - i], &again));
        /* Escapes make a token longer than the text that it was read from. */
        if (text.size <= PAGE_TOKEN_BYTES_MAX) {
            ASSERT(page_token_decode(other, buffer_bytes(&text), filters[i], &again));
            ASSERT(again.backward == token.backward);
            ASSERT(bytes_equal(again.position, token.position));
        }
        json_parser_destroy(other);
        buffer_deinit(&text);
    }
    json_parser_destroy(parser);
}

/* A call whose head is `exchange`. */
static void call_make(struct call *call, struct http_exchange *exchange)
{
    static const struct call_steps steps = {NULL, NULL, NULL, NULL};
    call_begin(call, exchange, &steps, NULL, NULL, parser_pool_create(true));
    ASSERT(call->parsers != NULL);
}

static void call_unmake(struct call *call)
{
    struct parser_pool *parsers = call->parsers;
    call_end(call);
    parser_pool_destroy(parsers);
}

static void read_parameters(struct call *call)
{
    static const struct query_limits limits[] = {{100, 200, 0}, {LIMIT_CUT, 200, LIMIT_CUT}};
    for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
        uint32_t limit = 0;
        error_list_clear(&call->errors);
        if (call_query_limit(call, &limits[i], &limit))
            ASSERT(limit >= 1 && limit <= (limits[i].cut > 0 ? LIMIT_CUT : limits[i].max));
        else
            ASSERT(call->errors.count == 1);
    }
    int64_t number = 42;
    bool given = false;
    error_list_clear(&call->errors);
    if (call_query_int64(call, "page", 1, 10000, &number, &given))
        ASSERT(given ? number >= 1 && number <= 10000 : number == 42);
    else
        ASSERT(call->errors.count == 1 && number == 42);
    struct query_page page;
    error_list_clear(&call->errors);
    if (call_query_page(call, 0, &page))
        ASSERT(page.given || (page.position.size == 0 && !page.backward));
    else
        ASSERT(call->errors.count == 1);
    struct bytes token;
    ASSERT(!page.given || call_query_page_token(call, 0, page.position, page.backward, &token));
}

/* The text as the query log keeps it: printable, within its limit, and without what is secret. */
static void check_logged(const struct http_exchange *exchange)
{
    uint8_t text[REQUEST_PATH_BYTES_MAX];
    const struct bytes path = request_path(exchange, text, sizeof(text));
    ASSERT(path.size <= sizeof(text) && !bytes_have_controls(path));
    for (size_t i = 0; i < path.size; i++)
        ASSERT(path.data[i] > ' ' && path.data[i] < 0x7F && path.data[i] != '"');
}

/* NAME=VALUE&NAME=VALUE…, in which any byte but `&` and `=` stands for itself. */
void fuzz_query(struct bytes input)
{
    struct http_exchange *exchange = calloc(1, sizeof(*exchange));
    ASSERT(exchange != NULL);
    http_exchange_reset(exchange);
    exchange->path = BYTES("/v2/campaigns/10003/offers/stocks");
    struct bytes rest = input;
    while (rest.size > 0 && exchange->parameters_count < HTTP_PARAMETERS_MAX) {
        struct http_parameter *parameter = &exchange->parameters[exchange->parameters_count++];
        struct bytes item;
        rest = bytes_split(rest, '&', &item);
        parameter->value = bytes_split(item, '=', &parameter->name);
    }
    struct call call;
    call_make(&call, exchange);
    read_parameters(&call);
    check_logged(exchange);
    call_unmake(&call);
    arena_deinit(&exchange->arena);
    buffer_deinit(&exchange->reply);
    free(exchange);
}

/* The path of a row with its values in place of the braces is the path that was asked for. */
static void check_values(const struct route *row, const struct route_values *values,
                         struct bytes path)
{
    struct buffer made;
    buffer_init(&made);
    uint32_t used = 0;
    struct bytes pattern = bytes_from_text(row->path);
    while (pattern.size > 0) {
        struct bytes segment;
        pattern = bytes_split(pattern, '/', &segment);
        if (made.size > 0)
            buffer_append_u8(&made, '/');
        if (segment.data[0] == '{') {
            ASSERT(used < values->count && values->texts[used].size > 0);
            buffer_append(&made, values->texts[used++]);
        } else {
            buffer_append(&made, segment);
        }
    }
    ASSERT(used == values->count);
    ASSERT(bytes_equal(buffer_bytes(&made), path));
    buffer_deinit(&made);
}

/* Whether a list as the header Allow has it names the verb. */
static bool allows(const char *verbs, struct bytes verb)
{
    struct bytes rest = bytes_from_text(verbs);
    while (rest.size > 0) {
        struct bytes one;
        rest = bytes_split(rest, ',', &one);
        if (bytes_equal(bytes_trim(one), verb))
            return true;
    }
    return false;
}

static void check_table(const struct route_table *table, struct bytes verb, struct bytes path)
{
    static const struct bytes versions[] = {BYTES_INIT("v1"), BYTES_INIT("v2"), BYTES_INIT("v3")};
    for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
        const struct route *row = NULL;
        struct route_values values = {.count = 0};
        const enum route_match match = route_find(table, verb, path, versions[i], &row, &values);
        ASSERT((match == ROUTE_NO_PATH) == (row == NULL));
        if (match == ROUTE_NO_PATH)
            continue;
        ASSERT(bytes_equal(bytes_from_text(row->version), versions[i]));
        ASSERT((match == ROUTE_FOUND) == bytes_equal(verb, bytes_from_text(row->verb)));
        check_values(row, &values, path);
        char verbs[ROUTE_ALLOW_BYTES];
        route_allow(table, row, verbs);
        ASSERT(allows(verbs, bytes_from_text(row->verb)));
        ASSERT(allows(verbs, verb) == (match == ROUTE_FOUND));
    }
}

/* VERB PATH, the path behind the version. */
void fuzz_route(struct bytes input)
{
    struct bytes verb;
    const struct bytes path = bytes_split(input, ' ', &verb);
    check_table(&api_routes, verb, path);
    check_table(&operator_routes, verb, path);
}

/* An address in numbers, this machine, or a name that was allowed: with letters in front that are
 * none of these, nothing is. */
void fuzz_host_name(struct bytes input)
{
    const bool alone = host_name_is_ours(input, NULL);
    const bool with_names = host_name_is_ours(input, "stock.example, b");
    ASSERT(!alone || with_names);
    struct buffer name;
    buffer_init(&name);
    buffer_append_text(&name, "evil.example");
    buffer_append(&name, input);
    ASSERT(!host_name_is_ours(buffer_bytes(&name), "stock.example, b"));
    buffer_deinit(&name);
}

/* Whether a character may stand around a pair: bytes_trim() takes it off. */
static bool is_blank(uint8_t letter)
{
    return bytes_trim((struct bytes){&letter, 1}).size == 0;
}

/* Reads a header from its end: the last value of the name, and what is before its pair. */
static bool plain_last_cookie(struct bytes *header, struct bytes name, struct bytes *value)
{
    while (header->size > 0) {
        size_t start = header->size;
        while (start > 0 && header->data[start - 1] != ';')
            start--;
        size_t end = header->size;
        size_t at = start;
        while (at < end && is_blank(header->data[at]))
            at++;
        while (end > at && is_blank(header->data[end - 1]))
            end--;
        header->size = start > 0 ? start - 1 : 0;
        if (end - at > name.size && memcmp(header->data + at, name.data, name.size) == 0 &&
            header->data[at + name.size] == '=') {
            *value = (struct bytes){header->data + at + name.size + 1, end - at - name.size - 1};
            return true;
        }
    }
    return false;
}

/* From the front and from the back there are the same values. */
void fuzz_cookie(struct bytes input)
{
    enum { VALUES_MAX = 4096 };
    static struct bytes values[VALUES_MAX];
    const struct bytes name = BYTES("a");
    struct bytes rest = input;
    struct bytes value;
    size_t count = 0;
    while (cookie_next(&rest, name, &value)) {
        ASSERT(value.size == 0 ||
               (value.data >= input.data && value.data + value.size <= input.data + input.size));
        if (count < VALUES_MAX)
            values[count] = value;
        count++;
    }
    if (count > VALUES_MAX)
        return;
    rest = input;
    while (plain_last_cookie(&rest, name, &value)) {
        ASSERT(count > 0);
        ASSERT(bytes_equal(values[--count], value));
    }
    ASSERT(count == 0);
}

void fuzz_media_type(struct bytes input)
{
    struct http_exchange *exchange = calloc(1, sizeof(*exchange));
    struct error_list errors;
    ASSERT(exchange != NULL);
    error_list_init(&errors);
    exchange->headers[HTTP_CONTENT_TYPE] = (struct http_header_value){input, 1};
    exchange->body = BYTES("{}");
    const int status = media_type_judge(exchange, &errors);
    ASSERT(status == 0 || status == 400 || status == 415);
    ASSERT((status == 0) == (errors.count == 0) && errors.count <= 1);
    struct bytes type;
    (void)bytes_split(input, ';', &type);
    const bool is_json = bytes_equal_ignoring_case(bytes_trim(type), BYTES("application/json"));
    ASSERT(is_json == (status != 415));
    if (status != 0) {
        struct buffer reply;
        buffer_init(&reply);
        reply_encode_errors(&reply, "BAD_REQUEST", &errors);
        check_object(buffer_bytes(&reply));
        buffer_deinit(&reply);
    }
    error_list_deinit(&errors);
    free(exchange);
}
