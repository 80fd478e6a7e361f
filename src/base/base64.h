/* base64url without padding (RFC 4648 §5), for page tokens. */
#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include "base/buffer.h"

void base64url_encode(struct buffer *buffer, struct bytes bytes);

/* Appends what `text` stands for. Trailing `=` are accepted, nothing else beside the alphabet is.
 * False when it is not base64url; the buffer is to be thrown away then. */
MUST_USE bool base64url_decode(struct buffer *buffer, struct bytes text);

#endif
