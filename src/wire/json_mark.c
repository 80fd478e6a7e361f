/* One pass over the bytes. A number is judged by its digits alone, without being converted: by how
 * far the first one stands from the point, and where that leaves it open, by comparing them with
 * those of the bound. So a body full of such numbers costs a few steps a byte. */
#include "wire/json_mark.h"

#include <string.h>

enum {
    DIGITS_BOUND = 309,     /* Of a number at the bound, in front of the point. */
    EXPONENT_MAX = 1000000, /* Beyond, only its sign counts: no body has so many digits. */
};

/* 2^1024 - 2^970: the least number that rounds to infinity. */
static const char bound[DIGITS_BOUND + 1] =
    "179769313486231580793728971405303415079934132710037826936173778980444968292764750946649017"
    "977587207096330286416692887910946555547851940402630657488671505820681908902000708383676273"
    "854845817711531764475730270069855571366959622842914819860834936475292719074168444365510704"
    "342711559699508093042880177904174497792";

/* A number by the grammar of JSON. */
struct number {
    bool is_negative;
    struct bytes whole; /* Digits in front of the point, */
    struct bytes part;  /* and behind it. */
    bool has_exponent;
    int64_t exponent;
};

static struct bytes take_digits(struct cursor *cursor)
{
    const uint8_t *start = cursor->at;
    while (cursor_left(cursor) > 0 && cursor->at[0] >= '0' && cursor->at[0] <= '9')
        (void)cursor_u8(cursor);
    return (struct bytes){start, (size_t)(cursor->at - start)};
}

static bool take_letter(struct cursor *cursor, char letter)
{
    if (cursor_left(cursor) == 0 || cursor->at[0] != (uint8_t)letter)
        return false;
    (void)cursor_u8(cursor);
    return true;
}

static bool take_exponent(struct cursor *cursor, struct number *number)
{
    const bool is_negative = take_letter(cursor, '-');
    if (!is_negative)
        (void)take_letter(cursor, '+');
    const struct bytes digits = take_digits(cursor);
    for (size_t i = 0; i < digits.size && number->exponent < EXPONENT_MAX; i++)
        number->exponent = number->exponent * 10 + (digits.data[i] - '0');
    if (is_negative)
        number->exponent = -number->exponent;
    return digits.size > 0;
}

/* False: it is no number, which is for the parser to say. */
static bool number_read(struct bytes text, struct number *number)
{
    struct cursor cursor = cursor_begin(text);
    *number = (struct number){.is_negative = take_letter(&cursor, '-')};
    number->whole = take_digits(&cursor);
    if (number->whole.size == 0 || (number->whole.size > 1 && number->whole.data[0] == '0'))
        return false;
    if (take_letter(&cursor, '.')) {
        number->part = take_digits(&cursor);
        if (number->part.size == 0)
            return false;
    }
    number->has_exponent = take_letter(&cursor, 'e') || take_letter(&cursor, 'E');
    if (number->has_exponent && !take_exponent(&cursor, number))
        return false;
    return cursor_left(&cursor) == 0;
}

/* Digits of a number from its first one other than 0, as if there were no point. */
static struct bytes significant(const struct number *number, struct bytes *rest)
{
    *rest = number->part;
    if (number->whole.data[0] != '0')
        return number->whole;
    while (rest->size > 0 && rest->data[0] == '0') {
        rest->data++;
        rest->size--;
    }
    return (struct bytes){NULL, 0};
}

/* Whether these many digits, more of them behind, are those of the bound or greater. */
static bool reaches_bound(struct bytes first, struct bytes rest)
{
    for (size_t i = 0; i < DIGITS_BOUND; i++) {
        uint8_t digit = '0';
        if (i < first.size)
            digit = first.data[i];
        else if (i - first.size < rest.size)
            digit = rest.data[i - first.size];
        if (digit != (uint8_t)bound[i])
            return digit > (uint8_t)bound[i];
    }
    return true;
}

static bool is_infinite(const struct number *number)
{
    struct bytes rest;
    const struct bytes first = significant(number, &rest);
    if (first.size == 0 && rest.size == 0)
        return false; /* Zero, whatever its exponent. */
    const int64_t before_point =
        first.size > 0 ? (int64_t)first.size : (int64_t)rest.size - (int64_t)number->part.size;
    const int64_t digits = before_point + number->exponent;
    return digits > DIGITS_BOUND || (digits == DIGITS_BOUND && reaches_bound(first, rest));
}

