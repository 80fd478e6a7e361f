/* Local headers with the parts, the directory, the end record (APPNOTE.TXT §4.3). */
#include "archive.h"

#include <string.h>

enum { VERSION = 20, LOCAL_HEADER_BYTES = 30 };

static uint32_t crc32_of(struct bytes bytes)
{
    uint32_t crc = UINT32_MAX;
    for (size_t i = 0; i < bytes.size; i++) {
        crc ^= bytes.data[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (UINT32_C(0xEDB88320) & (0U - (crc & 1)));
    }
    return ~crc;
}

static void append_u16(struct buffer *buffer, size_t value)
{
    buffer_append_u8(buffer, (uint8_t)value);
    buffer_append_u8(buffer, (uint8_t)(value >> 8));
}

/* What the local header and the directory have in common. */
static void append_facts(struct buffer *buffer, struct bytes name, struct bytes content)
{
    append_u16(buffer, VERSION);
    append_u16(buffer, 0);    /* Flags. */
    append_u16(buffer, 0);    /* Stored. */
    append_u16(buffer, 0);    /* Time. */
    append_u16(buffer, 0x21); /* 1980-01-01. */
    buffer_append_u32(buffer, crc32_of(content));
    buffer_append_u32(buffer, (uint32_t)content.size);
    buffer_append_u32(buffer, (uint32_t)content.size);
    append_u16(buffer, name.size);
    append_u16(buffer, 0);
}

static void append_part(struct buffer *archive, struct buffer *directory, struct bytes name,
                        struct bytes content)
{
    buffer_append_text(directory, "PK\1\2");
    append_u16(directory, VERSION);
    append_facts(directory, name, content);
    append_u16(directory, 0); /* Comment, disk, attributes. */
    append_u16(directory, 0);
    append_u16(directory, 0);
    buffer_append_u32(directory, 0);
    buffer_append_u32(directory, (uint32_t)archive->size);
    buffer_append(directory, name);
    buffer_append_text(archive, "PK\3\4");
    append_facts(archive, name, content);
    buffer_append(archive, name);
    buffer_append(archive, content);
}

/* The next part of the text, without the line of `%%` behind it. */
static struct bytes part_of(struct bytes *text)
{
    const struct bytes mark = BYTES("\n%%\n");
    const uint8_t *end =
        text->size == 0 ? NULL : memmem(text->data, text->size, mark.data, mark.size);
    struct bytes part = *text;
    *text = (struct bytes){text->data, 0};
    if (end == NULL)
        return part;
    const size_t behind = (size_t)(end - part.data) + mark.size;
    *text = (struct bytes){part.data + behind, part.size - behind};
    part.size = (size_t)(end - part.data);
    return part;
}

void archive_make(struct bytes text, struct buffer *archive)
{
    struct buffer directory;
    size_t parts = 0;
    buffer_init(&directory);
    while (text.size > 0) {
        struct bytes name;
        const struct bytes content = bytes_split(part_of(&text), '\n', &name);
        append_part(archive, &directory, name, content);
        parts++;
    }
    const size_t start = archive->size;
    buffer_append(archive, buffer_bytes(&directory));
    buffer_append_text(archive, "PK\5\6");
    buffer_append_u32(archive, 0);
    append_u16(archive, parts);
    append_u16(archive, parts);
    buffer_append_u32(archive, (uint32_t)directory.size);
    buffer_append_u32(archive, (uint32_t)start);
    append_u16(archive, 0);
    buffer_deinit(&directory);
}
