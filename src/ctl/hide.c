/* Hiding offers and showing them again, 500 a request. SKUs are checked here by the rules of the
 * wire, so that one bad one does not make the server refuse the others; one that comes twice is
 * sent once. */
#include <inttypes.h>
#include <stdio.h>

#include "base/hash.h"
#include "base/map.h"
#include "base/printable.h"
#include "ctl/ask.h"
#include "ctl/commands.h"
#include "ctl/option_rows.h"
#include "ctl/stop.h"
#include "ctl/totals.h"
#include "sheet/row_source.h"
#include "wire/field.h"

enum { SKUS_PER_REQUEST = 500, SHOWN_BYTES_MAX = 100 };

struct hide {
    struct session session;
    struct buffer path;
    struct buffer body;
    struct map seen;
    int64_t in_body;
    int64_t sent;
    int64_t refused;
    int64_t bad;
    int64_t unsent;
};

static bool goes_on(const struct hide *hide)
{
    return hide->session.exit == CTL_DONE && stop_signal() == 0;
}

/* Sends what was gathered. */
static void send_body(struct hide *hide)
{
    struct session *session = &hide->session;
    if (hide->in_body == 0)
        return;
    buffer_append_text(&hide->body, "]}");
    const struct call_request request = {.method = "POST",
                                         .path = buffer_bytes(&hide->path),
                                         .body = buffer_bytes(&hide->body),
                                         .items = hide->in_body};
    struct json_value root;
    enum judgement judgement = JUDGED_END;
    if (hide->body.failed)
        session_stop_for_memory(session);
    else if (goes_on(hide))
        judgement = ask(session, &request, &root);
    switch (judgement) {
    case JUDGED_GOOD:
        if (bytes_equal(answer_text(root, "status"), BYTES("OK"))) {
            hide->sent += hide->in_body;
            break;
        }
        session_stop_for_answer(session, ERR_INVALID);
        hide->unsent += hide->in_body;
        break;
    case JUDGED_REFUSED:
        hide->refused += hide->in_body;
        break;
    case JUDGED_END:
        hide->unsent += hide->in_body;
        break;
    }
    hide->in_body = 0;
    buffer_clear(&hide->body);
    progress_update(&session->progress, hide->sent + hide->refused, 0);
}

/* Says what is wrong with a SKU; `place` is where it stands, or NULL. */
static void say_bad(struct hide *hide, struct bytes text, const char *place)
{
    struct buffer shown;
    buffer_init(&shown);
    printable_append(&shown, text, SHOWN_BYTES_MAX);
    hide->bad++;
    progress_say_place(&hide->session.progress,
                       "%s: '%s' is no SKU: 1 to 255 characters, none of them a control character",
                       place == NULL ? "stockctl" : place, buffer_text(&shown));
    buffer_deinit(&shown);
}

static bool take(struct hide *hide, struct bytes text, const char *place)
{
    const struct bytes sku = bytes_trim(text);
    if (!bytes_are_utf8(sku) || !sku_is_valid(sku)) {
        say_bad(hide, text, place);
        return goes_on(hide);
    }
    const int64_t key = (int64_t)bytes_hash(sku);
    if (map_get(&hide->seen, key) != MAP_ABSENT)
        return goes_on(hide);
    if (map_set(&hide->seen, key, 0) != OK) {
        session_stop_for_memory(&hide->session);
        return false;
    }
    buffer_append_text(&hide->body,
                       hide->in_body == 0 ? "{\"hiddenOffers\":[{\"offerId\":" : ",{\"offerId\":");
    json_write_string(&hide->body, sku);
    buffer_append_u8(&hide->body, '}');
    if (++hide->in_body == SKUS_PER_REQUEST)
        send_body(hide);
    return goes_on(hide);
}

static bool is_stopped(void)
{
    return stop_signal() != 0;
}

/* Takes the SKUs of a table, row after row. Returns why it ended; *problem says it, unless it is
 * OK, ERR_BUSY or ERR_MEMORY. */
static enum err take_file(struct hide *hide, const char *path, struct buffer *problem)
{
    const struct row_source_settings settings = {.kind = ROW_SOURCE_FILE,
                                                 .text = path,
                                                 .only_skus = true,
                                                 .now_ms =
                                                     hide->session.os->now_ms(hide->session.os),
                                                 .is_stopped = is_stopped};
    struct row_source *source = NULL;
    enum err error = row_source_open(&settings, &source, problem);
    if (error != OK)
        return error;
    struct buffer place;
    buffer_init(&place);
    const struct row *row = NULL;
    do {
        error = row_source_next(source, &row);
        if (error != OK || row == NULL)
            break;
        buffer_clear(&place);
        row_source_place(source, row->position, &place);
    } while (row->fields[ROW_SKU].size == 0 ||
             take(hide, row->fields[ROW_SKU], buffer_text(&place)));
    if (error != OK && error != ERR_BUSY && error != ERR_MEMORY)
        buffer_append_text(problem, row_source_problem(source));
    buffer_deinit(&place);
    row_source_close(source);
    return error;
}

