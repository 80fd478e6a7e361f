/* `stockctl serve`: a shop that the Market asks for its stock. */
#ifndef CTL_SERVE_H
#define CTL_SERVE_H

#include "ctl/command.h"

enum ctl_exit serve_run(const struct options *options);

#endif
