/* Warehouses of all businesses of the token, or of one; those of the Market; and the switch of a
 * store's warehouse. */
#include <inttypes.h>

#include "ctl/ask.h"
#include "ctl/commands.h"
#include "ctl/listing.h"
#include "ctl/option_rows.h"
#include "ctl/stores.h"

static const struct table_column columns[] = {
    {"id", "warehouse"},    {"name", "name"},     {"campaignId", "campaign"},
    {"express", "express"}, {"groupId", "group"}, {"groupName", "name of the group"},
    {"enabled", "on"},      {"city", "city"},     {NULL, NULL},
};

static const struct table_column market_columns[] = {
    {"id", "warehouse"}, {"name", "name"}, {"city", "city"}, {NULL, NULL}};

/* Businesses whose stores were met. */
struct businesses {
    uint32_t count;
    struct buffer memory; /* int64_t, one behind the other. */
    struct session *session;
};

static bool note_business(void *context, const struct store_fact *store)
{
    struct businesses *businesses = context;
    const int64_t *ids = (const void *)businesses->memory.data;
    for (uint32_t i = 0; i < businesses->count; i++) {
        if (ids[i] == store->business_id)
            return true;
    }
    buffer_append(&businesses->memory,
                  (struct bytes){(const uint8_t *)&store->business_id, sizeof(store->business_id)});
    if (businesses->memory.failed) {
        session_stop_for_memory(businesses->session);
        return false;
    }
    businesses->count++;
    return true;
}

static bool show(void *context, const struct warehouse_fact *warehouse)
{
    struct listing *listing = context;
    struct table *table = &listing->table;
    table_add_number(table, warehouse->id);
    table_add_text(table, warehouse->name);
    table_add_number(table, warehouse->campaign_id);
    table_add_flag(table, warehouse->express);
    if (warehouse->group_id > 0) {
        table_add_number(table, warehouse->group_id);
        table_add_text(table, warehouse->group_name);
    } else {
        table_add_nothing(table);
        table_add_nothing(table);
    }
    table_add_flag(table, !warehouse->off);
    if (warehouse->city.size > 0)
        table_add_text(table, warehouse->city);
    else
        table_add_nothing(table);
    return listing_end_row(listing);
}

static void show_all(struct listing *listing)
{
    struct session *session = &listing->session;
    struct businesses businesses = {.session = session};
    const int64_t business_id = session->options->business_id;
    buffer_init(&businesses.memory);
    bool good = true;
    if (business_id == 0)
        good = stores_read(session, note_business, &businesses);
    else
        good = note_business(&businesses, &(struct store_fact){.business_id = business_id});
    for (uint32_t i = 0; good && i < businesses.count; i++) {
        const int64_t *ids = (const void *)businesses.memory.data;
        good = warehouses_read(session, ids[i], show, listing);
    }
    buffer_deinit(&businesses.memory);
}

static void show_market(struct listing *listing)
{
    struct session *session = &listing->session;
    const struct call_request request = {
        .method = "GET", .path = BYTES("/v2/warehouses"), .items = 1};
    struct json_value result;
    struct json_value list;
    if (!ask_for_list(session, &request, "warehouses", &result, &list))
        return;
    struct json_walk walk = json_walk_begin(list);
    struct json_value row;
    bool more = true;
    while (more && json_next_element(&walk, &row)) {
        struct json_value address;
        table_add_number(&listing->table, answer_number(row, "id"));
        table_add_text(&listing->table, answer_text(row, "name"));
        if (answer_member(row, "address", JSON_OBJECT, &address))
            table_add_text(&listing->table, answer_text(address, "city"));
        else
            table_add_nothing(&listing->table);
        more = listing_end_row(listing);
    }
}

static enum ctl_exit warehouses_run(const struct options *options)
{
    struct listing listing;
    listing_begin(&listing, options, ACCESS_MARKET, options->market ? market_columns : columns,
                  "warehouses");
    if (listing.session.exit == CTL_DONE && options->market)
        show_market(&listing);
    else if (listing.session.exit == CTL_DONE)
        show_all(&listing);
    return listing_end(&listing, CTL_DONE);
}