static bool is_integer(const struct number *number)
{
    return number->part.size == 0 && !number->has_exponent;
}

/* Whether the library takes an integer as one: it takes those of 64 bits, signed or not. */
static bool number_fits(const struct number *number)
{
    static const char *const greatest[] = {"18446744073709551615", "9223372036854775808"};
    const struct bytes bytes = bytes_from_text(greatest[number->is_negative]);
    return number->whole.size < bytes.size ||
           (number->whole.size == bytes.size &&
            memcmp(number->whole.data, bytes.data, bytes.size) <= 0);
}

/* Bytes that numbers consist of. */
enum { IN_NUMBER = 1, IN_EXPONENT = 2, QUOTE = 4 };
static const uint8_t kinds[256] = {
    ['+'] = IN_NUMBER,
    ['-'] = IN_NUMBER,
    ['.'] = IN_NUMBER,
    ['0'] = IN_NUMBER,
    ['1'] = IN_NUMBER,
    ['2'] = IN_NUMBER,
    ['3'] = IN_NUMBER,
    ['4'] = IN_NUMBER,
    ['5'] = IN_NUMBER,
    ['6'] = IN_NUMBER,
    ['7'] = IN_NUMBER,
    ['8'] = IN_NUMBER,
    ['9'] = IN_NUMBER,
    ['"'] = QUOTE,
    ['e'] = IN_NUMBER | IN_EXPONENT,
    ['E'] = IN_NUMBER | IN_EXPONENT,
};

enum {
    SAFE_DIGITS = 18, /* So many fit in 64 bits, with or without a point. */
    KEPT_DIGITS = 19, /* Of an integer that does not: the library is slow with more. */
};

/* Appends what stands for the number in the library's range. False: it is left as it is. */
static bool append_marked(struct bytes digits, struct buffer *marked)
{
    struct number number;
    if (!number_read(digits, &number))
        return false;
    const bool infinite = is_infinite(&number);
    if (!infinite && (!is_integer(&number) || number_fits(&number)))
        return false;
    if (number.is_negative)
        buffer_append(marked, BYTES("-"));
    if (infinite) {
        buffer_append(marked, BYTES("1e308"));
        return true;
    }
    buffer_append(marked, (struct bytes){number.whole.data, KEPT_DIGITS});
    buffer_append(marked, BYTES("e"));
    buffer_append_int64(marked, (int64_t)number.whole.size - KEPT_DIGITS);
    return true;
}

/* Bytes of the string that starts here with its quote. */
static size_t string_bytes(struct bytes text)
{
    size_t size = 1;
    while (size < text.size) {
        size += bytes_plain_prefix((struct bytes){text.data + size, text.size - size});
        if (size < text.size && text.data[size] == '"')
            return size + 1;
        size += size < text.size && text.data[size] == '\\' ? 2 : 1;
    }
    return text.size;
}

/* Bytes of what may be a number and starts here; *is_long: it may be out of range. */
static size_t number_bytes(struct bytes text, bool *is_long)
{
    size_t size = 0;
    uint8_t seen = 0;
    for (; size < text.size && (kinds[text.data[size]] & IN_NUMBER) != 0; size++)
        seen |= kinds[text.data[size]];
    *is_long = size > SAFE_DIGITS || (seen & IN_EXPONENT) != 0;
    return size;
}

void json_mark_numbers(struct bytes text, struct buffer *marked)
{
    size_t copied = 0; /* Up to here. */
    size_t at = 0;
    while (at < text.size) {
        const struct bytes rest = {text.data + at, text.size - at};
        const uint8_t kind = kinds[rest.data[0]];
        bool is_long = false;
        size_t size = 1;
        if (kind == QUOTE)
            size = string_bytes(rest);
        else if (kind == IN_NUMBER)
            size = number_bytes(rest, &is_long);
        if (is_long) {
            buffer_append(marked, (struct bytes){text.data + copied, at - copied});
            copied = at;
            if (append_marked((struct bytes){rest.data, size}, marked))
                copied += size;
        }
        at += size;
    }
    buffer_append(marked, (struct bytes){text.data + copied, text.size - copied});
}
