/* Options of a command as a table, which feeds the parser, --help and docs/options.md. */
#ifndef SERVER_OPTION_TABLE_H
#define SERVER_OPTION_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* What the member at an option's offset is: const char *, int64_t, int64_t, bool. */
enum option_kind { OPTION_TEXT, OPTION_NUMBER, OPTION_CHOICE, OPTION_FLAG };

enum { CHOICES_MAX = 4 };

struct choice {
    const char *name;
    int64_t value;
};

struct option_row {
    const char *name;
    enum option_kind kind;
    size_t offset; /* Into the struct that is filled. */
    const char *value_name;
    const char *text_default;
    int64_t number_default;
    int64_t min;
    int64_t max;
    struct choice choices[CHOICES_MAX];
    const char *help;
};

struct option_table {
    const char *command; /* Messages begin with it. */
    const struct option_row *rows;
    size_t rows_count;
    size_t options_bytes; /* Of the struct that is filled. */
};

/* Sets every option to its default, and all else in the struct to zero. */
void option_table_set_defaults(const struct option_table *table, void *options);

/* Reads the option at argv[*at], and its value, where *at stands then. argv ends with NULL; texts
 * lend from it. False: what is wrong was told on standard error. */
MUST_USE bool option_table_read(const struct option_table *table, char **argv, int *at,
                                void *options);

/* On standard output. */
void option_table_print_help(const struct option_table *table);
void option_table_print_markdown(const struct option_table *table);

#endif
