/* Log lines on standard error, one an event, `key=value` (STYLE "Logging"). Any thread; a line is
 * written by one call, so lines never mix. Never a token or a body. */
#ifndef OS_LOG_H
#define OS_LOG_H

#include "base/error.h"

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };

/* Lines of a higher level than this are dropped. Once, before the first thread. LOG_INFO unless
 * set. */
void log_set_level(enum log_level level);

/* Writes `at=TIME level=LEVEL ` and the formatted rest. The rest starts with `event=`. */
void log_line(enum log_level level, const char *format, ...) PRINTF(2, 3);

#endif
