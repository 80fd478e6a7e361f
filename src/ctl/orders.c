/* Orders in the operator's API of a stockd: somebody buys, and units leave the shelf. Each request
 * may be repeated: the same order answers the same. */
#include <inttypes.h>
#include <stdio.h>

#include "base/date.h"
#include "ctl/ask.h"
#include "ctl/commands.h"
#include "ctl/escape.h"
#include "ctl/listing.h"
#include "ctl/option_rows.h"
#include "ctl/stop.h"

enum { ROWS_PER_PAGE = 100 };

static const struct table_column columns[] = {
    {"orderId", "order"},     {"campaignId", "campaign"}, {"warehouseId", "warehouse"},
    {"state", "state"},       {"items", "items"},         {"createdAt", "created"},
    {"updatedAt", "changed"}, {"expiresAt", "expires"},   {NULL, NULL},
};

/* Adds the items: `A-1 x 2, B x 1`, or as they came. */
static void add_items(struct table *table, struct json_value order)
{
    struct buffer text;
    struct buffer json;
    struct json_value items;
    buffer_init(&text);
    buffer_init(&json);
    buffer_append_text(&json, "[");
    if (answer_member(order, "items", JSON_ARRAY, &items)) {
        struct json_walk walk = json_walk_begin(items);
        struct json_value item;
        while (json_next_element(&walk, &item)) {
            const struct bytes sku = answer_text(item, "sku");
            const int64_t count = answer_number(item, "count");
            buffer_append_format(&text, "%s%.*s x %" PRId64, text.size == 0 ? "" : ", ",
                                 BYTES_ARG(sku), count);
            buffer_append_text(&json, json.size == 1 ? "{\"sku\":" : ",{\"sku\":");
            json_write_string(&json, sku);
            buffer_append_format(&json, ",\"count\":%" PRId64 "}", count);
        }
    }
    buffer_append_text(&json, "]");
    table_add_json(table, buffer_bytes(&text), buffer_bytes(&json));
    table->text.failed = table->text.failed || text.failed || json.failed;
    buffer_deinit(&text);
    buffer_deinit(&json);
}

static void add_optional(struct table *table, struct bytes text)
{
    if (text.size > 0)
        table_add_text(table, text);
    else
        table_add_nothing(table);
}

/* False: the run ends, or as many as were wanted are there. */
static bool show_order(struct listing *listing, struct json_value order)
{
    struct table *table = &listing->table;
    table_add_text(table, answer_text(order, "orderId"));
    table_add_number(table, answer_number(order, "campaignId"));
    table_add_number(table, answer_number(order, "warehouseId"));
    table_add_text(table, answer_text(order, "state"));
    add_items(table, order);
    table_add_text(table, answer_text(order, "createdAt"));
    table_add_text(table, answer_text(order, "updatedAt"));
    add_optional(table, answer_text(order, "expiresAt"));
    return listing_end_row(listing);
}

/* Shows the order of an answer. */
static void show(struct listing *listing, struct json_value root)
{
    struct json_value order;
    if (answer_member(root, "result", JSON_OBJECT, &order) &&
        answer_member(order, "order", JSON_OBJECT, &order))
        (void)show_order(listing, order);
    else
        session_stop_for_answer(&listing->session, ERR_INVALID);
}

/* Says what an order was short of. */
static void say_shortages(struct session *session, struct json_value root)
{
    struct json_value list;
    if (!answer_member(root, "result", JSON_OBJECT, &list) ||
        !answer_member(list, "shortages", JSON_ARRAY, &list))
        return;
    struct json_walk walk = json_walk_begin(list);
    struct json_value row;
    while (json_next_element(&walk, &row)) {
        const struct bytes sku = answer_text(row, "sku");
        progress_say(&session->progress, "%.*s: %" PRId64 " wanted, %" PRId64 " there",
                     BYTES_ARG(sku), answer_number(row, "requested"),
                     answer_number(row, "available"));
    }
}

/* Sends a request about orders, and shows what comes. False: it was refused, or the run ends. */
static bool send_order(struct listing *listing, const char *method, const struct buffer *path,
                       const struct buffer *body)
{
    struct session *session = &listing->session;
    if (path->failed || body->failed) {
        session_stop_for_memory(session);
        return false;
    }
    const struct call_request request = {
        .method = method, .path = buffer_bytes(path), .body = buffer_bytes(body)};
    struct json_value root;
    switch (ask(session, &request, &root)) {
    case JUDGED_GOOD:
        show(listing, root);
        return true;
    case JUDGED_REFUSED:
        say_shortages(session, root);
        return false;
    case JUDGED_END:
        return false;
    }
    return false;
}

