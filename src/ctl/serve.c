/* The source is read before the socket is opened. A file is read again when it has changed and then
 * stayed the same for one look: whoever writes it in place is given that time, and whoever replaces
 * it by rename needs none. A command or a query is asked again after a time. What cannot be read as
 * a whole leaves the numbers before in force. */
#include "ctl/commands.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/hash.h"
#include "ctl/option_rows.h"
#include "ctl/serve_http.h"
#include "ctl/source_options.h"
#include "ctl/stock_file.h"
#include "ctl/stop.h"
#include "os/os.h"

enum { LOOK_MS = 200, TOKEN_BYTES_MAX = 4096, MS_PER_SECOND = 1000, US_PER_SECOND = 1000000 };

struct serve {
    struct os *os;
    const struct options *options;
    struct serve_settings settings;
    struct buffer path;
    struct buffer problem;
    struct serve_http *http;
    struct source_choice choice;
    struct file_version tried; /* What was read last, well or not. */
    struct file_version seen;  /* What the last look showed. */
    int64_t read_us;           /* When it was. */
    bool is_missing;
};

static void say(const char *text)
{
    (void)fprintf(stderr, "stockctl: %s\n", text);
}

/* What is the matter; what nobody could say is memory. */
static const char *problem_text(struct serve *serve)
{
    return serve->problem.size > 0 ? buffer_text(&serve->problem) : "out of memory";
}

/* The token that the Market sends, as a hash. False: *problem says why. */
static bool token_read(struct serve *serve)
{
    const char *path = serve->options->token_file;
    if (path == NULL) {
        say("warning: without --token-file anybody who reaches this address may ask");
        return true;
    }
    uint8_t *data = NULL;
    size_t size = 0;
    const enum err error = os_read_file(serve->os, path, TOKEN_BYTES_MAX, &data, &size);
    if (error == ERR_MEMORY)
        return false;
    if (error != OK) {
        buffer_append_format(&serve->problem, "cannot read --token-file %s: %s", path,
                             error == ERR_FULL ? "longer than any token" : err_text(error));
        return false;
    }
    struct stat status;
    if (stat(path, &status) == 0 && (status.st_mode & (S_IRGRP | S_IROTH)) != 0)
        (void)fprintf(stderr, "stockctl: warning: others can read %s; chmod 600 it\n", path);
    const struct bytes token = bytes_trim((struct bytes){data, size});
    const bool good = token.size > 0 && !bytes_have_controls(token);
    if (!good)
        buffer_append_format(&serve->problem, "the token in %s is %s", path,
                             token.size == 0 ? "empty" : "not one line");
    serve->settings.rules.token_required = true;
    serve->settings.rules.token_hash = sha256_of(token);
    explicit_bzero(data, size);
    free(data);
    return good;
}

/* The path of POST /stocks. False: *problem says what is wrong with the base path. */
static bool path_make(struct serve *serve)
{
    struct bytes base = bytes_from_text(serve->options->base_path);
    while (base.size > 0 && base.data[base.size - 1] == '/')
        base.size--;
    bool good = base.size == 0 || base.data[0] == '/';
    for (size_t i = 0; i < base.size; i++)
        good = good && base.data[i] > ' ' && base.data[i] < 0x7F &&
               strchr("?#%", base.data[i]) == NULL;
    if (!good) {
        buffer_append_format(&serve->problem,
                             "--base-path takes a path such as /market/api, not '%s'",
                             serve->options->base_path);
        return false;
    }
    buffer_append(&serve->path, base);
    buffer_append(&serve->path, BYTES("/stocks"));
    serve->settings.rules.path = buffer_bytes(&serve->path);
    return !serve->path.failed;
}

static bool settings_make(struct serve *serve)
{
    const struct options *options = serve->options;
    serve->settings.os = serve->os;
    serve->settings.listen = options->listen;
    serve->settings.tls_certificate = options->tls_certificate;
    serve->settings.tls_key = options->tls_key;
    serve->settings.request_ms_max = options->timeout_s * MS_PER_SECOND;
    if ((options->tls_certificate == NULL) != (options->tls_key == NULL)) {
        buffer_append_text(&serve->problem, "--tls-certificate and --tls-key go together");
        return false;
    }
    return path_make(serve) && token_read(serve);
}

