/* Page after page: the answer's cells become CSV lines. Output is gathered and written in pieces;
 * the file appears under its name only when the last page is in it. */
#include "ctl/pull.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/date.h"
#include "base/hash.h"
#include "base/map.h"
#include "ctl/csv_writer.h"
#include "ctl/session.h"
#include "ctl/stop.h"
#include "ctl/totals.h"
#include "wire/get_stocks.h"

struct pull {
    struct session session;
    struct csv_file file;
    struct arena arena;
    struct buffer query;
    struct buffer body;
    struct map skus; /* Of one page: a page never splits a SKU (CONTRACT C16). */
    int64_t pulled;
    int64_t repeated; /* SKUs that stand on more than one warehouse. */
};

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

static void query_make(struct pull *pull, struct bytes page_token)
{
    buffer_clear(&pull->query);
    buffer_append_format(&pull->query, "limit=%d", PAGE_LIMIT_MAX);
    if (page_token.size == 0)
        return;
    buffer_append_text(&pull->query, "&page_token=");
    append_escaped(&pull->query, page_token);
}

static void body_make(struct pull *pull)
{
    buffer_append_text(&pull->body, "{");
    if (pull->session.options->warehouse_id > 0)
        buffer_append_format(&pull->body, "\"stocksWarehouseId\":%" PRId64,
                             pull->session.options->warehouse_id);
    buffer_append_text(&pull->body, "}");
}

static void write_row(struct buffer *text, const struct stock_view *view)
{
    csv_append_field(text, view->sku);
    buffer_append_u8(text, ',');
    buffer_append_int64(text, view->available);
    buffer_append_u8(text, ',');
    buffer_append_int64(text, view->reserved);
    buffer_append_u8(text, ',');
    if (view->updated_at_ms > 0) {
        char date[DATE_ISO8601_BYTES_MAX];
        const size_t date_bytes = date_format_iso8601(view->updated_at_ms, date);
        buffer_append(text, (struct bytes){(const uint8_t *)date, date_bytes});
    }
    buffer_append_u8(text, '\n');
}

/* Writes the cells of a page. False: the run ends, and why was said. */
static bool write_page(struct pull *pull, const struct get_stocks_answer *answer)
{
    map_deinit(&pull->skus);
    for (uint32_t i = 0; i < answer->views_count; i++) {
        const struct stock_view *view = &answer->views[i];
        write_row(&pull->file.text, view);
        const int64_t key = (int64_t)bytes_hash(view->sku);
        pull->repeated += map_get(&pull->skus, key) != MAP_ABSENT;
        if (map_set(&pull->skus, key, i) != OK) {
            session_stop_for_memory(&pull->session);
            return false;
        }
    }
    pull->pulled += answer->views_count;
    const enum err error = csv_file_flush(&pull->file, false);
    if (error == ERR_MEMORY) {
        session_stop_for_memory(&pull->session);
    } else if (error != OK) {
        progress_say(&pull->session.progress, "cannot write: %s", strerror(errno));
        session_stop(&pull->session, CTL_MACHINE);
    }
    return error == OK;
}

/* Asks for one page and writes it; pull->query is the next page's then. False: the run ends. */
static bool pull_page(struct pull *pull, bool *last)
{
    struct session *session = &pull->session;
    const struct call_request request = {
        .method = "POST",
        .query = buffer_bytes(&pull->query),
        .body = buffer_bytes(&pull->body),
        .items = PAGE_LIMIT_MAX,
    };
    struct call_result result;
    if (pull->query.failed || pull->body.failed || client_begin(session->client, &request) != OK ||
        !client_end_one(session->client, &result)) {
        session_stop_for_memory(session);
        return false;
    }
    switch (session_judge(session, &result, NULL, NULL)) {
    case JUDGED_GOOD:
        break;
    case JUDGED_REFUSED:
        session_stop(session, CTL_SOME_REFUSED);
        return false;
    case JUDGED_END:
        return false;
    }
    struct json_value root;
    struct json_failure failure;
    struct get_stocks_answer answer;
    arena_reset(&pull->arena);
    if (json_parse(session->parser, result.answer, &root, &failure) != JSON_OK ||
        !get_stocks_decode_answer(root, &pull->arena, &answer)) {
        session_stop_for_answer(session);
        return false;
    }
    *last = answer.next_token.size == 0;
    query_make(pull, answer.next_token);
    return write_page(pull, &answer);
}

/* Pulls all pages into the file, which is left whole or not at all. */
static void pull_pages(struct pull *pull)
{
    struct session *session = &pull->session;
    if (csv_file_open(&pull->file, session->options->output_path) != OK) {
        progress_say(&session->progress, "cannot open %s: %s", session->options->output_path,
                     strerror(errno));
        session_stop(session, CTL_USAGE);
        return;
    }
    buffer_append_text(&pull->file.text, "sku,count,reserved,updatedAt\n");
    body_make(pull);
    query_make(pull, (struct bytes){NULL, 0});
    bool last = false;
    bool going = true;
    while (going && !last) {
        going = pull_page(pull, &last);
        progress_update(&session->progress, pull->pulled, 0);
    }
    if (!going) {
        csv_file_abandon(&pull->file);
        return;
    }
    if (csv_file_commit(&pull->file) != OK) {
        progress_say(&session->progress, "cannot write: %s", strerror(errno));
        session_stop(session, CTL_MACHINE);
    }
}

static void print_end(struct pull *pull)
{
    struct session *session = &pull->session;
    progress_end(&session->progress);
    if (stop_signal() != 0)
        progress_say(&session->progress, "interrupted; the rest was not read");
    if (pull->repeated > 0) {
        progress_say(&session->progress,
                     "warning: %" PRId64 " rows repeat a SKU that stands on several warehouses; "
                     "--warehouse ID takes one",
                     pull->repeated);
    }
    const struct total totals[] = {{"pulled", pull->pulled}};
    struct buffer text;
    buffer_init(&text);
    totals_format(&text, totals, 1, progress_elapsed_ms(&session->progress),
                  session->options->output_form == OUTPUT_JSON);
    (void)fputs(buffer_text(&text), stderr);
    buffer_deinit(&text);
}

enum ctl_exit pull_run(const struct options *options)
{
    struct pull pull = {.pulled = 0};
    struct session *session = &pull.session;
    arena_init(&pull.arena);
    buffer_init(&pull.query);
    buffer_init(&pull.body);
    map_init(&pull.skus);
    session_begin(session, options, "SKUs", 0);
    if (session->exit == CTL_DONE) {
        pull_pages(&pull);
        print_end(&pull);
    }
    session_end(session);
    map_deinit(&pull.skus);
    buffer_deinit(&pull.body);
    buffer_deinit(&pull.query);
    arena_deinit(&pull.arena);
    return session_exit(session, CTL_DONE);
}
