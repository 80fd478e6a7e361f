/* What a command prints, as a source of rows. */
#ifndef CTL_SOURCE_COMMAND_H
#define CTL_SOURCE_COMMAND_H

#include "sheet/row_source.h"

/* Runs settings->text by /bin/sh, standard input empty, and gives what it printed as a file, once
 * it has ended with 0. ERR_INVALID: it ended otherwise; ERR_IO, ERR_FULL: *problem says why;
 * ERR_BUSY: stopped. Whatever happens it has ended, and those that it started in its group. */
MUST_USE enum err source_command(const struct row_source_settings *settings, int *fd,
                                 struct buffer *problem);

#endif
