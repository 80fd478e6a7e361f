/* The command line of the load generator for Redis: what workload_options.h has, and where and how
 * requests are sent. */

#ifndef BENCH_REDIS_OPTIONS_H
#define BENCH_REDIS_OPTIONS_H

#include "workload_options.h"

enum { CONNECTIONS_MAX = 1024 };

enum work {
    WORK_SCRIPT,
    WORK_HSET,
    WORK_DUMP,
};

struct options {
    const char *socket_path;
    enum work work;
    int64_t connections;
    int64_t requests; /* 0: until seconds have passed. */
    int64_t seconds;  /* Counts only where requests is 0. */
    int64_t campaign;
    int64_t ring_bytes; /* 0: every command is built when it is sent. */
    struct workload_options workload;
};

static const char redis_usage_text[] =
    "usage: redis_load --connect PATH [option ...]\n"
    "Keeps N connections to Redis's Unix socket busy, one command at a time on each, and prints\n"
    "one line of figures.\n"
    "  --work script|hset|dump  script: one EVALSHA a request, the last writer wins;\n"
    "                           hset: one HSET a request, whoever comes last wins;\n"
    "                           dump: prints `SKU COUNT UPDATED_AT_MS` of all (default script)\n"
    "  --connections N          (default 16)\n"
    "  --requests N             stop after N        --seconds N        stop after (default "
    "3)\n" WORKLOAD_USAGE
    "  --ring-bytes N           memory for commands built ahead; 0 builds each when it is sent\n"
    "                           (default 67108864; --once always builds). A command that\n"
    "                           changes something is sent once: then the run ends\n"
    "  --campaign ID            whose stocks (default 10003)\n"
    "Exit status: 0 every answer was as expected, 1 some were not or something broke.\n";

/* clang-format off */
static const struct number_option redis_number_options[] = {
    {"--connections", offsetof(struct options, connections), 1, CONNECTIONS_MAX},
    {"--requests",    offsetof(struct options, requests),    1, INT64_C(1000000000000)},
    {"--seconds",     offsetof(struct options, seconds),     1, 86400},
    {"--campaign",    offsetof(struct options, campaign),    1, INT64_MAX},
    {"--ring-bytes",  offsetof(struct options, ring_bytes),  0, INT64_C(68719476736)},
    {NULL, 0, 0, 0},
};
/* clang-format on */

static inline bool word_take(const char *name, const char *value, struct options *options)
{
    if (strcmp(name, "--connect") == 0)
        options->socket_path = value;
    else if (strcmp(name, "--work") != 0)
        return false;
    else if (strcmp(value, "dump") == 0)
        options->work = WORK_DUMP;
    else
        options->work = choice_parse(value, "script", "hset") ? WORK_SCRIPT : WORK_HSET;
    return true;
}

/* Fills in what was not given and refuses what does not go together. */
static inline void options_complete(struct options *options)
{
    if (options->socket_path == NULL)
        die("--connect is missing, see --help", "");
    workload_options_complete(&options->workload);
    if (options->requests == 0 && options->seconds == 0)
        options->seconds = 3;
}

static inline void options_parse(int argc, char **argv, struct options *options)
{
    *options = (struct options){.connections = 16,
                                .campaign = 10003,
                                .ring_bytes = 67108864,
                                .workload = WORKLOAD_DEFAULTS};
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0) {
            fputs(redis_usage_text, stdout);
            exit(EXIT_SUCCESS);
        }
        if (workload_flag_take(argv[i], &options->workload))
            continue;
        if (i + 1 == argc)
            die("an option is unknown or lacks its value, see --help", argv[i]);
        if (!number_option_take(redis_number_options, options, argv[i], argv[i + 1]) &&
            !workload_option_take(argv[i], argv[i + 1], &options->workload) &&
            !word_take(argv[i], argv[i + 1], options))
            die("an option is unknown, see --help", argv[i]);
        i++;
    }
    options_complete(options);
}

#endif
