/* One line is formatted once, for the hash and for whoever reads it. */
#include "trace.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static struct {
    uint64_t seed;
    uint64_t hash;
    uint64_t lines_count;
    bool verbose;
} run;

void trace_begin(uint64_t seed, bool verbose)
{
    run.seed = seed;
    run.hash = UINT64_C(0xCBF29CE484222325);
    run.lines_count = 0;
    run.verbose = verbose;
}

static void print_line(const char *word, const char *format, va_list arguments) PRINTF(2, 0);

static void print_line(const char *word, const char *format, va_list arguments)
{
    char line[512];
    (void)vsnprintf(line, sizeof(line), format, arguments);
    run.lines_count++;
    for (const char *at = line; *at != '\0'; at++) /* FNV-1a, with a line's end. */
        run.hash = (run.hash ^ (uint8_t)*at) * UINT64_C(0x100000001B3);
    run.hash = (run.hash ^ '\n') * UINT64_C(0x100000001B3);
    if (run.verbose || word[0] != '\0')
        printf("%s%6" PRIu64 " %s\n", word, run.lines_count, line);
}

void trace(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    print_line("", format, arguments);
    va_end(arguments);
}

void trace_fail(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    print_line("FAIL ", format, arguments);
    va_end(arguments);
    (void)fflush(stdout);
    exit(1);
}

uint64_t trace_hash(void)
{
    return run.hash;
}
