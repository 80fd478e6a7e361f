/* Writing a registry document: the inverse of registry_document.c, entry by entry. Optional fields
 * that say nothing are left out, so equal documents give equal bytes. */
#include "wire/registry_document.h"

#include <math.h>

typedef void encode_entry(struct buffer *buffer, const void *entry);

/* The entries of one list. */
struct entries {
    const void *data;
    size_t entry_bytes;
    uint32_t count;
};

static void put_name(struct buffer *buffer, const char *name, bool first)
{
    buffer_append_text(buffer, first ? "{\"" : ",\"");
    buffer_append_text(buffer, name);
    buffer_append(buffer, BYTES("\":"));
}

static void put_id(struct buffer *buffer, const char *name, int64_t id, bool first)
{
    if (id == 0)
        return;
    put_name(buffer, name, first);
    buffer_append_int64(buffer, id);
}

static void put_text(struct buffer *buffer, const char *name, struct bytes text, bool first)
{
    if (text.size == 0)
        return;
    put_name(buffer, name, first);
    json_write_string(buffer, text);
}

/* Writes the value where the flag is set: what a document means without it is its opposite. */
static void put_flag_as(struct buffer *buffer, const char *name, bool flag, const char *value)
{
    if (!flag)
        return;
    put_name(buffer, name, false);
    buffer_append_text(buffer, value);
}

static void put_flag(struct buffer *buffer, const char *name, bool flag)
{
    put_flag_as(buffer, name, flag, "true");
}

static void encode_business(struct buffer *buffer, const void *entry)
{
    const struct registry_business *business = entry;
    put_id(buffer, "id", business->id, true);
    put_text(buffer, "name", business->name, false);
    buffer_append(buffer, BYTES("}"));
}

static void encode_push(struct buffer *buffer, const struct registry_push *push)
{
    put_name(buffer, "push", false);
    put_text(buffer, "url", push->url, true);
    put_text(buffer, "token", push->token, false);
    if (push->token_in_query)
        put_text(buffer, "tokenIn", BYTES("query"), false);
    put_id(buffer, "periodSeconds", push->period_s, false);
    buffer_append(buffer, BYTES("}"));
}

static void encode_campaign(struct buffer *buffer, const void *entry)
{
    const struct registry_campaign *campaign = entry;
    put_id(buffer, "id", campaign->id, true);
    put_id(buffer, "businessId", campaign->business_id, false);
    put_text(buffer, "domain", campaign->domain, false);
    put_text(buffer, "placementType", bytes_from_text(placement_name(campaign->placement)), false);
    if (campaign->availability != AVAILABILITY_AVAILABLE)
        put_text(buffer, "apiAvailability",
                 bytes_from_text(availability_name(campaign->availability)), false);
    put_id(buffer, "shelfId", campaign->shelf_id, false);
    if (campaign->push.url.size > 0)
        encode_push(buffer, &campaign->push);
    buffer_append(buffer, BYTES("}"));
}

static void encode_group(struct buffer *buffer, const void *entry)
{
    const struct registry_group *group = entry;
    put_id(buffer, "id", group->id, true);
    put_id(buffer, "businessId", group->business_id, false);
    put_text(buffer, "name", group->name, false);
    put_id(buffer, "mainWarehouseId", group->main_warehouse_id, false);
    put_id(buffer, "shelfId", group->shelf_id, false);
    buffer_append(buffer, BYTES("}"));
}

static void put_degrees(struct buffer *buffer, const char *name, double degrees, bool first)
{
    put_name(buffer, name, first);
    if (degrees == floor(degrees))
        buffer_append_format(buffer, "%.1f", degrees); /* Stays a floating-point number. */
    else
        buffer_append_format(buffer, "%.17g", degrees);
}

static void encode_address(struct buffer *buffer, const struct registry_address *address)
{
    put_name(buffer, "address", false);
    put_text(buffer, "city", address->city, true);
    put_text(buffer, "street", address->street, false);
    put_text(buffer, "number", address->number, false);
    put_text(buffer, "building", address->building, false);
    put_text(buffer, "block", address->block, false);
    put_name(buffer, "gps", false);
    put_degrees(buffer, "latitude", address->latitude, true);
    put_degrees(buffer, "longitude", address->longitude, false);
    buffer_append(buffer, BYTES("}}"));
}

static void encode_warehouse(struct buffer *buffer, const void *entry)
{
    const struct registry_warehouse *warehouse = entry;
    put_id(buffer, "id", warehouse->id, true);
    put_id(buffer, "campaignId", warehouse->campaign_id, false);
    put_text(buffer, "name", warehouse->name, false);
    put_id(buffer, "groupId", warehouse->group_id, false);
    put_id(buffer, "shelfId", warehouse->shelf_id, false);
    put_flag(buffer, "express", warehouse->express);
    put_flag_as(buffer, "enabled", warehouse->disabled, "false");
    if (warehouse->has_address)
        encode_address(buffer, &warehouse->address);
    buffer_append(buffer, BYTES("}"));
}

