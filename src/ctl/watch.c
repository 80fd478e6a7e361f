/* The subcommand watch: pushes at the start, when what is read has changed, and now and then in any
 * case. A push that fails is tried again after a pause that grows; only signals end it. One line of
 * log for each event. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/printable.h"
#include "book/movements.h"
#include "ctl/book_place.h"
#include "ctl/command_line.h"
#include "ctl/commands.h"
#include "ctl/file_watch.h"
#include "ctl/option_rows.h"
#include "ctl/push_all.h"
#include "ctl/stop.h"
#include "os/log.h"

enum {
    MS_PER_SECOND = 1000,
    PAUSE_MS_FIRST = 1000,
    PAUSE_MS_MAX = 5 * 60 * 1000,
    DOUBLINGS_MAX = 9,
    LEDGER_LOOK_MS = 500,
    VALUE_BYTES_MAX = 500,
};

struct watch {
    struct os *os;
    struct options options; /* In force. */
    struct profile profile; /* Behind them, once they were read again. */
    struct book *book;
    struct file_watch files;
    bool files_are_watched;
    int64_t ledger_number; /* The last movement that was pushed. */
    int64_t due_ms;        /* Uptime of the next push in any case. */
    int64_t failures;      /* In a row. */
};

static int64_t uptime_ms(const struct watch *watch)
{
    return watch->os->uptime_us(watch->os) / 1000;
}

/* The file that is read; NULL: it is none. */
static const char *file_of(const struct options *options)
{
    return options->arguments_count > 0 ? options->arguments[0] : options->file;
}

/* Logs an event with a text, in quotes, which may be anything. */
static void log_text(enum log_level level, const char *event, const char *name, const char *value)
{
    struct buffer text;
    buffer_init(&text);
    printable_append(&text, bytes_from_text(value), VALUE_BYTES_MAX);
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] == '"')
            text.data[i] = '\'';
    }
    log_line(level, "event=%s %s=\"%s\"", event, name, buffer_text(&text));
    buffer_deinit(&text);
}

/* Watches the file anew: a link may lead elsewhere by now. */
static void files_watch(struct watch *watch)
{
    const char *file = file_of(&watch->options);
    if (watch->files_are_watched)
        file_watch_close(&watch->files);
    watch->files_are_watched = false;
    if (file == NULL)
        return;
    if (file_watch_open(&watch->files, file) == OK) {
        watch->files_are_watched = true;
        return;
    }
    log_text(LOG_WARN, "file_not_watched", "problem", strerror(errno));
    file_watch_close(&watch->files);
}

static void log_push(void *context, int64_t campaign_id, enum ctl_exit code,
                     const struct push_counts *counts)
{
    const struct watch *watch = context;
    if (watch->options.output_form == OUTPUT_JSON)
        push_counts_print(counts, campaign_id, true);
    if (!counts->is_known) {
        log_line(LOG_ERROR, "event=push_failed campaign=%" PRId64 " exit=%d", campaign_id,
                 (int)code);
        return;
    }
    const bool good = code == CTL_DONE;
    log_line(good ? LOG_INFO : LOG_ERROR,
             "event=%s campaign=%" PRId64 " exit=%d sent=%" PRId64 " unchanged=%" PRId64
             " refused=%" PRId64 " bad=%" PRId64 " skipped=%" PRId64 " took_ms=%" PRId64,
             good ? "push_done" : "push_failed", campaign_id, (int)code, counts->sent,
             counts->unchanged, counts->refused, counts->bad, counts->skipped, counts->elapsed_ms);
}

/* Whether the same push may end better in a while. Rows that are bad or refused stay so. */
static bool is_worth_a_retry(enum ctl_exit code)
{
    return code != CTL_DONE && code != CTL_SOME_REFUSED;
}

