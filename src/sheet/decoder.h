/* Text of a CSV becomes UTF-8 while it is read. UTF-16 is known by its byte-order mark, or by zeros
 * in its first two characters; windows-1251 is what bytes are where the first that are not ASCII
 * are not UTF-8. Pure but for what it remembers. */
#ifndef SHEET_DECODER_H
#define SHEET_DECODER_H

#include "base/buffer.h"
#include "sheet/row_source.h"

enum decoder_state {
    DECODER_START,
    DECODER_ASCII, /* Nothing else came: it may be UTF-8 or windows-1251. */
    DECODER_UTF8,
    DECODER_1251,
    DECODER_UTF16_LITTLE,
    DECODER_UTF16_BIG,
};

struct decoder {
    enum row_encoding wanted;
    enum decoder_state state;
    uint8_t kept[4]; /* Of a character whose rest has not come. */
    size_t kept_bytes;
    uint32_t high; /* The first half of a pair of UTF-16; 0: none. */
};

void decoder_init(struct decoder *decoder, enum row_encoding wanted);

/* Appends what `bytes` say as UTF-8; at the `is_last` ones also what was kept. Bytes that stand for
 * nothing become U+FFFD; those of UTF-8 stay as they are. A byte-order mark is left out. */
void decoder_feed(struct decoder *decoder, struct bytes bytes, bool is_last, struct buffer *text);

/* ` in windows-1251`, ` in UTF-16`; nothing of UTF-8. */
const char *decoder_says(const struct decoder *decoder);

#endif
