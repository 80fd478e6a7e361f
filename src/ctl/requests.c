/* The query log of a stockd (docs/operating.md §10), newest first; or as it grows: then once a
 * second the newest pages are read until an entry comes that was shown before. */
#include <inttypes.h>

#include "base/date.h"
#include "base/hash.h"
#include "base/moment_id.h"
#include "ctl/ask.h"
#include "ctl/commands.h"
#include "ctl/escape.h"
#include "ctl/listing.h"
#include "ctl/option_rows.h"
#include "ctl/stop.h"
#include "wire/request_entry.h"

enum {
    ROWS_PER_PAGE = 500,
    FOLLOW_EVERY_US = 1000 * 1000,
    PAUSE_US = 100 * 1000, /* So that Ctrl-C is seen. */
    PAGES_BEHIND_MAX = 20, /* Of what came within that time. */
};

static const struct table_column columns[] = {
    {"receivedAt", "received"},
    {"status", "status"},
    {"tookMicroseconds", "us"},
    {"method", "method"},
    {"path", "path"},
    {"campaignId", NULL},
    {"businessId", NULL},
    {"tokenName", "token"},
    {"requestBytes", NULL},
    {"replyBytes", NULL},
    {"caller", "caller"},
    {"errors", "errors"},
    {"id", NULL},
    {NULL, NULL},
};

/* Invariant: of the entries that were read and not shown, entries[0] is the newest. */
struct requests {
    struct listing listing;
    struct arena arena;
    struct buffer query;
    struct buffer entries; /* struct request_entry, one behind the other; texts in the arena. */
    uint64_t newest;       /* Hash of the newest entry that was shown. */
    bool has_newest;
    bool found; /* That one came again: what is behind it was shown. */
};

static void stop_for_memory(struct requests *requests)
{
    session_stop_for_memory(&requests->listing.session);
}

static void add_optional_number(struct table *table, int64_t number)
{
    if (number > 0)
        table_add_number(table, number);
    else
        table_add_nothing(table);
}

static void add_optional_text(struct table *table, struct bytes text)
{
    if (text.size > 0)
        table_add_text(table, text);
    else
        table_add_nothing(table);
}

static void add_id(struct table *table, uint64_t id)
{
    uint8_t hex[MOMENT_ID_HEX_BYTES];
    struct buffer text = {hex, 0, sizeof(hex), false};
    if (id != 0)
        moment_id_append(&text, id);
    add_optional_text(table, buffer_bytes(&text));
}

static bool show(struct listing *listing, const struct request_entry *entry)
{
    struct table *table = &listing->table;
    char date[DATE_ISO8601_BYTES_MAX];
    const size_t date_bytes = date_format_iso8601(entry->received_at_ms, date);
    table_add_text(table, (struct bytes){(const uint8_t *)date, date_bytes});
    table_add_number(table, entry->status);
    table_add_number(table, entry->took_us);
    table_add_text(table, entry->method);
    table_add_text(table, entry->path);
    add_optional_number(table, entry->campaign_id);
    add_optional_number(table, entry->business_id);
    add_optional_text(table, entry->token);
    table_add_number(table, entry->request_bytes);
    table_add_number(table, entry->reply_bytes);
    add_optional_text(table, entry->caller);
    struct bytes messages[ERRORS_PER_REPLY_MAX];
    for (size_t i = 0; i < entry->errors_count; i++)
        messages[i] = entry->errors[i].message;
    if (entry->errors_count > 0)
        table_add_list(table, messages, entry->errors_count);
    else
        table_add_nothing(table);
    add_id(table, entry->id);
    return listing_end_row(listing);
}

/* Reads the shown form. */
static bool entry_read(struct json_value row, struct request_error errors[ERRORS_PER_REPLY_MAX],
                       struct request_entry *entry)
{
    *entry = (struct request_entry){
        .took_us = answer_number(row, "tookMicroseconds"),
        .method = answer_text(row, "method"),
        .path = answer_text(row, "path"),
        .campaign_id = answer_number(row, "campaignId"),
        .business_id = answer_number(row, "businessId"),
        .token = answer_text(row, "tokenName"),
        .status = answer_number(row, "status"),
        .request_bytes = answer_number(row, "requestBytes"),
        .reply_bytes = answer_number(row, "replyBytes"),
        .caller = answer_text(row, "caller"),
        .errors = errors,
    };
    struct json_value list;
    struct json_value error;
    if (!moment_id_read(answer_text(row, "id"), &entry->id))
        entry->id = 0; /* It has none. */
    if (answer_member(row, "errors", JSON_ARRAY, &list)) {
        struct json_walk walk = json_walk_begin(list);
        while (entry->errors_count < ERRORS_PER_REPLY_MAX && json_next_element(&walk, &error))
            errors[entry->errors_count++] =
                (struct request_error){answer_text(error, "code"), answer_text(error, "message")};
    }
    return date_parse_iso8601(answer_text(row, "receivedAt"), &entry->received_at_ms) &&
           entry->received_at_ms >= DATE_MS_MIN && entry->received_at_ms <= DATE_MS_MAX;
}

