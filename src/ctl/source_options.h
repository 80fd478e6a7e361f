/* What a subcommand reads, as its options say it: FILE, --command, --query or --from-book, and
 * how. */
#ifndef CTL_SOURCE_OPTIONS_H
#define CTL_SOURCE_OPTIONS_H

#include "ctl/command.h"
#include "os/os.h"
#include "sheet/row_source.h"

/* Settings, and the memory behind those that are not the options' own. */
struct source_choice {
    struct row_source_settings settings;
    char *database;
    struct buffer ledger;
};

/* Makes settings of `file` (NULL: none was given) and of the options of input_options. False: they
 * say too much or too little, or the file of the database cannot be read; *problem says what; no
 * words: no memory. Ended by source_choice_end() in any case. */
MUST_USE bool source_choose(struct os *os, const struct options *options, const char *file,
                            struct source_choice *choice, struct buffer *problem);
void source_choice_end(struct source_choice *choice);

#endif
