/* The words are read twice: once to see which profile they name, and again over what it says. */
#include "ctl/command_line.h"

#include <stdlib.h>

/* A config that was named for no profile would be passed over in silence. */
static bool config_is_used(const struct options *options, struct buffer *problem)
{
    if (options->profile_name != NULL || options->config_path == NULL ||
        options->config_path == getenv("STOCKCTL_CONFIG"))
        return true;
    buffer_append_text(problem, "--config needs --profile NAME, which of its profiles to take");
    return false;
}

bool command_line_read(const struct command_line *line, struct os *os, struct profile *profile,
                       struct options *options, struct buffer *problem)
{
    profile_init(profile);
    if (!options_peek(line->command, line->words, options, problem))
        return false;
    const bool named = options->profile_name != NULL && !options->help;
    if (!options->help && !config_is_used(options, problem))
        return false;
    if (named && !profile_read(profile, os, options->config_path, options->profile_name,
                               line->commands, problem))
        return false;
    profile->settings.without_source = options_have_source(line->command, options);
    if (!options_read(line->command, line->words, profile->settings, options, problem))
        return false;
    options->line = line;
    return true;
}
