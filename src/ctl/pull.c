/* Page after page: the answer's cells become lines, of CSV or JSON, or rows of a spreadsheet. Lines
 * are gathered and written in pieces; the file appears under its name only when the last page is in
 * it. */
#include "ctl/commands.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/date.h"
#include "base/hash.h"
#include "base/map.h"
#include "ctl/option_rows.h"
#include "ctl/pages.h"
#include "ctl/stop.h"
#include "ctl/totals.h"
#include "sheet/csv_writer.h"
#include "sheet/xlsx_writer.h"
#include "wire/json.h"

struct pull {
    struct session session;
    struct csv_file file;
    struct xlsx_writer *sheet; /* NULL: the file is not one. */
    struct buffer problem;     /* What it says. */
    struct map skus;           /* Of one page: a page never splits a SKU (CONTRACT C16). */
    int64_t pulled;
    int64_t repeated; /* SKUs that stand on more than one warehouse. */
};

static void write_row_json(struct buffer *text, const struct stock_view *view)
{
    buffer_append_text(text, "{\"sku\":");
    json_write_string(text, view->sku);
    buffer_append_text(text, ",\"count\":");
    buffer_append_int64(text, view->available);
    buffer_append_text(text, ",\"reserved\":");
    buffer_append_int64(text, view->reserved);
    if (view->updated_at_ms > 0) {
        buffer_append_text(text, ",\"updatedAt\":");
        json_write_moment(text, view->updated_at_ms);
    }
    buffer_append_text(text, "}\n");
}

static void write_row_csv(struct buffer *text, const struct stock_view *view)
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

static bool has_control(struct bytes sku)
{
    for (size_t i = 0; i < sku.size; i++) {
        if (sku.data[i] < ' ' && sku.data[i] != '\t')
            return true;
    }
    return false;
}

static enum err write_row_xlsx(struct pull *pull, const struct stock_view *view)
{
    if (!has_control(view->sku))
        return xlsx_writer_add(pull->sheet, view->sku, view->available, &pull->problem);
    buffer_append_text(&pull->problem, "a SKU has a control character, which an XLSX cannot hold");
    return ERR_INVALID;
}

/* False: the run ends, and why was said. */
static bool check_sheet(struct pull *pull, enum err error)
{
    if (error == ERR_MEMORY) {
        session_stop_for_memory(&pull->session);
    } else if (error != OK) {
        progress_say(&pull->session.progress, "cannot write: %s; a CSV has no such limit",
                     buffer_text(&pull->problem));
        session_stop(&pull->session, CTL_MACHINE);
    }
    return error == OK;
}

