/* Reading a command line by a table, and printing the table. */
#include "server/option_table.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"

static void *target_of(void *options, const struct option_row *row)
{
    return (uint8_t *)options + row->offset;
}

void option_table_set_defaults(const struct option_table *table, void *options)
{
    memset(options, 0, table->options_bytes);
    for (size_t i = 0; i < table->rows_count; i++) {
        const struct option_row *row = &table->rows[i];
        void *target = target_of(options, row);
        switch (row->kind) {
        case OPTION_TEXT:
            *(const char **)target = row->text_default;
            break;
        case OPTION_NUMBER:
        case OPTION_CHOICE:
            *(int64_t *)target = row->number_default;
            break;
        case OPTION_FLAG:
            *(bool *)target = false;
            break;
        }
    }
}

static bool set_number(const char *command, const struct option_row *row, const char *value,
                       int64_t *target)
{
    int64_t number = 0;
    if (bytes_to_int64(bytes_from_text(value), &number) && number >= row->min &&
        number <= row->max) {
        *target = number;
        return true;
    }
    (void)fprintf(stderr, "%s: %s takes a whole number from %" PRId64 " to %" PRId64 ", not '%s'\n",
                  command, row->name, row->min, row->max, value);
    return false;
}

static void print_choices(FILE *file, const struct option_row *row)
{
    for (int i = 0; i < CHOICES_MAX && row->choices[i].name != NULL; i++)
        (void)fprintf(file, "%s%s", i == 0 ? "" : ", ", row->choices[i].name);
}

static bool set_choice(const char *command, const struct option_row *row, const char *value,
                       int64_t *target)
{
    for (int i = 0; i < CHOICES_MAX && row->choices[i].name != NULL; i++) {
        if (strcmp(row->choices[i].name, value) == 0) {
            *target = row->choices[i].value;
            return true;
        }
    }
    (void)fprintf(stderr, "%s: %s takes one of: ", command, row->name);
    print_choices(stderr, row);
    (void)fprintf(stderr, "; not '%s'\n", value);
    return false;
}

static bool set_value(const char *command, const struct option_row *row, const char *value,
                      void *options)
{
    void *target = target_of(options, row);
    switch (row->kind) {
    case OPTION_TEXT:
        *(const char **)target = value;
        if (value[0] == '\0')
            (void)fprintf(stderr, "%s: %s must not be empty\n", command, row->name);
        return value[0] != '\0';
    case OPTION_NUMBER:
        return set_number(command, row, value, target);
    case OPTION_CHOICE:
        return set_choice(command, row, value, target);
    case OPTION_FLAG:
        break;
    }
    (void)fprintf(stderr, "%s: %s takes no value\n", command, row->name);
    return false;
}

/* What stands behind the name where nothing was given. */
static void print_default(FILE *file, const struct option_row *row)
{
    if (row->kind == OPTION_TEXT)
        (void)fputs(row->text_default == NULL ? "none" : row->text_default, file);
    else if (row->kind == OPTION_NUMBER)
        (void)fprintf(file, "%" PRId64, row->number_default);
    else if (row->kind == OPTION_FLAG)
        (void)fputs("off", file);
    for (int i = 0; i < CHOICES_MAX && row->choices[i].name != NULL; i++) {
        if (row->choices[i].value == row->number_default)
            (void)fputs(row->choices[i].name, file);
    }
}

void option_table_print_help(const struct option_table *table)
{
    for (size_t i = 0; i < table->rows_count; i++) {
        const struct option_row *row = &table->rows[i];
        (void)printf("  %s%s%s\n      %s\n      ", row->name, row->value_name == NULL ? "" : " ",
                     row->value_name == NULL ? "" : row->value_name, row->help);
        if (row->kind == OPTION_CHOICE) {
            (void)printf("One of: ");
            print_choices(stdout, row);
            (void)printf(". ");
        } else if (row->kind == OPTION_NUMBER) {
            (void)printf("From %" PRId64 " to %" PRId64 ". ", row->min, row->max);
        }
        (void)printf("Default: ");
        print_default(stdout, row);
        (void)puts(".");
    }
}

void option_table_print_markdown(const struct option_table *table)
{
    (void)puts("| Option | Values | Default | Meaning |\n|---|---|---|---|");
    for (size_t i = 0; i < table->rows_count; i++) {
        const struct option_row *row = &table->rows[i];
        (void)printf("| `%s` | ", row->name);
        if (row->kind == OPTION_CHOICE)
            print_choices(stdout, row);
        else if (row->kind == OPTION_NUMBER)
            (void)printf("%s, %" PRId64 "…%" PRId64, row->value_name, row->min, row->max);
        else
            (void)fputs(row->value_name == NULL ? "" : row->value_name, stdout);
        (void)printf(" | ");
        print_default(stdout, row);
        (void)printf(" | %s |\n", row->help);
    }
}

/* The row whose name is `argument`, or stands before its `=`; *value is what follows it. */
static const struct option_row *find_row(const struct option_table *table, const char *argument,
                                         const char **value)
{
    const char *equals = strchr(argument, '=');
    const size_t name_bytes = equals == NULL ? strlen(argument) : (size_t)(equals - argument);
    *value = equals == NULL ? NULL : equals + 1;
    for (size_t i = 0; i < table->rows_count; i++) {
        const char *name = table->rows[i].name;
        if (strlen(name) == name_bytes && strncmp(name, argument, name_bytes) == 0)
            return &table->rows[i];
    }
    return NULL;
}

bool option_table_read(const struct option_table *table, char **argv, int *at, void *options)
{
    const char *command = table->command;
    const char *value = NULL;
    const struct option_row *row = find_row(table, argv[*at], &value);
    if (row == NULL) {
        (void)fprintf(stderr, "%s: there is no option '%s'; %s --help lists them\n", command,
                      argv[*at], command);
        return false;
    }
    if (row->kind == OPTION_FLAG && value == NULL) {
        *(bool *)target_of(options, row) = true;
        return true;
    }
    if (value == NULL && argv[*at + 1] != NULL)
        value = argv[++*at];
    if (value == NULL) {
        (void)fprintf(stderr, "%s: %s needs a value: %s\n", command, row->name, row->value_name);
        return false;
    }
    return set_value(command, row, value, options);
}
