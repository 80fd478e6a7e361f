/* What is not known is left out. */
#include "wire/upload_state.h"

#include <inttypes.h>

#include "wire/field.h"

static const char *const kind_names[UPLOAD_CHANGE_KINDS_COUNT] = {
    [UPLOAD_CHANGED] = "CHANGED",
    [UPLOAD_NEW] = "NEW",
    [UPLOAD_ZERO] = "ZERO",
    [UPLOAD_FULL] = "ZERO_BY_FULL",
};

static const char *const state_names[] = {
    [UPLOAD_CHECKED] = "CHECKED",
    [UPLOAD_APPLYING] = "APPLYING",
    [UPLOAD_DONE] = "DONE",
    [UPLOAD_FAILED] = "FAILED",
};

int64_t upload_changes_count(const struct upload_plan_numbers *numbers)
{
    int64_t count = 0;
    for (int i = 0; i < UPLOAD_CHANGE_KINDS_COUNT; i++)
        count += numbers->changes[i];
    return count;
}

void upload_view_encode(struct buffer *body, const struct upload_view *view)
{
    buffer_append(body, BYTES("\"uploadId\":"));
    json_write_string(body, view->id);
    buffer_append_format(body, ",\"campaignId\":%" PRId64 ",\"name\":", view->campaign_id);
    json_write_string(body, view->name);
    buffer_append_format(body, ",\"full\":%s,\"checkedAt\":", view->full ? "true" : "false");
    json_write_moment(body, view->checked_at_ms);
    buffer_append_format(body,
                         ",\"state\":\"%s\",\"done\":%" PRId64 ",\"total\":%" PRId64
                         ",\"stale\":%" PRId64 ",\"refusedCount\":%" PRId64 ",\"refused\":[",
                         state_names[view->state], view->done, view->total, view->stale,
                         view->refused_count);
    buffer_append(body, view->refused);
    buffer_append(body, BYTES("]"));
    if (view->problem.size > 0) {
        buffer_append(body, BYTES(",\"problem\":"));
        json_write_string(body, view->problem);
    }
}

/* As stockctl says it: of the SKUs that have stock, how many would become 0. */
static void encode_brake(struct buffer *body, const struct upload_plan_numbers *numbers)
{
    const int64_t zeroes = upload_zeroes_count(numbers);
    const int64_t permille = zeroes * 1000 / numbers->in_stock;
    buffer_append_format(body,
                         ",\"brake\":{\"inStock\":%" PRId64 ",\"toZero\":%" PRId64
                         ",\"share\":%" PRId64 ".%" PRId64 ",\"limit\":%" PRId64 "}",
                         numbers->in_stock, zeroes, permille / 10, permille % 10,
                         numbers->zero_percent_max);
}

void upload_plan_encode(struct buffer *body, const struct upload_plan_numbers *numbers)
{
    buffer_append_format(body,
                         ",\"plan\":{\"changes\":%" PRId64 ",\"unchanged\":%" PRId64
                         ",\"stale\":%" PRId64 ",\"changed\":%" PRId64 ",\"new\":%" PRId64
                         ",\"toZero\":%" PRId64 ",\"zeroedByFull\":%" PRId64
                         ",\"unitsBefore\":%" PRId64 ",\"unitsAfter\":%" PRId64 "}",
                         upload_changes_count(numbers), numbers->unchanged, numbers->stale,
                         numbers->changes[UPLOAD_CHANGED], numbers->changes[UPLOAD_NEW],
                         numbers->changes[UPLOAD_ZERO], numbers->changes[UPLOAD_FULL],
                         numbers->units_before, numbers->units_after);
    if (numbers->is_braked)
        encode_brake(body, numbers);
}

void upload_change_encode(struct buffer *body, const struct upload_change *change)
{
    buffer_append(body, BYTES("{\"sku\":"));
    json_write_string(body, change->sku);
    if (change->before != STOCK_NOT_KNOWN)
        buffer_append_format(body, ",\"before\":%" PRId64, change->before);
    buffer_append_format(body, ",\"after\":%" PRId64 ",\"kind\":\"%s\"}", change->after,
                         kind_names[change->kind]);
}

void upload_refused_encode(struct buffer *elements, struct bytes sku, const char *text)
{
    buffer_append_text(elements, elements->size > 0 ? ",{\"sku\":" : "{\"sku\":");
    json_write_string(elements, sku);
    buffer_append(elements, BYTES(",\"text\":"));
    json_write_string(elements, bytes_from_text(text));
    buffer_append(elements, BYTES("}"));
}

bool upload_consent_decode(struct json_value root, struct upload_consent *consent,
                           struct error_list *errors)
{
    struct json_value slot;
    *consent = (struct upload_consent){.confirm = 0};
    if (!field_is(&root, JSON_OBJECT, FIELD("$"), errors))
        return false;
    const bool counted = field_int64(field_member(root, "confirm", &slot), FIELD("confirm"), 0,
                                     INT64_MAX, &consent->confirm, errors);
    return field_bool(field_member(root, "overBrake", &slot), FIELD("overBrake"), false,
                      &consent->over_brake, errors) &&
           counted;
}
