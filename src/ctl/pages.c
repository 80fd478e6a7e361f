/* One request at a time: the next page's token stands in the page before it. */
#include "ctl/pages.h"

#include <inttypes.h>
#include <string.h>

#include "base/hash.h"
#include "base/limits.h"

/* Appends a value of a query: letters, digits and `-._~` as they are, anything else as %XX. */
static void append_escaped(struct buffer *query, struct bytes value)
{
    static const char plain[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    for (size_t i = 0; i < value.size; i++) {
        if (memchr(plain, value.data[i], sizeof(plain) - 1) != NULL)
            buffer_append_u8(query, value.data[i]);
        else
            buffer_append_format(query, "%%%02X", value.data[i]);
    }
}

static void query_make(struct pages *pages, struct bytes page_token)
{
    buffer_clear(&pages->query);
    buffer_append_format(&pages->query, "limit=%d", PAGE_LIMIT_MAX);
    if (page_token.size == 0)
        return;
    buffer_append_text(&pages->query, "&page_token=");
    append_escaped(&pages->query, page_token);
}

void pages_init(struct pages *pages, struct session *session, int64_t warehouse_id)
{
    *pages = (struct pages){.session = session};
    progress_next(&session->progress, 0);
    arena_init(&pages->arena);
    buffer_init(&pages->query);
    buffer_init(&pages->body);
    buffer_append_text(&pages->body, "{");
    if (warehouse_id > 0)
        buffer_append_format(&pages->body, "\"stocksWarehouseId\":%" PRId64, warehouse_id);
    buffer_append_text(&pages->body, "}");
    query_make(pages, (struct bytes){NULL, 0});
}

void pages_deinit(struct pages *pages)
{
    buffer_deinit(&pages->body);
    buffer_deinit(&pages->query);
    arena_deinit(&pages->arena);
}

/* A later page begins with the first SKU of all: it is the first page once more. libcurl 7.88 loses
 * the query, and the page's token with it, where it finds no memory for a copy of it. */
static bool is_first_page_again(struct pages *pages, const struct get_stocks_answer *answer)
{
    if (answer->views_count == 0)
        return false;
    const int64_t key = (int64_t)bytes_hash(answer->views[0].sku);
    if (pages->views == 0)
        pages->first_key = key;
    return pages->views > 0 && pages->first_key == key;
}

/* Asks, and gives what was answered with 2xx. False: the run ends. */
static bool ask(struct pages *pages, struct call_result *result)
{
    struct session *session = pages->session;
    const struct call_request request = {
        .method = "POST",
        .query = buffer_bytes(&pages->query),
        .body = buffer_bytes(&pages->body),
        .items = PAGE_LIMIT_MAX,
    };
    if (pages->query.failed || pages->body.failed ||
        client_begin(session->client, &request) != OK || !client_end_one(session->client, result)) {
        session_stop_for_memory(session);
        return false;
    }
    switch (session_judge(session, result, NULL, NULL)) {
    case JUDGED_GOOD:
        return true;
    case JUDGED_REFUSED:
        session_stop(session, CTL_SOME_REFUSED);
        return false;
    case JUDGED_END:
        break;
    }
    return false;
}

bool pages_next(struct pages *pages, struct get_stocks_answer *answer)
{
    struct session *session = pages->session;
    struct call_result result;
    struct json_value root;
    struct json_failure failure;
    if (pages->is_last || !ask(pages, &result))
        return false;
    arena_reset(&pages->arena);
    const enum json_outcome outcome = json_parse(session->parser, result.answer, &root, &failure);
    if (outcome != JSON_OK || !get_stocks_decode_answer(root, &pages->arena, answer)) {
        session_stop_for_answer(session, outcome == JSON_NO_MEMORY ? ERR_MEMORY : ERR_INVALID);
        return false;
    }
    if (is_first_page_again(pages, answer)) {
        progress_say(&session->progress, "the first page came twice; try again");
        session_stop(session, CTL_UNREACHABLE);
        return false;
    }
    const uint64_t asked = bytes_hash(buffer_bytes(&pages->query));
    pages->is_last = answer->next_token.size == 0;
    query_make(pages, answer->next_token);
    if (!pages->is_last && bytes_hash(buffer_bytes(&pages->query)) == asked) {
        progress_say(&session->progress, "a page names itself as the next one; try again");
        session_stop(session, CTL_UNREACHABLE);
        return false;
    }
    pages->views += answer->views_count;
    return true;
}

bool pages_are_complete(const struct pages *pages)
{
    return pages->is_last;
}
