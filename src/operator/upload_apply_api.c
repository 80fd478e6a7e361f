/* POST …/apply: lets an upload change what it was shown to change. */
#include <inttypes.h>

#include "operator/operator_internal.h"
#include "operator/uploads.h"

static bool decode(struct operator_call *call, const struct json_value *root)
{
    struct upload_consent *consent = arena_allocate(&call->call.exchange->arena, sizeof(*consent));
    call->state = consent;
    return consent != NULL && upload_consent_decode(*root, consent, &call->call.errors);
}

static void refuse_brake(struct operator_call *call, const struct upload_plan_numbers *numbers)
{
    const int64_t zeroes = upload_zeroes_count(numbers);
    const int64_t permille = zeroes * 1000 / numbers->in_stock;
    call_refuse(&call->call, 409, "BRAKE",
                "%" PRId64 " of the %" PRId64 " SKUs that have stock would become 0, %" PRId64
                ".%" PRId64 "%%, and %" PRId64 "%% is allowed; if that is right, say overBrake",
                zeroes, numbers->in_stock, permille / 10, permille % 10, numbers->zero_percent_max);
}

/* Answers what upload_begin_apply() said. True: it was granted. */
static bool answer(struct operator_call *call, const struct upload *upload,
                   enum upload_refusal refusal)
{
    const struct upload_consent *consent = call->state;
    switch (refusal) {
    case UPLOAD_GRANTED:
        operator_reply_ok(call);
        return true;
    case UPLOAD_IS_APPLYING:
        call_refuse(&call->call, 409, "UPLOAD_STATE", "It is being applied, or was applied");
        return false;
    case UPLOAD_HAS_OBSTACLE:
        call_refuse(&call->call, 409, "UPLOAD_OBSTACLE", "It cannot be applied: %s",
                    upload->obstacle);
        return false;
    case UPLOAD_OTHER_COUNT:
        call_refuse(&call->call, 409, "UPLOAD_OTHER_COUNT",
                    "It makes %" PRId64 " changes, and %" PRId64 " were confirmed",
                    upload_changes_count(&upload->numbers), consent->confirm);
        return false;
    case UPLOAD_BRAKED:
        refuse_brake(call, &upload->numbers);
        return false;
    }
    return false;
}

static bool begin(struct operator_call *call)
{
    struct uploads *uploads = call->api->uploads;
    struct upload *upload = operator_find_upload(call);
    if (upload == NULL)
        return false;
    if (answer(call, upload, upload_begin_apply(upload, call->state)))
        uploads_apply(uploads, upload);
    uploads_release(uploads, upload);
    return false;
}

const struct operator_method method_apply_upload = {.decode = decode, .begin = begin};
