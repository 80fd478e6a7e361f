/* What stockd does with a store beside serving it: `stockd check`, `backup` and `restore` with a
 * data folder, `stockd migrate` with a PostgreSQL. */
#ifndef SERVER_TOOL_H
#define SERVER_TOOL_H

#include <stdbool.h>

/* How such a run ends. */
enum tool_exit {
    TOOL_DONE = 0,   /* The folder is whole; the copy is made; the tables are as they have to be. */
    TOOL_FAILED = 1, /* It is damaged, or something went wrong. */
    TOOL_USAGE = 2,  /* The command line is wrong. */
};

/* Whether the program's first argument names one. */
bool tool_is_named(const char *argument);

/* Runs the one that argv[1] names. */
enum tool_exit tool_run(char **argv);

/* For stockd's own --help and --help-markdown, on standard output. */
void tool_print_list(void);
void tool_print_markdown(void);

#endif
