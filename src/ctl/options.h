/* Reads a command line by the rows of option tables, and prints help from the same rows. */
#ifndef CTL_OPTIONS_H
#define CTL_OPTIONS_H

#include "base/buffer.h"
#include "ctl/command.h"

/* What a profile says for the row of this name. */
struct option_setting {
    const char *name;
    const char *value;
};

struct option_settings {
    const struct option_setting *items;
    size_t count;
    bool without_source; /* Rows with is_source are passed over. */
};

/* Reads `words`, what stands behind the subcommand, by the tables of command->options. A word wins
 * over a setting, which was checked by options_check(); a setting over the environment, and that
 * over the row's standard value. Settings for rows that the command does not have, or not for
 * profiles, are passed over. False when something is wrong; *problem then says what, in one line,
 * and never repeats a value of an unknown option, which may be a secret. With --help nothing else
 * is checked. */
MUST_USE bool options_read(const struct command *command, char *const *words,
                           struct option_settings settings, struct options *options,
                           struct buffer *problem);

/* The same without settings and without asking for what is required: what the words say alone. */
MUST_USE bool options_peek(const struct command *command, char *const *words,
                           struct options *options, struct buffer *problem);

/* Whether the words that were read say what is to be read. */
bool options_have_source(const struct command *command, const struct options *options);

/* The command's row of that name; NULL: it has none. */
const struct option_row *options_row(const struct command *command, struct bytes name);

/* Whether the row takes this value; if not, *problem says what it takes. */
MUST_USE bool options_check(const struct option_row *row, const char *value,
                            struct buffer *problem);

/* Appends what `stockctl SUB --help` prints. */
void options_help(const struct command *command, struct buffer *text);

#endif
