/* The library hands out pointers into the bytes that came in, with NULs where separators were: one
 * for a blank or a colon, two for CR LF. So the head is walked once more along these pointers, and
 * has to be covered by them without a gap: METHOD.target.version..name.value..name.value.... with
 * a NUL for each dot. A bare LF leaves one NUL where two belong, a NUL that was sent one too many,
 * a folded line a value that stands elsewhere. */
#include "server/head.h"

#include <microhttpd.h>

static const struct {
    const char *name;
    enum http_header header;
} read_headers[] = {
    {"Accept-Encoding", HTTP_ACCEPT_ENCODING},
    {"Access-Control-Request-Method", HTTP_ASKED_METHOD},
    {"Api-Key", HTTP_API_KEY},
    {"Authorization", HTTP_AUTHORIZATION},
    {"X-Business-Id", HTTP_BUSINESS_ID},
    {"Content-Length", HTTP_CONTENT_LENGTH},
    {"Content-Type", HTTP_CONTENT_TYPE},
    {"Cookie", HTTP_COOKIE},
    {"Expect", HTTP_EXPECT},
    {"Host", HTTP_HOST},
    {"If-None-Match", HTTP_IF_NONE_MATCH},
    {"Origin", HTTP_ORIGIN},
    {"Sec-Fetch-Site", HTTP_FETCH_SITE},
    {"Transfer-Encoding", HTTP_TRANSFER_ENCODING},
    {"User-Agent", HTTP_USER_AGENT},
    {"X-Market-Integration", HTTP_MARKET_INTEGRATION},
    {"X-Stockd-Cabinet", HTTP_CABINET},
};

enum { VERSION_BYTES = 8, LINE_END_NULS = 2 };

/* `at` has come so far, to the next byte that nobody has accounted for. */
struct walk {
    struct http_exchange *exchange;
    const char *at;
    const char *end;
    bool broken;
};

/* What a name consists of (RFC 9110 §5.6.2). */
static bool is_token(const char *text, size_t size)
{
    static const char marks[] = "!#$%&'*+-.^_`|~";
    for (size_t i = 0; i < size; i++) {
        const char letter = text[i];
        const bool fine = (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
                          (letter >= '0' && letter <= '9') ||
                          (letter != '\0' && strchr(marks, letter) != NULL);
        if (!fine)
            return false;
    }
    return size > 0;
}

/* No control character but TAB. */
static bool is_field_value(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        const uint8_t letter = (uint8_t)text[i];
        if ((letter < ' ' && letter != '\t') || letter == 0x7F)
            return false;
    }
    return true;
}

static void skip_nuls(struct walk *walk, size_t count)
{
    for (size_t i = 0; i < count && !walk->broken; i++) {
        if (walk->at < walk->end && *walk->at == '\0')
            walk->at++;
        else
            walk->broken = true;
    }
}

/* `text` has to be what comes next, with so many NULs behind it. */
static void take(struct walk *walk, const char *text, size_t size, size_t nuls_count)
{
    if (walk->broken || text != walk->at || size > (size_t)(walk->end - walk->at)) {
        walk->broken = true;
        return;
    }
    walk->at += size;
    skip_nuls(walk, nuls_count);
}

static void skip_blanks(struct walk *walk)
{
    while (!walk->broken && walk->at < walk->end && (*walk->at == ' ' || *walk->at == '\t'))
        walk->at++;
}

static enum MHD_Result take_header(void *context, enum MHD_ValueKind kind, const char *name,
                                   size_t name_bytes, const char *value, size_t value_bytes)
{
    (void)kind;
    struct walk *walk = context;
    struct http_exchange *exchange = walk->exchange;
    take(walk, name, name_bytes, 1);
    skip_blanks(walk);
    take(walk, value, value_bytes, LINE_END_NULS);
    if (walk->broken || !is_token(name, name_bytes) || !is_field_value(value, value_bytes)) {
        walk->broken = true;
        return MHD_NO;
    }
    const struct bytes found = {(const uint8_t *)name, name_bytes};
    for (size_t i = 0; i < sizeof(read_headers) / sizeof(read_headers[0]); i++) {
        struct http_header_value *header = &exchange->headers[read_headers[i].header];
        if (!bytes_equal_ignoring_case(found, bytes_from_text(read_headers[i].name)))
            continue;
        if (header->count++ == 0)
            header->text = (struct bytes){(const uint8_t *)value, value_bytes};
    }
    return MHD_YES;
}

static enum MHD_Result take_parameter(void *context, enum MHD_ValueKind kind, const char *name,
                                      size_t name_bytes, const char *value, size_t value_bytes)
{
    (void)kind;
    struct http_exchange *exchange = context;
    if (exchange->parameters_count++ < HTTP_PARAMETERS_MAX) {
        exchange->parameters[exchange->parameters_count - 1] =
            (struct http_parameter){{(const uint8_t *)name, name_bytes},
                                    {(const uint8_t *)value, value == NULL ? 0 : value_bytes}};
    }
    return MHD_YES;
}

