/* Works piece by piece: a run of valid UTF-8, then one bad byte, and so on. C1 controls come as two
 * bytes of UTF-8, 0xC2 0x80…0x9F, and some terminals obey them. */
#include "base/printable.h"

static void append_valid(struct buffer *text, struct bytes valid)
{
    for (size_t i = 0; i < valid.size; i++) {
        const uint8_t byte = valid.data[i];
        const bool c1 = byte == 0xC2 && valid.data[i + 1] < 0xA0;
        if (byte < 0x20 || byte == 0x7F || c1)
            buffer_append_u8(text, '?');
        else
            buffer_append_u8(text, byte);
        i += c1;
    }
}

void printable_append(struct buffer *text, struct bytes bytes, size_t size_max)
{
    size_t left = size_max;
    while (bytes.size > 0 && left > 0) {
        const struct bytes valid = {bytes.data, bytes_utf8_prefix(bytes)};
        if (valid.size == 0) {
            buffer_append_u8(text, '?');
            bytes = (struct bytes){bytes.data + 1, bytes.size - 1};
            left--;
            continue;
        }
        const struct bytes piece = bytes_clip(valid, left);
        append_valid(text, piece);
        bytes = (struct bytes){bytes.data + piece.size, bytes.size - piece.size};
        left = piece.size < valid.size ? 0 : left - piece.size;
    }
    if (bytes.size > 0)
        buffer_append_text(text, "…");
}