static const struct table_column switch_columns[] = {
    {"campaignId", "campaign"}, {"enabled", "on"}, {NULL, NULL}};

static enum ctl_exit warehouse_switch(const struct options *options, bool on)
{
    struct listing listing;
    struct buffer path;
    buffer_init(&path);
    buffer_append_format(&path, "/v2/campaigns/%" PRId64 "/warehouse/status", options->campaign_id);
    listing_begin(&listing, options, ACCESS_MARKET, switch_columns, "warehouses");
    struct session *session = &listing.session;
    const struct call_request request = {
        .method = "POST",
        .path = buffer_bytes(&path),
        .body = on ? BYTES("{\"enabled\":true}") : BYTES("{\"enabled\":false}"),
        .items = 1,
    };
    struct json_value root;
    struct json_value result;
    if (session->exit == CTL_DONE && path.failed) {
        session_stop_for_memory(session);
    } else if (session->exit == CTL_DONE && ask_once(session, &request, &root)) {
        const bool told = answer_member(root, "result", JSON_OBJECT, &result);
        const struct bytes status = told ? answer_text(result, "status") : BYTES("");
        if (status.size > 0) {
            table_add_number(&listing.table, options->campaign_id);
            table_add_flag(&listing.table, !bytes_equal(status, BYTES("DISABLED_MANUALLY")));
            (void)listing_end_row(&listing);
        } else {
            session_stop_for_answer(session, ERR_INVALID);
        }
    }
    buffer_deinit(&path);
    return listing_end(&listing, CTL_DONE);
}

static enum ctl_exit warehouse_on_run(const struct options *options)
{
    return warehouse_switch(options, true);
}

static enum ctl_exit warehouse_off_run(const struct options *options)
{
    return warehouse_switch(options, false);
}

/* clang-format off */
static const struct option_row warehouses_options[] = {
    {.name = "business", .value_name = "ID", .kind = OPTION_NUMBER, .min = 1, .max = INT64_MAX,
     OPTION_MEMBER(business_id), .help = "only of this business; all of the token otherwise"},
    {.name = "market", .kind = OPTION_FLAG, OPTION_MEMBER(market),
     .help = "the Market's own warehouses, where goods of FBY lie"},
    {.name = NULL},
};

const struct command warehouses_command = {
    .name = "warehouses",
    .summary = "list warehouses, their groups, and which are on",
    .description =
        "Lists the warehouses of the seller: which store sells from each, the group it is in,\n"
        "and whether the seller has it switched on. Warehouses of one group share their\n"
        "stock: send it to one of their stores.\n"
        "\n"
        "The token needs inventory-and-order-processing, or the same :read-only, or\n"
        "all-methods; a token for offers alone may not see warehouses.\n",
    .examples =
        "  stockctl warehouses --token-file token\n"
        "  stockctl warehouses --market --output json\n",
    .options = {warehouses_options, remote_options, profile_options, list_options},
    .run = warehouses_run,
};

const struct command warehouse_on_command = {
    .name = "warehouse on",
    .summary = "switch the warehouse of a store on",
    .description =
        "The goods of the store come back within 15 minutes, or within 4 hours where it was\n"
        "off for 30 days. What the Market itself switched off stays off.\n",
    .examples = "  stockctl warehouse on --campaign 10003 --token-file token\n",
    .options = {campaign_options, remote_options, profile_options, common_options},
    .run = warehouse_on_run,
};

const struct command warehouse_off_command = {
    .name = "warehouse off",
    .summary = "switch the warehouse of a store off",
    .description =
        "The goods of the store disappear from the Market within 15 minutes. Its stock can be\n"
        "read and written as before.\n",
    .examples = "  stockctl warehouse off --campaign 10003 --token-file token\n",
    .options = {campaign_options, remote_options, profile_options, common_options},
    .run = warehouse_off_run,
};
/* clang-format on */