/* `ORDER SKU COUNT [SKU COUNT]…` as a body. False: *problem says what is wrong. */
static bool body_make(const struct options *options, struct buffer *body, struct buffer *problem)
{
    const char *const *words = options->arguments;
    if (options->arguments_count % 2 == 0) {
        buffer_append_format(problem, "a count is missing behind the SKU '%s'",
                             words[options->arguments_count - 1]);
        return false;
    }
    buffer_append_text(body, "{\"orderId\":");
    json_write_string(body, bytes_from_text(words[0]));
    for (size_t i = 1; i < options->arguments_count; i += 2) {
        int64_t count = 0;
        if (!bytes_to_int64(bytes_from_text(words[i + 1]), &count) || count < 1) {
            buffer_append_format(problem, "the count behind '%s' takes a number from 1, not '%s'",
                                 words[i], words[i + 1]);
            return false;
        }
        buffer_append_text(body, i == 1 ? ",\"items\":[{\"sku\":" : ",{\"sku\":");
        json_write_string(body, bytes_from_text(words[i]));
        buffer_append_format(body, ",\"count\":%" PRId64 "}", count);
    }
    buffer_append_text(body, "]");
    if (options->warehouse_id > 0)
        buffer_append_format(body, ",\"warehouseId\":%" PRId64, options->warehouse_id);
    int64_t expires_ms = 0;
    if (options->expires != NULL) {
        if (!date_parse_iso8601(bytes_from_text(options->expires), &expires_ms)) {
            buffer_append_format(problem, "--expires takes 2026-12-31T12:00:00Z, not '%s'",
                                 options->expires);
            return false;
        }
        buffer_append_text(body, ",\"expiresAt\":");
        json_write_moment(body, expires_ms);
    }
    buffer_append_text(body, "}");
    return true;
}

static enum ctl_exit orders_make_run(const struct options *options)
{
    struct buffer path;
    struct buffer body;
    struct buffer problem;
    buffer_init(&path);
    buffer_init(&body);
    buffer_init(&problem);
    enum ctl_exit code = CTL_USAGE;
    buffer_append_format(&path, "/api/v1/campaigns/%" PRId64 "/orders", options->campaign_id);
    if (body_make(options, &body, &problem)) {
        struct listing listing;
        listing_begin(&listing, options, ACCESS_OPERATOR, columns, "orders");
        listing.table.upright = true;
        const bool made =
            listing.session.exit == CTL_DONE && send_order(&listing, "POST", &path, &body);
        code = listing_end(&listing, made ? CTL_DONE : CTL_SOME_REFUSED);
    } else {
        (void)fprintf(stderr, "stockctl orders make: %s\n", buffer_text(&problem));
    }
    buffer_deinit(&path);
    buffer_deinit(&body);
    buffer_deinit(&problem);
    return code;
}

/* Does the same with each order of the command line; NULL: looks at them. */
static enum ctl_exit orders_each(const struct options *options, const char *action)
{
    struct listing listing;
    struct buffer path;
    const struct buffer no_body = {.data = NULL};
    buffer_init(&path);
    listing_begin(&listing, options, ACCESS_OPERATOR, columns, "orders");
    listing.table.upright = options->arguments_count == 1;
    enum ctl_exit found = CTL_DONE;
    for (size_t i = 0; i < options->arguments_count; i++) {
        if (listing.session.exit != CTL_DONE || stop_signal() != 0)
            break;
        buffer_clear(&path);
        buffer_append_format(&path, "/api/v1/campaigns/%" PRId64 "/orders/", options->campaign_id);
        escape_append(&path, bytes_from_text(options->arguments[i]));
        if (action != NULL)
            buffer_append_format(&path, "/%s", action);
        if (!send_order(&listing, action == NULL ? "GET" : "POST", &path, &no_body))
            found = CTL_SOME_REFUSED;
    }
    buffer_deinit(&path);
    return listing_end(&listing, found);
}

/* What is listed, and where the page begins; it has no bytes for the newest one. */
static void query_make(const struct options *options, struct bytes page_token, struct buffer *query)
{
    const int64_t rows_max = options->rows_max;
    buffer_clear(query);
    buffer_append_format(query, "limit=%" PRId64,
                         rows_max > 0 && rows_max < ROWS_PER_PAGE ? rows_max : ROWS_PER_PAGE);
    if (options->state != NULL)
        escape_append_parameter(query, "state", bytes_from_text(options->state));
    if (page_token.size > 0)
        escape_append_parameter(query, "page_token", page_token);
}

/* Asks for the page that `query` tells, and shows it; *query becomes that of the next one. False:
 * the run ends, or there is none. */
static bool page_read(struct listing *listing, const struct buffer *path, struct buffer *query)
{
    struct session *session = &listing->session;
    const struct call_request request = {
        .method = "GET", .path = buffer_bytes(path), .query = buffer_bytes(query)};
    struct json_value result;
    struct json_value list;
    struct json_value order;
    if (path->failed || query->failed) {
        session_stop_for_memory(session);
        return false;
    }
    if (!ask_for_list(session, &request, "orders", &result, &list))
        return false;
    struct json_walk walk = json_walk_begin(list);
    bool more = true;
    while (more && json_next_element(&walk, &order))
        more = json_type(order) == JSON_OBJECT && show_order(listing, order);
    query_make(session->options, answer_next_token(result), query);
    return more && answer_next_token(result).size > 0;
}

