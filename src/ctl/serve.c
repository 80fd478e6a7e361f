/* The file is read before the socket is opened, and read again when it has changed and then stayed
 * the same for one look: whoever writes it in place is given that time, and whoever replaces it by
 * rename needs none. What cannot be read as a whole leaves the numbers before in force. */
#include "ctl/serve.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/hash.h"
#include "ctl/serve_http.h"
#include "ctl/stock_file.h"
#include "ctl/stop.h"
#include "os/os.h"

enum { LOOK_MS = 200, TOKEN_BYTES_MAX = 4096, MS_PER_SECOND = 1000 };

struct serve {
    struct os *os;
    const struct options *options;
    struct serve_settings settings;
    struct buffer path;
    struct buffer problem;
    struct serve_http *http;
    struct file_version tried; /* What was read last, well or not. */
    struct file_version seen;  /* What the last look showed. */
    bool is_missing;
};

static void say(const char *text)
{
    (void)fprintf(stderr, "stockctl: %s\n", text);
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

/* Reads the file. NULL: *problem says why not. */
static struct stock_table *file_read(struct serve *serve)
{
    const char *path = serve->options->leftovers;
    struct stock_table *table = NULL;
    buffer_clear(&serve->problem);
    const enum err error =
        stock_file_read(path, serve->os->now_ms(serve->os), &table, &serve->tried, &serve->problem);
    if (error == OK)
        return table;
    if (error == ERR_BUSY) {
        buffer_clear(&serve->problem);
        buffer_append_format(&serve->problem, "%s changed while it was read", path);
    } else if (error == ERR_MEMORY) {
        buffer_append_text(&serve->problem, "out of memory");
    }
    return NULL;
}

/* Takes a changed file, or says why not; once for each change. */
static void file_take(struct serve *serve)
{
    struct stock_table *table = file_read(serve);
    serve->tried = serve->seen; /* Another version, if it was changing, is seen by the next look. */
    if (table == NULL) {
        (void)fprintf(stderr, "stockctl: %s; the numbers before stay in force\n",
                      buffer_text(&serve->problem));
        return;
    }
    (void)fprintf(stderr, "stockctl: %s was read again: %" PRIu32 " SKUs\n",
                  serve->options->leftovers, stock_table_count(table));
    serve_http_replace(serve->http, table);
}

/* Looks whether the file has changed, and stayed so since the last look. */
static void file_look(struct serve *serve)
{
    struct file_version now;
    if (!file_version_read(serve->options->leftovers, &now)) {
        if (!serve->is_missing) {
            (void)fprintf(stderr,
                          "stockctl: cannot find %s: %s; the numbers before stay in force\n",
                          serve->options->leftovers, strerror(errno));
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

static void serve_until_stopped(struct serve *serve, uint32_t skus_count)
{
    printf("event=ready listen=%s skus=%" PRIu32 "\n", serve_http_address(serve->http), skus_count);
    (void)fflush(stdout);
    while (stop_signal() == 0) {
        (void)poll(NULL, 0, LOOK_MS);
        file_look(serve);
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
    if (!settings_make(serve))
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

enum ctl_exit serve_run(const struct options *options)
{
    struct serve serve = {.os = os_real(), .options = options};
    uint64_t seed = 0;
    serve.os->random(serve.os, &seed, sizeof(seed));
    hash_seed_set(seed);
    buffer_init(&serve.path);
    buffer_init(&serve.problem);
    const enum ctl_exit end = serve_begin(&serve);
    if (end != CTL_DONE)
        say(serve.problem.size > 0 ? buffer_text(&serve.problem) : "out of memory");
    buffer_deinit(&serve.path);
    buffer_deinit(&serve.problem);
    return end;
}
