/* Each field is trimmed first (CONTRACT C2). The SKU stays text whatever it looks like. */
#include "ctl/leftover.h"

#include <inttypes.h>

#include "base/date.h"
#include "base/limits.h"
#include "ctl/printable.h"
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

static bool sku_check(struct bytes sku, struct buffer *problem)
{
    if (sku_is_valid(sku))
        return true;
    if (sku.size == 0) {
        buffer_append_text(problem, "the SKU is empty");
    } else if (!bytes_are_utf8(sku)) {
        problem_with_value(problem, "the SKU", sku, "is not UTF-8");
    } else if (bytes_count_code_points(sku) > SKU_CODE_POINTS_MAX) {
        buffer_append_format(problem, "the SKU has %zu characters, %d are allowed",
                             bytes_count_code_points(sku), SKU_CODE_POINTS_MAX);
    } else {
        problem_with_value(problem, "the SKU", sku, "holds a control character");
    }
    return false;
}

static bool count_check(struct bytes text, int64_t *count, struct buffer *problem)
{
    if (bytes_to_int64(text, count) && *count >= 0 && *count <= STOCK_COUNT_MAX)
        return true;
    problem_with_value(problem, "the count", text, "is not a whole number from 0 to ");
    buffer_append_format(problem, "%" PRId64, STOCK_COUNT_MAX);
    return false;
}

static bool updated_at_check(struct bytes text, const struct leftover_rules *rules, int64_t *ms,
                             struct buffer *problem)
{
    *ms = rules->started_ms;
    if (text.size == 0 || rules->stamp_now)
        return true;
    if (!date_parse_iso8601(text, ms)) {
        problem_with_value(problem, "updatedAt", text,
                           "is not a date and time with its offset, 2025-09-17T14:30:00+03:00");
        return false;
    }
    if (*ms <= rules->started_ms + FUTURE_TOLERANCE_MS)
        return true;
    problem_with_value(problem, "updatedAt", text, "lies in the future");
    return false;
}

enum leftover_kind leftover_decode(const struct csv_row *row, const struct leftover_rules *rules,
                                   struct leftover *leftover, struct buffer *problem)
{
    const struct bytes sku = bytes_trim(row->fields[CSV_SKU]);
    const struct bytes count = bytes_trim(row->fields[CSV_COUNT]);
    const struct bytes updated_at = bytes_trim(row->fields[CSV_UPDATED_AT]);
    if (sku.size == 0 && count.size == 0)
        return LEFTOVER_BLANK;
    leftover->sku = sku;
    if (row->fields[CSV_SKU].data == NULL || row->fields[CSV_COUNT].data == NULL) {
        buffer_append_format(problem, "the row ends before its %s",
                             row->fields[CSV_SKU].data == NULL ? "sku" : "count");
        return LEFTOVER_BAD;
    }
    if (!sku_check(sku, problem))
        return LEFTOVER_BAD;
    if (count.size == 0)
        return LEFTOVER_SKIP;
    if (!count_check(count, &leftover->count, problem) ||
        !updated_at_check(updated_at, rules, &leftover->updated_at_ms, problem))
        return LEFTOVER_BAD;
    return LEFTOVER_SEND;
}
