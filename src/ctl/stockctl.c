/* main() of stockctl: which subcommand is meant, its options, its help. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/sha256.h"
#include "ctl/command_line.h"
#include "ctl/command_table.h"
#include "ctl/manual.h"
#include "ctl/options.h"
#include "ctl/stop.h"
#include "wire/json.h"

static enum ctl_exit print(FILE *to, struct buffer *text)
{
    const bool whole = !text->failed && fputs(buffer_text(text), to) >= 0 && fflush(to) == 0;
    buffer_deinit(text);
    return whole ? CTL_DONE : CTL_MACHINE;
}

/* Prints the subcommands whose names begin with `word`, or all (NULL). */
static enum ctl_exit print_usage(FILE *to, const char *word)
{
    struct buffer text;
    buffer_init(&text);
    buffer_append_format(&text, "Usage: stockctl %s%sSUBCOMMAND …\n\n", word == NULL ? "" : word,
                         word == NULL ? "" : " ");
    command_list(word, &text);
    buffer_append_text(&text, "\nstockctl SUBCOMMAND --help tells more; stockctl --version the "
                              "version.\n");
    return print(to, &text);
}

/* Says what there is instead of `words`. */
static void say_unknown(char *const *words)
{
    struct buffer text;
    buffer_init(&text);
    const bool close = words[0] != NULL && command_guess(words, &text);
    if (words[0] != NULL)
        (void)fprintf(stderr, "stockctl: %s\n%s", buffer_text(&text), close ? "" : "\n");
    buffer_deinit(&text);
    const bool is_group = words[0] != NULL && command_is_group(words[0]);
    if (!close)
        (void)print_usage(stderr, is_group ? words[0] : NULL);
}

static enum ctl_exit command_run(const struct command *command, char *const *words)
{
    const struct command_line line = {command_table(), command, words};
    struct options options = {.arguments_count = 0};
    struct profile profile;
    struct buffer text;
    buffer_init(&text);
    const bool good = command_line_read(&line, os_real(), &profile, &options, &text);
    const bool no_memory = !good && text.size == 0;
    if (no_memory)
        (void)fprintf(stderr, "stockctl %s: out of memory\n", command->name);
    else if (!good)
        (void)fprintf(stderr, "stockctl %s: %s; stockctl %s --help tells more\n", command->name,
                      buffer_text(&text), command->name);
    if (good && options.help) {
        options_help(command, &text);
        profile_deinit(&profile);
        return print(stdout, &text);
    }
    buffer_deinit(&text);
    enum ctl_exit end = no_memory ? CTL_MACHINE : CTL_USAGE;
    if (good)
        end = command->run(&options);
    profile_deinit(&profile);
    return end;
}

static NORETURN void exit_without_memory(void)
{
    (void)fputs("stockctl: no memory for its libraries\n", stderr);
    _exit(CTL_MACHINE);
}

/* Answers what is asked of no subcommand. False: nothing of the kind. */
static bool answer_first(const char *first, enum ctl_exit *code)
{
    struct buffer text;
    buffer_init(&text);
    if (strcmp(first, "--version") == 0) {
        buffer_append_text(&text, "stockctl " STOCKD_VERSION "\n");
        *code = print(stdout, &text);
    } else if (strcmp(first, "--help-man") == 0) {
        manual_write(&text);
        *code = print(stdout, &text);
    } else if (strcmp(first, "--help") == 0 || strcmp(first, "-h") == 0) {
        *code = print_usage(stdout, NULL);
    } else {
        return false;
    }
    return true;
}

static bool is_help(const char *word)
{
    return word != NULL && (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0);
}

/* `help SUB` is `SUB --help`; *words is then what stands behind `help`. */
static enum ctl_exit help_run(char *const *words)
{
    static char option[] = "--help";
    static char *const only_help[] = {option, NULL};
    char *const *rest = NULL;
    if (words[0] == NULL)
        return print_usage(stdout, NULL);
    const struct command *command = command_find(words, &rest);
    if (command != NULL)
        return command_run(command, only_help);
    if (command_is_group(words[0]) && words[1] == NULL)
        return print_usage(stdout, words[0]);
    say_unknown(words);
    return CTL_USAGE;
}

int main(int argc, char **argv)
{
    enum ctl_exit code = CTL_DONE;
    const char *first = argc > 1 ? argv[1] : "";
    if (answer_first(first, &code))
        return (int)code;
    if (strcmp(first, "help") == 0)
        return (int)help_run(argv + 2);
    char *const *words = argc > 1 ? argv + 1 : argv + argc;
    char *const *rest = NULL;
    const struct command *command = command_find(words, &rest);
    if (command == NULL && words[0] != NULL && command_is_group(first) && is_help(words[1]))
        return (int)print_usage(stdout, first);
    if (command == NULL) {
        say_unknown(words);
        return CTL_USAGE;
    }
    json_start(exit_without_memory);
    if (!sha256_is_ready())
        exit_without_memory();
    stop_install();
    return (int)command_run(command, rest);
}
