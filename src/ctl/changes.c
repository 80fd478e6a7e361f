/* What happened to a SKU in a stockd, as its operator's API tells it: the newest first, with what
 * each change came from. */
#include <inttypes.h>

#include "ctl/ask.h"
#include "ctl/commands.h"
#include "ctl/escape.h"
#include "ctl/listing.h"
#include "ctl/option_rows.h"

enum { ROWS_PER_PAGE = 200, MARKS_MAX = 8 };

/* How a member of an event is shown. */
enum cell { CELL_TEXT, CELL_NUMBER, CELL_LIST };

/* Names of columns are those of members. */
static const struct table_column columns[] = {
    {"at", "at"},
    {"kind", "kind"},
    {"available", "available"},
    {"freeze", "freeze"},
    {"count", "units"},
    {"type", "type"},
    {"set", "set"},
    {"cleared", "cleared"},
    {"source", "source"},
    {"token", "token"},
    {"orderId", "order"},
    {"requestId", "request"},
    {"warehouseId", "warehouse"},
    {"updatedAt", NULL},
    {"campaignId", NULL},
    {NULL, NULL},
};

static const enum cell cells[] = {
    CELL_TEXT, CELL_TEXT, CELL_NUMBER, CELL_NUMBER, CELL_NUMBER, CELL_TEXT, CELL_LIST,   CELL_LIST,
    CELL_TEXT, CELL_TEXT, CELL_TEXT,   CELL_TEXT,   CELL_NUMBER, CELL_TEXT, CELL_NUMBER,
};
static_assert(sizeof(cells) / sizeof(cells[0]) == sizeof(columns) / sizeof(columns[0]) - 1,
              "each column has a form");

/* Adds a list of texts, if there is one that is not empty. */
static void add_list(struct table *table, struct json_value event, const char *name)
{
    struct json_value list;
    struct json_value item;
    struct bytes texts[MARKS_MAX];
    size_t count = 0;
    if (answer_member(event, name, JSON_ARRAY, &list)) {
        struct json_walk walk = json_walk_begin(list);
        while (count < MARKS_MAX && json_next_element(&walk, &item)) {
            if (json_type(item) == JSON_STRING)
                texts[count++] = json_string(item);
        }
    }
    if (count > 0)
        table_add_list(table, texts, count);
    else
        table_add_nothing(table);
}

static void add_cell(struct table *table, struct json_value event, const char *name, enum cell cell)
{
    struct json_value member;
    int64_t number = 0;
    if (cell == CELL_LIST)
        add_list(table, event, name);
    else if (cell == CELL_TEXT && answer_text(event, name).size > 0)
        table_add_text(table, answer_text(event, name));
    else if (cell == CELL_NUMBER && json_find(event, bytes_from_text(name), &member) &&
             json_to_int64(member, &number))
        table_add_number(table, number);
    else
        table_add_nothing(table);
}

/* False: the run ends, or as many as were wanted are there. */
static bool show(struct listing *listing, struct json_value event)
{
    for (size_t i = 0; columns[i].name != NULL; i++)
        add_cell(&listing->table, event, columns[i].name, cells[i]);
    return listing_end_row(listing);
}

/* What is asked for, and where the page begins; it has no bytes for the newest one. */
static void query_make(const struct options *options, struct bytes page_token, struct buffer *query)
{
    const int64_t rows_max = options->rows_max;
    buffer_clear(query);
    buffer_append_format(query, "limit=%" PRId64,
                         rows_max > 0 && rows_max < ROWS_PER_PAGE ? rows_max : ROWS_PER_PAGE);
    escape_append_parameter(query, "sku", bytes_from_text(options->arguments[0]));
    if (options->warehouse_id > 0)
        buffer_append_format(query, "&warehouseId=%" PRId64, options->warehouse_id);
    if (options->from != NULL)
        escape_append_parameter(query, "from", bytes_from_text(options->from));
    if (options->to != NULL)
        escape_append_parameter(query, "to", bytes_from_text(options->to));
    if (page_token.size > 0)
        escape_append_parameter(query, "page_token", page_token);
}

/* Asks for the page that *query tells, and shows it; *query becomes that of the next one. False:
 * the run ends, or there is none. */
static bool page_read(struct listing *listing, const struct buffer *path, struct buffer *query)
{
    struct session *session = &listing->session;
    const struct call_request request = {
        .method = "GET", .path = buffer_bytes(path), .query = buffer_bytes(query)};
    struct json_value result;
    struct json_value list;
    struct json_value event;
    if (path->failed || query->failed) {
        session_stop_for_memory(session);
        return false;
    }
    if (!ask_for_list(session, &request, "events", &result, &list))
        return false;
    struct json_walk walk = json_walk_begin(list);
    bool more = true;
    while (more && json_next_element(&walk, &event))
        more = json_type(event) == JSON_OBJECT && show(listing, event);
    query_make(session->options, answer_next_token(result), query);
    return more && answer_next_token(result).size > 0;
}

static enum ctl_exit changes_run(const struct options *options)
{
    struct listing listing;
    struct buffer path;
    struct buffer query;
    buffer_init(&path);
    buffer_init(&query);
    listing_begin(&listing, options, ACCESS_OPERATOR, columns, "changes");
    buffer_append_format(&path, "/api/v1/campaigns/%" PRId64 "/history", options->campaign_id);
    query_make(options, (struct bytes){NULL, 0}, &query);
    if (listing.session.exit == CTL_DONE) {
        while (page_read(&listing, &path, &query)) {
        }
    }
    buffer_deinit(&path);
    buffer_deinit(&query);
    return listing_end(&listing, CTL_DONE);
}

/* clang-format off */
static const struct option_row changes_options[] = {
    {.name = "warehouse", .value_name = "ID", .kind = OPTION_NUMBER, .min = 1, .max = INT64_MAX,
     OPTION_MEMBER(warehouse_id), .help = "only what happened there"},
    {.name = "from", .value_name = "MOMENT", .kind = OPTION_TEXT, OPTION_MEMBER(from),
     .help = "not older than this, 2026-12-31T12:00:00Z"},
    {.name = "to", .value_name = "MOMENT", .kind = OPTION_TEXT, OPTION_MEMBER(to),
     .help = "older than this"},
    {.name = "limit", .letter = 'n', .value_name = "N", .kind = OPTION_NUMBER, .min = 1,
     .max = INT64_MAX / 1024, OPTION_MEMBER(rows_max), .standard = "50", .help = "the newest N"},
    {.name = NULL},
};

const struct command changes_command = {
    .name = "changes",
    .summary = "operator: show what happened to a SKU, and why",
    .arguments = "SKU",
    .arguments_min = 1,
    .arguments_max = 1,
    .description =
        "Shows the history of a SKU that a stockd keeps, newest first: when, what, what was\n"
        "available and reserved behind it, and which token, order or request it came from;\n"
        "`stockctl requests --id REQUEST` shows the request. What you wrote down yourself is\n"
        "another list: `stockctl history`.\n",
    .examples =
        "  stockctl changes A-1 --campaign 10003 --operator-token-file data/store/operator.token\n"
        "  stockctl changes A-1 --campaign 10003 --from 2026-11-01T00:00:00Z --output csv\n",
    .options = {changes_options, campaign_options, operator_options, list_options},
    .run = changes_run,
};
/* clang-format on */
