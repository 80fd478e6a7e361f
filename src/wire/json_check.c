/* One pass over the bytes with a stack of one bit a level: object or array. It is as strict as
 * RFC 8259 and as deep as the fast parser, and costs one step a byte. */
#include "wire/json_check.h"

#include <string.h>

enum { DEPTH_MAX = 1024 }; /* As the fast parser has it. */

struct scanner {
    struct bytes text;
    size_t at;
    size_t depth;
    uint8_t in_object[DEPTH_MAX / 8 + 1]; /* One bit a level. */
    const char *problem;                  /* NULL while all is well. */
    bool truncated;
};

static void fail(struct scanner *scanner, const char *problem)
{
    if (scanner->problem != NULL)
        return;
    scanner->problem = problem;
    scanner->truncated = scanner->at >= scanner->text.size;
}

/* The byte here, or 0 at the end: no rule of the grammar lets a 0 through. */
static uint8_t peek(const struct scanner *scanner)
{
    return scanner->at < scanner->text.size ? scanner->text.data[scanner->at] : 0;
}

static inline void skip_space(struct scanner *scanner)
{
    if (peek(scanner) > ' ')
        return; /* Nearly always. */
    for (uint8_t byte = peek(scanner); byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
         byte = peek(scanner))
        scanner->at++;
}

static bool is_digit(uint8_t byte)
{
    return byte >= '0' && byte <= '9';
}

static bool is_hex(uint8_t byte)
{
    return is_digit(byte) || (byte >= 'a' && byte <= 'f') || (byte >= 'A' && byte <= 'F');
}

static uint32_t hex_value(uint8_t byte)
{
    return is_digit(byte) ? (uint32_t)byte - '0' : (uint32_t)(byte | 0x20) - 'a' + 10;
}

static inline void expect(struct scanner *scanner, uint8_t byte)
{
    if (scanner->problem != NULL)
        return;
    if (peek(scanner) == byte)
        scanner->at++;
    else
        fail(scanner, "unexpected character");
}

static void scan_literal(struct scanner *scanner, const char *literal)
{
    for (; *literal != '\0'; literal++)
        expect(scanner, (uint8_t)*literal);
}

static void scan_digits(struct scanner *scanner)
{
    if (!is_digit(peek(scanner)))
        fail(scanner, "malformed number");
    while (is_digit(peek(scanner)))
        scanner->at++;
}

static void scan_number(struct scanner *scanner)
{
    if (peek(scanner) == '-')
        scanner->at++;
    if (peek(scanner) == '0') {
        scanner->at++;
        if (is_digit(peek(scanner)))
            fail(scanner, "number with a leading zero");
    } else {
        scan_digits(scanner);
    }
    if (peek(scanner) == '.') {
        scanner->at++;
        scan_digits(scanner);
    }
    if (peek(scanner) == 'e' || peek(scanner) == 'E') {
        scanner->at++;
        if (peek(scanner) == '+' || peek(scanner) == '-')
            scanner->at++;
        scan_digits(scanner);
    }
}

/* Takes four hexadecimal digits and returns their number. */
static uint32_t scan_hex(struct scanner *scanner)
{
    uint32_t number = 0;
    for (int i = 0; i < 4 && scanner->problem == NULL; i++) {
        const uint8_t byte = peek(scanner);
        if (!is_hex(byte)) {
            fail(scanner, "malformed \\u escape");
            return 0;
        }
        number = number * 16 + hex_value(byte);
        scanner->at++;
    }
    return number;
}

static void scan_escape(struct scanner *scanner)
{
    scanner->at++; /* The backslash. */
    const uint8_t letter = peek(scanner);
    if (letter == '"' || letter == '\\' || letter == '/' || letter == 'b' || letter == 'f' ||
        letter == 'n' || letter == 'r' || letter == 't') {
        scanner->at++;
        return;
    }
    if (letter != 'u') {
        fail(scanner, "unknown escape");
        return;
    }
    const size_t start = scanner->at - 1;
    scanner->at++;
    const uint32_t unit = scan_hex(scanner);
    if (unit < 0xD800 || unit > 0xDFFF || scanner->problem != NULL)
        return;
    bool paired = unit < 0xDC00 && peek(scanner) == '\\';
    if (paired) {
        scanner->at++;
        expect(scanner, 'u');
        const uint32_t low = scan_hex(scanner);
        paired = low >= 0xDC00 && low <= 0xDFFF;
    }
    if (!paired && scanner->problem == NULL) {
        scanner->at = start;
        fail(scanner, "lone surrogate");
    }
}

