/* libinih reads the lines; we give them to it one by one, and refuse what it would pass over in
 * silence: a line that it would cut (too long, or behind a ` ;`, which may be part of a command),
 * words behind `]`, a key that comes twice. */
#include "ctl/config.h"

#include <ini.h>
#include <inttypes.h>
#include <stdlib.h>

static const char white[] = " \t\r\n";

struct parsing {
    struct config *config;
    struct cursor rest;
    struct buffer *problem; /* Empty until something is wrong. */
    uint32_t line;          /* Of the one that libinih has. */
    bool indented;          /* It begins with white space. */
    enum err error;
};

static void wrong(struct parsing *parsing, const char *what)
{
    if (parsing->error != OK)
        return;
    parsing->error = ERR_INVALID;
    buffer_append_text(parsing->problem, what);
}

static bool name_is_good(struct bytes name)
{
    if (name.size == 0 || name.size > CONFIG_NAME_BYTES_MAX)
        return false;
    for (size_t i = 0; i < name.size; i++) {
        const uint8_t c = name.data[i];
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
        if (!plain)
            return false;
    }
    return true;
}

/* `[name]` and nothing behind it. */
static void check_section(struct parsing *parsing, struct bytes line)
{
    struct bytes name;
    const struct bytes inside = {line.data + 1, line.size - 1};
    const struct bytes behind = bytes_split(inside, ']', &name);
    if (name.size == inside.size)
        wrong(parsing, "the ] behind the profile's name is missing");
    else if (behind.size > 0)
        wrong(parsing, "nothing may stand behind ]");
    else if (!name_is_good(name))
        wrong(parsing, "the name of a profile has 1 to 40 of the characters a-z A-Z 0-9 - _ .");
    const struct config *config = parsing->config;
    for (size_t i = 0; i < config->count && parsing->error == OK; i++) {
        if (bytes_equal(bytes_from_text(config->entries[i].section), name)) {
            wrong(parsing, "");
            buffer_append_format(parsing->problem,
                                 "[%.*s] stands above already, with line %" PRIu32, BYTES_ARG(name),
                                 config->entries[i].line);
        }
    }
}

/* What libinih would misread or pass over. */
static void check_line(struct parsing *parsing, struct bytes line)
{
    if (!bytes_are_utf8(line)) {
        wrong(parsing, "this is not UTF-8");
        return;
    }
    const struct bytes text = bytes_trim(line);
    for (size_t i = 0; i < text.size; i++) {
        if ((text.data[i] < ' ' && text.data[i] != '\t') || text.data[i] == 0x7F)
            wrong(parsing, "a control character stands here");
    }
    if (text.size == 0 || text.data[0] == '#' || text.data[0] == ';')
        return;
    if (text.data[0] == '[' && !parsing->indented)
        check_section(parsing, text);
    for (size_t i = 1; i < text.size; i++) {
        if (text.data[i] == ';' && (text.data[i - 1] == ' ' || text.data[i - 1] == '\t'))
            wrong(parsing, "what stands behind ' ;' would be lost; give a comment a line of its "
                           "own, and write a command without the space");
    }
}

/* libinih: the next line with its end, as fgets() does it. */
static char *next_line(char *line, int room, void *context)
{
    struct parsing *parsing = context;
    struct cursor *rest = &parsing->rest;
    const struct bytes all = {rest->at, cursor_left(rest)};
    if (parsing->error != OK || all.size == 0)
        return NULL;
    struct bytes text;
    (void)bytes_split(all, '\n', &text);
    (void)cursor_bytes(rest, text.size < all.size ? text.size + 1 : text.size);
    if (parsing->line == 0 && bytes_starts_with(text, BYTES("\xEF\xBB\xBF")))
        text = (struct bytes){text.data + 3, text.size - 3};
    parsing->line++;
    parsing->indented = text.size > 0 && memchr(white, text.data[0], 2) != NULL;
    check_line(parsing, text);
    if (text.size + 3 > (size_t)room) {
        wrong(parsing, "");
        buffer_append_format(parsing->problem,
                             "the line is longer than %d bytes; a long value may go on in lines "
                             "that begin with a space",
                             room - 3);
    }
    if (parsing->error != OK)
        return NULL;
    memcpy(line, text.data, text.size);
    memcpy(line + text.size, "\n", 2);
    return line;
}

