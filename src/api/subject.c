/* Whom a request is about: the campaign or the business of its path, or else the token's business.
 * Requests are counted for it while they are under way (C49), it must exist and belong to the token
 * (CONTRACT §9), and its model must fit the method. */
#include <inttypes.h>

#include "api/api_internal.h"

/* Businesses and campaigns are numbered apart: the limiter knows businesses as negative. */
static int64_t entity_of_business(int64_t business_id)
{
    return -business_id;
}

static enum api_entity entity_of(const struct api_call *call)
{
    return rate_entity(call->row->rate);
}

/* Finds out whom the path speaks of. */
static void subject_find(struct api_call *call)
{
    if (entity_of(call) == ENTITY_TOKEN) {
        call->subject_given = true;
        call->own = true;
        call->entity = entity_of_business(call->token.business_id);
        return;
    }
    call->subject_given = bytes_to_int64(call->values.texts[0], &call->subject_id);
    if (!call->subject_given)
        return;
    if (entity_of(call) == ENTITY_BUSINESS) {
        call->own = call->subject_id == call->token.business_id;
        call->entity = call->own ? entity_of_business(call->subject_id) : 0;
        return;
    }
    call->campaign_found =
        registry_find_campaign(call->api->registry, call->subject_id, &call->campaign);
    call->own = call->campaign_found && call->campaign.business_id == call->token.business_id;
    call->entity = call->subject_id;
}

/* One that will be refused for its subject is told the same as its owner while that is busy (C46),
 * but takes no place: nobody keeps the owner out. */
bool subject_enter(struct api_call *call)
{
    const struct api_settings *settings = &call->api->settings;
    struct limiter *limiter = call->api->limiter;
    subject_find(call);
    if (!call->subject_given || call->entity == 0)
        return true; /* subject_check() refuses it. */
    if (!call->own && !limiter_is_full(limiter, call->entity))
        return true;
    call->entered = call->own && limiter_enter(limiter, call->entity);
    if (call->entered)
        return true;
    if (settings->edition == EDITION_2025) {
        refuse(call, 420, "Hit rate limit of %u parallel requests", settings->parallel_max);
        return false;
    }
    const bool campaign = entity_of(call) == ENTITY_CAMPAIGN;
    refuse(call, 420, "Hit rate limit of %u parallel requests for %s %" PRId64,
           settings->parallel_max, campaign ? "campaignId" : "businessId",
           campaign ? call->entity : -call->entity);
    return false;
}

void subject_leave(struct api_call *call)
{
    if (call->entered)
        limiter_leave(call->api->limiter, call->entity);
    call->entered = false;
}

static void refuse_unknown_campaign(struct api_call *call, int64_t id)
{
    const bool colon = call->api->settings.edition == EDITION_2025;
    refuse(call, 404, "Campaign not found%s '%" PRId64 "'", colon ? ":" : "", id);
}

bool subject_check_active(struct api_call *call, const struct campaign_facts *campaign)
{
    const char *reason = "";
    switch (campaign->availability) {
    case AVAILABILITY_AVAILABLE:
        return true;
    case AVAILABILITY_DISABLED_BY_INACTIVITY:
        reason = "disabled due to inactivity";
        break;
    case AVAILABILITY_MANUALLY_DISABLED:
        reason = "manually disabled";
        break;
    case AVAILABILITY_DISABLED_BY_NO_ACTIVE_CONTRACT:
        reason = "disabled because there are no active contracts with Market";
        break;
    case AVAILABILITY_DISABLED_BY_NO_PLACEMENT_TYPE:
        reason = "disabled because it has no placement program";
        break;
    }
    if (call->api->settings.edition == EDITION_2025) {
        refuse(call, 403, "Access denied for campaign '%" PRId64 "' because it is not active",
               campaign->id);
    } else {
        refuse(call, 403, "API for campaign '%" PRId64 "' %s", campaign->id, reason);
    }
    return false;
}

bool subject_check_campaign(struct api_call *call, int64_t id)
{
    call->campaign_found = registry_find_campaign(call->api->registry, id, &call->campaign);
    if (!call->campaign_found) {
        refuse_unknown_campaign(call, id);
        return false;
    }
    if (call->campaign.business_id == call->token.business_id)
        return subject_check_active(call, &call->campaign);
    refuse(call, 403, "Access denied");
    return false;
}

bool subject_check(struct api_call *call)
{
    const bool campaign = entity_of(call) == ENTITY_CAMPAIGN;
    if (!call->subject_given) {
        refuse(call, 400, "Type mismatch: '%.*s'",
               BYTES_ARG(bytes_clip(call->values.texts[0], REJECTED_VALUE_BYTES_MAX)));
        return false;
    }
    if (entity_of(call) != ENTITY_TOKEN && call->subject_id < 1) {
        refuse(call, 400, "%s must be greater than or equal to 1 (rejected value: %" PRId64 ")",
               campaign ? "campaignId" : "businessId", call->subject_id);
        return false;
    }
    if (campaign && !call->campaign_found) {
        refuse_unknown_campaign(call, call->subject_id);
        return false;
    }
    if (!call->own) {
        refuse(call, 403, "Access denied");
        return false;
    }
    call->rated = true;
    call->call.campaign_id = campaign ? call->subject_id : 0;
    return !campaign || call->row->inactive_allowed || subject_check_active(call, &call->campaign);
}

/* The last step before execution (C46). */
bool subject_check_model(struct api_call *call)
{
    const uint32_t placements = call->row->placements;
    if (placements == 0 || (placements & 1U << call->campaign.placement) != 0)
        return true;
    call_refuse_placement(&call->call, placements, call->api->settings.edition == EDITION_2026);
    return false;
}
