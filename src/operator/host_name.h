/* By which names a request may call the operator's listener. A web page can make a name of its own
 * point at 127.0.0.1 and so let a browser read our pages for it (DNS rebinding); the browser then
 * sends that name in Host. Addresses in numbers and localhost cannot be made to point elsewhere. */
#ifndef OPERATOR_HOST_NAME_H
#define OPERATOR_HOST_NAME_H

#include "base/bytes.h"

/* `host` is the header, with or without a port. `names` has what else is allowed, with commas
 * between, or is NULL. */
bool host_name_is_ours(struct bytes host, const char *names);

/* The header without its port. */
struct bytes host_name_of(struct bytes host);

#endif