static bool is_file(const struct serve *serve)
{
    return serve->choice.settings.kind == ROW_SOURCE_FILE;
}

/* How messages name what is read. */
static const char *source_name(const struct serve *serve)
{
    return is_file(serve) ? serve->choice.settings.text : "the source";
}

/* Reads the source. NULL: *problem says why not; nothing in it: no memory. */
static struct stock_table *file_read(struct serve *serve)
{
    struct stock_table *table = NULL;
    buffer_clear(&serve->problem);
    serve->choice.settings.now_ms = serve->os->now_ms(serve->os);
    serve->read_us = serve->os->uptime_us(serve->os);
    const enum err error =
        stock_file_read(&serve->choice.settings, &table, &serve->tried, &serve->problem);
    if (error == OK)
        return table;
    if (error == ERR_BUSY) {
        buffer_clear(&serve->problem);
        buffer_append_format(&serve->problem, "%s changed while it was read", source_name(serve));
    } else if (error == ERR_MEMORY) {
        buffer_clear(&serve->problem);
    }
    return NULL;
}

/* Takes a changed file, or says why not; once for each change. */
static void file_take(struct serve *serve)
{
    struct stock_table *table = file_read(serve);
    serve->tried = serve->seen; /* Another version, if it was changing, is seen by the next look. */
    if (table == NULL && stop_signal() != 0)
        return;
    if (table == NULL) {
        (void)fprintf(stderr, "stockctl: %s; the numbers before stay in force\n",
                      problem_text(serve));
        return;
    }
    const uint32_t skus_count = stock_table_count(table);
    serve_http_replace(serve->http, table);
    (void)fprintf(stderr, "stockctl: %s was read again: %" PRIu32 " SKUs\n", source_name(serve),
                  skus_count);
}

/* Looks whether the file has changed, and stayed so since the last look. */
static void file_look(struct serve *serve)
{
    struct file_version now;
    if (!file_version_read(serve->choice.settings.text, &now)) {
        if (!serve->is_missing) {
            (void)fprintf(stderr,
                          "stockctl: cannot find %s: %s; the numbers before stay in force\n",
                          source_name(serve), strerror(errno));
        }
        serve->is_missing = true;
        return;
    }
    serve->is_missing = false;
    const bool settled = file_version_equal(&now, &serve->seen);
    serve->seen = now;
    if (settled && !file_version_equal(&now, &serve->tried))
        file_take(serve);
}

/* Asks a command or a query again when it is time. */
static void source_look(struct serve *serve)
{
    const int64_t age_us = serve->os->uptime_us(serve->os) - serve->read_us;
    if (age_us >= serve->options->every_s * US_PER_SECOND)
        file_take(serve);
}

static void serve_until_stopped(struct serve *serve, uint32_t skus_count)
{
    printf("event=ready listen=%s skus=%" PRIu32 "\n", serve_http_address(serve->http), skus_count);
    (void)fflush(stdout);
    while (stop_signal() == 0) {
        (void)poll(NULL, 0, LOOK_MS);
        if (is_file(serve))
            file_look(serve);
        else
            source_look(serve);
        serve_http_sweep(serve->http);
    }
    int64_t answered = 0;
    int64_t refused = 0;
    serve_http_totals(serve->http, &answered, &refused);
    printf("answered=%" PRId64 " refused=%" PRId64 "\n", answered, refused);
    (void)fflush(stdout);
}

static enum ctl_exit serve_begin(struct serve *serve)
{
    const struct options *options = serve->options;
    if (!source_choose(serve->os, options, options->leftovers, &serve->choice, &serve->problem) ||
        !settings_make(serve))
        return CTL_USAGE;
    struct stock_table *table = file_read(serve);
    if (table == NULL)
        return CTL_USAGE;
    serve->seen = serve->tried;
    const uint32_t skus_count = stock_table_count(table);
    const enum err error = serve_http_open(&serve->settings, table, &serve->problem, &serve->http);
    if (error != OK) {
        stock_table_destroy(table);
        return error == ERR_INVALID ? CTL_USAGE : CTL_MACHINE;
    }
    serve_until_stopped(serve, skus_count);
    serve_http_close(serve->http);
    return CTL_DONE;
}

