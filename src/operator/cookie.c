/* Whatever has no `=` is no cookie, and quotes around a value are part of it: ours has none. */
#include "operator/cookie.h"

bool cookie_next(struct bytes *header, struct bytes name, struct bytes *value)
{
    while (header->size > 0) {
        struct bytes pair;
        struct bytes found;
        *header = bytes_split(*header, ';', &pair);
        pair = bytes_trim(pair);
        *value = bytes_split(pair, '=', &found);
        if (found.size < pair.size && bytes_equal(found, name))
            return true;
    }
    return false;
}
