/* The registry document (docs/formats.md): who sells what from where, and who may ask. It comes as
 * a file of the operator and is kept in the store; there, tokens are SHA-256 only. Every list may
 * be absent; what a document says replaces what was known under the same id. */
#ifndef WIRE_REGISTRY_DOCUMENT_H
#define WIRE_REGISTRY_DOCUMENT_H

#include "base/arena.h"
#include "base/sha256.h"
#include "wire/json.h"
#include "wire/reply.h"
#include "wire/scope.h"

/* CONTRACT §5. Express campaigns are FBS with an express warehouse. */
enum placement { PLACEMENT_FBS, PLACEMENT_FBY, PLACEMENT_DBS, PLACEMENT_LAAS };
enum { PLACEMENTS_COUNT = PLACEMENT_LAAS + 1 };

/* Those whose numbers the seller writes. */
#define PLACEMENTS_OF_SELLERS (1U << PLACEMENT_FBS | 1U << PLACEMENT_DBS)

enum availability {
    AVAILABILITY_AVAILABLE,
    AVAILABILITY_DISABLED_BY_INACTIVITY,
    AVAILABILITY_DISABLED_BY_NO_ACTIVE_CONTRACT,
    AVAILABILITY_MANUALLY_DISABLED,
    AVAILABILITY_DISABLED_BY_NO_PLACEMENT_TYPE,
};
enum { AVAILABILITIES_COUNT = AVAILABILITY_DISABLED_BY_NO_PLACEMENT_TYPE + 1 };

struct registry_business {
    int64_t id;
    struct bytes name;
};

/* A shop that is asked for its stocks (CONTRACT §3). */
struct registry_push {
    struct bytes url; /* Without the `/stocks` behind it. None: the shop is not asked. */
    struct bytes token;
    bool token_in_query; /* As `auth-token`; else as the header Authorization. */
    int64_t period_s;
};

struct registry_campaign {
    int64_t id;
    int64_t business_id;
    struct bytes domain;
    enum placement placement;
    enum availability availability;
    int64_t shelf_id; /* Of FBY and LAAS, and of those that once were. Given like a group's. */
    struct registry_push push;
};

struct registry_group {
    int64_t id;
    int64_t business_id;
    struct bytes name;
    int64_t main_warehouse_id; /* 0: the first member (C60). */
    int64_t shelf_id;          /* Given by the registry, kept in the store; 0: not yet. */
};

/* CONTRACT §6. */
struct registry_address {
    struct bytes city;
    struct bytes street;
    struct bytes number;
    struct bytes building;
    struct bytes block;
    double latitude;
    double longitude;
};

/* A warehouse of the seller. */
struct registry_warehouse {
    int64_t id;
    int64_t campaign_id;
    struct bytes name;
    int64_t group_id; /* 0: none. */
    int64_t shelf_id; /* Its own, used outside a group. As in a group. */
    bool express;
    bool disabled;      /* Switched off by the seller (CONTRACT §6). */
    bool enabled_given; /* The document says whether it is. */
    bool has_address;
    struct registry_address address;
};

/* A warehouse of the Market. */
struct registry_market_warehouse {
    int64_t id;
    struct bytes name;
    bool returns;
    int64_t number; /* For market_shelf_id(). Given and kept like a shelf's. */
};

enum token_kind { TOKEN_API_KEY, TOKEN_OAUTH };

struct registry_token {
    struct bytes name; /* Unique in its business. */
    int64_t business_id;
    enum token_kind kind;
    uint32_t scopes; /* A set; OAuth tokens have none and may call everything. */
    bool revoked;
    struct sha256 hash;
};

/* Which entries are removed. */
struct registry_removal {
    int64_t *businesses;
    int64_t *campaigns;
    int64_t *groups;
    int64_t *warehouses;
    int64_t *market_warehouses;
    struct registry_token *tokens; /* Name and business alone. */
    uint32_t businesses_count;
    uint32_t campaigns_count;
    uint32_t groups_count;
    uint32_t warehouses_count;
    uint32_t market_warehouses_count;
    uint32_t tokens_count;
};

struct registry_document {
    struct registry_business *businesses;
    struct registry_campaign *campaigns;
    struct registry_group *groups;
    struct registry_warehouse *warehouses;
    struct registry_market_warehouse *market_warehouses;
    struct registry_token *tokens;
    uint32_t businesses_count;
    uint32_t campaigns_count;
    uint32_t groups_count;
    uint32_t warehouses_count;
    uint32_t market_warehouses_count;
    uint32_t tokens_count;
    struct registry_removal removal; /* Done before the lists. */
    int64_t shelf_id_last;           /* Highest numbers ever given; 0: as the entries say. */
    int64_t market_number_last;
};

/* Decodes and checks each field for itself; an error names its path. Everything is copied into the
 * arena. False when `errors` tell why not, or, with no error, when there is no memory. */
MUST_USE bool registry_document_decode(struct json_value root, struct arena *arena,
                                       struct registry_document *document,
                                       struct error_list *errors);

/* Writes a document that decodes to the same; tokens as SHA-256, the tokens of push
 * as they are. */
void registry_document_encode(struct buffer *buffer, const struct registry_document *document);

const char *placement_name(enum placement placement);
const char *availability_name(enum availability availability);

#endif