static void push_now(struct watch *watch, const char *why)
{
    log_line(LOG_INFO, "event=push_begins because=%s", why);
    if (watch->options.from_book && movements_last_number(watch->book, &watch->ledger_number) != OK)
        watch->ledger_number = 0;
    const enum ctl_exit code = push_all(&watch->options, watch->book, log_push, watch);
    int64_t wait_ms = watch->options.interval_s * MS_PER_SECOND;
    if (stop_signal() != 0)
        return;
    if (is_worth_a_retry(code)) {
        const int64_t doublings = watch->failures < DOUBLINGS_MAX ? watch->failures : DOUBLINGS_MAX;
        int64_t pause_ms = (int64_t)PAUSE_MS_FIRST << doublings;
        pause_ms = pause_ms < PAUSE_MS_MAX ? pause_ms : PAUSE_MS_MAX;
        wait_ms = pause_ms < wait_ms ? pause_ms : wait_ms;
        watch->failures++;
        log_line(LOG_WARN, "event=push_again failures=%" PRId64 " wait_ms=%" PRId64,
                 watch->failures, wait_ms);
    } else {
        watch->failures = 0;
    }
    watch->due_ms = uptime_ms(watch) + wait_ms;
}

/* Opens the book of the options. False: said why not. */
static bool book_reopen(struct watch *watch, const struct options *options)
{
    struct book *book = NULL;
    if (!book_place_open(options, &book))
        return false;
    book_close(watch->book);
    watch->book = book;
    return true;
}

/* Reads the command line and the profile again; what is wrong leaves those before in force. */
static void config_reload(struct watch *watch)
{
    struct profile profile;
    struct buffer problem;
    struct options *options = calloc(1, sizeof(*options));
    buffer_init(&problem);
    const bool good = options != NULL && command_line_read(watch->options.line, watch->os, &profile,
                                                           options, &problem);
    if (good && book_reopen(watch, options)) {
        profile_deinit(&watch->profile);
        watch->profile = profile;
        watch->options = *options;
        watch->options.quiet = true;
        watch->failures = 0;
        log_line(LOG_INFO, "event=config_read campaigns=%zu interval_s=%" PRId64,
                 watch->options.campaigns.count, watch->options.interval_s);
        files_watch(watch);
        push_now(watch, "config");
    } else {
        log_text(LOG_ERROR, "config_refused", "problem",
                 problem.size > 0 ? buffer_text(&problem) : "see above");
        if (options != NULL)
            profile_deinit(&profile);
    }
    buffer_deinit(&problem);
    free(options);
}

/* Whether there is a movement that was not pushed. */
static bool ledger_has_changed(struct watch *watch)
{
    int64_t number = 0;
    return watch->options.from_book && movements_last_number(watch->book, &number) == OK &&
           number != watch->ledger_number;
}

/* Sleeps until something may have happened, and does what is due. */
static void watch_once(struct watch *watch)
{
    int64_t now_ms = uptime_ms(watch);
    const int64_t settle_ms = watch->options.settle_ms;
    int64_t wait_ms = watch->due_ms > now_ms ? watch->due_ms - now_ms : 0;
    const int64_t change_ms =
        watch->files_are_watched ? file_watch_wait_ms(&watch->files, settle_ms, now_ms) : -1;
    if (change_ms >= 0 && change_ms < wait_ms)
        wait_ms = change_ms;
    if (watch->options.from_book && wait_ms > LEDGER_LOOK_MS)
        wait_ms = LEDGER_LOOK_MS;
    if (wait_ms > 0)
        stop_wait(watch->files_are_watched ? file_watch_fd(&watch->files) : -1, wait_ms);
    now_ms = uptime_ms(watch);
    if (watch->files_are_watched)
        file_watch_take(&watch->files, now_ms);
    if (stop_signal() != 0)
        return;
    if (stop_reload_take()) {
        config_reload(watch);
    } else if (watch->files_are_watched &&
               file_watch_wait_ms(&watch->files, settle_ms, now_ms) == 0) {
        files_watch(watch);
        push_now(watch, "change");
    } else if (ledger_has_changed(watch)) {
        push_now(watch, "movement");
    } else if (now_ms >= watch->due_ms) {
        if (!watch->files_are_watched)
            files_watch(watch);
        push_now(watch, watch->failures > 0 ? "retry" : "interval");
    }
}

