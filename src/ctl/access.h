/* Where requests go and what allows them: the address, and the token from a file or from the
 * environment, never from the command line. */
#ifndef CTL_ACCESS_H
#define CTL_ACCESS_H

#include "base/buffer.h"
#include "ctl/command.h"
#include "os/os.h"

struct access {
    struct buffer url;           /* Of the campaign's stocks, without a query. */
    struct buffer authorization; /* The whole header line. Secret: never shown. */
};

/* Puts both together from the options and STOCKCTL_TOKEN. False when something is wrong; *problem
 * then says what in one line, or is empty when there was no memory. May add
 * lines to *warnings. Ended by access_deinit() in any case. */
MUST_USE bool access_init(struct access *access, struct os *os, const struct options *options,
                          struct buffer *problem, struct buffer *warnings);

/* Overwrites the token, and frees. */
void access_deinit(struct access *access);

#endif
