/* How many columns of a terminal a text takes: letters of any script one, those of East Asia two,
 * marks above and below letters none. One thread. */
#ifndef CTL_WIDTH_H
#define CTL_WIDTH_H

#include "base/bytes.h"

/* The columns of valid UTF-8 without control characters. */
size_t width_of(struct bytes text);

/* The leading part that takes at most `columns`. */
struct bytes width_clip(struct bytes text, size_t columns);

#endif