static void take_all(struct hide *hide)
{
    struct session *session = &hide->session;
    const struct options *options = session->options;
    for (size_t i = 0; i < options->arguments_count && goes_on(hide); i++)
        (void)take(hide, bytes_from_text(options->arguments[i]), NULL);
    struct buffer problem;
    buffer_init(&problem);
    enum err error = OK;
    if (options->file != NULL && goes_on(hide))
        error = take_file(hide, options->file, &problem);
    send_body(hide);
    if (error == ERR_MEMORY) {
        session_stop_for_memory(session);
    } else if (error != OK && error != ERR_BUSY) {
        progress_say_place(&session->progress, "%s", buffer_text(&problem));
        session_stop(session, error == ERR_IO ? CTL_MACHINE : CTL_USAGE);
    }
    buffer_deinit(&problem);
}

static void print_end(struct hide *hide)
{
    struct session *session = &hide->session;
    const struct total totals[] = {
        {"sent", hide->sent}, {"refused", hide->refused}, {"bad", hide->bad}};
    progress_end(&session->progress);
    if (stop_signal() != 0)
        progress_say(&session->progress, "interrupted; run it again, repeating is harmless");
    if (hide->unsent > 0)
        progress_say(&session->progress, "%" PRId64 " SKUs were read and not acknowledged",
                     hide->unsent);
    totals_print(stdout, totals, sizeof(totals) / sizeof(totals[0]),
                 progress_elapsed_ms(&session->progress),
                 session->options->output_form == OUTPUT_JSON);
}

static enum ctl_exit run(const struct options *options, const char *resource)
{
    if (options->arguments_count == 0 && options->file == NULL) {
        (void)fprintf(stderr, "stockctl: give SKUs, or --file FILE\n");
        return CTL_USAGE;
    }
    struct hide hide = {.sent = 0};
    struct session *session = &hide.session;
    buffer_init(&hide.path);
    buffer_init(&hide.body);
    map_init(&hide.seen);
    buffer_append_format(&hide.path, "/v2/campaigns/%" PRId64 "/%s", options->campaign_id,
                         resource);
    session_begin(session, options, "SKUs", 0);
    if (hide.path.failed)
        session_stop_for_memory(session);
    if (session->exit == CTL_DONE) {
        take_all(&hide);
        print_end(&hide);
    }
    session_end(session);
    map_deinit(&hide.seen);
    buffer_deinit(&hide.path);
    buffer_deinit(&hide.body);
    return session_exit(session, hide.bad + hide.refused > 0 ? CTL_SOME_REFUSED : CTL_DONE);
}

static enum ctl_exit hide_run(const struct options *options)
{
    return run(options, "hidden-offers");
}

static enum ctl_exit unhide_run(const struct options *options)
{
    return run(options, "hidden-offers/delete");
}

/* clang-format off */
static const struct option_row file_options[] = {
    {.name = "file", .value_name = "FILE", .kind = OPTION_TEXT, OPTION_MEMBER(file),
     .help = "a CSV, XLSX or YML with a column of SKUs; - is standard input"},
    {.name = NULL},
};

const struct command hide_command = {
    .name = "hide",
    .summary = "hide offers of a store, and keep their stock",
    .arguments = "[SKU…]",
    .arguments_max = CTL_ARGUMENTS_MAX,
    .description =
        "Takes the offers off the showcase within a few minutes; their stock stays as it is.\n"
        "Hiding what is hidden already changes nothing.\n"
        "\n"
        "Prints sent=N refused=N bad=N seconds=S.\n",
    .examples =
        "  stockctl hide A-1 0557722 --campaign 10003 --token-file token\n"
        "  stockctl hide --file out-of-season.xlsx --campaign 10003 --token-file token\n",
    .options = {file_options, campaign_options, remote_options, profile_options, common_options},
    .run = hide_run,
};

const struct command unhide_command = {
    .name = "unhide",
    .summary = "show hidden offers of a store again",
    .arguments = "[SKU…]",
    .arguments_max = CTL_ARGUMENTS_MAX,
    .description =
        "Puts hidden offers back on the showcase within a few minutes. Showing what is not\n"
        "hidden changes nothing.\n"
        "\n"
        "Prints sent=N refused=N bad=N seconds=S.\n",
    .examples =
        "  stockctl unhide A-1 --campaign 10003 --token-file token\n"
        "  stockctl hidden --campaign 10003 --output csv |\n"
        "    stockctl unhide --file - --campaign 10003\n",
    .options = {file_options, campaign_options, remote_options, profile_options, common_options},
    .run = unhide_run,
};
/* clang-format on */
