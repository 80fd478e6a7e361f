/* `stockctl pull`: writes all stock of a campaign as CSV that `push` takes back. */
#ifndef CTL_PULL_H
#define CTL_PULL_H

#include "ctl/command.h"

/* Runs it: CSV goes to standard output or to a file, one line of totals to standard error. */
enum ctl_exit pull_run(const struct options *options);

#endif
