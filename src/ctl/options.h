/* Reads a command line by the rows of option tables, and prints help from the same rows. */
#ifndef CTL_OPTIONS_H
#define CTL_OPTIONS_H

#include "base/buffer.h"
#include "ctl/command.h"

/* Reads `words`, what stands behind the subcommand, by the rows of command->options and then of
 * `common`. False when something is wrong; *problem then says what, in one line, and never repeats
 * a value of an unknown option, which may be a secret. With --help nothing else is checked. */
MUST_USE bool options_read(const struct command *command, const struct option_row *common,
                           char *const *words, struct options *options, struct buffer *problem);

/* Appends what `stockctl SUB --help` prints. */
void options_help(const struct command *command, const struct option_row *common,
                  struct buffer *text);

#endif
