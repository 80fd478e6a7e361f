/* Origins, as browsers say them of the page that asks (RFC 6454 §7): `http://127.0.0.1:8081`. Both
 * APIs know where the cabinet is opened: one takes no change from elsewhere, and the other one may
 * be called from there. */
#ifndef CALL_ORIGINS_H
#define CALL_ORIGINS_H

#include "base/bytes.h"

/* Whether a list, with commas between and perhaps behind, names the origin. NULL: it is empty. */
bool origins_have(const char *origins, struct bytes origin);

/* Whether a page of this origin came from the listener that a request's Host names, which is one
 * with TLS or without. */
bool origin_is_of_host(struct bytes origin, bool is_tls, struct bytes host);

#endif
