/* GET requests: the query log, newest first, a page at a time. Reads the disk, some 16 MiB at most,
 * in the thread that asks. */
#include "base/moment_id.h"
#include "call/query.h"
#include "operator/operator_internal.h"
#include "wire/page_token.h"

enum { LIMIT_OTHERWISE = 50, STATUS_CLASS_MAX = 5, STATUS_MIN = 100, STATUS_MAX = 999 };

bool requests_take_status(struct call *call, struct request_filter *filter)
{
    struct bytes text;
    if (!http_parameter(call->exchange, BYTES("status"), &text))
        return true;
    const bool is_class = text.size == 3 && text.data[1] == 'x' && text.data[2] == 'x';
    const struct bytes digits = is_class ? (struct bytes){text.data, 1} : text;
    int64_t number = 0;
    if (bytes_to_int64(digits, &number) &&
        (is_class ? number >= 1 && number <= STATUS_CLASS_MAX
                  : number >= STATUS_MIN && number <= STATUS_MAX)) {
        filter->status = number;
        return true;
    }
    error_list_add_rejected(&call->errors,
                            "Parameter status must be a class such as 4xx or a number "
                            "of three digits",
                            text);
    return false;
}

/* One entry: its id tells in which files it may be. */
static bool take_id(struct call *call, struct request_filter *filter)
{
    struct bytes text;
    if (!http_parameter(call->exchange, BYTES("id"), &text))
        return true;
    if (!moment_id_read(text, &filter->id)) {
        error_list_add_rejected(&call->errors, "Parameter id must be 16 hexadecimal digits", text);
        return false;
    }
    const int64_t at_ms = moment_id_ms(filter->id);
    filter->from_ms = at_ms > filter->from_ms ? at_ms : filter->from_ms;
    filter->to_ms = at_ms < filter->to_ms ? at_ms + 1 : filter->to_ms;
    return true;
}

static bool decode(struct operator_call *call, const struct json_value *root)
{
    (void)root;
    struct call *base = &call->call;
    struct request_filter *filter = arena_allocate(&base->exchange->arena, sizeof(*filter));
    if (filter == NULL)
        return false;
    *filter = (struct request_filter){.from_ms = INT64_MIN, .to_ms = INT64_MAX};
    call->state = filter;
    const struct query_limits limits = {.otherwise = LIMIT_OTHERWISE, .max = REQUEST_LOG_PAGE_MAX};
    uint32_t limit = 0;
    bool given = false;
    struct query_page page;
    if (!call_query_limit(base, &limits, &limit) ||
        !call_query_int64(base, "campaignId", 1, INT64_MAX, &filter->campaign_id, &given) ||
        !requests_take_status(base, filter) || !call_query_moment(base, "from", &filter->from_ms) ||
        !call_query_moment(base, "to", &filter->to_ms) || !take_id(base, filter))
        return false;
    if (!http_parameter(base->exchange, BYTES("method"), &filter->method))
        filter->method = (struct bytes){NULL, 0};
    if (!call_query_page(base, request_filter_checksum(filter), &page))
        return false;
    filter->limit = limit;
    filter->position = page.position;
    return true;
}

static bool encode(struct operator_call *call, const struct request_filter *filter,
                   const struct request_page *page)
{
    struct buffer *body = &call->call.exchange->reply;
    struct bytes token;
    if (!call_query_page_token(&call->call, request_filter_checksum(filter), page->position, false,
                               &token)) {
        call_refuse_unavailable(&call->call);
        return false;
    }
    call->call.exchange->status = 200;
    buffer_append(body, BYTES("{\"status\":\"OK\",\"result\":{\"requests\":["));
    for (size_t i = 0; i < page->entries_count; i++) {
        buffer_append_text(body, i == 0 ? "" : ",");
        request_entry_show(body, &page->entries[i]);
    }
    buffer_append(body, BYTES("],"));
    page_token_encode_paging(body, token, (struct bytes){NULL, 0});
    buffer_append(body, BYTES("}}"));
    return false;
}

static bool begin(struct operator_call *call)
{
    struct request_log *log = call->api->settings.request_log;
    const struct request_filter *filter = call->state;
    struct request_page page;
    if (log == NULL) {
        call_refuse(&call->call, 404, "NOT_FOUND", "No query log is kept: --request-log-mb is 0");
        return false;
    }
    switch (request_log_find(log, filter, &call->call.exchange->arena, &page)) {
    case OK:
        return encode(call, filter, &page);
    case ERR_INVALID:
        call_refuse(&call->call, 400, "BAD_REQUEST", "Bad page token");
        return false;
    case ERR_IO:
    case ERR_FULL:
    case ERR_MEMORY:
    case ERR_NOT_FOUND:
    case ERR_DENIED:
    case ERR_BUSY:
    case ERR_CORRUPT:
    case ERR_UNSUPPORTED:
        call_refuse_unavailable(&call->call);
        return false;
    }
    return false;
}

const struct operator_method method_list_requests = {
    .decode = decode,
    .begin = begin,
    .blocks = true,
};
