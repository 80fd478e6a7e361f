/* What a terminal behind a descriptor can do. Any thread. */
#ifndef OS_TERMINAL_H
#define OS_TERMINAL_H

#include <stdbool.h>
#include <stdint.h>

/* Whether it is a terminal on which a line can be drawn again: TERM says more than `dumb`. */
bool terminal_is(int fd);

/* Whether it shows colours: a terminal, and NO_COLOR is absent or empty (no-color.org). */
bool terminal_has_colour(int fd);

/* Its width in columns; 0: it is no terminal, or does not say. */
int64_t terminal_columns(int fd);

#endif
