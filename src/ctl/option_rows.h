/* Rows of options that several subcommands have; each command names the tables it takes. */
#ifndef CTL_OPTION_ROWS_H
#define CTL_OPTION_ROWS_H

#include "ctl/command.h"

/* For a row: the member of struct options that it sets. */
#define OPTION_MEMBER(name) .offset = offsetof(struct options, name)

extern const struct option_row remote_options[];    /* Where the server is, and who we are. */
extern const struct option_row operator_options[];  /* The same of a stockd's operator. */
extern const struct option_row profile_options[];   /* Of every subcommand that has the first. */
extern const struct option_row campaign_options[];  /* Which store … */
extern const struct option_row campaigns_options[]; /* … or stores. */
extern const struct option_row input_options[];     /* What is read; see source_options.h. */
extern const struct option_row push_options[];      /* How much of it is sent. */
extern const struct option_row book_options[];      /* What is remembered between runs. */
extern const struct option_row buffer_options[];    /* How much of it is told. */
extern const struct option_row common_options[];    /* Of every subcommand that ends. */
extern const struct option_row list_options[];      /* The same of one that prints rows. */

#endif
