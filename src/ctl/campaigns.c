/* The stores of the token, one a row. */
#include "ctl/commands.h"
#include "ctl/listing.h"
#include "ctl/option_rows.h"
#include "ctl/stores.h"

static const struct table_column columns[] = {
    {"id", "campaign"},
    {"domain", "store"},
    {"placementType", "model"},
    {"apiAvailability", "API"},
    {"businessId", "business"},
    {"businessName", "name of the business"},
    {NULL, NULL},
};

static bool show(void *context, const struct store_fact *store)
{
    struct listing *listing = context;
    struct table *table = &listing->table;
    table_add_number(table, store->id);
    table_add_text(table, store->name);
    table_add_text(table, store->placement);
    table_add_text(table, store->availability);
    table_add_number(table, store->business_id);
    table_add_text(table, store->business_name);
    return listing_end_row(listing);
}

static enum ctl_exit campaigns_run(const struct options *options)
{
    struct listing listing;
    listing_begin(&listing, options, ACCESS_MARKET, columns, "stores");
    if (listing.session.exit == CTL_DONE)
        (void)stores_read(&listing.session, show, &listing);
    return listing_end(&listing, CTL_DONE);
}

/* clang-format off */
const struct command campaigns_command = {
    .name = "campaigns",
    .summary = "list the stores that the token sees",
    .description =
        "Lists the stores of the cabinet: the campaignId that --campaign takes, the name, the\n"
        "model (FBS, which includes Express, FBY, DBS, LAAS), whether its API can be used, and\n"
        "the business it belongs to. Any token can do that.\n",
    .examples =
        "  stockctl campaigns --token-file token\n"
        "  stockctl campaigns --output csv | cut -d, -f1\n",
    .options = {remote_options, profile_options, list_options},
    .run = campaigns_run,
};
/* clang-format on */
