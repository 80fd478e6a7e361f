/* A filter that is an empty array, or null, is none. */
#include "wire/campaign_offers.h"

#include "base/limits.h"
#include "wire/page_token.h"

static const char *const status_names[OFFER_STATUSES_COUNT] = {
    [OFFER_PUBLISHED] = "PUBLISHED",
    [OFFER_CHECKING] = "CHECKING",
    [OFFER_DISABLED_BY_PARTNER] = "DISABLED_BY_PARTNER",
    [OFFER_DISABLED_AUTOMATICALLY] = "DISABLED_AUTOMATICALLY",
    [OFFER_REJECTED_BY_MARKET] = "REJECTED_BY_MARKET",
    [OFFER_CREATING_CARD] = "CREATING_CARD",
    [OFFER_NO_CARD] = "NO_CARD",
    [OFFER_NO_STOCKS] = "NO_STOCKS",
    [OFFER_ARCHIVED] = "ARCHIVED",
    [OFFER_READY_FOR_PUBLICATION] = "READY_FOR_PUBLICATION",
};

static bool check_status(struct json_value value, const struct field_path *path, uint32_t *statuses,
                         struct error_list *errors)
{
    if (!field_is(&value, JSON_STRING, path, errors))
        return false;
    for (int i = 0; i < OFFER_STATUSES_COUNT; i++) {
        if (!bytes_equal(json_string(value), bytes_from_text(status_names[i])))
            continue;
        *statuses |= 1U << i;
        return true;
    }
    field_add_illegal(errors, path);
    return false;
}

/* One element of the filter `name`. */
static bool check_element(struct json_value value, const char *name, size_t index,
                          uint32_t *statuses, struct error_list *errors)
{
    const struct field_path *path = FIELD_OF(name, index, "");
    int64_t number = 0;
    if (json_type(value) == JSON_NULL) {
        field_add_error(errors, FIELD(name), "elements must be not null (rejected value: null)");
        return false;
    }
    if (bytes_equal(bytes_from_text(name), BYTES("statuses")))
        return check_status(value, path, statuses, errors);
    if (bytes_equal(bytes_from_text(name), BYTES("categoryIds")))
        return field_int64(&value, path, 1, INT64_MAX, &number, errors);
    return field_is(&value, JSON_STRING, path, errors);
}

/* Checks a filter. *given: it has elements. */
static bool check_filter(struct json_value root, const char *name, bool *given, uint32_t *statuses,
                         struct error_list *errors)
{
    struct json_value array;
    *given = false;
    if (!json_find(root, bytes_from_text(name), &array) || json_type(array) == JSON_NULL)
        return true;
    if (!field_is(&array, JSON_ARRAY, FIELD(name), errors))
        return false;
    bool valid = true;
    struct json_walk walk = json_walk_begin(array);
    struct json_value value;
    for (size_t i = 0; json_next_element(&walk, &value); i++) {
        valid &= check_element(value, name, i, statuses, errors);
        *given = true;
    }
    return valid;
}

bool campaign_offers_decode(struct json_value root, struct arena *arena,
                            struct campaign_offers *request, struct error_list *errors)
{
    static const char *const catalogue_filters[] = {"categoryIds", "vendorNames", "tags"};
    *request = (struct campaign_offers){.listed = false};
    if (!field_is(&root, JSON_OBJECT, FIELD("$"), errors))
        return false;
    struct json_value offers;
    bool valid = true;
    request->listed = json_find(root, BYTES("offerIds"), &offers) && json_type(offers) != JSON_NULL;
    if (request->listed) {
        valid = sku_list_decode(&offers, "offerIds", CAMPAIGN_OFFER_IDS_MAX, arena,
                                &request->offers, errors);
        if (!valid && errors->count == 0)
            return false; /* No memory. */
    }
    bool filtered = false;
    valid &= check_filter(root, "statuses", &filtered, &request->statuses, errors);
    for (size_t i = 0; i < sizeof(catalogue_filters) / sizeof(catalogue_filters[0]); i++) {
        bool given = false;
        valid &= check_filter(root, catalogue_filters[i], &given, &request->statuses, errors);
        request->catalogue_only |= given;
    }
    if (valid && request->listed && (filtered || request->catalogue_only)) {
        error_list_add(errors, "offerIds must not be used together with statuses, categoryIds, "
                               "vendorNames or tags");
        valid = false;
    }
    return valid;
}

void campaign_offers_encode_begin(struct buffer *body, struct bytes next_token,
                                  struct bytes prev_token)
{
    buffer_append(body, BYTES("{\"status\":\"OK\",\"result\":{"));
    page_token_encode_paging(body, next_token, prev_token);
    buffer_append(body, BYTES(",\"offers\":["));
}

void campaign_offers_encode_offer(struct buffer *body, struct bytes sku, enum offer_status status)
{
    if (body->size > 0 && body->data[body->size - 1] == '}')
        buffer_append(body, BYTES(","));
    buffer_append(body, BYTES("{\"offerId\":"));
    json_write_string(body, sku);
    buffer_append(body, BYTES(",\"status\":\""));
    buffer_append_text(body, status_names[status]);
    buffer_append(body, BYTES("\"}"));
}

void campaign_offers_encode_end(struct buffer *body)
{
    buffer_append(body, BYTES("]}}"));
}

bool offer_updates_decode(struct json_value root, struct arena *arena,
                          struct offer_updates *updates, struct error_list *errors)
{
    static const struct offer_list_rules rules = {"offers", OFFERS_MAX, OFFER_REPEATS_REFUSED};
    *updates = (struct offer_updates){.hidden = NULL};
    struct offer_walk walk;
    const bool begun = offer_list_begin(root, &rules, arena, &walk, errors);
    updates->elements_count = walk.list.elements_count;
    if (!begun)
        return false;
    updates->hidden = arena_allocate(arena, updates->elements_count * sizeof(*updates->hidden));
    updates->shown = arena_allocate(arena, updates->elements_count * sizeof(*updates->shown));
    if (updates->hidden == NULL || updates->shown == NULL)
        return false;
    struct json_value element;
    bool added = false;
    while (offer_list_next(&walk, &element, &added)) {
        struct json_value value;
        const bool given = json_find(element, BYTES("available"), &value);
        bool available = true;
        if (!field_bool(given ? &value : NULL, FIELD_OF("offers", walk.index, ".available"), true,
                        &available, errors) ||
            !added || !given || json_type(value) == JSON_NULL)
            continue;
        const struct stock_key key = walk.list.keys[walk.list.keys_count - 1];
        if (available)
            updates->shown[updates->shown_count++] = key;
        else
            updates->hidden[updates->hidden_count++] = key;
    }
    return errors->count == 0;
}
