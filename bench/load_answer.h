/* One HTTP answer as the load generator reads it: status, length, whether the connection ends, and
 * for a page of stocks its number of offers and the token of the next page. Answers must carry
 * Content-Length; one that does not, or that is too large, ends the program. */

#ifndef BENCH_LOAD_ANSWER_H
#define BENCH_LOAD_ANSWER_H

#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "load_options.h"

enum {
    ANSWER_BYTES_FIRST = 65536,
    ANSWER_BYTES_MAX = 8388608,
    PAGE_TOKEN_BYTES_MAX = 1024, /* In a URL, its zero included. */
};

/* Invariants: 1. used_bytes <= capacity_bytes.  2. head_bytes is 0 until the head is whole. */
struct answer {
    char *data;
    size_t used_bytes;
    size_t capacity_bytes;
    size_t head_bytes;
    size_t body_bytes; /* As Content-Length says. */
    int status;
    bool closes;
};

static inline void answer_init(struct answer *answer)
{
    memset(answer, 0, sizeof *answer);
    answer->capacity_bytes = ANSWER_BYTES_FIRST;
    answer->data = malloc(ANSWER_BYTES_FIRST);
    if (answer->data == NULL)
        die("no memory for an answer", "");
}

static inline void answer_deinit(struct answer *answer)
{
    free(answer->data);
}

static inline void answer_reset(struct answer *answer)
{
    answer->used_bytes = 0;
    answer->head_bytes = 0;
    answer->body_bytes = 0;
    answer->status = 0;
    answer->closes = false;
}

/* Makes room for at least one more byte. */
static inline void answer_reserve(struct answer *answer)
{
    if (answer->used_bytes < answer->capacity_bytes)
        return;
    answer->capacity_bytes *= 2;
    if (answer->capacity_bytes > ANSWER_BYTES_MAX)
        die("an answer is too large", "");
    answer->data = realloc(answer->data, answer->capacity_bytes);
    if (answer->data == NULL)
        die("no memory for an answer", "");
}

/* Reads one header line; only those that begin with a C are looked at. */
static inline bool answer_take_header(struct answer *answer, const char *line)
{
    static const char length_name[] = "Content-Length:";
    static const char connection_name[] = "Connection:";
    if ((line[0] | 0x20) != 'c')
        return false;
    if (strncasecmp(line, length_name, sizeof length_name - 1) == 0) {
        answer->body_bytes = (size_t)strtoull(line + sizeof length_name - 1, NULL, 10);
        return true;
    }
    if (strncasecmp(line, connection_name, sizeof connection_name - 1) == 0) {
        const char *value = line + sizeof connection_name - 1;
        value += strspn(value, " \t");
        answer->closes = strncasecmp(value, "close", 5) == 0;
    }
    return false;
}

/* Reads the head if it is there in whole. Its last byte is made a zero, so it reads as a string. */
static inline void answer_take_head(struct answer *answer)
{
    const char *end = memmem(answer->data, answer->used_bytes, "\r\n\r\n", 4);
    if (end == NULL)
        return;
    answer->head_bytes = (size_t)(end - answer->data) + 4;
    answer->data[answer->head_bytes - 1] = '\0';
    if (answer->head_bytes < 16 || strncmp(answer->data, "HTTP/1.1 ", 9) != 0)
        die("the answer is not HTTP/1.1", "");
    answer->status = (int)strtol(answer->data + 9, NULL, 10);
    bool has_length = false;
    for (const char *line = strchr(answer->data, '\n'); line != NULL; line = strchr(line, '\n')) {
        line++;
        has_length |= answer_take_header(answer, line);
    }
    if (!has_length || answer->body_bytes > ANSWER_BYTES_MAX)
        die("an answer has no usable Content-Length", answer->data);
}

/* True once all bytes are here; more bytes than Content-Length says end the program. */
static inline bool answer_is_whole(struct answer *answer)
{
    if (answer->head_bytes == 0)
        answer_take_head(answer);
    if (answer->head_bytes == 0)
        return false;
    const size_t whole_bytes = answer->head_bytes + answer->body_bytes;
    if (answer->used_bytes > whole_bytes)
        die("an answer is longer than its Content-Length", "");
    return answer->used_bytes == whole_bytes;
}

/* The status member is the first, or the last, or somewhere in a short answer. */
static inline bool answer_is_ok(const struct answer *answer)
{
    static const char ok[] = "\"status\":\"OK\"";
    enum { LOOKED_AT = 64 };
    const char *body = answer->data + answer->head_bytes;
    const size_t looked_at = answer->body_bytes < LOOKED_AT ? answer->body_bytes : LOOKED_AT;
    return memmem(body, looked_at, ok, sizeof ok - 1) != NULL ||
           memmem(body + answer->body_bytes - looked_at, looked_at, ok, sizeof ok - 1) != NULL;
}

static inline int64_t text_count(const char *text, size_t bytes, const char *what)
{
    const size_t what_bytes = strlen(what);
    const char *end = text + bytes;
    int64_t count = 0;
    for (;;) {
        text = memmem(text, (size_t)(end - text), what, what_bytes);
        if (text == NULL)
            return count;
        text += what_bytes;
        count++;
    }
}

/* Copies the token up to its closing quote, escaped for a URL. */
static inline void page_token_copy(const char *text, const char *end, char *page_token)
{
    char *out = page_token;
    for (; text < end && *text != '"'; text++) {
        if (out + 4 > page_token + PAGE_TOKEN_BYTES_MAX)
            die("a page token is too long", "");
        const unsigned char byte = (unsigned char)*text;
        if (isalnum(byte) || byte == '-' || byte == '_' || byte == '.' || byte == '~')
            *out++ = (char)byte;
        else
            out += snprintf(out, 4, "%%%02X", byte);
    }
    *out = '\0';
}

/* Gives the page's number of offers, and the next page's token, empty after the last page. */
static inline int64_t answer_read_page(const struct answer *answer, char *page_token)
{
    static const char name[] = "\"nextPageToken\":\"";
    const char *body = answer->data + answer->head_bytes;
    const char *end = body + answer->body_bytes;
    const char *token = memmem(body, answer->body_bytes, name, sizeof name - 1);
    page_token[0] = '\0';
    if (token != NULL)
        page_token_copy(token + sizeof name - 1, end, page_token);
    return text_count(body, answer->body_bytes, "\"offerId\":");
}

#endif
