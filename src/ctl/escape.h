/* Values in addresses. Pure. */
#ifndef CTL_ESCAPE_H
#define CTL_ESCAPE_H

#include "base/buffer.h"

/* Appends letters, digits and `-._~` as they are, anything else as %XX. */
void escape_append(struct buffer *text, struct bytes value);

/* Appends `name=value` to a query, with `&` in front where something stands there already. */
void escape_append_parameter(struct buffer *query, const char *name, struct bytes value);

#endif
