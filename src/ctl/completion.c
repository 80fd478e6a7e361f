/* Scripts that let bash and zsh complete a command line of stockctl, made from the same tables as
 * its help. Both are one function: which subcommand is it, does the word before take a value, else
 * an option or a file. */
#include <stdio.h>
#include <string.h>

#include "base/buffer.h"
#include "ctl/command_table.h"
#include "ctl/commands.h"
#include "ctl/option_rows.h"

enum shell { SHELL_BASH, SHELL_ZSH };

static const char bash_head[] =
    "# Completion of stockctl for bash; made by `stockctl completion bash`.\n"
    "_stockctl() {\n"
    "    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}\n"
    "    local name=${COMP_WORDS[1]} second=${COMP_WORDS[2]} index=$COMP_CWORD\n"
    "    local options='' values='' files='' second_words=''\n"
    "    COMPREPLY=()\n"
    "    # Bash makes three words of --output=json.\n"
    "    if [[ $current == = ]]; then\n"
    "        current=''\n"
    "    elif [[ $previous == = ]]; then\n"
    "        previous=${COMP_WORDS[COMP_CWORD - 2]}\n"
    "    fi\n";

static const char bash_tail[] =
    "    if [[ -n $values ]]; then\n"
    "        [[ $values == - ]] || mapfile -t COMPREPLY < <(compgen -W \"$values\" -- "
    "\"$current\")\n"
    "    elif [[ $current == -* && $previous != \"$files\" ]]; then\n"
    "        mapfile -t COMPREPLY < <(compgen -W \"$options\" -- \"$current\")\n"
    "    elif [[ -n $files ]]; then\n"
    "        compopt -o filenames\n"
    "        mapfile -t COMPREPLY < <(compgen -f -- \"$current\")\n"
    "    fi\n"
    "}\n"
    "complete -F _stockctl stockctl\n";

static const char zsh_head[] =
    "#compdef stockctl\n"
    "# Completion of stockctl for zsh; made by `stockctl completion zsh`.\n"
    "_stockctl() {\n"
    "    local previous=$words[CURRENT-1] name=$words[2] second=$words[3]\n"
    "    local values='' files=''\n"
    "    local -a options names\n";

static const char zsh_tail[] = "    if [[ -n $values ]]; then\n"
                               "        [[ $values == - ]] || compadd -- ${=values}\n"
                               "    elif [[ $words[CURRENT] == -* ]]; then\n"
                               "        _describe -o option options\n"
                               "    elif [[ -n $files ]]; then\n"
                               "        _files\n"
                               "    fi\n"
                               "}\n"
                               "_stockctl \"$@\"\n";

/* Appends `'word:help'` for zsh's _describe. */
static void append_described(struct buffer *text, const char *before, struct bytes word,
                             const char *help)
{
    buffer_append_format(text, " '%s%.*s:", before, BYTES_ARG(word));
    for (const char *at = help; *at != '\0'; at++) {
        if (*at == '\'')
            buffer_append_text(text, "'\\''");
        else if (*at == ':')
            buffer_append_text(text, "\\:");
        else
            buffer_append_u8(text, (uint8_t)*at);
    }
    buffer_append_u8(text, '\'');
}

/* The two words of a name; the second may be empty. */
static struct bytes name_split(const char *name, struct bytes *first)
{
    return bytes_split(bytes_from_text(name), ' ', first);
}

/* Whether the command at `at` is the first one of its first word. */
static bool is_first_of_group(const struct command *const *at)
{
    struct bytes own;
    (void)name_split((*at)->name, &own);
    for (const struct command *const *before = command_table(); before != at; before++) {
        struct bytes first;
        (void)name_split((*before)->name, &first);
        if (bytes_equal(first, own))
            return false;
    }
    return true;
}

/* Appends the words that may come first. */
static void append_first_words(struct buffer *text, enum shell shell)
{
    for (const struct command *const *at = command_table(); *at != NULL; at++) {
        struct bytes first;
        const bool is_group = name_split((*at)->name, &first).size > 0;
        if (!is_first_of_group(at))
            continue;
        if (shell == SHELL_BASH)
            buffer_append_format(text, " %.*s", BYTES_ARG(first));
        else
            append_described(text, "", first, is_group ? "…" : (*at)->summary);
    }
    if (shell == SHELL_BASH)
        buffer_append_text(text, " help --help --version");
    else
        append_described(text, "", BYTES("help"), "tell more of a subcommand");
}

/* Appends the words that may come behind the first one of a group. */
static void append_second_words(struct buffer *text, struct bytes group, enum shell shell)
{
    for (const struct command *const *at = command_table(); *at != NULL; at++) {
        struct bytes first;
        const struct bytes second = name_split((*at)->name, &first);
        if (second.size == 0 || !bytes_equal(first, group))
            continue;
        if (shell == SHELL_BASH)
            buffer_append_format(text, " %.*s", BYTES_ARG(second));
        else
            append_described(text, "", second, (*at)->summary);
    }
}

