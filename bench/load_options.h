/* The command line of the load generator for HTTP: what workload_options.h has, and where and how
 * requests are sent. */

#ifndef BENCH_LOAD_OPTIONS_H
#define BENCH_LOAD_OPTIONS_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "workload_options.h"

enum {
    TOKEN_BYTES_MAX = 160,
    THREADS_MAX = 64,
    CONNECTIONS_MAX = 1024,
};

enum work {
    WORK_PUT,
    WORK_GET,
    WORK_DUMP,
    WORK_ORDER,
};

struct options {
    struct sockaddr_in address;
    char address_text[64];
    char token[TOKEN_BYTES_MAX]; /* Empty: no Api-Key header. */
    const char *requests_path;   /* The requests are written there instead of being sent. */
    enum work work;
    int64_t connections;
    int64_t threads;
    int64_t requests; /* 0: until seconds have passed. */
    int64_t seconds;  /* Counts only where requests is 0. */
    int64_t campaign;
    int64_t ring_bytes;               /* 0: every body is built when it is sent. */
    struct workload_options workload; /* For get: skus_per_request is the page's limit. */
};

static const char load_usage_text[] =
    "usage: load --connect ADDR:PORT [option ...]\n"
    "Keeps N connections busy, one request at a time on each, and prints one line of figures.\n"
    "  --work put|get|dump|order   put: PUT offers/stocks; get: walk the pages; dump: walk them\n"
    "                           once and print `SKU count updated_at_ms` of each instead of\n"
    "                           figures; order: reserve one unit a request through the operator's\n"
    "                           listener, SKU after SKU; a refusal for lack of stock is fine,\n"
    "                           skus= are those that got it (default put)\n"
    "  --connections N          (default 16)        --threads N        (default 1)\n"
    "  --requests N             stop after N        --seconds N        stop after (default "
    "3)\n" WORKLOAD_USAGE
    "                           for get, --skus-per-request is the page's limit (default 200)\n"
    "  --ring-bytes N           memory for bodies built ahead; 0 builds each when it is sent\n"
    "                           (default 67108864; --once always builds). A body that changes\n"
    "                           something is sent once: when they are used up, the run ends\n"
    "  --campaign ID            (default 10003)\n"
    "  --token-file FILE | --token-env NAME         where the Api-Key is read from; with order\n"
    "                           the operator's token\n"
    "  --write-requests FILE    send nothing: write --requests N of them there, each behind its\n"
    "                           length in 8 bytes (little-endian), for another client to send\n"
    "Exit status: 0 every answer was 200, 1 some were not or something broke.\n";

static inline void address_parse(const char *text, struct options *options)
{
    char host[INET_ADDRSTRLEN];
    const char *colon = strrchr(text, ':');
    if (colon == NULL || (size_t)(colon - text) >= sizeof host)
        die("--connect wants ADDR:PORT", text);
    const size_t host_bytes = (size_t)(colon - text);
    memcpy(host, text, host_bytes);
    host[host_bytes] = '\0';

    memset(&options->address, 0, sizeof options->address);
    options->address.sin_family = AF_INET;
    options->address.sin_port = htons((uint16_t)number_parse(colon + 1, 1, 65535));
    if (inet_pton(AF_INET, host, &options->address.sin_addr) != 1)
        die("--connect wants an IPv4 address", text);
    snprintf(options->address_text, sizeof options->address_text, "%s", text);
}

static inline void token_take(const char *text, struct options *options)
{
    const size_t bytes = strcspn(text, "\r\n");
    if (bytes == 0 || bytes >= sizeof options->token)
        die("the token is empty or too long", "");
    memcpy(options->token, text, bytes);
    options->token[bytes] = '\0';
}

static inline void token_read_file(const char *path, struct options *options)
{
    char line[TOKEN_BYTES_MAX];
    FILE *file = fopen(path, "re");
    if (file == NULL || fgets(line, sizeof line, file) == NULL)
        die("the token file cannot be read", path);
    if (fclose(file) != 0)
        die("the token file cannot be closed", path);
    token_take(line, options);
}

static inline void token_read_env(const char *name, struct options *options)
{
    const char *text = getenv(name);
    if (text == NULL)
        die("the token's environment variable is not set", name);
    token_take(text, options);
}

/* clang-format off */
static const struct number_option load_number_options[] = {
    {"--connections", offsetof(struct options, connections), 1, CONNECTIONS_MAX},
    {"--threads",     offsetof(struct options, threads),     1, THREADS_MAX},
    {"--requests",    offsetof(struct options, requests),    1, INT64_C(1000000000000)},
    {"--seconds",     offsetof(struct options, seconds),     1, 86400},
    {"--campaign",    offsetof(struct options, campaign),    1, INT64_MAX},
    {"--ring-bytes",  offsetof(struct options, ring_bytes),  0, INT64_C(68719476736)},
    {NULL, 0, 0, 0},
};
/* clang-format on */

static inline enum work work_parse(const char *text)
{
    if (strcmp(text, "order") == 0)
        return WORK_ORDER;
    if (strcmp(text, "dump") == 0)
        return WORK_DUMP;
    return choice_parse(text, "put", "get") ? WORK_PUT : WORK_GET;
}

static inline bool word_take(const char *name, const char *value, struct options *options)
{
    if (strcmp(name, "--connect") == 0)
        address_parse(value, options);
    else if (strcmp(name, "--work") == 0)
        options->work = work_parse(value);
    else if (strcmp(name, "--write-requests") == 0)
        options->requests_path = value;
    else if (strcmp(name, "--token-file") == 0)
        token_read_file(value, options);
    else if (strcmp(name, "--token-env") == 0)
        token_read_env(value, options);
    else
        return false;
    return true;
}

/* Fills in what was not given and refuses what does not go together. */
static inline void options_complete(struct options *options)
{
    if (options->address_text[0] == '\0')
        die("--connect is missing, see --help", "");
    if (options->workload.once && options->work != WORK_PUT)
        die("--once fills cells, so it goes with --work put", "");
    if (options->requests_path != NULL && (options->work != WORK_PUT || options->requests == 0))
        die("--write-requests goes with --work put and --requests", "");
    if (options->requests_path != NULL || options->work == WORK_ORDER)
        options->ring_bytes = 0;
    if (options->work == WORK_DUMP)
        options->connections = 1; /* Each page has the name of the next. */
    const bool reads = options->work == WORK_GET || options->work == WORK_DUMP;
    if (options->workload.skus_per_request == 0 && reads)
        options->workload.skus_per_request = 200;
    workload_options_complete(&options->workload);
    if (options->threads > options->connections)
        options->threads = options->connections;
    if (options->requests == 0 && options->seconds == 0 && options->work != WORK_DUMP)
        options->seconds = 3;
}

static inline void options_parse(int argc, char **argv, struct options *options)
{
    *options = (struct options){.connections = 16,
                                .threads = 1,
                                .campaign = 10003,
                                .ring_bytes = 67108864,
                                .workload = WORKLOAD_DEFAULTS};
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0) {
            fputs(load_usage_text, stdout);
            exit(EXIT_SUCCESS);
        }
        if (workload_flag_take(argv[i], &options->workload))
            continue;
        if (i + 1 == argc)
            die("an option is unknown or lacks its value, see --help", argv[i]);
        if (!number_option_take(load_number_options, options, argv[i], argv[i + 1]) &&
            !workload_option_take(argv[i], argv[i + 1], &options->workload) &&
            !word_take(argv[i], argv[i + 1], options))
            die("an option is unknown, see --help", argv[i]);
        i++;
    }
    options_complete(options);
}

#endif
