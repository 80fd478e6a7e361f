/* The load generator's command line. A program of bench/ is one translation unit, so that one rule
 * builds them all; its parts are headers of static functions. A wrong option ends the program. */

#ifndef BENCH_LOAD_OPTIONS_H
#define BENCH_LOAD_OPTIONS_H

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    TOKEN_BYTES_MAX = 160,
    THREADS_MAX = 64,
    CONNECTIONS_MAX = 1024,
    SKUS_PER_REQUEST_MAX = 2000,
};

enum work {
    WORK_PUT,
    WORK_GET,
};

struct options {
    struct sockaddr_in address;
    char address_text[64];
    char token[TOKEN_BYTES_MAX]; /* Empty: no Api-Key header. */
    enum work work;
    int64_t connections;
    int64_t threads;
    int64_t requests;         /* 0: until seconds have passed. */
    int64_t seconds;          /* Counts only where requests is 0. */
    int64_t skus_per_request; /* For get: the page's limit. */
    int64_t skus_total;
    int64_t sku_bytes; /* At least "SKU-" and ten digits. */
    int64_t campaign;
    int64_t seed;
    int64_t ring_bytes; /* 0: every body is built when it is sent. */
    bool once;
    bool half_stale;
    bool stamped;   /* updatedAt is sent. */
    bool scattered; /* SKUs are taken from all over the range, not in order. */
};

static const char load_usage_text[] =
    "usage: load --connect ADDR:PORT [option ...]\n"
    "Keeps N connections busy, one request at a time on each, and prints one line of figures.\n"
    "  --work put|get           put: PUT offers/stocks; get: walk the pages (default put)\n"
    "  --connections N          (default 16)        --threads N        (default 1)\n"
    "  --requests N             stop after N        --seconds N        stop after (default 3)\n"
    "  --once                   put each SKU of the total exactly once, then stop\n"
    "  --skus-per-request N     SKUs of a body, or the page's limit (default 2000, get 200)\n"
    "  --skus-total N           distinct SKUs (default 1000000)\n"
    "  --sku-bytes N            length of a SKU, 14 to 255 (default 14)\n"
    "  --order scattered|sequential  which SKUs share a body (default scattered)\n"
    "  --fresh | --half-stale   half-stale: half the SKUs carry an hour old updatedAt\n"
    "  --updated-at none|now    what the fresh SKUs carry (default none)\n"
    "  --ring-bytes N           memory for bodies built ahead; 0 builds each when it is sent\n"
    "                           (default 67108864; --once always builds)\n"
    "  --campaign ID            (default 10003)     --seed N           (default 1)\n"
    "  --token-file FILE | --token-env NAME         where the Api-Key is read from\n"
    "Exit status: 0 every answer was 200, 1 some were not or something broke.\n";

_Noreturn static inline void die(const char *what, const char *detail)
{
    fprintf(stderr, "event=failed program=load what=\"%s\" detail=\"%s\" errno=%d\n", what, detail,
            errno);
    exit(EXIT_FAILURE);
}

static inline int64_t number_parse(const char *text, int64_t min, int64_t max)
{
    char *end = NULL;
    errno = 0;
    const long long number = strtoll(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || number < min || number > max)
        die("a number is out of its option's range", text);
    return number;
}

static inline bool choice_parse(const char *text, const char *yes, const char *no)
{
    if (strcmp(text, yes) != 0 && strcmp(text, no) != 0)
        die("an option knows two words, this is neither", text);
    return strcmp(text, yes) == 0;
}

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

struct number_option {
    const char *name;
    size_t offset; /* Of an int64_t in struct options. */
    int64_t min;
    int64_t max;
};

/* clang-format off */
static const struct number_option number_options[] = {
    {"--connections",      offsetof(struct options, connections),      1, CONNECTIONS_MAX},
    {"--threads",          offsetof(struct options, threads),          1, THREADS_MAX},
    {"--requests",         offsetof(struct options, requests),         1, INT64_C(1000000000000)},
    {"--seconds",          offsetof(struct options, seconds),          1, 86400},
    {"--skus-per-request", offsetof(struct options, skus_per_request), 1, SKUS_PER_REQUEST_MAX},
    {"--skus-total",       offsetof(struct options, skus_total),       1, 1000000000},
    {"--sku-bytes",        offsetof(struct options, sku_bytes),        14, 255},
    {"--campaign",         offsetof(struct options, campaign),         1, INT64_MAX},
    {"--seed",             offsetof(struct options, seed),             0, INT64_MAX},
    {"--ring-bytes",       offsetof(struct options, ring_bytes),       0, INT64_C(68719476736)},
};
/* clang-format on */

static inline bool flag_take(const char *name, struct options *options)
{
    if (strcmp(name, "--once") == 0)
        options->once = true;
    else if (strcmp(name, "--fresh") == 0)
        options->half_stale = false;
    else if (strcmp(name, "--half-stale") == 0)
        options->half_stale = true;
    else
        return false;
    return true;
}

static inline bool number_take(const char *name, const char *value, struct options *options)
{
    for (size_t i = 0; i < sizeof number_options / sizeof number_options[0]; i++) {
        const struct number_option *option = &number_options[i];
        if (strcmp(name, option->name) != 0)
            continue;
        const int64_t number = number_parse(value, option->min, option->max);
        memcpy((char *)options + option->offset, &number, sizeof number);
        return true;
    }
    return false;
}

static inline bool word_take(const char *name, const char *value, struct options *options)
{
    if (strcmp(name, "--connect") == 0)
        address_parse(value, options);
    else if (strcmp(name, "--work") == 0)
        options->work = choice_parse(value, "put", "get") ? WORK_PUT : WORK_GET;
    else if (strcmp(name, "--order") == 0)
        options->scattered = choice_parse(value, "scattered", "sequential");
    else if (strcmp(name, "--updated-at") == 0)
        options->stamped = choice_parse(value, "now", "none");
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
    if (options->once && options->work == WORK_GET)
        die("--once fills cells, so it goes with --work put", "");
    if (options->skus_per_request == 0)
        options->skus_per_request = options->work == WORK_PUT ? SKUS_PER_REQUEST_MAX : 200;
    if (options->skus_per_request > options->skus_total)
        options->skus_per_request = options->skus_total;
    if (options->threads > options->connections)
        options->threads = options->connections;
    if (options->requests == 0 && options->seconds == 0)
        options->seconds = 3;
}

static inline void options_parse(int argc, char **argv, struct options *options)
{
    *options = (struct options){.connections = 16,
                                .threads = 1,
                                .skus_total = 1000000,
                                .sku_bytes = 14,
                                .campaign = 10003,
                                .seed = 1,
                                .ring_bytes = 67108864,
                                .scattered = true};
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0) {
            fputs(load_usage_text, stdout);
            exit(EXIT_SUCCESS);
        }
        if (flag_take(argv[i], options))
            continue;
        if (i + 1 == argc)
            die("an option is unknown or lacks its value, see --help", argv[i]);
        if (!number_take(argv[i], argv[i + 1], options) &&
            !word_take(argv[i], argv[i + 1], options))
            die("an option is unknown, see --help", argv[i]);
        i++;
    }
    options_complete(options);
}

#endif