/* Tells one entry from another. */
static uint64_t entry_hash(const struct request_entry *entry)
{
    const int64_t numbers[] = {entry->received_at_ms,
                               (int64_t)entry->id,
                               entry->took_us,
                               entry->status,
                               entry->request_bytes,
                               entry->reply_bytes,
                               (int64_t)bytes_hash(entry->path),
                               (int64_t)bytes_hash(entry->token)};
    return bytes_hash((struct bytes){(const uint8_t *)numbers, sizeof(numbers)});
}

static size_t entries_count(const struct requests *requests)
{
    return requests->entries.size / sizeof(struct request_entry);
}

/* Keeps an entry until it is shown. False: the run ends, or this one was shown before. */
static bool keep(struct requests *requests, const struct request_entry *entry)
{
    requests->found = requests->has_newest && entry_hash(entry) == requests->newest;
    if (requests->found)
        return false;
    struct request_entry copy;
    if (request_entry_copy(entry, &requests->arena, &copy) == OK)
        buffer_append(&requests->entries, (struct bytes){(const uint8_t *)&copy, sizeof(copy)});
    else
        requests->entries.failed = true;
    if (requests->entries.failed)
        stop_for_memory(requests);
    return !requests->entries.failed;
}

/* The filter, and where the page begins; it has no bytes for the newest one. */
static void query_make(struct requests *requests, struct bytes page_token)
{
    const struct options *options = requests->listing.session.options;
    const struct {
        const char *name;
        const char *value;
    } texts[] = {{"id", options->request_id},
                 {"status", options->status},
                 {"method", options->method},
                 {"from", options->from},
                 {"to", options->to}};
    struct buffer *query = &requests->query;
    buffer_clear(query);
    const int64_t rows_max = options->rows_max;
    buffer_append_format(query, "limit=%" PRId64,
                         rows_max > 0 && rows_max < ROWS_PER_PAGE ? rows_max : ROWS_PER_PAGE);
    if (options->campaign_id > 0)
        buffer_append_format(query, "&campaignId=%" PRId64, options->campaign_id);
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        if (texts[i].value != NULL)
            escape_append_parameter(query, texts[i].name, bytes_from_text(texts[i].value));
    }
    if (page_token.size > 0)
        escape_append_parameter(query, "page_token", page_token);
}

/* Asks for a page; shows its entries, or keeps them when they are followed. False: the run ends, or
 * no page is wanted after it. */
static bool page_read(struct requests *requests)
{
    struct session *session = &requests->listing.session;
    const struct call_request request = {.method = "GET",
                                         .path = BYTES("/api/v1/requests"),
                                         .query = buffer_bytes(&requests->query)};
    struct json_value result;
    struct json_value list;
    if (requests->query.failed) {
        stop_for_memory(requests);
        return false;
    }
    if (!ask_for_list(session, &request, "requests", &result, &list))
        return false;
    struct json_walk walk = json_walk_begin(list);
    struct json_value row;
    bool more = true;
    while (more && json_next_element(&walk, &row)) {
        struct request_error errors[ERRORS_PER_REPLY_MAX];
        struct request_entry entry;
        if (!entry_read(row, errors, &entry)) {
            session_stop_for_answer(session, ERR_INVALID);
            return false;
        }
        more = session->options->follow ? keep(requests, &entry) : show(&requests->listing, &entry);
    }
    const struct bytes token = answer_next_token(result);
    query_make(requests, token);
    return more && token.size > 0;
}

