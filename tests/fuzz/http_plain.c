/* Lines are cut off one by one; each has to end in CR LF and to hold neither of them. */
#include "http_plain.h"

enum { LENGTH_DIGITS_MAX = 15, CHUNK_DIGITS_MAX = 8 };

static bool is_one_of(uint8_t letter, const char *letters)
{
    return letter != '\0' && strchr(letters, letter) != NULL;
}

static bool is_digit(uint8_t letter)
{
    return letter >= '0' && letter <= '9';
}

static bool is_letter(uint8_t letter)
{
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z');
}

/* RFC 9110 §5.6.2. */
static bool is_token(struct bytes text)
{
    for (size_t i = 0; i < text.size; i++) {
        const uint8_t letter = text.data[i];
        if (!is_digit(letter) && !is_letter(letter) && !is_one_of(letter, "!#$%&'*+-.^_`|~"))
            return false;
    }
    return text.size > 0;
}

/* RFC 9110 §5.5: no control characters but TAB. */
static bool is_value(struct bytes text)
{
    for (size_t i = 0; i < text.size; i++) {
        if ((text.data[i] < ' ' && text.data[i] != '\t') || text.data[i] == 0x7F)
            return false;
    }
    return true;
}

/* Takes a line without its CR LF. */
static enum http_plain_verdict take_line(struct bytes *stream, struct bytes *line)
{
    for (size_t i = 0; i < stream->size; i++) {
        if (stream->data[i] == '\n' || stream->data[i] == '\0')
            return HTTP_PLAIN_BAD;
        if (stream->data[i] != '\r')
            continue;
        if (i + 1 == stream->size)
            return HTTP_PLAIN_CUT;
        if (stream->data[i + 1] != '\n')
            return HTTP_PLAIN_BAD;
        *line = (struct bytes){stream->data, i};
        *stream = (struct bytes){stream->data + i + 2, stream->size - i - 2};
        return HTTP_PLAIN_WHOLE;
    }
    return HTTP_PLAIN_CUT;
}

/* METHOD SP target SP HTTP/1.1 (RFC 9112 §3); HTTP/1.0 has the same form. Letters beyond ASCII in a
 * target are no URI, but nobody takes them for its end. */
static bool read_request_line(struct bytes line, struct http_plain *request)
{
    struct bytes version = bytes_split(line, ' ', &request->method);
    version = bytes_split(version, ' ', &request->target);
    for (size_t i = 0; i < request->target.size; i++) {
        if (request->target.data[i] <= ' ' || request->target.data[i] == 0x7F)
            return false;
    }
    return is_token(request->method) && request->target.size > 0 &&
           (bytes_equal(version, BYTES("HTTP/1.1")) || bytes_equal(version, BYTES("HTTP/1.0")));
}

static struct bytes without_blanks(struct bytes text)
{
    while (text.size > 0 && is_one_of(text.data[0], " \t"))
        text = (struct bytes){text.data + 1, text.size - 1};
    while (text.size > 0 && is_one_of(text.data[text.size - 1], " \t"))
        text.size--;
    return text;
}

uint32_t http_plain_field(const struct http_plain *request, const char *name, struct bytes *value)
{
    uint32_t count = 0;
    struct bytes rest = request->fields;
    struct bytes line;
    while (take_line(&rest, &line) == HTTP_PLAIN_WHOLE) {
        struct bytes found;
        const struct bytes text = bytes_split(line, ':', &found);
        if (bytes_equal_ignoring_case(found, bytes_from_text(name)) && count++ == 0)
            *value = without_blanks(text);
    }
    return count;
}

/* Lines `name: value` up to an empty one. */
static enum http_plain_verdict read_fields(struct bytes *stream, struct bytes *fields)
{
    const struct bytes begin = *stream;
    for (;;) {
        const size_t fields_bytes = begin.size - stream->size;
        struct bytes line;
        struct bytes name;
        const enum http_plain_verdict verdict = take_line(stream, &line);
        if (verdict != HTTP_PLAIN_WHOLE)
            return verdict;
        *fields = (struct bytes){begin.data, fields_bytes};
        if (line.size == 0)
            return HTTP_PLAIN_WHOLE;
        const struct bytes value = bytes_split(line, ':', &name);
        if (name.size == line.size || !is_token(name) || !is_value(value))
            return HTTP_PLAIN_BAD;
    }
}

