/* Every row is set to its standard value or its environment variable first; then the words are read
 * from left to right, later ones winning. `--name value`, `--name=value`, `-n value`, `-nvalue`;
 * `--` ends the options, and a `-` alone is an argument. */
#include "ctl/options.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { HELP_COLUMN = 24 };

/* Where the reading stands. */
struct reading {
    const struct command *command;
    const struct option_row *common;
    char *const *next;
    struct options *options;
    struct buffer *problem;
};

static void *member_of(struct options *options, const struct option_row *row)
{
    return (unsigned char *)options + row->offset;
}

static bool number_read(const struct option_row *row, const char *value, int64_t *number)
{
    return bytes_to_int64(bytes_from_text(value), number) && *number >= row->min &&
           *number <= row->max;
}

/* Finds the word in `text|json`. */
static bool choice_read(const struct option_row *row, const char *value, int64_t *index)
{
    struct bytes rest = bytes_from_text(row->value_name);
    for (*index = 0; rest.size > 0; (*index)++) {
        struct bytes word;
        rest = bytes_split(rest, '|', &word);
        if (bytes_equal(word, bytes_from_text(value)))
            return true;
    }
    return false;
}

/* Sets the row's member. False when the value is not one of its kind. */
static bool value_set(struct options *options, const struct option_row *row, const char *value)
{
    int64_t number = 0;
    switch (row->kind) {
    case OPTION_FLAG:
        *(bool *)member_of(options, row) = true;
        return true;
    case OPTION_TEXT:
        *(const char **)member_of(options, row) = value;
        return value[0] != '\0';
    case OPTION_NUMBER:
        if (!number_read(row, value, &number))
            return false;
        break;
    case OPTION_CHOICE:
        if (!choice_read(row, value, &number))
            return false;
        break;
    }
    *(int64_t *)member_of(options, row) = number;
    return true;
}

static void problem_value(struct buffer *problem, const struct option_row *row, const char *value)
{
    buffer_append_format(problem, "--%s takes ", row->name);
    if (row->kind == OPTION_NUMBER)
        buffer_append_format(problem, "a number from %" PRId64 " to %" PRId64, row->min, row->max);
    else
        buffer_append_text(problem, row->value_name);
    buffer_append_format(problem, ", not '%s'", value);
}

static bool standards_set(struct reading *reading, const struct option_row *rows)
{
    for (const struct option_row *row = rows; row->name != NULL; row++) {
        const char *value = row->environment == NULL ? NULL : getenv(row->environment);
        if (value == NULL || value[0] == '\0')
            value = row->standard;
        if (value == NULL || value_set(reading->options, row, value))
            continue;
        problem_value(reading->problem, row, value);
        if (row->environment != NULL)
            buffer_append_format(reading->problem, " (%s says so)", row->environment);
        return false;
    }
    return true;
}

static const struct option_row *row_find(const struct reading *reading, struct bytes name,
                                         char letter)
{
    const struct option_row *const tables[] = {reading->command->options, reading->common};
    for (size_t i = 0; i < 2; i++) {
        for (const struct option_row *row = tables[i]; row->name != NULL; row++) {
            if (letter != 0 ? row->letter == letter : bytes_equal(bytes_from_text(row->name), name))
                return row;
        }
    }
    return NULL;
}

/* Reads one option; `word` is it and reading->next what follows. */
static bool option_read(struct reading *reading, const char *word)
{
    const bool is_long = word[1] == '-';
    char letter = 0;
    if (!is_long)
        letter = word[1];
    struct bytes name;
    const struct bytes all = bytes_from_text(is_long ? word + 2 : word);
    const struct bytes behind = bytes_split(all, '=', &name);
    const struct option_row *row = row_find(reading, name, letter);
    if (row == NULL) {
        const struct bytes shown = is_long ? name : (struct bytes){all.data, 2};
        buffer_append_format(reading->problem, "unknown option %s%.*s", is_long ? "--" : "",
                             BYTES_ARG(shown));
        return false;
    }
    const char *value = NULL;
    if (is_long && name.size < all.size)
        value = (const char *)behind.data;
    else if (!is_long && word[2] != '\0')
        value = word + 2;
    if (row->kind == OPTION_FLAG && value != NULL) {
        buffer_append_format(reading->problem, "--%s takes no value", row->name);
        return false;
    }
    if (row->kind != OPTION_FLAG && value == NULL && *reading->next != NULL)
        value = *reading->next++;
    if (row->kind != OPTION_FLAG && value == NULL) {
        buffer_append_format(reading->problem, "--%s needs a value: %s", row->name,
                             row->value_name);
        return false;
    }
    if (value_set(reading->options, row, value))
        return true;
    problem_value(reading->problem, row, value);
    return false;
}

