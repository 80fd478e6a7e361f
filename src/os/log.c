/* A line is put together on the stack and written with one write(2). */
#include "os/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/date.h"
#include "os/os.h"

enum { LINE_BYTES_MAX = 2048 };

static enum log_level level_max = LOG_INFO;

void log_set_level(enum log_level level)
{
    level_max = level;
}

static const char *level_text(enum log_level level)
{
    switch (level) {
    case LOG_ERROR:
        return "error";
    case LOG_WARN:
        return "warn";
    case LOG_INFO:
        return "info";
    case LOG_DEBUG:
        return "debug";
    }
    return "unknown";
}

void log_line(enum log_level level, const char *format, ...)
{
    if (level > level_max)
        return;
    char date[DATE_ISO8601_BYTES_MAX];
    const size_t date_bytes = date_format_iso8601(os_real()->now_ms(os_real()), date);
    char line[LINE_BYTES_MAX];
    int length =
        snprintf(line, sizeof(line), "at=%.*s level=%s ", (int)date_bytes, date, level_text(level));
    ASSERT(length > 0 && (size_t)length < sizeof(line));
    va_list arguments;
    va_start(arguments, format);
    const int rest = vsnprintf(line + length, sizeof(line) - (size_t)length, format, arguments);
    va_end(arguments);
    ASSERT(rest >= 0);
    const size_t wanted = (size_t)length + (size_t)rest;
    const size_t size = wanted < sizeof(line) - 1 ? wanted : sizeof(line) - 2;
    for (size_t i = 0; i < size; i++) {
        if ((unsigned char)line[i] < ' ')
            line[i] = ' '; /* An event stays one line, whatever a value holds. */
    }
    line[size] = '\n';
    ssize_t written = write(STDERR_FILENO, line, size + 1);
    (void)written; /* Nobody is left to tell. */
}
