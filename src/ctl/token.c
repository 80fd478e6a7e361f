/* What the token may do: its name and scopes as POST auth/token tells them (CONTRACT §7), and what
 * they mean for the subcommands here (CONTRACT §9). */
#include "ctl/ask.h"
#include "ctl/commands.h"
#include "ctl/listing.h"
#include "ctl/option_rows.h"
#include "wire/scope.h"

static const struct table_column columns[] = {
    {"name", "name"},
    {"authScopes", "scopes"},
    {"readStocks", "may read stock and what is hidden"},
    {"writeStocks", "may send stock, hide, unhide"},
    {"readWarehouses", "may list warehouses"},
    {"switchWarehouses", "may switch warehouses"},
    {NULL, NULL},
};

#define WRITE_OFFERS (SCOPE_BIT(SCOPE_OFFERS_AND_CARDS_MANAGEMENT) | SCOPE_BIT(SCOPE_ALL_METHODS))
#define READ_OFFERS                                                                                \
    (WRITE_OFFERS | SCOPE_BIT(SCOPE_OFFERS_AND_CARDS_MANAGEMENT_READ_ONLY) |                       \
     SCOPE_BIT(SCOPE_ALL_METHODS_READ_ONLY))
#define WRITE_WAREHOUSES                                                                           \
    (SCOPE_BIT(SCOPE_INVENTORY_AND_ORDER_PROCESSING) | SCOPE_BIT(SCOPE_ALL_METHODS))
#define READ_WAREHOUSES                                                                            \
    (WRITE_WAREHOUSES | SCOPE_BIT(SCOPE_INVENTORY_AND_ORDER_PROCESSING_READ_ONLY) |                \
     SCOPE_BIT(SCOPE_ALL_METHODS_READ_ONLY))

/* The scope of `ALL_METHODS_READ_ONLY`: the answer's spelling of `all-methods:read-only`. */
static bool scope_of(struct bytes spelled, enum scope *scope)
{
    static const struct bytes suffix = BYTES_INIT("_READ_ONLY");
    uint8_t name[64];
    size_t size = spelled.size;
    if (size > sizeof(name))
        return false;
    bool read_only = size > suffix.size;
    for (size_t i = 0; i < size; i++) {
        const uint8_t byte = spelled.data[i];
        name[i] = byte >= 'A' && byte <= 'Z' ? (uint8_t)(byte - 'A' + 'a') : byte;
        if (byte == '_')
            name[i] = '-';
        read_only =
            read_only && (i < size - suffix.size || byte == suffix.data[i - (size - suffix.size)]);
    }
    if (read_only)
        name[size - suffix.size] = ':';
    return scope_from_name((struct bytes){name, size}, scope);
}

static void show(struct listing *listing, struct json_value key, struct json_value scopes)
{
    struct table *table = &listing->table;
    struct bytes names[SCOPES_COUNT];
    size_t names_count = 0;
    uint32_t set = 0;
    struct json_walk walk = json_walk_begin(scopes);
    struct json_value element;
    while (names_count < SCOPES_COUNT && json_next_element(&walk, &element)) {
        enum scope scope;
        if (json_type(element) != JSON_STRING)
            continue;
        names[names_count] = json_string(element);
        if (scope_of(names[names_count], &scope)) {
            set |= SCOPE_BIT(scope);
            names[names_count] = bytes_from_text(scope_name(scope));
        }
        names_count++;
    }
    table_add_text(table, answer_text(key, "name"));
    table_add_list(table, names, names_count);
    table_add_flag(table, (set & READ_OFFERS) != 0);
    table_add_flag(table, (set & WRITE_OFFERS) != 0);
    table_add_flag(table, (set & READ_WAREHOUSES) != 0);
    table_add_flag(table, (set & WRITE_WAREHOUSES) != 0);
    (void)listing_end_row(listing);
}

static enum ctl_exit token_run(const struct options *options)
{
    struct listing listing;
    listing_begin(&listing, options, ACCESS_MARKET, columns, "tokens");
    listing.table.upright = true;
    struct session *session = &listing.session;
    const struct call_request request = {
        .method = "POST", .path = BYTES("/v2/auth/token"), .items = 1};
    struct json_value root;
    struct json_value part;
    struct json_value scopes;
    if (session->exit == CTL_DONE && ask_once(session, &request, &root)) {
        if (answer_member(root, "result", JSON_OBJECT, &part) &&
            answer_member(part, "apiKey", JSON_OBJECT, &part) &&
            answer_member(part, "authScopes", JSON_ARRAY, &scopes))
            show(&listing, part, scopes);
        else
            session_stop_for_answer(session, ERR_INVALID);
    }
    return listing_end(&listing, CTL_DONE);
}

/* clang-format off */
const struct command token_command = {
    .name = "token",
    .summary = "tell what the token may do",
    .description =
        "Asks the server for the name and the scopes of the token, and says what they allow\n"
        "here. The token itself is never shown. OAuth tokens have no scopes and cannot be\n"
        "asked about.\n",
    .examples =
        "  stockctl token --token-file token\n"
        "  stockctl token --output json | grep -q '\"writeStocks\":true' && echo may push\n",
    .options = {remote_options, profile_options, common_options},
    .run = token_run,
};
/* clang-format on */
