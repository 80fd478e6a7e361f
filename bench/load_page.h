/* A page of stocks, printed line by line for the oracle: SKU, count that is available, moment in
 * milliseconds. It knows the page's members by their names and their order. */

#ifndef BENCH_LOAD_PAGE_H
#define BENCH_LOAD_PAGE_H

#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "load_answer.h"

enum { SECONDS_BYTES = 19 /* 2026-11-23T10:00:00 */ };

struct page_cursor {
    const char *at;
    const char *end;
};

/* Goes behind the next `name`; false when there is none. */
static inline bool page_seek(struct page_cursor *cursor, const char *name)
{
    const size_t bytes = strlen(name);
    const char *found = memmem(cursor->at, (size_t)(cursor->end - cursor->at), name, bytes);
    if (found == NULL)
        return false;
    cursor->at = found + bytes;
    return true;
}

/* Reads a moment in UTC; most of a page's share their second with the one before. */
static inline int64_t moment_read(const char *text)
{
    static _Thread_local char known[SECONDS_BYTES];
    static _Thread_local int64_t known_ms;
    if (memcmp(text, known, SECONDS_BYTES) != 0) {
        struct tm tm = {0};
        const char *end = strptime(text, "%Y-%m-%dT%H:%M:%S", &tm);
        if (end != text + SECONDS_BYTES)
            die("a page has a moment of another form", "");
        memcpy(known, text, SECONDS_BYTES);
        known_ms = (int64_t)timegm(&tm) * 1000;
    }
    const char *rest = text + SECONDS_BYTES;
    int64_t ms = 0;
    if (*rest == '.') {
        int64_t unit_ms = 100;
        for (rest++; *rest >= '0' && *rest <= '9'; rest++) {
            ms += (*rest - '0') * unit_ms;
            unit_ms /= 10;
        }
    }
    if (*rest != 'Z')
        die("a page has a moment that is not in UTC", "");
    return known_ms + ms;
}

static inline void answer_print_page(const struct answer *answer)
{
    const char *body = answer->data + answer->head_bytes;
    struct page_cursor cursor = {body, body + answer->body_bytes};
    while (page_seek(&cursor, "\"offerId\":\"")) {
        const char *sku = cursor.at;
        if (!page_seek(&cursor, "\""))
            die("a page ends within a SKU", "");
        const int sku_bytes = (int)(cursor.at - 1 - sku);
        if (!page_seek(&cursor, "\"AVAILABLE\",\"count\":"))
            die("an offer lacks its count", "");
        const long long count = strtoll(cursor.at, NULL, 10);
        if (!page_seek(&cursor, "\"updatedAt\":\""))
            die("an offer lacks its moment", "");
        printf("%.*s %lld %" PRId64 "\n", sku_bytes, sku, count, moment_read(cursor.at));
    }
}

#endif
