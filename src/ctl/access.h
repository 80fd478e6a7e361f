/* Where requests go and what allows them: the address, and the token from a file or from the
 * environment, never from the command line. */
#ifndef CTL_ACCESS_H
#define CTL_ACCESS_H

#include "base/buffer.h"
#include "ctl/command.h"
#include "os/os.h"

/* Whom a subcommand speaks to. Its options of address and token are those of the same members. */
enum access_place {
    ACCESS_MARKET,   /* remote_options: the Market, or a stockd. */
    ACCESS_OPERATOR, /* operator_options: a stockd's operator. */
};

struct access {
    struct buffer url;           /* Of the server, without a slash at its end. */
    struct buffer stocks_path;   /* Of the stocks of options->campaign_id. */
    struct buffer authorization; /* The whole header line. Secret: never shown. */
};

/* Puts them together from the options and the environment. False when something is wrong;
 * *problem then says what in one line, or is empty when there was no memory. May add
 * lines to *warnings. Ended by access_deinit() in any case. */
MUST_USE bool access_init(struct access *access, struct os *os, enum access_place place,
                          const struct options *options, struct buffer *problem,
                          struct buffer *warnings);

/* Overwrites the token, and frees. */
void access_deinit(struct access *access);

#endif
