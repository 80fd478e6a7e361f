/* Where the public API is, as a browser that has this listener's page open would call it. */
#ifndef OPERATOR_PUBLIC_URL_H
#define OPERATOR_PUBLIC_URL_H

#include "base/buffer.h"

/* Appends the URL. A `*` in it, for a listener on all addresses, is replaced by the name that
 * `host`, a header that was found to be ours, calls this machine by. */
void public_url_append(struct buffer *text, const char *url, struct bytes host);

#endif
