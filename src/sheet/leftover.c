/* Each field is trimmed first (CONTRACT C2). The SKU stays text whatever it looks like. */
#include "sheet/leftover.h"

#include <inttypes.h>

#include "base/date.h"
#include "base/limits.h"
#include "base/printable.h"
#include "wire/field.h"

enum {
    SHOWN_BYTES_MAX = 60,
    FUTURE_TOLERANCE_MS = 60 * 1000, /* As the server has it (CONTRACT C10). */
};

static void problem_with_value(struct buffer *problem, const char *before, struct bytes value,
                               const char *behind)
{
    buffer_append_text(problem, before);
    buffer_append_text(problem, " '");
    printable_append(problem, value, SHOWN_BYTES_MAX);
    buffer_append_text(problem, "' ");
    buffer_append_text(problem, behind);
}

/* What a cell of a spreadsheet holds instead of what it shows. */
static const char *trouble_text(enum row_trouble trouble)
{
    switch (trouble) {
    case TROUBLE_NONE:
        break;
    case TROUBLE_ROUNDED:
        return "is a number that the spreadsheet has rounded; make its column text";
    case TROUBLE_NUMBER:
        return "is a number with a fraction; make its column text";
    case TROUBLE_DATE:
        return "is a date, perhaps made of something else; make its column text";
    case TROUBLE_ERROR:
        return "is an error of the spreadsheet";
    case TROUBLE_FORMULA:
        return "is a formula whose value is not in the file; open and save it in a spreadsheet";
    }
    return "cannot be read";
}

static bool sku_fails(struct leftover *leftover, enum finding finding)
{
    leftover->finding = finding;
    return false;
}

static bool sku_check(const struct row *row, struct leftover *leftover, struct buffer *problem)
{
    const struct bytes sku = leftover->sku;
    const enum row_trouble trouble = row->troubles[ROW_SKU];
    if (trouble != TROUBLE_NONE) {
        problem_with_value(problem, "the SKU", sku, trouble_text(trouble));
        return sku_fails(leftover,
                         trouble == TROUBLE_ROUNDED ? FINDING_SKU_ROUNDED : FINDING_SKU_CELL);
    }
    if (sku_is_valid(sku))
        return true;
    if (sku.size == 0) {
        buffer_append_text(problem, "the SKU is empty");
        return sku_fails(leftover, FINDING_SKU_EMPTY);
    }
    if (!bytes_are_utf8(sku)) {
        problem_with_value(problem, "the SKU", sku, "is not UTF-8");
        return sku_fails(leftover, FINDING_SKU_BROKEN);
    }
    if (bytes_count_code_points(sku) > SKU_CODE_POINTS_MAX) {
        buffer_append_format(problem, "the SKU has %zu characters, %d are allowed",
                             bytes_count_code_points(sku), SKU_CODE_POINTS_MAX);
        return sku_fails(leftover, FINDING_SKU_LONG);
    }
    problem_with_value(problem, "the SKU", sku, "holds a control character");
    return sku_fails(leftover, FINDING_SKU_BROKEN);
}

/* Number of leading decimal digits. */
static size_t digits_prefix(struct bytes text)
{
    size_t count = 0;
    while (count < text.size && text.data[count] >= '0' && text.data[count] <= '9')
        count++;
    return count;
}

static struct bytes bytes_behind(struct bytes text, size_t count)
{
    return (struct bytes){text.data + count, text.size - count};
}

/* What is wrong with a count that is none. */
static enum finding count_finding(struct bytes text)
{
    const bool negative = text.size > 0 && text.data[0] == '-';
    if (negative || (text.size > 0 && text.data[0] == '+'))
        text = bytes_behind(text, 1);
    const size_t whole = digits_prefix(text);
    text = bytes_behind(text, whole);
    if (whole > 0 && text.size == 0)
        return negative ? FINDING_COUNT_NEGATIVE : FINDING_COUNT_LARGE;
    size_t fraction = 0;
    bool is_zero = true;
    if (text.size > 0 && (text.data[0] == '.' || text.data[0] == ',')) {
        text = bytes_behind(text, 1);
        fraction = digits_prefix(text);
        for (size_t i = 0; i < fraction; i++)
            is_zero = is_zero && text.data[i] == '0';
        text = bytes_behind(text, fraction);
    }
    if (whole + fraction == 0)
        return FINDING_COUNT_BROKEN;
    if (text.size > 1 && (text.data[0] == 'E' || text.data[0] == 'e')) {
        const size_t sign = text.data[1] == '+' || text.data[1] == '-';
        text = bytes_behind(text, 1 + sign);
        return text.size > 0 && digits_prefix(text) == text.size ? FINDING_COUNT_SPREADSHEET
                                                                 : FINDING_COUNT_BROKEN;
    }
    if (text.size > 0)
        return FINDING_COUNT_BROKEN;
    if (negative)
        return FINDING_COUNT_NEGATIVE;
    return is_zero ? FINDING_COUNT_SPREADSHEET : FINDING_COUNT_FRACTION;
}

