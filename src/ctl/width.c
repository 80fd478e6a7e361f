/* The C library knows the widths, in the locale C.UTF-8, which every Debian has built in; without
 * it a code point counts as one column. */
#include "ctl/width.h"

#include <locale.h>
#include <wchar.h>

static locale_t width_locale(void)
{
    static locale_t locale = (locale_t)0;
    if (locale == (locale_t)0)
        locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    return locale;
}

/* Walks over `text` until its end or until `columns` are used up. Returns the bytes passed, and in
 * *used the columns that they take. */
static size_t walk(struct bytes text, size_t columns, size_t *used)
{
    const locale_t locale = width_locale();
    const locale_t before = locale != (locale_t)0 ? uselocale(locale) : (locale_t)0;
    mbstate_t state = {0};
    size_t at = 0;
    *used = 0;
    while (at < text.size) {
        wchar_t letter = L' ';
        size_t bytes = 1;
        int width = 1;
        if (locale != (locale_t)0) {
            bytes = mbrtowc(&letter, (const char *)text.data + at, text.size - at, &state);
            if (bytes == 0 || bytes > text.size - at) /* NUL, or no UTF-8: not by our caller. */
                break;
            width = wcwidth(letter);
        } else {
            width = (text.data[at] & 0xC0) != 0x80;
        }
        const size_t letter_columns = width > 0 ? (size_t)width : 0;
        if (letter_columns > columns - *used)
            break;
        *used += letter_columns;
        at += bytes;
    }
    if (locale != (locale_t)0)
        (void)uselocale(before);
    return at;
}

size_t width_of(struct bytes text)
{
    size_t used = 0;
    (void)walk(text, SIZE_MAX, &used);
    return used;
}

struct bytes width_clip(struct bytes text, size_t columns)
{
    size_t used = 0;
    return (struct bytes){text.data, walk(text, columns, &used)};
}
