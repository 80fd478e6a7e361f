/* The command line of stockd: what is taken lies in the ranges of the table. */
#include <stdio.h>

#include "fuzz.h"
#include "server/options.h"

enum { WORDS_MAX = 64, WORDS_BYTES_MAX = 4096 };

/* Splits the input in words, a line each, behind the program's name. */
static int words_of(struct bytes input, char text[WORDS_BYTES_MAX], char *words[WORDS_MAX + 1])
{
    static char name[] = "stockd";
    int count = 0;
    size_t used = 0;
    words[count++] = name;
    while (input.size > 0 && count < WORDS_MAX) {
        struct bytes line;
        input = bytes_split(input, '\n', &line);
        if (line.size >= WORDS_BYTES_MAX - used)
            break;
        words[count++] = text + used;
        if (line.size > 0)
            memcpy(text + used, line.data, line.size);
        used += line.size;
        text[used++] = '\0';
    }
    words[count] = NULL;
    return count;
}

static void check_range(int64_t value, int64_t min, int64_t max)
{
    ASSERT(value >= min && value <= max);
}

static void check_options(const struct options *options)
{
    ASSERT(options->data != NULL && options->data[0] != '\0');
    ASSERT(options->listen != NULL && options->listen[0] != '\0');
    ASSERT(options->operator_listen != NULL && options->operator_listen[0] != '\0');
    check_range(options->edition, 2025, 2026);
    check_range(options->unknown_sku, 0, 2);
    check_range(options->future_tolerance_s, 0, 86400);
    check_range(options->parallel, 0, 10000);
    check_range(options->threads, 0, 256);
    check_range(options->connections, 1, 100000);
    check_range(options->request_timeout_s, 1, 3600);
    check_range(options->request_log_mb, 0, 1048576);
    check_range(options->history_days, 0, 3660);
    check_range(options->push_failures, 1, 1000);
    check_range(options->log_level, 0, 3);
}

/* Help and complaints go nowhere. */
void fuzz_stockd_options(struct bytes input)
{
    static char text[WORDS_BYTES_MAX];
    static FILE *nowhere;
    if (nowhere == NULL)
        nowhere = fopen("/dev/null", "w");
    ASSERT(nowhere != NULL);
    char *words[WORDS_MAX + 1];
    const int count = words_of(input, text, words);
    FILE *const output = stdout;
    FILE *const errors = stderr;
    stdout = nowhere;
    stderr = nowhere;
    struct options options;
    const enum options_outcome outcome = options_parse(count, words, &options);
    stdout = output;
    stderr = errors;
    ASSERT(outcome == OPTIONS_RUN || outcome == OPTIONS_DONE || outcome == OPTIONS_WRONG);
    if (outcome == OPTIONS_RUN)
        check_options(&options);
}