static enum ctl_exit serve_run(const struct options *options)
{
    struct serve serve = {.os = os_real(), .options = options};
    uint64_t seed = 0;
    serve.os->random(serve.os, &seed, sizeof(seed));
    hash_seed_set(seed);
    buffer_init(&serve.path);
    buffer_init(&serve.problem);
    const enum ctl_exit end = serve_begin(&serve);
    if (end != CTL_DONE)
        say(problem_text(&serve));
    const bool said = serve.problem.size > 0;
    source_choice_end(&serve.choice);
    buffer_deinit(&serve.path);
    buffer_deinit(&serve.problem);
    return end == CTL_USAGE && !said ? CTL_MACHINE : end;
}

/* clang-format off */
static const struct option_row serve_options[] = {
    {.name = "leftovers", .value_name = "FILE", .kind = OPTION_TEXT,
     OPTION_MEMBER(leftovers), .help = "the file to answer from: CSV, XLSX or YML"},
    {.name = "every", .value_name = "SECONDS", .kind = OPTION_NUMBER, .min = 1, .max = 86400,
     OPTION_MEMBER(every_s), .standard = "60",
     .help = "how often a command or a query is asked again"},
    {.name = "listen", .value_name = "ADDRESS:PORT", .kind = OPTION_TEXT, OPTION_MEMBER(listen),
     .standard = "127.0.0.1:8090", .help = "where to be asked; port 0: any free one"},
    {.name = "base-path", .value_name = "PATH", .kind = OPTION_TEXT, OPTION_MEMBER(base_path),
     .help = "what stands before /stocks, for instance /market/api"},
    {.name = "token-file", .value_name = "FILE", .kind = OPTION_TEXT, OPTION_MEMBER(token_file),
     .help = "holds the token that the Market sends; without it anybody may ask"},
    {.name = "tls-certificate", .value_name = "FILE", .kind = OPTION_TEXT,
     OPTION_MEMBER(tls_certificate), .help = "PEM, with its chain: HTTPS instead of HTTP"},
    {.name = "tls-key", .value_name = "FILE", .kind = OPTION_TEXT, OPTION_MEMBER(tls_key),
     .help = "its key, PEM"},
    {.name = "timeout", .value_name = "SECONDS", .kind = OPTION_NUMBER, .min = 1, .max = 3600,
     OPTION_MEMBER(timeout_s), .standard = "60",
     .help = "for a request to be whole; its connection is closed then"},
    {.name = "help", .letter = 'h', .kind = OPTION_FLAG, OPTION_MEMBER(help), .help = "this text"},
    {.name = NULL},
};

const struct command serve_command = {
    .name = "serve",
    .summary = "be a shop that the Market asks for its stock",
    .description =
        "Answers POST /stocks from a file of leftovers, which looks as for push, or from what\n"
        "a command prints or a database answers. Every SKU that is asked for is answered: one\n"
        "that the file does not name, or names without a count, with 0. updatedAt is the\n"
        "column of that name or else the moment the file was changed (or the command or the\n"
        "query asked); for a SKU that is not in the file, now.\n"
        "\n"
        "The file is read again when it changes. One with a bad row is not taken: the\n"
        "numbers before stay in force, and FILE:LINE: reason is said. Replace it by rename,\n"
        "or have it written within 0.2 s. A request may have 4194304 bytes, the file\n"
        "10000000 rows.\n"
        "\n"
        "Prints event=ready listen=ADDRESS:PORT skus=N when it can be asked, and\n"
        "answered=N refused=N at the end, which SIGTERM or Ctrl-C bring.\n"
        "Exit status: 0 stopped, 2 usage, or a file that cannot be read, 5 the address is\n"
        "taken, or no memory.\n",
    .examples =
        "  stockctl serve --leftovers leftovers.csv --token-file token\n"
        "  stockctl serve --leftovers stock.xlsx --token-file token --base-path /market/api\n"
        "  stockctl serve --query 'SELECT sku, count FROM stock' --database-file shop.url \\\n"
        "      --every 30 --token-file token\n"
        "  stockctl serve --leftovers leftovers.csv --token-file token \\\n"
        "      --listen 0.0.0.0:443 --tls-certificate chain.pem --tls-key key.pem\n",
    .options = {serve_options, input_options},
    .run = serve_run,
};
/* clang-format on */