/* A number of digits alone. False: it is none, or larger than anybody needs here. */
static bool read_length(struct bytes text, uint64_t *length)
{
    *length = 0;
    for (size_t i = 0; i < text.size; i++) {
        if (!is_digit(text.data[i]))
            return false;
        *length = *length * 10 + (text.data[i] - '0');
    }
    return text.size > 0 && text.size <= LENGTH_DIGITS_MAX;
}

/* Hexadecimal digits, and perhaps an extension behind them. */
static bool read_chunk_size(struct bytes line, uint64_t *size)
{
    static const char digits[] = "0123456789abcdef";
    struct bytes number;
    (void)bytes_split(line, ';', &number);
    *size = 0;
    for (size_t i = 0; i < number.size; i++) {
        const uint8_t letter = number.data[i];
        const uint8_t lower = letter >= 'A' && letter <= 'Z' ? letter | 0x20 : letter;
        const char *found = lower == '\0' ? NULL : strchr(digits, lower);
        if (found == NULL)
            return false;
        *size = *size * 16 + (uint64_t)(found - digits);
    }
    return number.size > 0 && number.size <= CHUNK_DIGITS_MAX && is_value(line);
}

static enum http_plain_verdict read_chunks(struct bytes *stream, struct buffer *body)
{
    for (;;) {
        struct bytes line;
        uint64_t size = 0;
        enum http_plain_verdict verdict = take_line(stream, &line);
        if (verdict != HTTP_PLAIN_WHOLE)
            return verdict;
        if (!read_chunk_size(line, &size))
            return HTTP_PLAIN_BAD;
        if (size == 0) {
            struct bytes trailers;
            return read_fields(stream, &trailers);
        }
        if (size > stream->size)
            return HTTP_PLAIN_CUT;
        buffer_append(body, (struct bytes){stream->data, (size_t)size});
        *stream = (struct bytes){stream->data + size, stream->size - (size_t)size};
        verdict = take_line(stream, &line);
        if (verdict != HTTP_PLAIN_WHOLE || line.size > 0)
            return verdict == HTTP_PLAIN_WHOLE ? HTTP_PLAIN_BAD : verdict;
    }
}

static enum http_plain_verdict read_body(struct bytes *stream, struct http_plain *request)
{
    struct bytes text = {NULL, 0};
    uint64_t length = 0;
    const uint32_t lengths_count = http_plain_field(request, "Content-Length", &text);
    if (lengths_count > 1 || (lengths_count == 1 && !read_length(text, &length)))
        return HTTP_PLAIN_BAD;
    const uint32_t codings_count = http_plain_field(request, "Transfer-Encoding", &text);
    if (codings_count > 0) {
        request->chunked = true;
        if (codings_count > 1 || lengths_count > 0 ||
            !bytes_equal_ignoring_case(text, BYTES("chunked")))
            return HTTP_PLAIN_BAD;
        return read_chunks(stream, &request->body);
    }
    if (length > stream->size)
        return HTTP_PLAIN_CUT;
    buffer_append(&request->body, (struct bytes){stream->data, (size_t)length});
    *stream = (struct bytes){stream->data + length, stream->size - (size_t)length};
    return HTTP_PLAIN_WHOLE;
}

enum http_plain_verdict http_plain_read(struct bytes stream, struct http_plain *request)
{
    *request = (struct http_plain){.chunked = false};
    buffer_init(&request->body);
    struct bytes rest = stream;
    struct bytes line;
    /* Empty lines before a request are passed over (RFC 9112 §2.2), also those that a bare LF ends:
     * the library does so before anybody sees them, and no byte of a request is among them. */
    while (rest.size > 0 && is_one_of(rest.data[0], "\r\n"))
        rest = (struct bytes){rest.data + 1, rest.size - 1};
    enum http_plain_verdict verdict = take_line(&rest, &line);
    if (verdict != HTTP_PLAIN_WHOLE)
        return verdict;
    if (!read_request_line(line, request))
        return HTTP_PLAIN_BAD;
    verdict = read_fields(&rest, &request->fields);
    if (verdict == HTTP_PLAIN_WHOLE)
        verdict = read_body(&rest, request);
    request->size = stream.size - rest.size;
    return verdict;
}

void http_plain_deinit(struct http_plain *request)
{
    buffer_deinit(&request->body);
}
