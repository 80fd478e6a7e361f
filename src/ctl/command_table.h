/* All subcommands, and which one words name. */
#ifndef CTL_COMMAND_TABLE_H
#define CTL_COMMAND_TABLE_H

#include "base/buffer.h"
#include "ctl/command.h"

/* In the order of the list that people see; NULL behind the last. */
const struct command *const *command_table(void);

/* The subcommand that words, up to a NULL, begin with; *rest is what follows its name. NULL: there
 * is none. */
const struct command *command_find(char *const *words, char *const **rest);

/* Whether `word` alone is the beginning of names of two words. */
bool command_is_group(const char *word);

/* Appends a line for each subcommand, of those whose name begins with `word`, or of all (NULL). */
void command_list(const char *word, struct buffer *text);

/* Appends what is wrong with words that name no subcommand, one line, and what may be meant.
 * False: nothing is close to them. */
MUST_USE bool command_guess(char *const *words, struct buffer *text);

#endif