static void scan_string(struct scanner *scanner)
{
    expect(scanner, '"');
    while (scanner->problem == NULL) {
        const struct bytes rest = {scanner->text.data + scanner->at,
                                   scanner->text.size - scanner->at};
        scanner->at += bytes_plain_prefix(rest);
        if (peek(scanner) == '"')
            break;
        if (peek(scanner) == '\\')
            scan_escape(scanner);
        else
            fail(scanner, "control character in a string");
    }
    expect(scanner, '"');
}

static void push(struct scanner *scanner, bool object)
{
    if (scanner->depth == DEPTH_MAX) {
        fail(scanner, "too deep");
        return;
    }
    const uint8_t bit = (uint8_t)(1U << (scanner->depth % 8));
    uint8_t *level = &scanner->in_object[scanner->depth / 8];
    *level = object ? *level | bit : *level & (uint8_t)~bit;
    scanner->depth++;
    scanner->at++;
}

static bool top_is_object(const struct scanner *scanner)
{
    const size_t level = scanner->depth - 1;
    return (scanner->in_object[level / 8] >> (level % 8) & 1) != 0;
}

static void scan_key(struct scanner *scanner)
{
    skip_space(scanner);
    scan_string(scanner);
    skip_space(scanner);
    expect(scanner, ':');
}

static void scan_scalar(struct scanner *scanner)
{
    switch (peek(scanner)) {
    case '"':
        scan_string(scanner);
        return;
    case 't':
        scan_literal(scanner, "true");
        return;
    case 'f':
        scan_literal(scanner, "false");
        return;
    case 'n':
        scan_literal(scanner, "null");
        return;
    default:
        if (peek(scanner) == '-' || is_digit(peek(scanner)))
            scan_number(scanner);
        else
            fail(scanner, "unexpected character");
    }
}

/* Takes the start of one value. True when a container was opened and its first value comes next. */
static bool scan_value(struct scanner *scanner)
{
    skip_space(scanner);
    const bool object = peek(scanner) == '{';
    if (!object && peek(scanner) != '[') {
        scan_scalar(scanner);
        return false;
    }
    push(scanner, object);
    skip_space(scanner);
    if (peek(scanner) == (object ? '}' : ']') || scanner->problem != NULL)
        return false; /* The caller's loop closes it. */
    if (object)
        scan_key(scanner);
    return true;
}

/* Closes what ends here. True when another value follows a comma. */
static bool scan_behind_value(struct scanner *scanner)
{
    while (scanner->depth > 0 && scanner->problem == NULL) {
        skip_space(scanner);
        const bool object = top_is_object(scanner);
        if (peek(scanner) == ',') {
            scanner->at++;
            if (object)
                scan_key(scanner);
            return true;
        }
        expect(scanner, object ? '}' : ']');
        scanner->depth--;
    }
    return false;
}

static void locate(const struct scanner *scanner, struct json_failure *failure)
{
    *failure = (struct json_failure){scanner->problem, scanner->at, 1, 1, peek(scanner)};
    const uint8_t *text = scanner->text.data;
    const uint8_t *newline = scanner->at == 0 ? NULL : memrchr(text, '\n', scanner->at);
    const size_t line_at = newline == NULL ? 0 : (size_t)(newline - text) + 1;
    failure->column += scanner->at - line_at;
    for (size_t i = 0; i < line_at; i++)
        failure->line += text[i] == '\n';
}

enum json_outcome json_check(struct bytes text, struct json_failure *failure)
{
    struct scanner scanner = {.text = text};
    skip_space(&scanner);
    const bool empty = scanner.at == text.size;
    bool more = true;
    while (more && scanner.problem == NULL)
        more = scan_value(&scanner) || scan_behind_value(&scanner);
    if (scanner.problem == NULL)
        skip_space(&scanner); /* Not after a failure: it stands where it is. */
    if (scanner.problem == NULL && scanner.at < text.size)
        fail(&scanner, "text behind the document");
    locate(&scanner, failure);
    if (scanner.problem == NULL)
        return JSON_OK;
    if (empty)
        return JSON_EMPTY;
    return scanner.truncated ? JSON_TRUNCATED : JSON_MALFORMED;
}
