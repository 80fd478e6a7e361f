/* A command line together with the profile that it names: read at the start, and again when a
 * service is told to. */
#ifndef CTL_COMMAND_LINE_H
#define CTL_COMMAND_LINE_H

#include "ctl/profile.h"

struct command_line {
    const struct command *const
        *commands; /* All there are, for the keys of a profile; then NULL. */
    const struct command *command;
    char *const *words; /* Behind the subcommand; they live as long as the program. */
};

/* Reads all of it. The texts of *options live as long as *profile, which is ended by
 * profile_deinit() in any case. False when something is wrong; *problem then says what, in one
 * line; nothing in it: no memory. */
MUST_USE bool command_line_read(const struct command_line *line, struct os *os,
                                struct profile *profile, struct options *options,
                                struct buffer *problem);

#endif
