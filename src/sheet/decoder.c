/* What is undecided stays so over all ASCII, which is the same in both: a name in the last row of a
 * file decides as well as one in the first. */
#include "sheet/decoder.h"

#include <string.h>

#include "sheet/encoding.h"
#include "sheet/letters.h"

enum {
    REPLACEMENT = 0xFFFD,
    SURROGATE_FIRST = 0xD800,
    SURROGATE_LOW = 0xDC00,
    SURROGATE_END = 0xE000
};

void decoder_init(struct decoder *decoder, enum row_encoding wanted)
{
    *decoder = (struct decoder){.wanted = wanted, .state = DECODER_START};
}

/* How many bytes of a character that begins with this one; 0: none does. */
static size_t utf8_size(uint8_t first)
{
    if (first < 0x80)
        return 1;
    if (first >= 0xC2 && first < 0xE0)
        return 2;
    if (first >= 0xE0 && first < 0xF0)
        return 3;
    return first >= 0xF0 && first < 0xF5 ? 4 : 0;
}

static void utf16_unit(struct decoder *decoder, uint32_t unit, struct buffer *text)
{
    const bool is_low = unit >= SURROGATE_LOW && unit < SURROGATE_END;
    if (decoder->high != 0 && is_low) {
        letter_append(text,
                      0x10000 + ((decoder->high - SURROGATE_FIRST) << 10) + unit - SURROGATE_LOW);
        decoder->high = 0;
        return;
    }
    if (decoder->high != 0)
        letter_append(text, REPLACEMENT);
    decoder->high = unit >= SURROGATE_FIRST && unit < SURROGATE_LOW ? unit : 0;
    if (decoder->high == 0)
        letter_append(text, is_low ? REPLACEMENT : unit);
}

static void feed_utf16(struct decoder *decoder, struct bytes bytes, bool is_last,
                       struct buffer *text)
{
    const bool big = decoder->state == DECODER_UTF16_BIG;
    for (size_t i = 0; i < bytes.size; i++) {
        decoder->kept[decoder->kept_bytes++] = bytes.data[i];
        if (decoder->kept_bytes < 2)
            continue;
        decoder->kept_bytes = 0;
        const uint32_t unit =
            (uint32_t)decoder->kept[big ? 0 : 1] << 8 | decoder->kept[big ? 1 : 0];
        utf16_unit(decoder, unit, text);
    }
    if (is_last && (decoder->kept_bytes > 0 || decoder->high != 0))
        letter_append(text, REPLACEMENT);
}

static void feed_1251(struct bytes bytes, struct buffer *text)
{
    for (size_t i = 0; i < bytes.size;) {
        size_t plain = i;
        while (plain < bytes.size && bytes.data[plain] < 0x80)
            plain++;
        buffer_append(text, (struct bytes){bytes.data + i, plain - i});
        i = plain;
        if (i == bytes.size)
            return;
        const uint32_t letter = windows_1251[bytes.data[i] - 0x80];
        letter_append(text, letter == 0 ? REPLACEMENT : letter);
        i++;
    }
}

/* Whether the bytes are a whole character of UTF-8 beyond ASCII, a part of one, or none. */
enum sight { SIGHT_UTF8, SIGHT_PART, SIGHT_OTHER };

static enum sight sight_of(struct bytes bytes)
{
    const size_t size = utf8_size(bytes.data[0]);
    if (size == 0)
        return SIGHT_OTHER;
    const size_t there = size < bytes.size ? size : bytes.size;
    for (size_t i = 1; i < there; i++) {
        if ((bytes.data[i] & 0xC0) != 0x80)
            return SIGHT_OTHER;
    }
    if (there < size)
        return SIGHT_PART;
    return bytes_are_utf8((struct bytes){bytes.data, size}) ? SIGHT_UTF8 : SIGHT_OTHER;
}

/* Passes ASCII on, and decides at the first byte that is not. Returns what is left. */
static struct bytes feed_ascii(struct decoder *decoder, struct bytes bytes, bool is_last,
                               struct buffer *text)
{
    size_t plain = 0;
    while (plain < bytes.size && bytes.data[plain] < 0x80)
        plain++;
    buffer_append(text, (struct bytes){bytes.data, plain});
    bytes = (struct bytes){bytes.data + plain, bytes.size - plain};
    if (bytes.size == 0)
        return bytes;
    const enum sight sight = sight_of(bytes);
    if (sight == SIGHT_PART && !is_last) {
        memcpy(decoder->kept, bytes.data, bytes.size);
        decoder->kept_bytes = bytes.size;
        return (struct bytes){bytes.data, 0};
    }
    decoder->state = sight == SIGHT_UTF8 ? DECODER_UTF8 : DECODER_1251;
    return bytes;
}