static bool count_check(const struct row *row, struct bytes text, struct leftover *leftover,
                        struct buffer *problem)
{
    const enum row_trouble trouble = row->troubles[ROW_COUNT];
    if (trouble != TROUBLE_NONE && trouble != TROUBLE_NUMBER && trouble != TROUBLE_ROUNDED) {
        leftover->finding = FINDING_COUNT_CELL;
        problem_with_value(problem, "the count", text, trouble_text(trouble));
        return false;
    }
    int64_t *count = &leftover->count;
    if (bytes_to_int64(text, count) && *count >= 0 && *count <= STOCK_COUNT_MAX)
        return true;
    leftover->finding = count_finding(text);
    problem_with_value(problem, "the count", text, "is not a whole number from 0 to ");
    buffer_append_format(problem, "%" PRId64, STOCK_COUNT_MAX);
    return false;
}

static bool updated_at_check(const struct row *row, const struct leftover_rules *rules,
                             struct leftover *leftover, struct buffer *problem)
{
    const struct bytes text = bytes_trim(row->fields[ROW_UPDATED_AT]);
    int64_t *ms = &leftover->updated_at_ms;
    *ms = rules->started_ms;
    if (text.size == 0 || rules->stamp_now)
        return true;
    if (row->troubles[ROW_UPDATED_AT] != TROUBLE_NONE || !date_parse_iso8601(text, ms)) {
        leftover->finding = FINDING_DATE_BROKEN;
        problem_with_value(problem, "updatedAt", text,
                           "is not a date and time with its offset, 2025-09-17T14:30:00+03:00");
        return false;
    }
    if (*ms <= rules->started_ms + FUTURE_TOLERANCE_MS)
        return true;
    leftover->finding = FINDING_DATE_FUTURE;
    problem_with_value(problem, "updatedAt", text, "lies in the future");
    return false;
}

enum leftover_kind leftover_decode(const struct row *row, const struct leftover_rules *rules,
                                   struct leftover *leftover, struct buffer *problem)
{
    const struct bytes sku = bytes_trim(row->fields[ROW_SKU]);
    const struct bytes count = bytes_trim(row->fields[ROW_COUNT]);
    const bool count_is_empty = count.size == 0 && row->troubles[ROW_COUNT] == TROUBLE_NONE;
    if (sku.size == 0 && count_is_empty && row->troubles[ROW_SKU] == TROUBLE_NONE)
        return LEFTOVER_BLANK;
    leftover->sku = sku;
    if (row->fields[ROW_SKU].data == NULL || row->fields[ROW_COUNT].data == NULL) {
        const bool no_sku = row->fields[ROW_SKU].data == NULL;
        leftover->finding = no_sku ? FINDING_SKU_EMPTY : FINDING_COUNT_ABSENT;
        buffer_append_format(problem, "the row ends before its %s", no_sku ? "sku" : "count");
        return LEFTOVER_BAD;
    }
    if (!sku_check(row, leftover, problem))
        return LEFTOVER_BAD;
    if (row->is_long) {
        leftover->finding = FINDING_ROW_LONG;
        buffer_append_text(problem, "the row has more fields than the header; a field that holds "
                                    "the separator needs quotes, as in \"1,000\"");
        return LEFTOVER_BAD;
    }
    if (count_is_empty)
        return LEFTOVER_SKIP;
    if (!count_check(row, count, leftover, problem) ||
        !updated_at_check(row, rules, leftover, problem))
        return LEFTOVER_BAD;
    leftover->count = leftover->count > rules->buffer ? leftover->count - rules->buffer : 0;
    return LEFTOVER_SEND;
}
