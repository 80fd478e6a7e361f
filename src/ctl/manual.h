/* The manual page of stockctl, made from the tables of its subcommands, so that it says what they
 * do. `make man` writes it to packaging/man. */
#ifndef CTL_MANUAL_H
#define CTL_MANUAL_H

#include "base/buffer.h"

/* Appends the page, in mdoc(7). */
void manual_write(struct buffer *text);

#endif