static struct config_entry *entry_add(struct config *config)
{
    if (config->count == config->capacity) {
        const size_t capacity = config->capacity == 0 ? 16 : 2 * config->capacity;
        struct config_entry *longer = reallocarray(config->entries, capacity, sizeof(*longer));
        if (longer == NULL)
            return NULL;
        config->entries = longer;
        config->capacity = capacity;
    }
    struct config_entry *entry = &config->entries[config->count++];
    *entry = (struct config_entry){.line = 0};
    buffer_init(&entry->text);
    return entry;
}

/* The entry with this name, or NULL. */
static struct config_entry *entry_find(struct config *config, const char *section, const char *key)
{
    for (size_t i = 0; i < config->count; i++) {
        struct config_entry *entry = &config->entries[i];
        if (strcmp(entry->section, section) == 0 && strcmp(entry->key, key) == 0)
            return entry;
    }
    return NULL;
}

static void entry_new(struct parsing *parsing, const char *section, const char *key,
                      const char *value)
{
    if (!name_is_good(bytes_from_text(key))) {
        wrong(parsing, "a key has 1 to 40 of the characters a-z A-Z 0-9 - _ .");
        return;
    }
    struct config_entry *entry = entry_add(parsing->config);
    if (entry == NULL) {
        parsing->error = ERR_MEMORY;
        return;
    }
    entry->line = parsing->line;
    memcpy(entry->section, section, strlen(section));
    memcpy(entry->key, key, strlen(key));
    buffer_append_text(&entry->text, value);
}

/* libinih: `key = value`, or a line that goes on with the value of that key. */
static int take_entry(void *context, const char *section, const char *key, const char *value)
{
    struct parsing *parsing = context;
    struct config_entry *entry = entry_find(parsing->config, section, key);
    if (parsing->error != OK)
        return 0;
    if (entry == NULL) {
        entry_new(parsing, section, key, value);
    } else if (parsing->indented) {
        entry->second_line = entry->second_line == 0 ? parsing->line : entry->second_line;
        buffer_append_format(&entry->text, "\n%s", value);
    } else {
        wrong(parsing, "");
        buffer_append_format(parsing->problem, "%s was given on line %" PRIu32 " already", key,
                             entry->line);
    }
    return parsing->error == OK ? 1 : 0;
}

enum err config_parse(struct config *config, struct bytes text, struct buffer *problem,
                      uint32_t *line)
{
    *config = (struct config){NULL, 0, 0};
    struct parsing parsing = {.config = config, .rest = cursor_begin(text), .problem = problem};
    const int line_first = ini_parse_stream(next_line, &parsing, take_entry, &parsing);
    if (line_first > 0 && (parsing.error == OK || (uint32_t)line_first < parsing.line)) {
        buffer_clear(problem);
        parsing.error = OK;
        parsing.line = (uint32_t)line_first;
        wrong(&parsing, "this is neither [profile] nor key = value");
    }
    if (line_first < 0)
        parsing.error = ERR_MEMORY;
    for (size_t i = 0; i < config->count && parsing.error == OK; i++) {
        config->entries[i].value = buffer_text(&config->entries[i].text);
        if (config->entries[i].text.failed)
            parsing.error = ERR_MEMORY;
    }
    *line = parsing.line;
    return parsing.error;
}

void config_deinit(struct config *config)
{
    for (size_t i = 0; i < config->count; i++)
        buffer_deinit(&config->entries[i].text);
    free(config->entries);
    *config = (struct config){NULL, 0, 0};
}