static void feed_decided(struct decoder *decoder, struct bytes bytes, bool is_last,
                         struct buffer *text)
{
    if (decoder->state == DECODER_ASCII)
        bytes = feed_ascii(decoder, bytes, is_last, text);
    if (decoder->state == DECODER_UTF8)
        buffer_append(text, bytes);
    else if (decoder->state == DECODER_1251)
        feed_1251(bytes, text);
    else if (decoder->state != DECODER_ASCII)
        feed_utf16(decoder, bytes, is_last, text);
}

/* Decides by the first three bytes of the file, or by all that it has. Returns how many of them are
 * a mark. */
static size_t start_decide(struct decoder *decoder, struct bytes start)
{
    const bool may_be_16 =
        decoder->wanted == ROW_ENCODING_AUTO || decoder->wanted == ROW_ENCODING_UTF16;
    const bool may_be_8 =
        decoder->wanted == ROW_ENCODING_AUTO || decoder->wanted == ROW_ENCODING_UTF8;
    decoder->state = decoder->wanted == ROW_ENCODING_UTF8   ? DECODER_UTF8
                     : decoder->wanted == ROW_ENCODING_1251 ? DECODER_1251
                                                            : DECODER_ASCII;
    if (decoder->wanted == ROW_ENCODING_UTF16)
        decoder->state = DECODER_UTF16_LITTLE;
    if (may_be_16 && bytes_starts_with(start, BYTES("\xFF\xFE"))) {
        decoder->state = DECODER_UTF16_LITTLE;
        return 2;
    }
    if (may_be_16 && bytes_starts_with(start, BYTES("\xFE\xFF"))) {
        decoder->state = DECODER_UTF16_BIG;
        return 2;
    }
    if (may_be_8 && bytes_starts_with(start, BYTES("\xEF\xBB\xBF"))) {
        decoder->state = DECODER_UTF8;
        return 3;
    }
    if (may_be_16 && start.size >= 2 && start.data[0] == 0 && start.data[1] != 0)
        decoder->state = DECODER_UTF16_BIG;
    else if (may_be_16 && start.size >= 2 && start.data[0] != 0 && start.data[1] == 0)
        decoder->state = DECODER_UTF16_LITTLE;
    return 0;
}

void decoder_feed(struct decoder *decoder, struct bytes bytes, bool is_last, struct buffer *text)
{
    enum { MARK_BYTES_MAX = 3 };
    /* What was kept is completed byte by byte, until it is decided. */
    while ((decoder->state == DECODER_START || decoder->state == DECODER_ASCII) &&
           (decoder->kept_bytes > 0 || decoder->state == DECODER_START) && bytes.size > 0) {
        decoder->kept[decoder->kept_bytes++] = bytes.data[0];
        bytes = (struct bytes){bytes.data + 1, bytes.size - 1};
        const struct bytes kept = {decoder->kept, decoder->kept_bytes};
        size_t mark = 0;
        if (decoder->state == DECODER_START) {
            if (kept.size < MARK_BYTES_MAX)
                continue;
            mark = start_decide(decoder, kept);
        }
        uint8_t copy[sizeof(decoder->kept)];
        memcpy(copy, decoder->kept, kept.size);
        decoder->kept_bytes = 0;
        feed_decided(decoder, (struct bytes){copy + mark, kept.size - mark}, false, text);
    }
    if (is_last && (decoder->kept_bytes > 0 || decoder->state == DECODER_START) &&
        decoder->state <= DECODER_ASCII) {
        uint8_t copy[sizeof(decoder->kept)];
        struct bytes kept = {copy, decoder->kept_bytes};
        memcpy(copy, decoder->kept, sizeof(copy));
        decoder->kept_bytes = 0;
        const size_t mark = decoder->state == DECODER_START ? start_decide(decoder, kept) : 0;
        feed_decided(decoder, (struct bytes){copy + mark, kept.size - mark}, true, text);
        return;
    }
    feed_decided(decoder, bytes, is_last, text);
}

const char *decoder_says(const struct decoder *decoder)
{
    switch (decoder->state) {
    case DECODER_START:
    case DECODER_ASCII:
    case DECODER_UTF8:
        break;
    case DECODER_1251:
        return " in windows-1251";
    case DECODER_UTF16_LITTLE:
    case DECODER_UTF16_BIG:
        return " in UTF-16";
    }
    return "";
}
