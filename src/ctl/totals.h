/* The last line of a run, for people and for scripts. */
#ifndef CTL_TOTALS_H
#define CTL_TOTALS_H

#include <stdio.h>

#include "base/buffer.h"

struct total {
    const char *name;
    int64_t value;
};

/* Appends `sent=10 bad=0 seconds=1.234` or the same as a JSON object, and a line end. Pure. */
void totals_format(struct buffer *text, const struct total *totals, size_t totals_count,
                   int64_t elapsed_ms, bool json);

/* Prints that line, up to eight totals, also where no memory is left. */
void totals_print(FILE *to, const struct total *totals, size_t totals_count, int64_t elapsed_ms,
                  bool json);

#endif