/* Appends the lines that complete the name of a subcommand. */
static void append_names(struct buffer *text, enum shell shell)
{
    if (shell == SHELL_BASH) {
        buffer_append_text(text,
                           "    if [[ $index == 1 || ( $name == help && $index == 2 ) ]]; then\n"
                           "        mapfile -t COMPREPLY < <(compgen -W \"");
        append_first_words(text, shell);
        buffer_append_text(text, "\" -- \"$current\")\n        return\n    fi\n");
    } else {
        buffer_append_text(
            text, "    if (( CURRENT == 2 )) || [[ $name == help && $CURRENT == 3 ]]; then\n"
                  "        names=(");
        append_first_words(text, shell);
        buffer_append_text(text, ")\n        _describe subcommand names\n        return\n    fi\n");
    }
    buffer_append_text(text, "    case $name in\n");
    for (const struct command *const *at = command_table(); *at != NULL; at++) {
        struct bytes first;
        if (name_split((*at)->name, &first).size == 0 || !is_first_of_group(at))
            continue;
        buffer_append_format(text,
                             shell == SHELL_BASH ? "    %.*s) second_words='" : "    %.*s) names=(",
                             BYTES_ARG(first));
        append_second_words(text, first, shell);
        buffer_append_text(text, shell == SHELL_BASH ? "' ;;\n" : ") ;;\n");
    }
    buffer_append_text(text, "    esac\n");
    buffer_append_text(text,
                       shell == SHELL_BASH
                           ? "    if [[ -n $second_words ]]; then\n"
                             "        if [[ $index == 2 ]]; then\n"
                             "            mapfile -t COMPREPLY < <(compgen -W \"$second_words\" -- "
                             "\"$current\")\n"
                             "            return\n"
                             "        fi\n"
                             "        name=\"$name $second\"\n"
                             "    fi\n"
                           : "    if (( $#names )); then\n"
                             "        if (( CURRENT == 3 )); then\n"
                             "            _describe subcommand names\n"
                             "            return\n"
                             "        fi\n"
                             "        name=\"$name $second\"\n"
                             "    fi\n");
}

/* Appends an option as one word after `previous` may be: what its value is. */
static void append_value(struct buffer *text, const struct option_row *row)
{
    if (row->kind == OPTION_FLAG)
        return;
    buffer_append_text(text, "        ");
    if (row->letter != 0)
        buffer_append_format(text, "-%c | ", row->letter);
    buffer_append_format(text, "--%s) ", row->name);
    if (row->kind == OPTION_CHOICE) {
        buffer_append_text(text, "values='");
        for (const char *at = row->value_name; *at != '\0'; at++)
            buffer_append_u8(text, *at == '|' ? ' ' : (uint8_t)*at);
        buffer_append_text(text, "' ;;\n");
    } else if (row->kind == OPTION_TEXT && strcmp(row->value_name, "FILE") == 0) {
        buffer_append_text(text, "files=$previous ;;\n");
    } else {
        buffer_append_text(text, "values=- ;;\n");
    }
}

/* Appends what a subcommand takes. */
static void append_command(struct buffer *text, const struct command *command, enum shell shell)
{
    const bool bash = shell == SHELL_BASH;
    buffer_append_format(text, "    '%s')\n        options=%s", command->name, bash ? "'" : "(");
    for (size_t i = 0; command->options[i] != NULL; i++) {
        for (const struct option_row *row = command->options[i]; row->name != NULL; row++) {
            if (bash)
                buffer_append_format(text, " --%s", row->name);
            else
                append_described(text, "--", bytes_from_text(row->name), row->help);
        }
    }
    buffer_append_text(text, bash ? "'\n" : ")\n");
    if (command->arguments != NULL && strstr(command->arguments, "FILE") != NULL)
        buffer_append_text(text, "        files=yes\n");
    buffer_append_text(text, "        case $previous in\n");
    for (size_t i = 0; command->options[i] != NULL; i++) {
        for (const struct option_row *row = command->options[i]; row->name != NULL; row++)
            append_value(text, row);
    }
    buffer_append_text(text, "        esac\n        ;;\n");
}

static enum ctl_exit completion_run(const struct options *options)
{
    const bool is_bash = strcmp(options->arguments[0], "bash") == 0;
    if (!is_bash && strcmp(options->arguments[0], "zsh") != 0) {
        (void)fprintf(stderr, "stockctl completion: SHELL is bash or zsh, not '%s'\n",
                      options->arguments[0]);
        return CTL_USAGE;
    }
    const enum shell shell = is_bash ? SHELL_BASH : SHELL_ZSH;
    struct buffer text;
    buffer_init(&text);
    buffer_append_text(&text, is_bash ? bash_head : zsh_head);
    append_names(&text, shell);
    buffer_append_text(&text, "    case $name in\n");
    for (const struct command *const *at = command_table(); *at != NULL; at++)
        append_command(&text, *at, shell);
    buffer_append_text(&text, "    esac\n");
    buffer_append_text(&text, is_bash ? bash_tail : zsh_tail);
    const bool written =
        !text.failed && fputs(buffer_text(&text), stdout) >= 0 && fflush(stdout) == 0;
    buffer_deinit(&text);
    return written ? CTL_DONE : CTL_MACHINE;
}

/* clang-format off */
static const struct option_row completion_options[] = {
    {.name = "help", .letter = 'h', .kind = OPTION_FLAG, OPTION_MEMBER(help), .help = "this text"},
    {.name = NULL},
};

const struct command completion_command = {
    .name = "completion",
    .summary = "print a script for TAB in bash or zsh",
    .arguments = "SHELL",
    .arguments_min = 1,
    .arguments_max = 1,
    .description =
        "Prints a script that completes subcommands, options, their values and files. SHELL is\n"
        "bash or zsh. make install puts both where the shells look.\n",
    .examples =
        "  source <(stockctl completion bash)\n"
        "  stockctl completion zsh > ~/.zfunc/_stockctl\n",
    .options = {completion_options},
    .run = completion_run,
};
/* clang-format on */
