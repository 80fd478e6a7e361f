/* Failures alone are told; a list without elements is left out. */
#include "wire/offer_archive.h"

#include "wire/field.h"
#include "wire/page_token.h"

static const char *failure_name(enum archive_failure failure)
{
    switch (failure) {
    case ARCHIVE_NO_FAILURE:
        return NULL;
    case ARCHIVE_HAS_STOCKS:
        return "OFFER_HAS_STOCKS";
    case ARCHIVE_UNKNOWN:
        return "UNKNOWN";
    }
    return NULL;
}

void offer_archive_encode(struct buffer *body, const struct stock_key *keys,
                          const enum archive_failure *failures, uint32_t keys_count)
{
    bool begun = false;
    buffer_append(body, BYTES("{\"status\":\"OK\",\"result\":{"));
    for (uint32_t i = 0; i < keys_count; i++) {
        const char *name = failure_name(failures[i]);
        if (name == NULL)
            continue;
        buffer_append_text(body, begun ? ",{\"offerId\":" : "\"notArchivedOffers\":[{\"offerId\":");
        json_write_string(body, keys[i].sku);
        buffer_append(body, BYTES(",\"error\":\""));
        buffer_append_text(body, name);
        buffer_append(body, BYTES("\"}"));
        begun = true;
    }
    buffer_append_text(body, begun ? "]}}" : "}}");
}

bool offer_mappings_decode(struct json_value root, size_t offers_max, struct arena *arena,
                           struct offer_mappings *request, struct error_list *errors)
{
    *request = (struct offer_mappings){.listed = false};
    if (!field_is(&root, JSON_OBJECT, FIELD("$"), errors))
        return false;
    struct json_value offers;
    struct json_value archived;
    bool valid = true;
    request->listed = json_find(root, BYTES("offerIds"), &offers) && json_type(offers) != JSON_NULL;
    if (request->listed) {
        valid = sku_list_decode(&offers, "offerIds", offers_max, arena, &request->offers, errors);
        if (!valid && errors->count == 0)
            return false; /* No memory. */
    }
    request->archived_given =
        json_find(root, BYTES("archived"), &archived) && json_type(archived) != JSON_NULL;
    return field_bool(request->archived_given ? &archived : NULL, FIELD("archived"), false,
                      &request->archived, errors) &&
           valid;
}

void offer_mappings_encode_begin(struct buffer *body, struct bytes next_token)
{
    buffer_append(body, BYTES("{\"status\":\"OK\",\"result\":{"));
    page_token_encode_paging(body, next_token, (struct bytes){NULL, 0});
    buffer_append(body, BYTES(",\"offerMappings\":["));
}

void offer_mappings_encode_offer(struct buffer *body, struct bytes sku, bool archived)
{
    if (body->size > 0 && body->data[body->size - 1] == '}')
        buffer_append(body, BYTES(","));
    buffer_append(body, BYTES("{\"offer\":{\"offerId\":"));
    json_write_string(body, sku);
    buffer_append_text(body, archived ? ",\"archived\":true}}" : ",\"archived\":false}}");
}

void offer_mappings_encode_end(struct buffer *body)
{
    buffer_append(body, BYTES("]}}"));
}