static enum ctl_exit orders_list_run(const struct options *options)
{
    struct listing listing;
    struct buffer path;
    struct buffer query;
    buffer_init(&path);
    buffer_init(&query);
    listing_begin(&listing, options, ACCESS_OPERATOR, columns, "orders");
    buffer_append_format(&path, "/api/v1/campaigns/%" PRId64 "/orders", options->campaign_id);
    query_make(options, (struct bytes){NULL, 0}, &query);
    if (listing.session.exit == CTL_DONE) {
        while (page_read(&listing, &path, &query)) {
        }
    }
    buffer_deinit(&path);
    buffer_deinit(&query);
    return listing_end(&listing, CTL_DONE);
}

static enum ctl_exit orders_show_run(const struct options *options)
{
    return orders_each(options, NULL);
}

static enum ctl_exit orders_pack_run(const struct options *options)
{
    return orders_each(options, "pack");
}

static enum ctl_exit orders_ship_run(const struct options *options)
{
    return orders_each(options, "ship");
}

static enum ctl_exit orders_cancel_run(const struct options *options)
{
    return orders_each(options, "cancel");
}

/* clang-format off */
static const struct option_row make_options[] = {
    {.name = "expires", .value_name = "MOMENT", .kind = OPTION_TEXT, OPTION_MEMBER(expires),
     .help = "when the reservation ends by itself, 2026-12-31T12:00:00Z"},
    {.name = "warehouse", .value_name = "ID", .kind = OPTION_NUMBER, .min = 1, .max = INT64_MAX,
     OPTION_MEMBER(warehouse_id), .help = "take it from there"},
    {.name = NULL},
};

static const struct option_row list_of_orders_options[] = {
    {.name = "state", .value_name = "STATE", .kind = OPTION_TEXT, OPTION_MEMBER(state),
     .help = "only RESERVED, PACKED, SHIPPED, CANCELLED, EXPIRED; or several with commas between"},
    {.name = "limit", .letter = 'n', .value_name = "N", .kind = OPTION_NUMBER, .min = 1,
     .max = INT64_MAX / 1024, OPTION_MEMBER(rows_max), .standard = "50", .help = "the newest N"},
    {.name = NULL},
};

#define EXAMPLE(words)                                                                             \
    "  stockctl orders " words " --campaign 10003 \\\n"                                            \
    "    --operator-token-file data/store/operator.token\n"

#define ORDERS_COMMAND(word)                                                                       \
    .name = "orders " #word, .arguments = "ORDER…", .arguments_min = 1,                            \
    .arguments_max = CTL_ARGUMENTS_MAX, .examples = EXAMPLE(#word " 1001"),                        \
    .options = {campaign_options, operator_options, list_options}, .run = orders_##word##_run

const struct command orders_make_command = {
    .name = "orders make",
    .summary = "operator: reserve the goods of an order",
    .arguments = "ORDER SKU COUNT [SKU COUNT]…",
    .arguments_min = 3,
    .arguments_max = CTL_ARGUMENTS_MAX - 1,
    .description =
        "Takes all of the goods off the shelf, or none: then it says what is short, and the exit\n"
        "status is 1. The same order made again answers the same and changes nothing.\n",
    .examples = EXAMPLE("make 1001 A-1 2"),
    .options = {make_options, campaign_options, operator_options, list_options},
    .run = orders_make_run,
};

const struct command orders_list_command = {
    .name = "orders list",
    .summary = "operator: list the orders of a store",
    .description =
        "Lists orders, the newest first. Those that are over are listed for 30 days more.\n",
    .examples = EXAMPLE("list --state RESERVED,PACKED"),
    .options = {list_of_orders_options, campaign_options, operator_options, list_options},
    .run = orders_list_run,
};

const struct command orders_show_command = {
    ORDERS_COMMAND(show),
    .summary = "operator: show orders",
    .description = "Shows what has become of the orders.\n",
};

const struct command orders_pack_command = {
    ORDERS_COMMAND(pack),
    .summary = "operator: an order is packed",
    .description =
        "A packed order does not expire any more; when it is cancelled, the seller counts again.\n",
};

const struct command orders_ship_command = {
    ORDERS_COMMAND(ship),
    .summary = "operator: an order has left",
    .description = "The units are gone: they are neither available nor reserved any more.\n",
};

const struct command orders_cancel_command = {
    ORDERS_COMMAND(cancel),
    .summary = "operator: an order is cancelled",
    .description =
        "Before it was packed its units can be ordered again at once; afterwards they are what\n"
        "the seller sends next.\n",
};
/* clang-format on */
