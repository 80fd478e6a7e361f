/* The old form of Excel's and a workbook with a password are the same kind of container; its list
 * of contents tells them apart. */
#include "sheet/sniff.h"

#include <string.h>
#include <unistd.h>

enum {
    SECTOR_BITS_OFFSET = 30, /* Of the container's head: the size of its sectors, … */
    LIST_SECTOR_OFFSET = 48, /* … and which of them has the list of contents. */
    LIST_BYTES = 4096,
};

static struct bytes without_mark(struct bytes head)
{
    if (bytes_starts_with(head, BYTES("\xEF\xBB\xBF")))
        return (struct bytes){head.data + 3, head.size - 3};
    return head;
}

enum row_form sniff_form(struct bytes head)
{
    if (bytes_starts_with(head, BYTES("PK\3\4")) || bytes_starts_with(head, BYTES("PK\5\6")))
        return ROW_FORM_XLSX;
    if (bytes_starts_with(head, BYTES("\xFF\xFE<\0")) ||
        bytes_starts_with(head, BYTES("\xFE\xFF\0<")))
        return ROW_FORM_YML;
    const struct bytes text = bytes_trim(without_mark(head));
    return text.size > 0 && text.data[0] == '<' ? ROW_FORM_YML : ROW_FORM_CSV;
}

/* Whether the list of contents of the container has what a password makes of a workbook. */
static bool has_password(struct bytes head, int fd)
{
    static const char name[] = "E\0n\0c\0r\0y\0p\0t\0e\0d";
    uint8_t list[LIST_BYTES];
    if (fd < 0 || head.size < LIST_SECTOR_OFFSET + 4 || head.data[SECTOR_BITS_OFFSET] > 12)
        return false;
    struct cursor cursor = cursor_begin(head);
    (void)cursor_bytes(&cursor, LIST_SECTOR_OFFSET);
    const uint64_t sector = cursor_u32(&cursor);
    const off_t offset = (off_t)((sector + 1) << head.data[SECTOR_BITS_OFFSET]);
    const ssize_t size = pread(fd, list, sizeof(list), offset);
    return size > 0 && memmem(list, (size_t)size, name, sizeof(name) - 1) != NULL;
}

const char *sniff_other(struct bytes head, int fd)
{
    static const struct {
        struct bytes start;
        const char *what;
    } others[] = {
        {BYTES_INIT("\x1F\x8B"), "it is compressed with gzip; unpack it first"},
        {BYTES_INIT("7z\xBC\xAF\x27\x1C"), "it is a 7z archive; unpack it first"},
        {BYTES_INIT("Rar!"), "it is a RAR archive; unpack it first"},
        {BYTES_INIT("%PDF"), "it is a PDF; what is needed is the table itself, as XLSX or CSV"},
    };
    if (bytes_starts_with(head, BYTES("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1")))
        return has_password(head, fd) ? "it has a password; save it as XLSX without one"
                                      : "it is an old .xls, or has a password; save it as XLSX";
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        if (bytes_starts_with(head, others[i].start))
            return others[i].what;
    }
    return NULL;
}
