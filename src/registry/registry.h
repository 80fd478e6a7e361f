/* The registry: businesses, campaigns, warehouses, groups and tokens, and which shelf each campaign
 * sells from (CONTRACT §5, §6, §9, §11). It changes by documents, each an upsert of whole entries;
 * applying the same documents in the same order gives the same registry, shelf numbers included.
 * Documents are applied before requests are served; look-ups may come from any thread. */
#ifndef REGISTRY_REGISTRY_H
#define REGISTRY_REGISTRY_H

#include "wire/registry_document.h"

struct registry;

/* NULL: no memory. */
MUST_USE struct registry *registry_create(void);
void registry_destroy(struct registry *registry);

/* Memory that lives as long as the registry: documents to be applied are decoded into it. */
struct arena *registry_arena(struct registry *registry);

/* Units have to be carried from one shelf to another, newest first winner (C60). */
struct registry_move {
    int64_t from_shelf_id;
    int64_t to_shelf_id;
};

struct registry_change {
    bool changed;                /* False: the registry said all that already. */
    struct registry_move *moves; /* In this order. In the registry's arena. */
    uint32_t moves_count;
};

/* Where a document comes from: REGISTRY_KEPT ones were applied before and carry shelf numbers. */
enum registry_origin { REGISTRY_NEW, REGISTRY_KEPT };

/* Applies a document as a whole or not at all, and writes into it the shelf numbers of its groups
 * and warehouses: whoever keeps the document keeps them too. ERR_INVALID: `errors` tell what does
 * not fit together; ERR_MEMORY. */
MUST_USE enum err registry_apply(struct registry *registry, struct registry_document *document,
                                 enum registry_origin origin, struct registry_change *change,
                                 struct error_list *errors);

/* Shelf numbers up to this one are taken, whether or not a document says so: a process that died
 * between carrying units and keeping the document leaves a shelf that nobody may get. */
void registry_reserve_shelves(struct registry *registry, int64_t shelf_id_last);

/* Writes everything as one document. */
void registry_encode(const struct registry *registry, struct buffer *buffer);

/* False: nobody could ask for anything. */
bool registry_has_tokens(const struct registry *registry);

/* What the API has to know of a token. */
struct token_facts {
    int64_t business_id;
    uint32_t scopes; /* A set; nothing for OAuth. */
    bool revoked;
};

/* False: no such token of that kind. */
MUST_USE bool registry_find_token(const struct registry *registry, enum token_kind kind,
                                  struct bytes secret, struct token_facts *facts);

/* What the API has to know of a campaign. */
struct campaign_facts {
    int64_t id;
    int64_t business_id;
    enum placement placement;
    enum availability availability;
    int64_t warehouse_id; /* The seller's; 0: none. */
    int64_t shelf_id;     /* Of that warehouse or its group; 0: none. */
};

/* False: no such campaign. */
MUST_USE bool registry_find_campaign(const struct registry *registry, int64_t id,
                                     struct campaign_facts *facts);

#endif
