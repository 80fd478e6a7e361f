/* Ctrl-C and SIGTERM: the first asks the run to end in order, the second ends it at once. And
 * SIGHUP, for what goes on for ever. */
#ifndef CTL_STOP_H
#define CTL_STOP_H

#include <stdbool.h>
#include <stdint.h>

/* Takes over SIGINT and SIGTERM, and ignores SIGPIPE so that a write says what went wrong. Calls
 * that wait are interrupted. Once, from main(). */
void stop_install(void);

/* The number of the signal that came, or 0. Any thread. */
int stop_signal(void);

/* Lets SIGHUP ask for the config to be read again, for a subcommand that goes on for ever. */
void stop_reload_install(void);

/* Whether it was asked for since the last call. */
bool stop_reload_take(void);

/* Sleeps until `fd` (negative: none) is readable, a signal of the three came, or `wait_ms` went by
 * (negative: any time). A signal that came before is not slept over. One thread. */
void stop_wait(int fd, int64_t wait_ms);

#endif
