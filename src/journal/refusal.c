/* The text is cut where it is too long. */
#include "journal/refusal.h"

#include <stdarg.h>
#include <stdio.h>

enum err refusal(char *problem, enum err error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(problem, PROBLEM_BYTES, format, arguments);
    va_end(arguments);
    return error;
}
