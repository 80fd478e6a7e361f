/* Browsers write scheme and host in small letters; whoever writes otherwise is compared so, too. */
#include "call/origins.h"

bool origins_have(const char *origins, struct bytes origin)
{
    struct bytes rest = bytes_from_text(origins);
    while (rest.size > 0) {
        struct bytes known;
        rest = bytes_split(rest, ',', &known);
        known = bytes_trim(known);
        if (known.size > 0 && bytes_equal_ignoring_case(known, origin))
            return true;
    }
    return false;
}

bool origin_is_of_host(struct bytes origin, bool is_tls, struct bytes host)
{
    const struct bytes scheme = is_tls ? BYTES("https://") : BYTES("http://");
    if (!bytes_starts_with(origin, scheme) || bytes_trim(host).size == 0)
        return false;
    const struct bytes rest = {origin.data + scheme.size, origin.size - scheme.size};
    return bytes_equal_ignoring_case(rest, bytes_trim(host));
}
