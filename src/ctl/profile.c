/* A key is allowed when some subcommand has a row of that name for profiles. All profiles of the
 * file are checked, not only the one that is wanted: who made a slip learns of it at once. */
#include "ctl/profile.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/stat.h>

/* One reading of a file. */
struct profile_check {
    struct profile *profile;
    const struct command *const *commands;
    const char *wanted;
    struct buffer *problem;
};

void profile_init(struct profile *profile)
{
    *profile = (struct profile){.items = NULL};
    buffer_init(&profile->path);
}

void profile_deinit(struct profile *profile)
{
    for (size_t i = 0; profile->texts != NULL && i < profile->config.count; i++)
        buffer_deinit(&profile->texts[i]);
    free(profile->texts);
    free(profile->items);
    config_deinit(&profile->config);
    buffer_deinit(&profile->path);
    profile_init(profile);
}

/* The place of the config when nobody names one (XDG Base Directory Specification). */
static bool usual_path(struct buffer *path)
{
    const char *folder = getenv("XDG_CONFIG_HOME");
    if (folder != NULL && folder[0] == '/') {
        buffer_append_format(path, "%s/stockctl/config", folder);
        return true;
    }
    folder = getenv("HOME");
    if (folder == NULL || folder[0] == '\0')
        return false;
    buffer_append_format(path, "%s/.config/stockctl/config", folder);
    return true;
}

/* `a, b, c` of names of rows or profiles, each once. */
static void name_append(struct buffer *names, const char *name)
{
    struct bytes rest = buffer_bytes(names);
    while (rest.size > 0) {
        struct bytes word;
        rest = bytes_split(rest, ',', &word);
        if (bytes_equal(bytes_trim(word), bytes_from_text(name)))
            return;
    }
    buffer_append_format(names, "%s%s", names->size > 0 ? ", " : "", name);
}

static void keys_append(const struct command *const *commands, struct buffer *names)
{
    for (; *commands != NULL; commands++) {
        for (size_t i = 0; (*commands)->options[i] != NULL; i++) {
            for (const struct option_row *row = (*commands)->options[i]; row->name != NULL; row++) {
                if (row->in_profile)
                    name_append(names, row->name);
            }
        }
    }
}

/* The row that a key names; where commands differ in how many values they take, the one with
 * several. */
static const struct option_row *row_of_key(const struct command *const *commands, const char *key)
{
    const struct option_row *found = NULL;
    for (; *commands != NULL; commands++) {
        const struct option_row *row = options_row(*commands, bytes_from_text(key));
        if (row == NULL || !row->in_profile)
            continue;
        if (found == NULL || row->kind == OPTION_NUMBERS)
            found = row;
    }
    return found;
}

static void place(struct profile_check *check, uint32_t line)
{
    buffer_append_format(check->problem, "%s:%" PRIu32 ": ", buffer_text(&check->profile->path),
                         line);
}

/* Tokens as the Market gives them out, and passwords in an address. */
static bool value_is_secret(const char *value)
{
    static const struct bytes beginnings[] = {BYTES_INIT("ACMA:"), BYTES_INIT("y0_"),
                                              BYTES_INIT("y1_")};
    const struct bytes text = bytes_from_text(value);
    for (size_t i = 0; i < sizeof(beginnings) / sizeof(beginnings[0]); i++) {
        if (bytes_starts_with(text, beginnings[i]))
            return true;
    }
    if (strstr(value, "password=") != NULL || strstr(value, "PGPASSWORD") != NULL)
        return true;
    const char *host = strstr(value, "://");
    if (host == NULL)
        return false;
    host += strlen("://");
    const struct bytes user = {(const uint8_t *)host, strcspn(host, "@/ \n")};
    return host[user.size] == '@' && memchr(user.data, ':', user.size) != NULL;
}

