/* A file of profiles as it stands, before anybody looks whether its keys make sense: `[profile]`,
 * `key = value`, lines that begin with # or ; are comments, an indented line goes on with the value
 * above. What stands before the first profile belongs to all. */
#ifndef CTL_CONFIG_H
#define CTL_CONFIG_H

#include "base/buffer.h"

enum { CONFIG_NAME_BYTES_MAX = 40, CONFIG_FILE_BYTES_MAX = 1024 * 1024 };

struct config_entry {
    char section[CONFIG_NAME_BYTES_MAX + 1]; /* No text: of all profiles. */
    char key[CONFIG_NAME_BYTES_MAX + 1];
    const char *value; /* Its lines with LF between them. */
    uint32_t line;
    uint32_t second_line; /* Where it goes on; 0: it does not. */
    struct buffer text;   /* Of value. */
};

struct config {
    struct config_entry *entries;
    size_t count;
    size_t capacity;
};

/* Reads the text of a config. ERR_INVALID: *problem is what is wrong in one line, and *line where;
 * ERR_MEMORY. Ended by config_deinit() in any case. */
MUST_USE enum err config_parse(struct config *config, struct bytes text, struct buffer *problem,
                               uint32_t *line);
void config_deinit(struct config *config);

#endif
