/* The subcommand plan: reads what would be pushed, puts it into requests as a push does, and says
 * how long they take under the limits. The limit of SKUs a minute is what the server's headers say,
 * when it can be asked. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/limits.h"
#include "ctl/batch.h"
#include "ctl/book_place.h"
#include "ctl/commands.h"
#include "ctl/estimate.h"
#include "ctl/group_choice.h"
#include "ctl/option_rows.h"
#include "ctl/session.h"
#include "ctl/source_options.h"
#include "ctl/stop.h"
#include "ctl/table.h"
#include "sheet/hygiene.h"

struct plan_request {
    int64_t skus;
    int64_t bytes;
};

struct plan_run {
    const struct options *options;
    struct groups groups;
    struct batch batch;
    struct plan_request *requests; /* Of one campaign, in their order. */
    size_t requests_count;
    size_t requests_room;
    int64_t cut_by_bytes; /* Requests that are full before they have 2,000 SKUs. */
    enum ctl_exit exit;
};

static void fail(struct plan_run *plan, enum ctl_exit code, const char *text)
{
    (void)fprintf(stderr, "stockctl: %s\n", text);
    plan->exit = code;
}

/* Notes the request that is full, or the last one. */
static void request_end(struct plan_run *plan)
{
    if (plan->requests_count == plan->requests_room) {
        const size_t room = plan->requests_room == 0 ? 256 : 2 * plan->requests_room;
        struct plan_request *longer = reallocarray(plan->requests, room, sizeof(*longer));
        if (longer == NULL) {
            fail(plan, CTL_MACHINE, "out of memory");
            return;
        }
        plan->requests = longer;
        plan->requests_room = room;
    }
    plan->requests[plan->requests_count++] =
        (struct plan_request){plan->batch.items_count, (int64_t)batch_finish(&plan->batch).size};
    batch_clear(&plan->batch);
}

static void put_in_request(struct plan_run *plan, const struct leftover *leftover)
{
    enum err error = batch_add(&plan->batch, leftover, 1);
    if (error == ERR_FULL) {
        plan->cut_by_bytes += plan->batch.items_count < PUT_SKUS_MAX;
        request_end(plan);
        error = batch_add(&plan->batch, leftover, 1);
    }
    if (error != OK)
        fail(plan, CTL_MACHINE, "out of memory");
}

/* Reads all rows. */
static void rows_read(struct plan_run *plan, struct row_source *source, struct hygiene *hygiene)
{
    const struct row *row = NULL;
    enum err error = OK;
    do {
        enum leftover_kind kind = LEFTOVER_BLANK;
        struct leftover leftover;
        error = row_source_next(source, &row);
        if (row != NULL && error == OK)
            error = hygiene_take(hygiene, row, &kind, &leftover);
        if (row != NULL && error == OK && kind == LEFTOVER_SEND)
            put_in_request(plan, &leftover);
    } while (row != NULL && error == OK && plan->exit == CTL_DONE);
    if (plan->batch.items_count > 0 && plan->exit == CTL_DONE)
        request_end(plan);
    if (error == ERR_MEMORY)
        fail(plan, CTL_MACHINE, "out of memory");
    else if (error == ERR_BUSY)
        plan->exit = (enum ctl_exit)(CTL_SIGNAL + stop_signal());
    else if (error != OK)
        fail(plan, CTL_USAGE, row_source_problem(source));
    const int64_t bad = hygiene_totals(hygiene).bad;
    if (bad == 0 || plan->exit != CTL_DONE)
        return;
    (void)fprintf(stderr,
                  "stockctl: %" PRId64 " rows are bad and do not count; stockctl check "
                  "names them\n",
                  bad);
    plan->exit = CTL_SOME_REFUSED;
}

static void source_read(struct plan_run *plan)
{
    struct source_choice choice = {.database = NULL};
    struct row_source *source = NULL;
    struct hygiene *hygiene = NULL;
    struct buffer problem;
    buffer_init(&problem);
    const char *file = plan->options->arguments_count > 0 ? plan->options->arguments[0] : NULL;
    const bool opened = source_choose(os_real(), plan->options, file, &choice, &problem) &&
                        row_source_open(&choice.settings, &source, &problem) == OK;
    if (!opened && stop_signal() != 0)
        plan->exit = (enum ctl_exit)(CTL_SIGNAL + stop_signal());
    else if (!opened)
        fail(plan, problem.size > 0 ? CTL_USAGE : CTL_MACHINE,
             problem.size > 0 ? buffer_text(&problem) : "out of memory");
    buffer_deinit(&problem);
    if (opened) {
        const struct hygiene_settings settings = {
            .rules = {.started_ms = choice.settings.now_ms, .buffer = plan->options->buffer}};
        hygiene = hygiene_create(&settings, source);
        if (hygiene != NULL)
            rows_read(plan, source, hygiene);
        else
            fail(plan, CTL_MACHINE, "out of memory");
    }
    hygiene_destroy(hygiene);
    row_source_close(source);
    source_choice_end(&choice);
}

