/* The header Cookie (RFC 6265 §5.4): NAME=VALUE with a semicolon and a blank between. */
#ifndef OPERATOR_COOKIE_H
#define OPERATOR_COOKIE_H

#include "base/bytes.h"

/* Gives the value of the next cookie of that name and moves *header behind it. Browsers send
 * several of one name where paths differ. False: there is none left. Lends from the header. */
MUST_USE bool cookie_next(struct bytes *header, struct bytes name, struct bytes *value);

#endif