static bool check_key(struct profile_check *check, const struct config_entry *entry,
                      const struct option_row *row)
{
    struct buffer *problem = check->problem;
    if (row == NULL) {
        place(check, entry->line);
        buffer_append_format(problem, "unknown key '%s'; ", entry->key);
        if (strstr(entry->key, "token") != NULL || strstr(entry->key, "key") != NULL ||
            strstr(entry->key, "password") != NULL)
            buffer_append_text(problem, "a token stands in a file of its own that token-file "
                                        "names; ");
        buffer_append_text(problem, "allowed are ");
        struct buffer names;
        buffer_init(&names);
        keys_append(check->commands, &names);
        buffer_append(problem, buffer_bytes(&names));
        buffer_deinit(&names);
        return false;
    }
    if (value_is_secret(entry->value)) {
        place(check, entry->line);
        buffer_append_format(problem,
                             "%s holds a secret; a token belongs into a file that "
                             "token-file names, a password into ~/.pgpass",
                             entry->key);
        return false;
    }
    if (entry->second_line > 0 && !row->many_lines) {
        place(check, entry->second_line);
        buffer_append_format(problem,
                             "the line is indented, so it goes on with %s of line %" PRIu32
                             "; begin it without a space",
                             entry->key, entry->line);
        return false;
    }
    return true;
}

/* Whether the entry says what is read. A flag that is not set says nothing. */
static bool entry_is_source(const struct profile_check *check, const struct config_entry *entry)
{
    const struct option_row *row = row_of_key(check->commands, entry->key);
    return row->is_source && !(row->kind == OPTION_FLAG && strcmp(entry->value, "no") == 0);
}

/* The source that a profile names before `entry`, in its own section; NULL: none. */
static const struct config_entry *source_before(const struct profile_check *check,
                                                const struct config_entry *entry)
{
    for (const struct config_entry *at = check->profile->config.entries; at < entry; at++) {
        if (strcmp(at->section, entry->section) == 0 && entry_is_source(check, at))
            return at;
    }
    return NULL;
}

static bool check_entry(struct profile_check *check, const struct config_entry *entry)
{
    const struct option_row *row = row_of_key(check->commands, entry->key);
    if (!check_key(check, entry, row))
        return false;
    const struct config_entry *earlier =
        entry_is_source(check, entry) ? source_before(check, entry) : NULL;
    if (earlier != NULL) {
        place(check, entry->line);
        buffer_append_format(check->problem,
                             "%s: only one thing can be read, and %s stands on line %" PRIu32,
                             entry->key, earlier->key, earlier->line);
        return false;
    }
    struct buffer what;
    buffer_init(&what);
    const bool good = options_check(row, entry->value, &what);
    if (!good) {
        place(check, entry->line);
        buffer_append(check->problem, buffer_bytes(&what));
    }
    buffer_deinit(&what);
    return good;
}

/* Completes a path that counts from the folder of the config, or from home. */
static const char *path_complete(const struct profile *profile, const char *value,
                                 struct buffer *text)
{
    const char *home = getenv("HOME");
    const struct bytes path = buffer_bytes(&profile->path);
    const uint8_t *slash = path.size == 0 ? NULL : memrchr(path.data, '/', path.size);
    if (value[0] == '~' && value[1] == '/' && home != NULL)
        buffer_append_format(text, "%s%s", home, value + 1);
    else if (value[0] == '/' || slash == NULL || strcmp(value, "-") == 0 ||
             strcmp(value, "none") == 0)
        return value;
    else
        buffer_append_format(text, "%.*s%s", (int)(slash - path.data) + 1, (const char *)path.data,
                             value);
    return buffer_text(text);
}

/* Whether the wanted profile names a source, which then replaces that of all. */
static bool source_is_own(const struct profile_check *check)
{
    const struct config *config = &check->profile->config;
    for (size_t i = 0; i < config->count; i++) {
        const struct config_entry *entry = &config->entries[i];
        if (strcmp(entry->section, check->wanted) == 0 && entry_is_source(check, entry))
            return true;
    }
    return false;
}

