/* Reading one field of a registry document, by the kind that a table says. A problem is told with
 * the path of the object and the field's name. For registry_document.c. */
#ifndef WIRE_REGISTRY_FIELD_H
#define WIRE_REGISTRY_FIELD_H

#include "wire/registry_document.h"

enum { REGISTRY_PATH_BYTES_MAX = 128 };

/* What every reader of a field needs. */
struct registry_reader {
    struct arena *arena;
    struct error_list *errors;
    bool no_memory;
    char path[REGISTRY_PATH_BYTES_MAX]; /* Of the object at hand. */
};

enum registry_field_kind {
    FIELD_ID,
    FIELD_OPTIONAL_ID,
    FIELD_TEXT,
    FIELD_OPTIONAL_TEXT,
    FIELD_FLAG,
    FIELD_DISABLED, /* `enabled` is written, the opposite is kept. */
    FIELD_COORDINATE,
    FIELD_PLACEMENT,
    FIELD_AVAILABILITY,
    FIELD_SCOPES,
    FIELD_API_KEY,
    FIELD_API_KEY_SHA256,
    FIELD_OAUTH,
    FIELD_OAUTH_SHA256,
    FIELD_ADDRESS,
    FIELD_GPS,
    FIELD_PUSH,
};

struct registry_field {
    const char *name;
    enum registry_field_kind kind;
    size_t offset; /* Into the struct that the table describes. */
};

/* The field with this name, or fields_count. */
size_t registry_field_find(const struct registry_field *fields, size_t fields_count,
                           struct bytes name);

/* Reads the value into its place in `entry`. */
void registry_field_read(struct registry_reader *reader, const struct registry_field *field,
                         struct json_value value, void *entry);

/* Adds `PATH.FIELD: problem`. */
void registry_complain(struct registry_reader *reader, const char *field, const char *problem);

#endif
