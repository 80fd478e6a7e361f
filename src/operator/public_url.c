/* A listener on all addresses has no address of its own: the one that the browser used to reach the
 * other listener is the best guess there is. */
#include "operator/public_url.h"

#include "operator/host_name.h"

void public_url_append(struct buffer *text, const char *url, struct bytes host)
{
    struct bytes front;
    const struct bytes all = bytes_from_text(url);
    const struct bytes back = bytes_split(all, '*', &front);
    buffer_append(text, front);
    if (front.size == all.size)
        return;
    const struct bytes name = host_name_of(host);
    buffer_append(text, name.size > 0 ? name : BYTES("127.0.0.1"));
    buffer_append(text, back);
}