/* Makes settings of what belongs to all profiles, then of the wanted one, which wins. */
static bool settings_make(struct profile_check *check)
{
    struct profile *profile = check->profile;
    const struct config *config = &profile->config;
    profile->items = calloc(config->count + 1, sizeof(*profile->items));
    profile->texts = calloc(config->count + 1, sizeof(*profile->texts));
    if (profile->items == NULL || profile->texts == NULL)
        return false;
    size_t count = 0;
    const char *const sections[] = {"", check->wanted};
    const bool own_source = source_is_own(check);
    for (size_t pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < config->count; i++) {
            const struct config_entry *entry = &config->entries[i];
            if (strcmp(entry->section, sections[pass]) != 0)
                continue;
            const struct option_row *row = row_of_key(check->commands, entry->key);
            const char *value = entry->value;
            if (pass == 0 && row->is_source && own_source)
                continue;
            if (row->is_path)
                value = path_complete(profile, value, &profile->texts[i]);
            if (profile->texts[i].failed)
                return false;
            profile->items[count++] = (struct option_setting){entry->key, value};
        }
    }
    profile->settings = (struct option_settings){.items = profile->items, .count = count};
    return true;
}

static bool profile_is_there(struct profile_check *check)
{
    const struct config *config = &check->profile->config;
    struct buffer names;
    buffer_init(&names);
    bool found = false;
    for (size_t i = 0; i < config->count; i++) {
        if (config->entries[i].section[0] == '\0')
            continue;
        found = found || strcmp(config->entries[i].section, check->wanted) == 0;
        name_append(&names, config->entries[i].section);
    }
    if (!found) {
        buffer_append_format(check->problem, "%s has no profile '%s'; there is %s",
                             buffer_text(&check->profile->path), check->wanted,
                             names.size > 0 ? buffer_text(&names) : "none");
    }
    buffer_deinit(&names);
    return found;
}

static bool check_file(struct profile_check *check, struct bytes text)
{
    uint32_t line = 0;
    struct buffer what;
    buffer_init(&what);
    const enum err error = config_parse(&check->profile->config, text, &what, &line);
    if (error == ERR_INVALID) {
        place(check, line);
        buffer_append(check->problem, buffer_bytes(&what));
    }
    buffer_deinit(&what);
    if (error != OK)
        return false;
    const struct config *config = &check->profile->config;
    for (size_t i = 0; i < config->count; i++) {
        if (!check_entry(check, &config->entries[i]))
            return false;
    }
    return profile_is_there(check) && settings_make(check);
}

/* Who can write to the config says where the token goes and which command runs. */
static bool is_ours(const char *path, struct buffer *problem)
{
    struct stat status;
    if (stat(path, &status) != 0) {
        buffer_append_format(problem, "cannot read the config %s: %s", path, strerror(errno));
        return false;
    }
    if ((status.st_mode & (S_IWGRP | S_IWOTH)) == 0)
        return true;
    buffer_append_format(problem,
                         "others can write to the config %s, and so choose what runs and where "
                         "the token goes; chmod go-w it",
                         path);
    return false;
}

bool profile_read(struct profile *profile, struct os *os, const char *config_path, const char *name,
                  const struct command *const *commands, struct buffer *problem)
{
    struct profile_check check = {profile, commands, name, problem};
    if (config_path != NULL) {
        buffer_append_text(&profile->path, config_path);
    } else if (!usual_path(&profile->path)) {
        buffer_append_text(problem, "no HOME to find the config in; name it with --config FILE");
        return false;
    }
    const char *path = buffer_text(&profile->path);
    if (profile->path.failed || !is_ours(path, problem))
        return false;
    uint8_t *data = NULL;
    size_t size = 0;
    const enum err error = os_read_file(os, path, CONFIG_FILE_BYTES_MAX, &data, &size);
    if (error != OK && error != ERR_MEMORY)
        buffer_append_format(problem, "cannot read the config %s: %s", path,
                             error == ERR_FULL ? "larger than 1 MiB" : err_text(error));
    if (error != OK)
        return false;
    const bool good = check_file(&check, (struct bytes){data, size});
    free(data);
    return good;
}
