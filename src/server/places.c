/* A listener on all addresses has none that a browser could call: what stands for it is left to
 * whoever knows how the browser came here. */
#include "server/places.h"

#include <stdio.h>
#include <string.h>

enum { ORIGIN_BYTES_MAX = 512 };

bool places_url_is_valid(const char *url)
{
    static const char marks[] = "-._~:[]/";
    const struct bytes http = BYTES_INIT("http://");
    const struct bytes https = BYTES_INIT("https://");
    const struct bytes text = bytes_from_text(url);
    const size_t front = bytes_starts_with(text, https) ? https.size : http.size;
    if (!bytes_starts_with(text, http) && !bytes_starts_with(text, https))
        return false;
    for (size_t i = front; i < text.size; i++) {
        const uint8_t letter = text.data[i];
        const bool plain = (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
                           (letter >= '0' && letter <= '9') || strchr(marks, letter) != NULL;
        if (!plain)
            return false;
    }
    return text.size > front && text.data[front] != '/';
}

bool places_origins_are_valid(const char *origins)
{
    struct bytes rest = bytes_from_text(origins);
    bool valid = rest.size > 0;
    while (rest.size > 0) {
        struct bytes origin;
        char text[ORIGIN_BYTES_MAX];
        rest = bytes_split(rest, ',', &origin);
        origin = bytes_trim(origin);
        (void)snprintf(text, sizeof(text), "%.*s", BYTES_ARG(origin));
        const char *host = strstr(text, "//");
        valid &= origin.size < sizeof(text) && places_url_is_valid(text) &&
                 strchr(host + 2, '/') == NULL;
    }
    return valid;
}

/* `HOST:PORT` or `[HOST]:PORT`. */
static struct bytes host_of(struct bytes address, struct bytes *port)
{
    size_t end = address.size;
    while (end > 0 && address.data[end - 1] != ':')
        end--;
    ASSERT(end > 0);
    *port = (struct bytes){address.data + end, address.size - end};
    return (struct bytes){address.data, end - 1};
}

static bool is_everywhere(struct bytes host)
{
    return bytes_equal(host, BYTES("0.0.0.0")) || bytes_equal(host, BYTES("[::]"));
}

static void append_url(struct buffer *text, bool is_tls, struct bytes host, struct bytes port)
{
    buffer_append_text(text, is_tls ? "https://" : "http://");
    buffer_append(text, host);
    buffer_append_u8(text, ':');
    buffer_append(text, port);
}

static struct bytes without_slashes(struct bytes url)
{
    while (url.size > 0 && url.data[url.size - 1] == '/')
        url.size--;
    return url;
}

/* A browser leaves out the port that goes with the scheme. */
static void append_origin(struct buffer *text, bool is_tls, struct bytes host, struct bytes port)
{
    const bool is_usual = bytes_equal(port, is_tls ? BYTES("443") : BYTES("80"));
    if (is_usual) {
        buffer_append_text(text, is_tls ? "https://" : "http://");
        buffer_append(text, host);
    } else {
        append_url(text, is_tls, host, port);
    }
    buffer_append_u8(text, ',');
}

static void find_origins(struct buffer *text, const struct place_facts *facts)
{
    static const struct bytes loopback[] = {BYTES_INIT("localhost"), BYTES_INIT("127.0.0.1"),
                                            BYTES_INIT("[::1]")};
    const bool is_tls = facts->operator_is_tls;
    struct bytes port;
    const struct bytes host = host_of(bytes_from_text(facts->operator_address), &port);
    bool is_loopback = is_everywhere(host);
    for (size_t i = 0; i < sizeof(loopback) / sizeof(loopback[0]); i++)
        is_loopback |= bytes_equal(host, loopback[i]);
    for (size_t i = 0; is_loopback && i < sizeof(loopback) / sizeof(loopback[0]); i++)
        append_origin(text, is_tls, loopback[i], port);
    if (!is_loopback)
        append_origin(text, is_tls, host, port);
    struct bytes names = bytes_from_text(facts->operator_hosts);
    while (names.size > 0) {
        struct bytes name;
        names = bytes_split(names, ',', &name);
        if (bytes_trim(name).size > 0)
            append_origin(text, is_tls, bytes_trim(name), port);
    }
    buffer_append_text(text, facts->cabinet_origins == NULL ? "" : facts->cabinet_origins);
}

bool places_find(struct places *places, const struct place_facts *facts)
{
    struct bytes port;
    const struct bytes host = host_of(bytes_from_text(facts->public_address), &port);
    buffer_init(&places->origins);
    find_origins(&places->origins, facts);
    buffer_init(&places->public_url);
    if (facts->public_url != NULL)
        buffer_append(&places->public_url, without_slashes(bytes_from_text(facts->public_url)));
    else
        append_url(&places->public_url, facts->public_is_tls,
                   is_everywhere(host) ? BYTES("*") : host, port);
    return !places->public_url.failed && !places->origins.failed;
}

void places_deinit(struct places *places)
{
    buffer_deinit(&places->public_url);
    buffer_deinit(&places->origins);
}

const char *places_public_url(struct places *places)
{
    return buffer_text(&places->public_url);
}

const char *places_origins(struct places *places)
{
    return buffer_text(&places->origins);
}
