/* No name is resolved: numbers are told from names by their letters. */
#include "operator/host_name.h"

/* A name whose last part is all digits is none (RFC 1123 §2.1), so digits and dots are an address.
 */
static bool is_ipv4(struct bytes host)
{
    for (size_t i = 0; i < host.size; i++) {
        if (host.data[i] != '.' && (host.data[i] < '0' || host.data[i] > '9'))
            return false;
    }
    return host.size > 0;
}

/* In brackets, which no name has. What stands behind them is a port or nothing. */
static bool is_ipv6(struct bytes host)
{
    return host.size > 2 && host.data[0] == '[' && host.data[host.size - 1] == ']';
}

static struct bytes without_port(struct bytes host)
{
    for (size_t i = host.size; i > 0; i--) {
        const uint8_t letter = host.data[i - 1];
        if (letter == ':')
            return (struct bytes){host.data, i - 1};
        if (letter < '0' || letter > '9')
            break;
    }
    return host;
}

struct bytes host_name_of(struct bytes host)
{
    return without_port(bytes_trim(host));
}

bool host_name_is_ours(struct bytes host, const char *names)
{
    const struct bytes name = host_name_of(host);
    if (is_ipv4(name) || is_ipv6(name) || bytes_equal_ignoring_case(name, BYTES("localhost")))
        return true;
    struct bytes rest = bytes_from_text(names);
    while (rest.size > 0) {
        struct bytes known;
        rest = bytes_split(rest, ',', &known);
        known = bytes_trim(known);
        if (known.size > 0 && bytes_equal_ignoring_case(name, known))
            return true;
    }
    return false;
}