/* Shows what was kept, the oldest first. */
static void kept_show(struct requests *requests)
{
    const struct request_entry *entries = (const void *)requests->entries.data;
    const size_t count = entries_count(requests);
    for (size_t i = count; i > 0; i--)
        (void)show(&requests->listing, &entries[i - 1]);
    if (count > 0) {
        requests->newest = entry_hash(&entries[0]);
        requests->has_newest = true;
        listing_show(&requests->listing);
    }
    buffer_clear(&requests->entries);
    arena_reset(&requests->arena);
}

static bool goes_on(const struct requests *requests)
{
    return requests->listing.session.exit == CTL_DONE && stop_signal() == 0;
}

/* Shows the last `tail` entries and then what comes, until a signal. */
static void follow(struct requests *requests, int64_t tail)
{
    struct session *session = &requests->listing.session;
    bool first = true;
    while (goes_on(requests)) {
        bool more = true;
        query_make(requests, (struct bytes){NULL, 0});
        for (int i = 0; more && goes_on(requests) && i < PAGES_BEHIND_MAX; i++) {
            more = page_read(requests);
            more = more && !(first && (int64_t)entries_count(requests) >= tail);
        }
        if (more && !first && goes_on(requests))
            progress_say(&session->progress, "more came than could be read; some are left out");
        const size_t wanted = (size_t)tail * sizeof(struct request_entry);
        if (first && requests->entries.size > wanted)
            requests->entries.size = wanted;
        kept_show(requests);
        first = false;
        for (int64_t us = 0; us < FOLLOW_EVERY_US && goes_on(requests); us += PAUSE_US)
            session->os->pause(session->os, PAUSE_US);
    }
}

static enum ctl_exit requests_run(const struct options *options)
{
    struct options own = *options;
    const int64_t tail = options->rows_max;
    if (options->follow)
        own.rows_max = 0;
    struct requests requests = {.newest = 0};
    arena_init(&requests.arena);
    buffer_init(&requests.query);
    buffer_init(&requests.entries);
    listing_begin(&requests.listing, &own, ACCESS_OPERATOR, columns, "requests");
    if (goes_on(&requests) && own.follow) {
        follow(&requests, tail);
    } else if (goes_on(&requests)) {
        query_make(&requests, (struct bytes){NULL, 0});
        while (page_read(&requests)) {
        }
    }
    buffer_deinit(&requests.query);
    buffer_deinit(&requests.entries);
    arena_deinit(&requests.arena);
    return listing_end(&requests.listing, CTL_DONE);
}

/* clang-format off */
static const struct option_row requests_options[] = {
    {.name = "id", .value_name = "ID", .kind = OPTION_TEXT, OPTION_MEMBER(request_id),
     .help = "only this one, as --output json shows it"},
    {.name = "campaign", .value_name = "ID", .kind = OPTION_NUMBER, .min = 1, .max = INT64_MAX,
     OPTION_MEMBER(campaign_id), .help = "only of this store"},
    {.name = "status", .value_name = "4xx|420", .kind = OPTION_TEXT, OPTION_MEMBER(status),
     .help = "only with this status, or of this class"},
    {.name = "method", .value_name = "VERB", .kind = OPTION_TEXT, OPTION_MEMBER(method),
     .help = "only with this verb, PUT"},
    {.name = "from", .value_name = "MOMENT", .kind = OPTION_TEXT, OPTION_MEMBER(from),
     .help = "not older than this, 2026-12-31T12:00:00Z"},
    {.name = "to", .value_name = "MOMENT", .kind = OPTION_TEXT, OPTION_MEMBER(to),
     .help = "older than this"},
    {.name = "limit", .letter = 'n', .value_name = "N", .kind = OPTION_NUMBER, .min = 1,
     .max = INT64_MAX / 1024, OPTION_MEMBER(rows_max), .standard = "50", .help = "the newest N"},
    {.name = "follow", .letter = 'f', .kind = OPTION_FLAG, OPTION_MEMBER(follow),
     .help = "go on with those that come, until Ctrl-C"},
    {.name = NULL},
};

const struct command requests_command = {
    .name = "requests",
    .summary = "operator: show who asked for what",
    .description =
        "Shows the query log of a stockd, newest first: when, how the request ended and how\n"
        "long it took, what was asked, by which token and program, and the words of errors.\n"
        "With --follow the oldest come first, and new ones within about two seconds.\n",
    .examples =
        "  stockctl requests --status 4xx --operator-token-file data/store/operator.token\n"
        "  stockctl requests --campaign 10003 --follow --output json | jq .errors\n",
    .options = {requests_options, operator_options, list_options},
    .run = requests_run,
};
/* clang-format on */