/* Writes the cells of a page. False: the run ends, and why was said. */
static bool write_page(struct pull *pull, const struct get_stocks_answer *answer)
{
    const bool json = pull->session.options->output_form == OUTPUT_JSON;
    map_deinit(&pull->skus);
    for (uint32_t i = 0; i < answer->views_count; i++) {
        const struct stock_view *view = &answer->views[i];
        if (pull->sheet != NULL) {
            if (!check_sheet(pull, write_row_xlsx(pull, view)))
                return false;
        } else if (json) {
            write_row_json(&pull->file.text, view);
        } else {
            write_row_csv(&pull->file.text, view);
        }
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

/* Whether the file is to be a spreadsheet, by its name. */
static bool wants_sheet(const struct options *options)
{
    static const char ending[] = ".xlsx";
    const char *path = options->output_path;
    const size_t size = path == NULL ? 0 : strlen(path);
    return size >= sizeof(ending) && strcasecmp(path + size - (sizeof(ending) - 1), ending) == 0;
}

/* What stands in front of the rows. False: the run ends, and why was said. */
static bool write_head(struct pull *pull)
{
    const struct xlsx_writer_settings settings = {.sheet = "Stocks", .columns = {"SKU", "Count"}};
    const struct options *options = pull->session.options;
    if (wants_sheet(options))
        return check_sheet(pull, xlsx_writer_open(&settings, &pull->sheet, &pull->problem));
    if (options->output_form == OUTPUT_TEXT)
        buffer_append_text(&pull->file.text, "sku,count,reserved,updatedAt\n");
    return true;
}

/* What has to be there as a whole. False: the run ends, and why was said. */
static bool write_end(struct pull *pull)
{
    return pull->sheet == NULL ||
           check_sheet(pull, xlsx_writer_finish(pull->sheet, &pull->file.text, &pull->problem));
}

/* Pulls all pages into the file, which is left whole or not at all. */
static void pull_pages(struct pull *pull)
{
    struct session *session = &pull->session;
    const enum err error = csv_file_open(&pull->file, session->options->output_path);
    if (error == ERR_MEMORY) {
        session_stop_for_memory(session);
        return;
    }
    if (error != OK) {
        progress_say(&session->progress, "cannot open %s: %s", session->options->output_path,
                     strerror(errno));
        session_stop(session, CTL_USAGE);
        return;
    }
    struct pages pages;
    struct get_stocks_answer answer;
    pages_init(&pages, session, session->options->warehouse_id);
    bool going = write_head(pull);
    while (going && pages_next(&pages, &answer)) {
        going = write_page(pull, &answer);
        progress_update(&session->progress, pull->pulled, 0);
    }
    going = going && pages_are_complete(&pages) && write_end(pull);
    pages_deinit(&pages);
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
    totals_print(stderr, totals, 1, progress_elapsed_ms(&session->progress),
                 session->options->output_form == OUTPUT_JSON);
}

static enum ctl_exit pull_run(const struct options *options)
{
    struct pull pull = {.pulled = 0};
    struct session *session = &pull.session;
    if (options->output_form == OUTPUT_JSON && wants_sheet(options)) {
        (void)fprintf(stderr,
                      "stockctl: %s would be a spreadsheet, and --output json says rows of "
                      "JSON: take another name, or leave that out\n",
                      options->output_path);
        return CTL_USAGE;
    }
    map_init(&pull.skus);
    buffer_init(&pull.problem);
    session_begin(session, options, "SKUs", 0);
    if (session->exit == CTL_DONE) {
        pull_pages(&pull);
        print_end(&pull);
    }
    session_end(session);
    xlsx_writer_close(pull.sheet);
    buffer_deinit(&pull.problem);
    map_deinit(&pull.skus);
    return session_exit(session, CTL_DONE);
}

/* clang-format off */
static const struct option_row pull_options[] = {
    {.name = "output-file", .letter = 'o', .value_name = "FILE", .kind = OPTION_TEXT,
     OPTION_MEMBER(output_path),
     .help = "appears when it is complete; X.xlsx is a spreadsheet; standard output otherwise"},
    {.name = "warehouse", .value_name = "ID", .kind = OPTION_NUMBER, .min = 1, .max = INT64_MAX,
     OPTION_MEMBER(warehouse_id), .help = "only what lies there"},
    {.name = NULL},
};

const struct command pull_command = {
    .name = "pull",
    .summary = "write all stock of a store as CSV, or as a spreadsheet",
    .description =
        "Writes sku,count,reserved,updatedAt of every SKU of the store; count is what can be\n"
        "ordered. The file can be given to push as it is. With --output json each row is an\n"
        "object on a line of its own, which push does not take. A file whose name ends in .xlsx\n"
        "is an Excel workbook of SKUs, which stay text whatever they look like, and counts;\n"
        "push takes that as well.\n"
        "\n"
        "Prints pulled=N seconds=S on standard error.\n"
        "Exit status: 0 all pulled, 1 the server refused, 2 usage, or a file that cannot be\n"
        "opened, 3 server not reached, 4 not allowed or no such store, 5 the file cannot be\n"
        "written or no memory, 130 interrupted.\n",
    .examples =
        "  stockctl pull --campaign 10003 -o leftovers.csv --token-file token\n"
        "  stockctl pull --campaign 10003 -o leftovers.xlsx --token-file token\n"
        "  stockctl pull --campaign 10003 --url https://api.partner.market.yandex.ru | wc -l\n",
    .options = {pull_options, campaign_options, remote_options, profile_options,
                common_options},
    .run = pull_run,
};
/* clang-format on */
