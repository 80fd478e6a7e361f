/* One table; a new subcommand is a row here, and its own file tells the rest. */
#include "ctl/command_table.h"

#include "ctl/commands.h"
#include "ctl/guess.h"

enum { NAME_COLUMNS = 18 };

/* In the order of the list that people see. */
/* clang-format off */
static const struct command *const commands[] = {
    &push_command,
    &watch_command,
    &pull_command,
    &check_command,
    &diff_command,
    &verify_command,
    &plan_command,
    &serve_command,
    &move_receive_command,
    &move_sell_command,
    &move_order_command,
    &move_return_command,
    &move_correct_command,
    &move_undo_command,
    &balance_command,
    &history_command,
    &hide_command,
    &unhide_command,
    &hidden_command,
    &campaigns_command,
    &warehouses_command,
    &warehouse_on_command,
    &warehouse_off_command,
    &token_command,
    &changes_command,
    &orders_list_command,
    &orders_make_command,
    &orders_show_command,
    &orders_pack_command,
    &orders_ship_command,
    &orders_cancel_command,
    &registry_show_command,
    &registry_diff_command,
    &registry_apply_command,
    &tokens_list_command,
    &tokens_create_command,
    &tokens_revoke_command,
    &requests_command,
    &admin_copy_command,
    &completion_command,
    NULL,
};
/* clang-format on */

const struct command *const *command_table(void)
{
    return commands;
}

/* Whether the words begin with the name; *rest is then what follows it. */
static bool name_matches(const char *name, char *const *words, char *const **rest)
{
    struct bytes names = bytes_from_text(name);
    for (; names.size > 0; words++) {
        struct bytes word;
        names = bytes_split(names, ' ', &word);
        if (*words == NULL || !bytes_equal(bytes_from_text(*words), word))
            return false;
    }
    *rest = words;
    return true;
}

const struct command *command_find(char *const *words, char *const **rest)
{
    for (const struct command *const *command = commands; *command != NULL; command++) {
        if (name_matches((*command)->name, words, rest))
            return *command;
    }
    return NULL;
}

/* The first word of a name, and whether there is another one. */
static bool name_split(const char *name, struct bytes *first)
{
    return bytes_split(bytes_from_text(name), ' ', first).size > 0;
}

bool command_is_group(const char *word)
{
    bool is_group = false;
    for (const struct command *const *command = commands; *command != NULL; command++) {
        struct bytes first;
        is_group = is_group || (name_split((*command)->name, &first) &&
                                bytes_equal(first, bytes_from_text(word)));
    }
    return is_group;
}

void command_list(const char *word, struct buffer *text)
{
    for (const struct command *const *command = commands; *command != NULL; command++) {
        struct bytes first;
        (void)name_split((*command)->name, &first);
        if (word == NULL || bytes_equal(first, bytes_from_text(word)))
            buffer_append_format(text, "  %-*s%s\n", NAME_COLUMNS, (*command)->name,
                                 (*command)->summary);
    }
}

/* Offers the names that two words may mean, or the one. */
static void offer_all(struct guess *guess)
{
    for (const struct command *const *command = commands; *command != NULL; command++)
        guess_offer(guess, bytes_from_text((*command)->name));
}

/* Whether some name is close to what was typed. */
static bool is_close(struct bytes typed, struct bytes *meant)
{
    struct guess guess;
    guess_begin(&guess, typed);
    offer_all(&guess);
    return guess_end(&guess, meant);
}

bool command_guess(char *const *words, struct buffer *text)
{
    struct buffer both;
    struct bytes meant;
    buffer_init(&both);
    const struct bytes first = bytes_from_text(words[0]);
    const bool is_group = command_is_group(words[0]);
    const bool has_second = words[1] != NULL && words[1][0] != '-';
    buffer_append_text(&both, words[0]);
    if (has_second)
        buffer_append_format(&both, " %s", words[1]);
    bool close = has_second && is_close(buffer_bytes(&both), &meant);
    if (!close && !is_group && is_close(first, &meant)) {
        close = true;
        both.size = first.size; /* The second word is none of the name. */
    }
    if (is_group && !has_second)
        buffer_append_format(text, "'%s' needs one more word", words[0]);
    else
        buffer_append_format(text, "no subcommand '%s'", buffer_text(&both));
    if (close)
        buffer_append_format(text, " (did you mean %.*s?)", BYTES_ARG(meant));
    buffer_deinit(&both);
    return close;
}
