/* What a source is, by its first bytes. */
#ifndef SHEET_SNIFF_H
#define SHEET_SNIFF_H

#include "sheet/row_source.h"

/* The form of what begins so. Pure. */
enum row_form sniff_form(struct bytes head);

/* What it is instead of a file of leftovers, as half a sentence that says what to do; NULL: nothing
 * that is known. `fd` is a file to look further into, or -1. */
const char *sniff_other(struct bytes head, int fd);

#endif
