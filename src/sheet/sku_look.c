/* Patterns are told by hand: they are few, and each row of a file goes through them. Two SKUs are
 * compared with one way of differing undone at a time. */
#include "sheet/sku_look.h"

#include "sheet/letters.h"

static size_t digits_at(struct bytes text, size_t at)
{
    size_t count = 0;
    while (at + count < text.size && text.data[at + count] >= '0' && text.data[at + count] <= '9')
        count++;
    return count;
}

/* 1.23E+10, 1E+10, 1,5e7: a number in the form for large ones. 12E5 may be meant so. */
static bool is_exponential(struct bytes sku)
{
    size_t at = digits_at(sku, 0);
    if (at == 0)
        return false;
    bool telling = false;
    if (at < sku.size && (sku.data[at] == '.' || sku.data[at] == ',')) {
        const size_t fraction = digits_at(sku, at + 1);
        telling = fraction > 0;
        at += 1 + fraction;
    }
    if (at >= sku.size || (sku.data[at] | 0x20) != 'e')
        return false;
    at++;
    if (at < sku.size && (sku.data[at] == '+' || sku.data[at] == '-')) {
        telling = telling || sku.data[at] == '+';
        at++;
    }
    const size_t exponent = digits_at(sku, at);
    return telling && exponent > 0 && at + exponent == sku.size;
}

/* 557722.0: a whole number that was taken for one with a fraction. */
static bool is_pointed(struct bytes sku)
{
    const size_t whole = digits_at(sku, 0);
    if (whole == 0 || whole + 1 >= sku.size || (sku.data[whole] != '.' && sku.data[whole] != ','))
        return false;
    size_t zeros = 0;
    while (whole + 1 + zeros < sku.size && sku.data[whole + 1 + zeros] == '0')
        zeros++;
    return whole + 1 + zeros == sku.size;
}

/* 2025-05-12 00:00:00: a SKU 12-5 that was taken for a date. */
static bool is_midnight(struct bytes sku)
{
    return sku.size == 19 && digits_at(sku, 0) == 4 &&
           bytes_equal((struct bytes){sku.data + 10, 9}, BYTES(" 00:00:00"));
}

/* #N/A and its like, as a CSV has them. */
static bool is_error(struct bytes sku)
{
    static const struct bytes errors[] = {
        BYTES_INIT("#N/A"),     BYTES_INIT("#REF!"),  BYTES_INIT("#VALUE!"), BYTES_INIT("#NAME?"),
        BYTES_INIT("#DIV/0!"),  BYTES_INIT("#NUM!"),  BYTES_INIT("#NULL!"),  BYTES_INIT("#Н/Д"),
        BYTES_INIT("#ССЫЛКА!"), BYTES_INIT("#ЗНАЧ!"), BYTES_INIT("#ИМЯ?"),   BYTES_INIT("#ДЕЛ/0!"),
    };
    for (size_t i = 0; sku.data[0] == '#' && i < sizeof(errors) / sizeof(errors[0]); i++) {
        if (bytes_equal(sku, errors[i]))
            return true;
    }
    return false;
}

bool sku_is_rewritten(struct bytes sku)
{
    const uint8_t first = sku.data[0];
    if (first >= '0' && first <= '9')
        return is_exponential(sku) || is_pointed(sku) || is_midnight(sku);
    return is_error(sku);
}

bool sku_has_odd_spaces(struct bytes sku)
{
    bool after_space = false;
    while (sku.size > 0) {
        const uint32_t letter = letter_take(&sku);
        const bool is_space = letter_is_space(letter);
        if (is_space && (letter != ' ' || after_space))
            return true;
        after_space = is_space;
    }
    return false;
}

bool sku_mixes_letters(struct bytes sku)
{
    bool latin = false;
    bool cyrillic = false;
    while (sku.size > 0) {
        const uint32_t letter = letter_take(&sku);
        latin = latin || letter_is_latin(letter);
        if (!letter_is_cyrillic(letter))
            continue;
        if (letter_latin_twin(letter) == letter)
            return false;
        cyrillic = true;
    }
    return latin && cyrillic;
}

/* Appends the SKU with each letter replaced. */
static void append_mapped(struct bytes sku, uint32_t (*map)(uint32_t), struct buffer *text)
{
    while (sku.size > 0)
        letter_append(text, map(letter_take(&sku)));
}

static void append_without_zeros(struct bytes sku, struct buffer *text)
{
    while (sku.size > 1 && sku.data[0] == '0')
        sku = (struct bytes){sku.data + 1, sku.size - 1};
    buffer_append(text, sku);
}

/* Appends the SKU with one space for each of its runs inside, and none outside. */
static void append_without_spaces(struct bytes sku, struct buffer *text)
{
    const size_t start = text->size;
    bool space = false;
    while (sku.size > 0) {
        const uint32_t letter = letter_take(&sku);
        if (letter_is_space(letter)) {
            space = text->size > start;
            continue;
        }
        if (space)
            buffer_append_u8(text, ' ');
        space = false;
        letter_append(text, letter);
    }
}

static void append_undone(struct bytes sku, enum finding way, struct buffer *text)
{
    buffer_clear(text);
    if (way == FINDING_TWIN_ZEROS)
        append_without_zeros(sku, text);
    else if (way == FINDING_TWIN_CASE)
        append_mapped(sku, letter_small, text);
    else if (way == FINDING_TWIN_SPACES)
        append_without_spaces(sku, text);
    else
        append_mapped(sku, letter_latin_twin, text);
}

enum finding sku_twin_way(struct bytes left, struct bytes right, struct buffer *scratch,
                          struct buffer *other)
{
    for (enum finding way = FINDING_TWIN_ZEROS; way < FINDING_TWIN_SEVERAL; way++) {
        append_undone(left, way, scratch);
        append_undone(right, way, other);
        if (bytes_equal(buffer_bytes(scratch), buffer_bytes(other)))
            return way;
    }
    return FINDING_TWIN_SEVERAL;
}