static void encode_market_warehouse(struct buffer *buffer, const void *entry)
{
    const struct registry_market_warehouse *warehouse = entry;
    put_id(buffer, "id", warehouse->id, true);
    put_text(buffer, "name", warehouse->name, false);
    put_flag(buffer, "returns", warehouse->returns);
    put_id(buffer, "shelfId", warehouse->number, false);
    buffer_append(buffer, BYTES("}"));
}

static void encode_token(struct buffer *buffer, const void *entry)
{
    const struct registry_token *token = entry;
    char hex[SHA256_HEX_BYTES];
    sha256_to_hex(&token->hash, hex);
    put_text(buffer, "name", token->name, true);
    put_id(buffer, "businessId", token->business_id, false);
    put_name(buffer, "scopes", false);
    bool first = true;
    for (int i = 0; i < SCOPES_COUNT; i++) {
        if ((token->scopes & SCOPE_BIT(i)) == 0)
            continue;
        buffer_append_text(buffer, first ? "[" : ",");
        json_write_string(buffer, bytes_from_text(scope_name((enum scope)i)));
        first = false;
    }
    buffer_append_text(buffer, first ? "[]" : "]");
    put_flag(buffer, "revoked", token->revoked);
    put_text(buffer, token->kind == TOKEN_OAUTH ? "oauthSha256" : "apiKeySha256",
             bytes_from_text(hex), false);
    buffer_append(buffer, BYTES("}"));
}

static void encode_list(struct buffer *buffer, const char *name, bool first, encode_entry *encode,
                        struct entries entries)
{
    put_name(buffer, name, first);
    buffer_append(buffer, BYTES("["));
    for (uint32_t i = 0; i < entries.count; i++) {
        if (i > 0)
            buffer_append(buffer, BYTES(",\n"));
        encode(buffer, (const uint8_t *)entries.data + i * entries.entry_bytes);
    }
    buffer_append(buffer, BYTES("]"));
}

#define ENTRIES(array) ((struct entries){array, sizeof(*(array)), array##_count})

static void encode_id(struct buffer *buffer, const void *entry)
{
    buffer_append_int64(buffer, *(const int64_t *)entry);
}

static void encode_removed_token(struct buffer *buffer, const void *entry)
{
    const struct registry_token *token = entry;
    put_text(buffer, "name", token->name, true);
    put_id(buffer, "businessId", token->business_id, false);
    buffer_append(buffer, BYTES("}"));
}

static void encode_removal(struct buffer *buffer, const struct registry_removal *removal)
{
    if ((removal->businesses_count | removal->campaigns_count | removal->groups_count |
         removal->warehouses_count | removal->market_warehouses_count | removal->tokens_count) == 0)
        return;
    put_name(buffer, "remove", false);
    encode_list(buffer, "businesses", true, encode_id, ENTRIES(removal->businesses));
    encode_list(buffer, "campaigns", false, encode_id, ENTRIES(removal->campaigns));
    encode_list(buffer, "warehouseGroups", false, encode_id, ENTRIES(removal->groups));
    encode_list(buffer, "warehouses", false, encode_id, ENTRIES(removal->warehouses));
    encode_list(buffer, "marketWarehouses", false, encode_id, ENTRIES(removal->market_warehouses));
    encode_list(buffer, "tokens", false, encode_removed_token, ENTRIES(removal->tokens));
    buffer_append(buffer, BYTES("}"));
}

void registry_document_encode(struct buffer *buffer, const struct registry_document *document)
{
    encode_list(buffer, "businesses", true, encode_business, ENTRIES(document->businesses));
    encode_list(buffer, "campaigns", false, encode_campaign, ENTRIES(document->campaigns));
    encode_list(buffer, "warehouseGroups", false, encode_group, ENTRIES(document->groups));
    encode_list(buffer, "warehouses", false, encode_warehouse, ENTRIES(document->warehouses));
    encode_list(buffer, "marketWarehouses", false, encode_market_warehouse,
                ENTRIES(document->market_warehouses));
    encode_list(buffer, "tokens", false, encode_token, ENTRIES(document->tokens));
    encode_removal(buffer, &document->removal);
    put_id(buffer, "shelfIdLast", document->shelf_id_last, false);
    put_id(buffer, "marketNumberLast", document->market_number_last, false);
    buffer_append(buffer, BYTES("}\n"));
}
