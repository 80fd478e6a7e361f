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

static void put_flag(struct buffer *buffer, const char *name, bool flag)
{
    if (!flag)
        return;
    put_name(buffer, name, false);
    buffer_append(buffer, BYTES("true"));
}

static void encode_business(struct buffer *buffer, const void *entry)
{
    const struct registry_business *business = entry;
    put_id(buffer, "id", business->id, true);
    put_text(buffer, "name", business->name, false);
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

void registry_document_encode(struct buffer *buffer, const struct registry_document *document)
{
    encode_list(buffer, "businesses", true, encode_business, ENTRIES(document->businesses));
    encode_list(buffer, "campaigns", false, encode_campaign, ENTRIES(document->campaigns));
    encode_list(buffer, "warehouseGroups", false, encode_group, ENTRIES(document->groups));
    encode_list(buffer, "warehouses", false, encode_warehouse, ENTRIES(document->warehouses));
    encode_list(buffer, "marketWarehouses", false, encode_market_warehouse,
                ENTRIES(document->market_warehouses));
    encode_list(buffer, "tokens", false, encode_token, ENTRIES(document->tokens));
    buffer_append(buffer, BYTES("}\n"));
}
