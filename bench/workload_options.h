/* The part of the command line that every load generator has: which writes are made. A program of
 * bench/ is one translation unit, so that one rule builds them all; its parts are headers of static
 * functions. A wrong option ends the program. */

#ifndef BENCH_WORKLOAD_OPTIONS_H
#define BENCH_WORKLOAD_OPTIONS_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { SKUS_PER_REQUEST_MAX = 2000 };

/* What a request does to the cells it names. */
enum change {
    CHANGE_NONE,       /* The same counts and stamps again and again. */
    CHANGE_FRESH,      /* A new count with a newer stamp for each. */
    CHANGE_HALF_STALE, /* For half of them; the other half carries a stamp that is too old. */
};

struct workload_options {
    int64_t skus_total;
    int64_t skus_per_request;
    int64_t sku_bytes; /* At least "SKU-" and ten digits. */
    int64_t seed;
    int64_t stamp_ms;      /* Of request "zero"; negative: from the clock. */
    int64_t first_request; /* Where in the sequence of requests this run begins. */
    enum change change;
    bool once;
    bool stamped;   /* updatedAt is sent. */
    bool scattered; /* SKUs are taken from all over the range, not in order. */
};

#define WORKLOAD_DEFAULTS                                                                          \
    {                                                                                              \
        .skus_total = 1000000, .sku_bytes = 14, .seed = 1, .stamp_ms = -1, .scattered = true       \
    }

#define WORKLOAD_USAGE                                                                             \
    "  --skus-per-request N     SKUs of a request (default 2000)\n"                                \
    "  --skus-total N           distinct SKUs (default 1000000)\n"                                 \
    "  --sku-bytes N            length of a SKU, 14 to 255 (default 14)\n"                         \
    "  --order scattered|sequential  which SKUs share a request (default scattered)\n"             \
    "  --seed N                 of the order and the counts (default 1)\n"                         \
    "  --change none|fresh|half-stale  none: the same counts and stamps again and again;\n"        \
    "                           fresh: each request has new counts and a newer stamp;\n"           \
    "                           half-stale: the same, but half of the SKUs carry an hour old\n"    \
    "                           stamp (default none)\n"                                            \
    "  --updated-at none|now    whether SKUs that are not stale carry a stamp (default none)\n"    \
    "  --stamp-ms MS            the moment stamps are counted from, in ms since 1970: request i\n" \
    "                           of a fresh run carries MS + 1 + i (default, not for fresh: now)\n" \
    "  --first-request N        where in the sequence of requests to begin (default 0)\n"          \
    "  --once                   put each SKU of the total exactly once, then stop\n"

_Noreturn static inline void die(const char *what, const char *detail)
{
    fprintf(stderr, "event=failed program=%s what=\"%s\" detail=\"%s\" errno=%d\n",
            program_invocation_short_name, what, detail, errno);
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

struct number_option {
    const char *name; /* NULL ends a table. */
    size_t offset;    /* Of an int64_t in the struct of options. */
    int64_t min;
    int64_t max;
};

/* Takes an option that a table knows into the struct that the table is about; false: none. */
static inline bool number_option_take(const struct number_option *option, void *options,
                                      const char *name, const char *value)
{
    for (; option->name != NULL; option++) {
        if (strcmp(name, option->name) != 0)
            continue;
        const int64_t number = number_parse(value, option->min, option->max);
        memcpy((char *)options + option->offset, &number, sizeof number);
        return true;
    }
    return false;
}

/* clang-format off */
static const struct number_option workload_number_options[] = {
    {"--skus-per-request", offsetof(struct workload_options, skus_per_request),
     1, SKUS_PER_REQUEST_MAX},
    {"--skus-total",    offsetof(struct workload_options, skus_total),    1, 1000000000},
    {"--sku-bytes",     offsetof(struct workload_options, sku_bytes),     14, 255},
    {"--seed",          offsetof(struct workload_options, seed),          0, INT64_MAX},
    {"--stamp-ms",      offsetof(struct workload_options, stamp_ms),      0, INT64_C(1) << 52},
    {"--first-request", offsetof(struct workload_options, first_request), 0, INT64_C(1) << 50},
    {NULL, 0, 0, 0},
};
/* clang-format on */

static inline enum change change_parse(const char *text)
{
    if (strcmp(text, "none") == 0)
        return CHANGE_NONE;
    return choice_parse(text, "fresh", "half-stale") ? CHANGE_FRESH : CHANGE_HALF_STALE;
}

/* Takes an option without a value; false: it is none of these. */
static inline bool workload_flag_take(const char *name, struct workload_options *options)
{
    if (strcmp(name, "--once") != 0)
        return false;
    options->once = true;
    return true;
}

/* Takes an option with its value; false: it is none of these. */
static inline bool workload_option_take(const char *name, const char *value,
                                        struct workload_options *options)
{
    if (number_option_take(workload_number_options, options, name, value))
        return true;
    if (strcmp(name, "--order") == 0)
        options->scattered = choice_parse(value, "scattered", "sequential");
    else if (strcmp(name, "--updated-at") == 0)
        options->stamped = choice_parse(value, "now", "none");
    else if (strcmp(name, "--change") == 0)
        options->change = change_parse(value);
    else
        return false;
    return true;
}

/* Fills in what was not given and refuses what does not go together. */
static inline void workload_options_complete(struct workload_options *options)
{
    if (options->skus_per_request == 0)
        options->skus_per_request = SKUS_PER_REQUEST_MAX;
    if (options->skus_per_request > options->skus_total)
        options->skus_per_request = options->skus_total;
    if (options->once && (options->change != CHANGE_NONE || options->first_request != 0))
        die("--once fills cells: it goes without --change and --first-request", "");
    if (options->stamped && options->change != CHANGE_NONE && options->stamp_ms < 0)
        die("stamps of --change fresh and half-stale need --stamp-ms", "");
    if (options->stamp_ms < 0) /* Cut to seconds, and yet not older than what is there. */
        options->stamp_ms = (int64_t)(time(NULL) + 1) * 1000;
}

#endif
