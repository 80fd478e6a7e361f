/* `stockctl push`: sends a CSV file of leftovers to a campaign. */
#ifndef CTL_PUSH_H
#define CTL_PUSH_H

#include "ctl/command.h"

/* Runs it: bad rows and refusals go to standard error, one line of totals to standard output. */
enum ctl_exit push_run(const struct options *options);

#endif
