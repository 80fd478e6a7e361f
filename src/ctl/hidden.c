/* The offers of a store that are hidden, page after page. */
#include <inttypes.h>

#include "ctl/ask.h"
#include "ctl/commands.h"
#include "ctl/escape.h"
#include "ctl/listing.h"
#include "ctl/option_rows.h"

enum { HIDDEN_PER_PAGE = 500 };

static const struct table_column columns[] = {{"sku", "SKU"}, {NULL, NULL}};

/* Asks for a page and adds its rows. False: the run ends, or it was the last. */
static bool hidden_page(struct listing *listing, struct bytes path, struct buffer *query)
{
    struct session *session = &listing->session;
    const struct call_request request = {
        .method = "GET", .path = path, .query = buffer_bytes(query), .items = HIDDEN_PER_PAGE};
    struct json_value result;
    struct json_value list;
    if (!ask_for_list(session, &request, "hiddenOffers", &result, &list))
        return false;
    struct json_walk walk = json_walk_begin(list);
    struct json_value row;
    while (json_next_element(&walk, &row)) {
        table_add_text(&listing->table, answer_text(row, "offerId"));
        if (!listing_end_row(listing))
            return false;
    }
    const struct bytes token = answer_next_token(result);
    buffer_clear(query);
    buffer_append_format(query, "limit=%d", HIDDEN_PER_PAGE);
    escape_append_parameter(query, "page_token", token);
    if (query->failed)
        session_stop_for_memory(session);
    return token.size > 0 && !query->failed;
}

static enum ctl_exit hidden_run(const struct options *options)
{
    struct listing listing;
    struct buffer path;
    struct buffer query;
    buffer_init(&path);
    buffer_init(&query);
    buffer_append_format(&path, "/v2/campaigns/%" PRId64 "/hidden-offers", options->campaign_id);
    buffer_append_format(&query, "limit=%d", HIDDEN_PER_PAGE);
    listing_begin(&listing, options, ACCESS_MARKET, columns, "SKUs");
    if (path.failed || query.failed)
        session_stop_for_memory(&listing.session);
    bool more = listing.session.exit == CTL_DONE;
    while (more)
        more = hidden_page(&listing, buffer_bytes(&path), &query);
    buffer_deinit(&path);
    buffer_deinit(&query);
    return listing_end(&listing, CTL_DONE);
}

/* clang-format off */
static const struct option_row hidden_options[] = {
    {.name = "limit", .letter = 'n', .value_name = "N", .kind = OPTION_NUMBER, .min = 1,
     .max = INT64_MAX, OPTION_MEMBER(rows_max), .help = "only the first N"},
    {.name = NULL},
};

const struct command hidden_command = {
    .name = "hidden",
    .summary = "list what is hidden in a store",
    .description =
        "Lists the SKUs of the store that are hidden, by whatever means. What it writes as CSV\n"
        "can be given to unhide --file and to hide --file.\n",
    .examples =
        "  stockctl hidden --campaign 10003 --token-file token\n"
        "  stockctl hidden --campaign 10003 --output csv > hidden.csv\n",
    .options = {hidden_options, campaign_options, remote_options, profile_options, list_options},
    .run = hidden_run,
};
/* clang-format on */