static bool argument_read(struct reading *reading, const char *word)
{
    if (reading->command->argument == NULL || reading->options->file != NULL) {
        buffer_append_format(reading->problem, "unexpected argument '%s'", word);
        return false;
    }
    reading->options->file = word;
    return true;
}

static bool words_read(struct reading *reading)
{
    bool only_arguments = false;
    while (*reading->next != NULL) {
        const char *word = *reading->next++;
        const bool is_option = !only_arguments && word[0] == '-' && word[1] != '\0';
        if (is_option && strcmp(word, "--") == 0) {
            only_arguments = true;
            continue;
        }
        if (!(is_option ? option_read(reading, word) : argument_read(reading, word)))
            return false;
        if (reading->options->help)
            return true;
    }
    return true;
}

/* Whether a row was set: texts and numbers that are required have no standard value and no zero. */
static bool row_is_set(struct options *options, const struct option_row *row)
{
    if (row->kind == OPTION_TEXT)
        return *(const char **)member_of(options, row) != NULL;
    return *(int64_t *)member_of(options, row) != 0;
}

static bool required_are_set(struct reading *reading, const struct option_row *rows)
{
    for (const struct option_row *row = rows; row->name != NULL; row++) {
        if (!row->required || row_is_set(reading->options, row))
            continue;
        buffer_append_format(reading->problem, "--%s %s is missing", row->name, row->value_name);
        return false;
    }
    return true;
}

bool options_read(const struct command *command, const struct option_row *common,
                  char *const *words, struct options *options, struct buffer *problem)
{
    *options = (struct options){.file = NULL};
    struct reading reading = {command, common, words, options, problem};
    if (!standards_set(&reading, command->options) || !standards_set(&reading, common) ||
        !words_read(&reading))
        return false;
    if (options->help)
        return true;
    if (command->argument != NULL && options->file == NULL) {
        buffer_append_format(problem, "the argument %s is missing", command->argument);
        return false;
    }
    return required_are_set(&reading, command->options) && required_are_set(&reading, common);
}

static void help_row(const struct option_row *row, struct buffer *text)
{
    const size_t start = text->size;
    buffer_append_text(text, "  ");
    if (row->letter != 0)
        buffer_append_format(text, "-%c, ", row->letter);
    buffer_append_format(text, "--%s", row->name);
    if (row->value_name != NULL)
        buffer_append_format(text, " %s", row->value_name);
    if (text->size - start > HELP_COLUMN - 2)
        buffer_append_format(text, "\n%*s", HELP_COLUMN, "");
    else
        buffer_append_format(text, "%*s", (int)(HELP_COLUMN - (text->size - start)), "");
    buffer_append_text(text, row->help);
    if (row->required)
        buffer_append_text(text, " (required)");
    if (row->environment != NULL)
        buffer_append_format(text, "; or %s", row->environment);
    if (row->standard != NULL)
        buffer_append_format(text, " [%s]", row->standard);
    buffer_append_text(text, "\n");
}

static void usage_rows(const struct option_row *rows, struct buffer *text)
{
    for (const struct option_row *row = rows; row->name != NULL; row++) {
        if (row->required)
            buffer_append_format(text, " --%s %s", row->name, row->value_name);
    }
}

void options_help(const struct command *command, const struct option_row *common,
                  struct buffer *text)
{
    buffer_append_format(text, "Usage: stockctl %s%s%s", command->name,
                         command->argument == NULL ? "" : " ",
                         command->argument == NULL ? "" : command->argument);
    usage_rows(command->options, text);
    usage_rows(common, text);
    buffer_append_format(text, " [options]\n\n%s\nOptions\n", command->description);
    for (const struct option_row *row = command->options; row->name != NULL; row++)
        help_row(row, text);
    for (const struct option_row *row = common; row->name != NULL; row++)
        help_row(row, text);
    buffer_append_format(text, "\nExamples\n%s", command->examples);
}