/* What the server says of its limit for a campaign, learnt from a request that changes nothing: a
 * list without SKUs, which is refused and costs 1. False: nobody could be asked. */
static bool limit_ask(struct session *session, int64_t campaign_id, int64_t *limit)
{
    struct buffer path;
    buffer_init(&path);
    buffer_append_format(&path, "/v2/campaigns/%" PRId64 "/offers/stocks", campaign_id);
    const struct call_request request = {
        .method = "PUT", .path = buffer_bytes(&path), .body = BYTES("{\"skus\":[]}"), .items = 1};
    struct call_result result = {.outcome = CALL_STOPPED};
    if (path.failed || client_begin(session->client, &request) != OK)
        session_stop_for_memory(session);
    else if (!client_end_one(session->client, &result))
        result.outcome = CALL_STOPPED;
    buffer_deinit(&path);
    *limit = result.limit;
    return result.outcome == CALL_ANSWERED && result.limit >= 0;
}

static void row_show(struct table *table, const struct plan_run *plan, int64_t campaign_id,
                     const struct estimate *estimate, bool is_told)
{
    const int64_t alone_ms = estimate_without_rate_ms(estimate);
    if (campaign_id > 0)
        table_add_number(table, campaign_id);
    else
        table_add_nothing(table);
    table_add_number(table, estimate->skus);
    table_add_number(table, estimate->requests);
    table_add_number(table, plan->cut_by_bytes);
    table_add_number(table, estimate->bytes);
    table_add_number(table, estimate->minutes);
    table_add_number(table, (estimate_ms(estimate) + 999) / 1000);
    table_add_text(table, estimate_ms(estimate) > alone_ms ? BYTES("rate") : BYTES("parallel"));
    table_add_number(table, estimate->limits.skus_per_minute);
    table_add_text(table, is_told ? BYTES("server") : BYTES("documents"));
    table_end_row(table);
}

/* One campaign behind the other, as a push does it. */
static void campaigns_show(struct plan_run *plan, struct session *session, struct table *table)
{
    const struct options *options = plan->options;
    int64_t moment_ms = 0;
    const size_t count = plan->groups.count > 0 ? plan->groups.count : 1;
    for (size_t i = 0; i < count; i++) {
        const struct group_member *member = &plan->groups.members[i];
        if (plan->groups.count > 0 && member->sent_instead != 0)
            continue;
        struct estimate_limits limits = {
            .skus_per_minute = RATE_SKUS_PER_MINUTE_MAX,
            .at_once = CLIENT_CALLS_MAX,
            .request_ms = options->request_ms,
        };
        const bool is_told = session != NULL && session->exit == CTL_DONE &&
                             limit_ask(session, member->campaign_id, &limits.skus_per_minute);
        if (!is_told)
            limits.skus_per_minute = RATE_SKUS_PER_MINUTE_MAX;
        limits.skus_left = limits.skus_per_minute;
        struct estimate estimate;
        estimate_init(&estimate, &limits, moment_ms);
        for (size_t k = 0; k < plan->requests_count; k++)
            estimate_add(&estimate, plan->requests[k].skus, plan->requests[k].bytes);
        moment_ms = estimate.end_ms;
        row_show(table, plan, member->campaign_id, &estimate, is_told);
    }
}

/* Whether there is somebody to ask, and something to ask with. */
static bool can_ask(const struct options *options)
{
    const char *token = getenv("STOCKCTL_TOKEN");
    return !options->offline && options->campaigns.count > 0 &&
           (options->token_file != NULL || (token != NULL && token[0] != '\0'));
}

static void plan_show(struct plan_run *plan)
{
    static const struct table_column columns[] = {
        {"campaignId", "campaign"},
        {"skus", "SKUs"},
        {"requests", "requests"},
        {"cutByBytes", "cut by 512 KB"},
        {"bytes", "bytes"},
        {"minutes", "minutes"},
        {"seconds", "seconds"},
        {"boundBy", "bound by"},
        {"skusPerMinute", "SKUs/min"},
        {"limitFrom", "limit from"},
        {NULL, NULL},
    };
    struct session session;
    struct table table;
    const bool asks = can_ask(plan->options);
    if (asks)
        session_begin(&session, plan->options, "questions", 0);
    table_init(&table, columns, (enum output_form)plan->options->output_form);
    campaigns_show(plan, asks ? &session : NULL, &table);
    if (asks)
        session_end(&session);
    if (table_write(&table) != OK)
        fail(plan, CTL_MACHINE, "cannot write");
    table_deinit(&table);
}

