/* Ctrl-C and SIGTERM: the first asks the run to end in order, the second ends it at once. */
#ifndef CTL_STOP_H
#define CTL_STOP_H

#include <stdbool.h>

/* Takes over SIGINT and SIGTERM, and ignores SIGPIPE so that a write says what went wrong. Calls
 * that wait are interrupted. Once, from main(). */
void stop_install(void);

/* The number of the signal that came, or 0. Any thread. */
int stop_signal(void);

#endif