int head_hex_value(char letter)
{
    if (letter >= '0' && letter <= '9')
        return letter - '0';
    if (letter >= 'a' && letter <= 'f')
        return letter - 'a' + 10;
    return letter >= 'A' && letter <= 'F' ? letter - 'A' + 10 : -1;
}

/* An escaped slash would become a part of the path, and an escaped NUL its end. */
static bool path_is_plain(const char *path)
{
    for (; *path != '\0' && *path != '?'; path++) {
        if (*path != '%')
            continue;
        const int high = head_hex_value(path[1]);
        const int low = high < 0 ? -1 : head_hex_value(path[2]);
        const int letter = low < 0 ? '\0' : high * 16 + low;
        if (letter == '\0' || letter == '/')
            return false;
    }
    return true;
}

/* Begins with a slash: no `http://somebody-else/`, no `*`, no `host:port` of a CONNECT. */
static bool target_is_path(struct bytes target)
{
    for (size_t i = 0; i < target.size; i++) {
        if (target.data[i] <= ' ' || target.data[i] == 0x7F)
            return false;
    }
    return target.size > 0 && target.data[0] == '/';
}

void head_note_target(struct peer *peer, const char *uri)
{
    peer->target = bytes_from_text(uri);
    peer->target_problem = NULL;
    if (!target_is_path(peer->target))
        peer->target_problem = "The request target has to be a path";
    else if (!path_is_plain(uri))
        peer->target_problem = "The path has a broken escape, or an escaped slash or NUL";
}

static bool read_lines(struct request *request, const struct peer *peer,
                       const struct head_line *line)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(request->connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    if (info == NULL)
        return false;
    struct walk walk = {.exchange = &request->exchange,
                        .at = line->method,
                        .end = line->method + info->header_size};
    const size_t method_bytes = strlen(line->method);
    take(&walk, line->method, method_bytes, 1);
    take(&walk, (const char *)peer->target.data, peer->target.size, 1);
    take(&walk, line->version, VERSION_BYTES, LINE_END_NULS);
    (void)MHD_get_connection_values_n(request->connection, MHD_HEADER_KIND, take_header, &walk);
    skip_nuls(&walk, LINE_END_NULS);
    return !walk.broken && walk.at == walk.end && is_token(line->method, method_bytes);
}

/* Letters, digits, and what stands in names, numbers and ports (RFC 3986 §3.2). */
static bool is_host(struct bytes host)
{
    static const char marks[] = "-._~!$&'()*+,;=:[]%";
    for (size_t i = 0; i < host.size; i++) {
        const uint8_t letter = host.data[i];
        const bool fine = (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
                          (letter >= '0' && letter <= '9') || strchr(marks, letter) != NULL;
        if (!fine)
            return false;
    }
    return host.size > 0;
}

static bool host_is_told(const struct http_exchange *exchange, bool old)
{
    const struct http_header_value *host = &exchange->headers[HTTP_HOST];
    if (host->count == 0)
        return old;
    return host->count == 1 && is_host(bytes_trim(host->text));
}

/* Where the body ends: two measures of it are one too many, as whoever reads the other one sees
 * another request behind it (RFC 9112 §6.3). The library takes only the bare word for chunks. */
static const char *framing_problem(const struct http_exchange *exchange, bool old)
{
    const uint32_t lengths_count = exchange->headers[HTTP_CONTENT_LENGTH].count;
    const struct http_header_value *coding = &exchange->headers[HTTP_TRANSFER_ENCODING];
    if (lengths_count > 1 || (lengths_count == 1 && coding->count > 0))
        return "More than one Content-Length, or one together with Transfer-Encoding";
    if (coding->count > 1 ||
        (coding->count == 1 && !bytes_equal_ignoring_case(coding->text, BYTES("chunked"))))
        return "The only supported Transfer-Encoding is chunked";
    if (coding->count > 0 && old)
        return "HTTP/1.0 has no Transfer-Encoding";
    return NULL;
}

const char *head_read(struct request *request, const struct peer *peer,
                      const struct head_line *line)
{
    struct http_exchange *exchange = &request->exchange;
    const bool old = strcmp(line->version, MHD_HTTP_VERSION_1_0) == 0;
    exchange->method = bytes_from_text(line->method);
    exchange->path = bytes_from_text(line->url);
    if (!read_lines(request, peer, line))
        return "Malformed request head";
    if (peer->target_problem != NULL)
        return peer->target_problem;
    if (!host_is_told(exchange, old))
        return "There has to be one Host header, and a host in it";
    (void)MHD_get_connection_values_n(request->connection, MHD_GET_ARGUMENT_KIND, take_parameter,
                                      exchange);
    const struct http_header_value *length = &exchange->headers[HTTP_CONTENT_LENGTH];
    if (length->count > 0 && !bytes_to_int64(length->text, &exchange->content_length))
        exchange->content_length = INT64_MAX; /* More than we can count is too much in any case. */
    if (exchange->parameters_count > HTTP_PARAMETERS_MAX)
        return "Too many query parameters";
    return framing_problem(exchange, old);
}