/* Which campaigns are sent. The book only remembers groups here, so a missing one is no trouble. */
static void groups_find(struct plan_run *plan)
{
    struct book *book = NULL;
    if (!can_ask(plan->options) && plan->options->group == NULL) {
        groups_init(&plan->groups, &plan->options->campaigns);
        return;
    }
    if (!book_place_open(plan->options, &book)) {
        plan->exit = CTL_USAGE;
        return;
    }
    const enum ctl_exit code = group_choice_make(plan->options, book, &plan->groups);
    if (code == CTL_USAGE || code >= CTL_SIGNAL)
        plan->exit = code;
    book_close(book);
}

static enum ctl_exit plan_run(const struct options *options)
{
    struct options once = *options;
    struct os *os = os_real();
    uint64_t seed = 0;
    os->random(os, &seed, sizeof(seed));
    hash_seed_set(seed);
    once.retries_max = 0; /* Who cannot be reached now is not waited for. */
    struct plan_run *plan = calloc(1, sizeof(*plan));
    if (plan == NULL || batch_init(&plan->batch, PUT_SKUS_MAX, (size_t)BODY_BYTES_MAX) != OK) {
        free(plan);
        (void)fprintf(stderr, "stockctl: out of memory\n");
        return CTL_MACHINE;
    }
    plan->options = &once;
    plan->exit = CTL_DONE;
    source_read(plan);
    const enum ctl_exit read = plan->exit;
    if (read == CTL_DONE || read == CTL_SOME_REFUSED) {
        plan->exit = CTL_DONE;
        groups_find(plan);
        if (plan->exit == CTL_DONE)
            plan_show(plan);
        plan->exit = plan->exit == CTL_DONE ? read : plan->exit;
    }
    const enum ctl_exit code = plan->exit;
    batch_deinit(&plan->batch);
    free(plan->requests);
    free(plan);
    return code;
}

/* clang-format off */
static const struct option_row plan_options[] = {
    {.name = "campaign", .value_name = "ID", .kind = OPTION_NUMBERS, .min = 1, .max = INT64_MAX,
     .in_profile = true, .many_lines = true, OPTION_MEMBER(campaigns),
     .help = "campaignId of a store, whose limit is asked for; of several: given again"},
    {.name = "group", .value_name = "ID+ID", .kind = OPTION_TEXT, OPTION_MEMBER(group),
     .in_profile = true, .many_lines = true,
     .help = "campaigns that share their stock, or none; the server is asked otherwise"},
    {.name = "request-ms", .value_name = "MS", .kind = OPTION_NUMBER, .min = 1, .max = 60000,
     .in_profile = true, OPTION_MEMBER(request_ms), .standard = "500",
     .help = "how long a request of 2,000 SKUs takes"},
    {.name = "offline", .kind = OPTION_FLAG, OPTION_MEMBER(offline),
     .help = "ask no server: the limits are those of the documents"},
    {.name = NULL},
};

const struct command plan_command = {
    .name = "plan",
    .summary = "say how long it takes to send a whole catalogue",
    .arguments = "[FILE]",
    .arguments_min = 0,
    .arguments_max = 1,
    .description =
        "Reads what a push would read, sends none of it, and says for each campaign how many\n"
        "requests of how many bytes it takes, in how many minutes of the clock, and for how\n"
        "long, when the push begins with a minute. Of all that a campaign has: a push sends\n"
        "what changed, which is less. Several campaigns are sent one after another.\n"
        "\n"
        "A request holds up to 2000 SKUs and 524288 bytes; two are under way at once; the SKUs\n"
        "of a minute are limited for each campaign, and what does not fit in the rest of a\n"
        "minute waits for the next. `bound by` says what it takes so long for: rate, those SKUs\n"
        "a minute; or parallel, the two requests at once. With a campaign and a token the limit\n"
        "is learnt from the server, by a request without SKUs, which it refuses and counts as\n"
        "1; otherwise it is the documented one, 100000.\n"
        "\n"
        "Exit status: 0 said, 1 some rows are bad and do not count, 2 usage, or a file that\n"
        "cannot be read, 5 no memory.\n",
    .examples =
        "  stockctl plan leftovers.csv\n"
        "  stockctl plan --profile msk --output json\n"
        "  stockctl plan leftovers.csv --campaign 10003 --token-file token --request-ms 800\n",
    .options = {plan_options, input_options, buffer_options, book_options, remote_options,
                profile_options, list_options},
    .run = plan_run,
};
/* clang-format on */
