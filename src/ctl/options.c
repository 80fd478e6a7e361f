/* Every row is set to its standard value or its environment variable first, then as the profile
 * says; then the words are read from left to right, later ones winning. `--name value`,
 * `--name=value`, `-n value`, `-nvalue`; `--` ends the options, and a `-` alone is an argument. */
#include "ctl/options.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/printable.h"
#include "ctl/guess.h"

enum { HELP_COLUMN = 24, VALUE_SHOWN_BYTES_MAX = 200 };

/* Where the reading stands. */
struct reading {
    const struct command *command;
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
    struct bytes text = bytes_from_text(value);
    if (row->kind == OPTION_PERCENT && text.size > 0 && text.data[text.size - 1] == '%')
        text.size--;
    return bytes_to_int64(text, number) && *number >= row->min && *number <= row->max;
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

static bool list_holds(const struct number_list *list, int64_t number)
{
    for (size_t i = 0; i < list->count; i++) {
        if (list->items[i] == number)
            return true;
    }
    return false;
}

/* Adds the numbers of `1, 2 3`. */
static bool numbers_read(const struct option_row *row, const char *value, struct number_list *list)
{
    const char *const between = ", \t\n";
    const size_t count_before = list->count;
    for (const char *at = value + strspn(value, between); *at != '\0'; at += strspn(at, between)) {
        const struct bytes word = {(const uint8_t *)at, strcspn(at, between)};
        int64_t number = 0;
        if (!bytes_to_int64(word, &number) || number < row->min || number > row->max ||
            list_holds(list, number) || list->count == CTL_CAMPAIGNS_MAX)
            return false;
        list->items[list->count++] = number;
        at += word.size;
    }
    return list->count > count_before;
}

static bool flag_read(const char *value, bool *flag)
{
    *flag = value == NULL || strcmp(value, "yes") == 0;
    return *flag || strcmp(value, "no") == 0;
}

/* Sets the row's member. False when the value is not one of its kind. */
static bool value_set(struct options *options, const struct option_row *row, const char *value)
{
    int64_t number = 0;
    switch (row->kind) {
    case OPTION_FLAG:
        return flag_read(value, (bool *)member_of(options, row));
    case OPTION_NUMBERS:
        return numbers_read(row, value, (struct number_list *)member_of(options, row));
    case OPTION_TEXT:
        *(const char **)member_of(options, row) = value;
        return value[0] != '\0';
    case OPTION_NUMBER:
    case OPTION_PERCENT:
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

/* A value as a part of one line. */
static void append_value(struct buffer *problem, const char *value)
{
    struct bytes rest = bytes_from_text(value);
    for (bool first = true; first || rest.size > 0; first = false) {
        struct bytes line;
        rest = bytes_split(rest, '\n', &line);
        buffer_append_text(problem, first ? "" : " ");
        printable_append(problem, line, VALUE_SHOWN_BYTES_MAX);
    }
}

static void problem_value(struct buffer *problem, const struct option_row *row, const char *value)
{
    buffer_append_format(problem, "%s takes ", row->name);
    switch (row->kind) {
    case OPTION_FLAG:
        buffer_append_text(problem, "yes or no");
        break;
    case OPTION_NUMBERS:
        buffer_append_format(problem, "numbers from %" PRId64 " to %" PRId64, row->min, row->max);
        buffer_append_format(problem, ", each once, up to %d of them", CTL_CAMPAIGNS_MAX);
        break;
    case OPTION_NUMBER:
        buffer_append_format(problem, "a number from %" PRId64 " to %" PRId64, row->min, row->max);
        break;
    case OPTION_PERCENT:
        buffer_append_format(problem, "a share from %" PRId64 "%% to %" PRId64 "%%", row->min,
                             row->max);
        break;
    case OPTION_TEXT:
    case OPTION_CHOICE:
        buffer_append_text(problem, row->value_name);
        break;
    }
    buffer_append_text(problem, ", not '");
    append_value(problem, value);
    buffer_append_text(problem, "'");
}

static bool standards_set(struct reading *reading, const struct option_row *rows)
{
    for (const struct option_row *row = rows; row->name != NULL; row++) {
        const char *value = row->environment == NULL ? NULL : getenv(row->environment);
        if (value == NULL || value[0] == '\0')
            value = row->standard;
        if (value == NULL || value_set(reading->options, row, value))
            continue;
        buffer_append_text(reading->problem, "--");
        problem_value(reading->problem, row, value);
        if (row->environment != NULL)
            buffer_append_format(reading->problem, " (%s says so)", row->environment);
        return false;
    }
    return true;
}

static const struct option_row *row_find(const struct command *command, struct bytes name,
                                         char letter)
{
    const struct option_row *const *table = command->options;
    for (; *table != NULL; table++) {
        for (const struct option_row *row = *table; row->name != NULL; row++) {
            if (letter != 0 ? row->letter == letter : bytes_equal(bytes_from_text(row->name), name))
                return row;
        }
    }
    return NULL;
}

/* Names under which people try to hand over a token. */
static bool is_secret(struct bytes name)
{
    static const struct bytes names[] = {
        BYTES_INIT("token"),  BYTES_INIT("api-key"),    BYTES_INIT("apikey"),
        BYTES_INIT("key"),    BYTES_INIT("password"),   BYTES_INIT("oauth"),
        BYTES_INIT("secret"), BYTES_INIT("auth-token"), BYTES_INIT("operator-token")};
    bool secret = false;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        secret = secret || bytes_equal_ignoring_case(name, names[i]);
    return secret;
}

/* Says that an option is unknown, and which one may be meant. */
static void problem_unknown(struct reading *reading, struct bytes name, bool is_long)
{
    buffer_append_format(reading->problem, "unknown option %s%.*s", is_long ? "--" : "",
                         BYTES_ARG(name));
    if (!is_long)
        return;
    if (is_secret(name)) {
        buffer_append_text(reading->problem,
                           "; a token on the command line can be read by everybody on this "
                           "machine: put it into a file and give --token-file FILE "
                           "(--operator-token-file FILE), or set STOCKCTL_TOKEN "
                           "(STOCKCTL_OPERATOR_TOKEN)");
        return;
    }
    struct guess guess;
    struct bytes meant;
    guess_begin(&guess, name);
    for (const struct option_row *const *table = reading->command->options; *table != NULL;
         table++) {
        for (const struct option_row *row = *table; row->name != NULL; row++)
            guess_offer(&guess, bytes_from_text(row->name));
    }
    if (guess_end(&guess, &meant))
        buffer_append_format(reading->problem, " (did you mean --%.*s?)", BYTES_ARG(meant));
}

/* Sets what the profile says for rows of this command. Several numbers for a row that takes one are
 * left to the command line. */
static void settings_set(struct reading *reading, struct option_settings settings)
{
    for (size_t i = 0; i < settings.count; i++) {
        const struct option_setting *setting = &settings.items[i];
        const struct option_row *row =
            row_find(reading->command, bytes_from_text(setting->name), 0);
        if (row != NULL && row->in_profile && !(row->is_source && settings.without_source))
            (void)value_set(reading->options, row, setting->value);
    }
}

/* Takes a value of the command line; the first of a list replaces what a profile said. */
static bool word_set(struct options *options, const struct option_row *row, const char *value)
{
    if (row->kind == OPTION_NUMBERS) {
        struct number_list *list = member_of(options, row);
        if (!list->from_words)
            *list = (struct number_list){.from_words = true};
    }
    return value_set(options, row, value);
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
    const struct option_row *row = row_find(reading->command, name, letter);
    if (row == NULL) {
        problem_unknown(reading, is_long ? name : (struct bytes){all.data, 2}, is_long);
        return false;
    }
    const char *value = NULL;
    if (is_long && name.size < all.size)
        value = (const char *)behind.data;
    else if (!is_long && word[2] != '\0')
        value = word + 2;
    if (row->kind == OPTION_FLAG && value != NULL && !is_long) {
        buffer_append_format(reading->problem, "-%c takes no value", row->letter);
        return false;
    }
    if (row->kind != OPTION_FLAG && value == NULL && *reading->next != NULL)
        value = *reading->next++;
    if (row->kind != OPTION_FLAG && value == NULL) {
        buffer_append_format(reading->problem, "--%s needs a value: %s", row->name,
                             row->value_name);
        return false;
    }
    if (word_set(reading->options, row, value))
        return true;
    buffer_append_text(reading->problem, "--");
    problem_value(reading->problem, row, value);
    return false;
}

static bool argument_read(struct reading *reading, const char *word)
{
    struct options *options = reading->options;
    if (options->arguments_count == reading->command->arguments_max) {
        buffer_append_format(reading->problem, "unexpected argument '%s'", word);
        return false;
    }
    options->arguments[options->arguments_count++] = word;
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
static bool row_is_set(const struct options *options, const struct option_row *row)
{
    const void *member = (const unsigned char *)options + row->offset;
    if (row->kind == OPTION_FLAG)
        return *(const bool *)member;
    if (row->kind == OPTION_TEXT)
        return *(const char *const *)member != NULL;
    if (row->kind == OPTION_NUMBERS)
        return ((const struct number_list *)member)->count > 0;
    return *(const int64_t *)member != 0;
}

/* What the profile says for the row and the command cannot take; NULL: nothing. */
static const char *setting_value(struct option_settings settings, const struct option_row *row)
{
    for (size_t i = 0; row->in_profile && i < settings.count; i++) {
        if (strcmp(settings.items[i].name, row->name) == 0)
            return settings.items[i].value;
    }
    return NULL;
}

static bool required_are_set(struct reading *reading, const struct option_row *rows,
                             struct option_settings settings)
{
    for (const struct option_row *row = rows; row->name != NULL; row++) {
        if (!row->required || row_is_set(reading->options, row))
            continue;
        buffer_append_format(reading->problem, "--%s %s is missing", row->name, row->value_name);
        const char *several = setting_value(settings, row);
        if (several != NULL) {
            buffer_append_text(reading->problem, ": one of the profile's ");
            append_value(reading->problem, several);
        }
        return false;
    }
    return true;
}

/* Standards, settings and words. */
static bool values_read(struct reading *reading, struct option_settings settings)
{
    *reading->options = (struct options){.arguments_count = 0};
    for (size_t i = 0; reading->command->options[i] != NULL; i++) {
        if (!standards_set(reading, reading->command->options[i]))
            return false;
    }
    settings_set(reading, settings);
    return words_read(reading);
}

bool options_read(const struct command *command, char *const *words,
                  struct option_settings settings, struct options *options, struct buffer *problem)
{
    struct reading reading = {command, words, options, problem};
    if (!values_read(&reading, settings))
        return false;
    if (options->help)
        return true;
    if (options->arguments_count < command->arguments_min) {
        buffer_append_format(problem, "%s is missing", command->arguments);
        return false;
    }
    for (size_t i = 0; command->options[i] != NULL; i++) {
        if (!required_are_set(&reading, command->options[i], settings))
            return false;
    }
    return true;
}

bool options_peek(const struct command *command, char *const *words, struct options *options,
                  struct buffer *problem)
{
    struct reading reading = {command, words, options, problem};
    return values_read(&reading, (struct option_settings){.count = 0});
}

bool options_have_source(const struct command *command, const struct options *options)
{
    for (size_t i = 0; command->options[i] != NULL; i++) {
        for (const struct option_row *row = command->options[i]; row->name != NULL; row++) {
            if (row->is_source && (options->arguments_count > 0 || row_is_set(options, row)))
                return true;
        }
    }
    return false;
}

const struct option_row *options_row(const struct command *command, struct bytes name)
{
    return row_find(command, name, 0);
}

bool options_check(const struct option_row *row, const char *value, struct buffer *problem)
{
    struct options scratch = {.arguments_count = 0};
    if (value_set(&scratch, row, value))
        return true;
    problem_value(problem, row, value);
    return false;
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

void options_help(const struct command *command, struct buffer *text)
{
    buffer_append_format(text, "Usage: stockctl %s%s%s", command->name,
                         command->arguments == NULL ? "" : " ",
                         command->arguments == NULL ? "" : command->arguments);
    for (size_t i = 0; command->options[i] != NULL; i++)
        usage_rows(command->options[i], text);
    buffer_append_format(text, " [options]\n\n%s\nOptions\n", command->description);
    for (size_t i = 0; command->options[i] != NULL; i++) {
        for (const struct option_row *row = command->options[i]; row->name != NULL; row++)
            help_row(row, text);
    }
    buffer_append_format(text, "\nExamples\n%s", command->examples);
}
