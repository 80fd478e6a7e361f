/* A text is searched for a token from a random place on; nothing has to be valid around it. */
#include "mutate.h"

#include <stdbool.h>
#include <string.h>

enum { INSERTED_BYTES_MAX = 4096 };

struct span {
    size_t start;
    size_t end;
};

/* A text that is being changed. */
struct draft {
    uint8_t *text;
    size_t size;
    size_t size_max;
    uint64_t random;
};

static uint64_t next_random(struct draft *draft)
{
    uint64_t word = draft->random += UINT64_C(0x9E3779B97F4A7C15); /* SplitMix64. */
    word = (word ^ (word >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    word = (word ^ (word >> 27)) * UINT64_C(0x94D049BB133111EB);
    return word ^ (word >> 31);
}

static size_t below(struct draft *draft, size_t bound)
{
    return bound == 0 ? 0 : (size_t)(next_random(draft) % bound);
}

/* Behind the string that starts here with its quote. */
static size_t string_end(const struct draft *draft, size_t at)
{
    for (at++; at < draft->size && draft->text[at] != '"'; at++)
        at += draft->text[at] == '\\';
    return at < draft->size ? at + 1 : draft->size;
}

/* Behind the bracket that closes the one here. */
static size_t container_end(const struct draft *draft, size_t at)
{
    size_t depth = 0;
    while (at < draft->size) {
        const uint8_t letter = draft->text[at];
        if (letter == '"') {
            at = string_end(draft, at);
            continue;
        }
        at++;
        depth += letter == '{' || letter == '[';
        if ((letter == '}' || letter == ']') && --depth == 0)
            break;
    }
    return at;
}

static bool is_in(uint8_t letter, const char *letters)
{
    return letter != '\0' && strchr(letters, letter) != NULL;
}

/* Behind the token that starts here; `at` itself: none does. */
static size_t token_end(const struct draft *draft, size_t at)
{
    const uint8_t letter = draft->text[at];
    const char *of = is_in(letter, "-0123456789") ? "+-.0123456789eE" : "aeflnrstu";
    if (letter == '"')
        return string_end(draft, at);
    if (letter == '{' || letter == '[')
        return container_end(draft, at);
    if (of[0] != '+' && !is_in(letter, "tfn"))
        return at;
    while (at < draft->size && is_in(draft->text[at], of))
        at++;
    return at;
}

/* The first token at or behind a random place. False: there is none. */
static bool some_token(struct draft *draft, struct span *span)
{
    for (size_t at = below(draft, draft->size); at < draft->size; at++) {
        const size_t end = token_end(draft, at);
        if (end == at)
            continue;
        *span = (struct span){at, end};
        return true;
    }
    return false;
}

/* A name of a member takes its value along. */
static struct span with_value(const struct draft *draft, struct span span)
{
    if (span.end + 1 >= draft->size || draft->text[span.end] != ':')
        return span;
    const size_t end = token_end(draft, span.end + 1);
    return (struct span){span.start, end > span.end + 1 ? end : span.end};
}

/* Puts `size` bytes in the place of a span. False: there is no room. */
static bool put(struct draft *draft, struct span span, const uint8_t *bytes, size_t size)
{
    const size_t removed = span.end - span.start;
    if (draft->size - removed + size > draft->size_max)
        return false;
    memmove(draft->text + span.start + size, draft->text + span.end, draft->size - span.end);
    if (size > 0)
        memcpy(draft->text + span.start, bytes, size);
    draft->size += size - removed;
    return true;
}

/* A copy of a span, as it is about to be moved. False: it is too long. */
static bool copy(const struct draft *draft, struct span span, uint8_t bytes[INSERTED_BYTES_MAX])
{
    if (span.end - span.start > INSERTED_BYTES_MAX)
        return false;
    memcpy(bytes, draft->text + span.start, span.end - span.start);
    return true;
}

/* A value in the place of another. */
static bool replace_by_other(struct draft *draft)
{
    uint8_t bytes[INSERTED_BYTES_MAX];
    struct span from;
    struct span to;
    return some_token(draft, &from) && some_token(draft, &to) && copy(draft, from, bytes) &&
           put(draft, to, bytes, from.end - from.start);
}

/* A value at an edge of what is valid, or past it. */
static bool replace_by_known(struct draft *draft)
{
    static const char *const known[] = {
        "null",
        "true",
        "false",
        "[]",
        "{}",
        "\"\"",
        "0",
        "-1",
        "1",
        "5.0",
        "5.5",
        "1e10",
        "2000000000",
        "2000000001",
        "9223372036854775807",
        "9223372036854775808",
        "18446744073709551616",
        "-9223372036854775809",
        "1e400",
        "\" A-1 \"",
        "\"\\u0000\"",
        "\"\\ud834\\udd1e\"",
        "\"2025-09-17T09:06:40Z\"",
        "\"2025-09-17T09:07:41Z\"",
        "\"2025-09-16T09:06:39Z\"",
        "\"9999-12-31T23:59:59.999Z\"",
        "[null]",
    };
    struct span span;
    const char *value = known[below(draft, sizeof(known) / sizeof(known[0]))];
    return some_token(draft, &span) && put(draft, span, (const uint8_t *)value, strlen(value));
}

/* A value or a member less, with a comma beside it. */
static bool remove_one(struct draft *draft)
{
    struct span span;
    if (!some_token(draft, &span))
        return false;
    span = with_value(draft, span);
    if (span.end < draft->size && draft->text[span.end] == ',')
        span.end++;
    else if (span.start > 0 && draft->text[span.start - 1] == ',')
        span.start--;
    return put(draft, span, NULL, 0);
}

/* A value or a member twice, or behind another one. */
static bool repeat_one(struct draft *draft)
{
    uint8_t bytes[INSERTED_BYTES_MAX];
    struct span from;
    struct span to;
    if (!some_token(draft, &from))
        return false;
    from = with_value(draft, from);
    to = from;
    if (below(draft, 2) == 0 && some_token(draft, &to))
        to = with_value(draft, to);
    const size_t size = from.end - from.start;
    if (size + 1 > INSERTED_BYTES_MAX || !copy(draft, from, bytes + 1))
        return false;
    bytes[0] = ',';
    return put(draft, (struct span){to.end, to.end}, bytes, size + 1);
}

/* The part around a random place, between two marks, with the mark behind it. */
static struct span some_part(struct draft *draft)
{
    static const char mark[] = "\n%%\n";
    const size_t mark_bytes = sizeof(mark) - 1;
    struct span span = {below(draft, draft->size), draft->size};
    while (span.start > 0 && (span.start < mark_bytes ||
                              memcmp(draft->text + span.start - mark_bytes, mark, mark_bytes) != 0))
        span.start--;
    const uint8_t *found =
        memmem(draft->text + span.start, draft->size - span.start, mark, mark_bytes);
    if (found != NULL)
        span.end = (size_t)(found - draft->text) + mark_bytes;
    return span;
}

/* A part less, or one once more in front of another. */
static bool change_parts(struct draft *draft)
{
    uint8_t bytes[INSERTED_BYTES_MAX];
    const struct span from = some_part(draft);
    const struct span to = some_part(draft);
    if (from.start == 0 && from.end == draft->size)
        return false;
    if (below(draft, 3) == 0)
        return put(draft, from, NULL, 0);
    return copy(draft, from, bytes) &&
           put(draft, (struct span){to.start, to.start}, bytes, from.end - from.start);
}

size_t mutate_text(uint8_t *text, size_t size, size_t size_max, uint64_t seed)
{
    static bool (*const changes[])(struct draft *) = {replace_by_other, replace_by_known,
                                                      remove_one, repeat_one, change_parts};
    struct draft draft = {text, size, size_max, seed};
    const size_t wanted = 1 + below(&draft, 3);
    size_t done = 0;
    for (size_t tries = 0; tries < 8 && done < wanted && draft.size > 0; tries++)
        done += changes[below(&draft, sizeof(changes) / sizeof(changes[0]))](&draft);
    return done > 0 ? draft.size : 0;
}
