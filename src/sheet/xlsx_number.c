/* A decimal number is its digits without zeros at either end, and where its point stands. */
#include "sheet/xlsx_number.h"

#include <string.h>

enum {
    DIGITS_MAX = 40,
    EXPONENT_MAX = 400,
    DAY_DIGITS_MAX = 7,
    PART_DIGITS = 9,   /* Of a day's fraction: less than a tenth of a millisecond. */
    DAYS_1900 = 25569, /* From 1899-12-30, which the dates count from, to 1970-01-01. */
    DAYS_1904 = 24107,
};

#define MS_PER_DAY INT64_C(86400000)
#define PART_MAX   INT64_C(1000000000)

struct decimal {
    char digits[DIGITS_MAX];
    int64_t digits_count; /* More than DIGITS_MAX: the rest is not kept. */
    int64_t point;        /* Digits in front of it; negative: zeros behind it first. */
    bool negative;
};

static bool is_digit(struct bytes text)
{
    return text.size > 0 && text.data[0] >= '0' && text.data[0] <= '9';
}

static void step(struct bytes *text)
{
    *text = (struct bytes){text->data + 1, text->size - 1};
}

static void digit_add(struct decimal *decimal, uint8_t digit, bool behind_point)
{
    if (decimal->digits_count == 0 && digit == '0') {
        decimal->point -= behind_point;
        return;
    }
    if (decimal->digits_count < DIGITS_MAX)
        decimal->digits[decimal->digits_count] = (char)digit;
    decimal->digits_count++;
    decimal->point += !behind_point;
}

/* The exponent behind an E; false: there is none, or nobody could mean it. */
static bool exponent_read(struct bytes *text, int64_t *exponent)
{
    const bool negative = text->size > 0 && text->data[0] == '-';
    if (negative || (text->size > 0 && text->data[0] == '+'))
        step(text);
    bool any = false;
    *exponent = 0;
    for (; is_digit(*text) && *exponent <= EXPONENT_MAX; step(text)) {
        *exponent = *exponent * 10 + (text->data[0] - '0');
        any = true;
    }
    *exponent = negative ? -*exponent : *exponent;
    return any && *exponent <= EXPONENT_MAX && *exponent >= -EXPONENT_MAX;
}

static bool decimal_read(struct bytes text, struct decimal *decimal)
{
    bool any = false;
    memset(decimal, 0, sizeof(*decimal));
    decimal->negative = text.size > 0 && text.data[0] == '-';
    if (decimal->negative)
        step(&text);
    for (; is_digit(text); step(&text)) {
        digit_add(decimal, text.data[0], false);
        any = true;
    }
    if (text.size > 0 && text.data[0] == '.') {
        for (step(&text); is_digit(text); step(&text)) {
            digit_add(decimal, text.data[0], true);
            any = true;
        }
    }
    if (any && text.size > 0 && (text.data[0] | 0x20) == 'e') {
        int64_t exponent = 0;
        step(&text);
        if (!exponent_read(&text, &exponent))
            return false;
        decimal->point += exponent;
    }
    while (decimal->digits_count > 0 && decimal->digits_count <= DIGITS_MAX &&
           decimal->digits[decimal->digits_count - 1] == '0')
        decimal->digits_count--;
    return any && text.size == 0;
}

enum xlsx_number_kind xlsx_number_read(struct bytes text, char integer[XLSX_INTEGER_BYTES_MAX])
{
    struct decimal decimal;
    integer[0] = '\0';
    if (!decimal_read(text, &decimal))
        return XLSX_NO_NUMBER;
    if (decimal.digits_count == 0) {
        memcpy(integer, "0", 2);
        return XLSX_WHOLE;
    }
    if (decimal.point < decimal.digits_count)
        return XLSX_FRACTION;
    if (decimal.point > XLSX_INTEGER_BYTES_MAX - 2)
        return XLSX_ROUNDED;
    size_t size = 0;
    if (decimal.negative)
        integer[size++] = '-';
    for (int64_t i = 0; i < decimal.point; i++)
        integer[size++] = (char)(i < decimal.digits_count ? decimal.digits[i] : '0');
    integer[size] = '\0';
    return decimal.point > XLSX_DIGITS_MAX ? XLSX_ROUNDED : XLSX_WHOLE;
}

bool xlsx_date_read(struct bytes text, bool since_1904, int64_t *naive_ms)
{
    struct decimal decimal;
    if (!decimal_read(text, &decimal) || decimal.negative || decimal.digits_count > DIGITS_MAX ||
        decimal.point > DAY_DIGITS_MAX)
        return false;
    int64_t days = 0;
    int64_t part = 0;
    int64_t i = 0;
    for (; i < decimal.point; i++)
        days = days * 10 + (i < decimal.digits_count ? decimal.digits[i] - '0' : 0);
    for (int64_t k = 0; k < PART_DIGITS; k++) {
        const int64_t at = decimal.point + k;
        part = part * 10 + (at >= 0 && at < decimal.digits_count ? decimal.digits[at] - '0' : 0);
    }
    const int64_t epoch = since_1904 ? DAYS_1904 : DAYS_1900;
    *naive_ms = (days - epoch) * MS_PER_DAY + (part * MS_PER_DAY + PART_MAX / 2) / PART_MAX;
    return true;
}
