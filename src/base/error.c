/* Texts of errors, and the end of a process that found a bug in itself. */
#include "base/error.h"

#include <stdio.h>
#include <stdlib.h>

const char *err_text(enum err error)
{
    switch (error) {
    case OK:
        return "ok";
    case ERR_IO:
        return "input or output failed";
    case ERR_FULL:
        return "no room";
    case ERR_MEMORY:
        return "out of memory";
    case ERR_NOT_FOUND:
        return "not found";
    case ERR_DENIED:
        return "permission denied, or a read-only disk";
    case ERR_BUSY:
        return "in use";
    case ERR_CORRUPT:
        return "corrupt";
    case ERR_UNSUPPORTED:
        return "not supported";
    case ERR_INVALID:
        return "invalid";
    }
    return "unknown";
}

void assert_failed(const char *file, int line, const char *condition)
{
    (void)fprintf(stderr, "level=error event=bug at=%s:%d assert=\"%s\"\n", file, line, condition);
    abort();
}