static void watch_until_stopped(struct watch *watch)
{
    const struct options *options = &watch->options;
    log_line(LOG_INFO, "event=watching campaigns=%zu interval_s=%" PRId64 " profile=%s",
             options->campaigns.count, options->interval_s,
             options->profile_name == NULL ? "-" : options->profile_name);
    files_watch(watch);
    push_now(watch, "start");
    while (stop_signal() == 0)
        watch_once(watch);
    log_line(LOG_INFO, "event=stopped signal=%d", stop_signal());
}

/* Whether there is something to watch; if not, says so. */
static bool can_be_watched(const struct options *options)
{
    const char *file = file_of(options);
    const char *problem = NULL;
    if (file != NULL && strcmp(file, "-") == 0)
        problem = "standard input cannot be watched";
    else if (file == NULL && options->source_command == NULL && options->source_query == NULL &&
             !options->from_book)
        problem = "nothing to read: FILE, --command, --query or --from-book is missing";
    if (problem != NULL)
        (void)fprintf(stderr, "stockctl: %s\n", problem);
    return problem == NULL;
}

static enum ctl_exit watch_run(const struct options *options)
{
    struct watch *watch = calloc(1, sizeof(*watch));
    if (watch == NULL) {
        (void)fprintf(stderr, "stockctl: out of memory\n");
        return CTL_MACHINE;
    }
    enum ctl_exit code = can_be_watched(options) ? CTL_DONE : CTL_USAGE;
    watch->os = os_real();
    watch->options = *options;
    watch->options.quiet = true;
    profile_init(&watch->profile);
    if (code == CTL_DONE && !book_reopen(watch, options))
        code = CTL_USAGE;
    if (code == CTL_DONE) {
        stop_reload_install();
        watch_until_stopped(watch);
    }
    if (watch->files_are_watched)
        file_watch_close(&watch->files);
    book_close(watch->book);
    profile_deinit(&watch->profile);
    free(watch);
    return code;
}

/* clang-format off */
static const struct option_row watch_options[] = {
    {.name = "interval", .value_name = "SECONDS", .kind = OPTION_NUMBER, .min = 1,
     .max = INT64_C(604800), .in_profile = true, OPTION_MEMBER(interval_s), .standard = "3600",
     .help = "between two pushes when nothing changes"},
    {.name = "settle", .value_name = "MS", .kind = OPTION_NUMBER, .min = 0, .max = 600000,
     .in_profile = true, OPTION_MEMBER(settle_ms), .standard = "1000",
     .help = "a file counts as written when nothing happened to it for so long"},
    {.name = "output", .value_name = "text|json", .kind = OPTION_CHOICE, OPTION_MEMBER(output_form),
     .standard = "text", .help = "json: of each push a line on standard output as well"},
    {.name = "help", .letter = 'h', .kind = OPTION_FLAG, OPTION_MEMBER(help), .help = "this text"},
    {.name = NULL},
};

const struct command watch_command = {
    .name = "watch",
    .summary = "push whenever what is read changes, as a service",
    .arguments = "[FILE]",
    .arguments_min = 0,
    .arguments_max = 1,
    .description =
        "Pushes at the start; when FILE was written or replaced, also by a rename; when a\n"
        "movement was written down, with --from-book; and every --interval. What a command or a\n"
        "query says is seen at the interval, and so is a file on a network drive. A push that\n"
        "could not be done is tried again, after 1 s, 2 s, 4 s and so on up to 5 minutes; a\n"
        "change is pushed at once.\n"
        "\n"
        "Standard error gets a line for each event, key=value: watching, push_begins,\n"
        "push_done, push_failed, push_again, file_not_watched, config_read, config_refused,\n"
        "stopped. SIGHUP reads the profile again; when it is wrong the one before stays in\n"
        "force. SIGTERM or Ctrl-C end it; what was not acknowledged waits in the book.\n"
        "\n"
        "--full needs --yes here, as nobody can be asked.\n"
        "\n"
        "Exit status: 0 stopped by a signal, 2 usage, or no book.\n",
    .examples =
        "  stockctl watch --profile msk\n"
        "  stockctl watch leftovers.csv --campaign 10003 --token-file token --interval 900\n"
        "  systemctl --user enable --now stockctl-watch@msk\n",
    .options = {watch_options, push_options, input_options, buffer_options, book_options,
                campaigns_options,
                remote_options, profile_options},
    .run = watch_run,
};
/* clang-format on */
