/* The registry: businesses, campaigns, warehouses, groups and tokens, and which shelves each
 * campaign sells from (CONTRACT §5, §6, §9, §11). It changes by documents while requests are
 * served; applying the same documents in the same order gives the same registry, shelf numbers
 * included.
 *
 * Look-ups and listings (registry_lookup.c, registry_list.c) come from any thread and copy what
 * they find; texts in it live as long as the registry. Changes come from one thread at a time, in
 * two steps, between which what is needed can be checked, carried and kept:
 *
 *     registry_prepare → registry_commit → registry_finish, or registry_abandon
 */
#ifndef REGISTRY_REGISTRY_H
#define REGISTRY_REGISTRY_H

#include "base/limits.h"
#include "wire/registry_document.h"

struct registry;

/* NULL: no memory. */
MUST_USE struct registry *registry_create(void);
void registry_destroy(struct registry *registry);

/* --- Changes: one at a time, by call/registry_keeper. --- */

/* Where a document comes from: REGISTRY_KEPT ones were applied before and carry shelf numbers. */
enum registry_origin { REGISTRY_NEW, REGISTRY_KEPT };

/* Something has to be carried from one shelf to another: numbers and marks, newest first winner
 * (C60), or, to a shelf that is new in its business, the marks that a business has in common. */
struct registry_move {
    int64_t from_shelf_id;
    int64_t to_shelf_id;
    bool marks_only;
    bool joins; /* The second is a group's, which others sell from meanwhile. */
};

/* A shelf that the change takes away from somebody. No order may be open on it; unless
 * `units_allowed`, no unit may lie on it either. */
struct registry_vacated {
    int64_t shelf_id;
    int64_t campaign_id; /* Whose orders; 0: anybody's. */
    bool units_allowed;
    struct bytes what; /* What takes it away: "warehouse 506 is removed". */
};

struct registry_change {
    bool changed;                /* False: the registry said all that already. */
    struct registry_move *moves; /* In this order. */
    struct registry_vacated *vacated;
    uint32_t moves_count;
    uint32_t vacated_count;
};

/* Builds what the registry would be with the document, as a whole or not at all, and writes into
 * the document the shelf numbers that it gives (whoever keeps the document keeps them too). From
 * now on the shelves of moves and of `vacated` are closed, see registry_enter(). `document` is lent
 * for the call, but for lists that it may have been given instead: they and `change` live until
 * commit or abandon. ERR_INVALID: `errors` tell what does not fit together; ERR_MEMORY. */
MUST_USE enum err registry_prepare(struct registry *registry, struct registry_document *document,
                                   enum registry_origin origin, struct registry_change *change,
                                   struct error_list *errors);

/* What was prepared takes the place of what was known, or is forgotten. Cannot fail. A change with
 * moves is not finished then: its shelves stay closed, and nothing else may be prepared, until they
 * were carried and registry_finish() opens them. */
void registry_commit(struct registry *registry);
void registry_abandon(struct registry *registry);
void registry_finish(struct registry *registry);

/* Moves of a change that was committed and not finished, after a start perhaps. They live until
 * registry_finish(). Returns how many; 0: there is nothing to finish. */
uint32_t registry_unfinished(const struct registry *registry, const struct registry_move **moves);

/* Texts that registry_take_document() comes to the same unfinished change by, one after the other:
 * everything as it was before the change, and the change. Lent until registry_finish(). False:
 * nothing is to be finished, and registry_encode() says all. The changer's thread. */
MUST_USE bool registry_unfinished_texts(const struct registry *registry, struct bytes *before,
                                        struct bytes *change);

/* Shelf numbers up to this one are taken, whether or not a document says so: a process that died
 * between carrying units and keeping the document leaves a shelf that nobody may get. */
void registry_reserve_shelves(struct registry *registry, int64_t shelf_id_last);

/* Entries that documents of an older stockd left without a number: campaigns that sell from the
 * Market's warehouses, and those warehouses. In the arena, with texts of the registry; preparing
 * the document as a new one numbers them. *count: how many. False: no memory. */
MUST_USE bool registry_find_unnumbered(const struct registry *registry, struct arena *arena,
                                       struct registry_document *document, uint32_t *count);

/* A whole entry as it is known, to be applied again with a change. False: there is none. */
MUST_USE bool registry_find_token_entry(const struct registry *registry, int64_t business_id,
                                        struct bytes name, struct registry_token *entry);
MUST_USE bool registry_find_warehouse_entry(const struct registry *registry, int64_t id,
                                            struct registry_warehouse *entry);

/* Keys of a business that are not revoked (CONTRACT §9). */
uint32_t registry_count_tokens(const struct registry *registry, int64_t business_id);

/* --- Commands on shelves. --- */

/* What a command does on a shelf. */
enum registry_use {
    REGISTRY_USE_NUMBERS,      /* Numbers and orders: on the stock shelf, or one of the Market's. */
    REGISTRY_USE_MARKS,        /* Marks of the campaign, new cells: on the stock or own shelf. */
    REGISTRY_USE_COMMON_MARKS, /* Marks that a business has in common: on the stock shelf. */
};

/* Between a look-up and the command that follows, the shelf may have passed to somebody else. A
 * command that changes a shelf therefore is submitted between registry_enter() and
 * registry_leave(), which keep changes out and must be left soon: nothing in between waits, and no
 * thread enters twice. True: the shelf is one of this campaign's for this use, and nobody is just
 * carrying it away. False: submit nothing, the client may try again in a moment (503), and there is
 * nothing to leave. A sequence over all shelves of a business compares registry_version() before it
 * listed them and at its end, and begins anew when it grew. */
MUST_USE bool registry_enter(const struct registry *registry, int64_t campaign_id, int64_t shelf_id,
                             enum registry_use use);
void registry_leave(const struct registry *registry);

/* Grows with each commit. */
uint64_t registry_version(const struct registry *registry);

/* --- Look-ups. --- */

/* Writes everything as one document, in the form in which documents are kept: taken into nothing it
 * makes the same registry, highest shelf numbers and revoked tokens included. */
void registry_encode(const struct registry *registry, struct buffer *buffer);

/* False: nobody could ask for anything. */
bool registry_has_tokens(const struct registry *registry);

/* What the API has to know of a token. */
struct token_facts {
    int64_t business_id;
    uint32_t scopes; /* A set; nothing for OAuth. */
    bool revoked;
    enum token_kind kind;
    struct bytes name;
};

/* False: no such token of that kind. */
MUST_USE bool registry_find_token(const struct registry *registry, enum token_kind kind,
                                  struct bytes secret, struct token_facts *facts);

/* What the API has to know of a business. */
struct business_facts {
    int64_t id;
    struct bytes name;
    bool has_groups; /* Some warehouses of it are in a group (CONTRACT §14). */
};

/* False: no such business. */
MUST_USE bool registry_find_business(const struct registry *registry, int64_t id,
                                     struct business_facts *facts);
bool registry_business_has_groups(const struct registry *registry, int64_t business_id);

/* What the API has to know of a campaign. */
struct campaign_facts {
    int64_t id;
    int64_t business_id;
    struct bytes business_name;
    struct bytes domain;
    enum placement placement;
    enum availability availability;
    int64_t warehouse_id; /* The seller's; 0: none. */
    int64_t group_id;     /* Of that warehouse; 0: none. */
    int64_t shelf_id;     /* What it sells from: the group's, or else its own. Its catalogue. */
    int64_t own_shelf_id; /* Its warehouse's; without one, its own. Hidden and deleted offers. */
};

/* False: no such campaign. */
MUST_USE bool registry_find_campaign(const struct registry *registry, int64_t id,
                                     struct campaign_facts *facts);

/* A campaign's place in a warehouse of the Market. */
struct market_place {
    int64_t warehouse_id;
    int64_t shelf_id;
};

/* The Market's warehouses that a campaign's goods may lie in, in the registry's order: for FBY and
 * LAAS all but those for returns, for the others those for returns. Returns how many it wrote. */
uint32_t registry_campaign_market_warehouses(const struct registry *registry, int64_t campaign_id,
                                             struct market_place *places, uint32_t places_max);

/* The one in that warehouse. False: the campaign's goods do not lie there. */
MUST_USE bool registry_find_market_place(const struct registry *registry, int64_t campaign_id,
                                         int64_t warehouse_id, struct market_place *place);

/* A warehouse of a seller. */
struct warehouse_facts {
    int64_t id;
    int64_t campaign_id;
    int64_t business_id;
    struct bytes name;
    int64_t group_id; /* 0: none. */
    struct bytes group_name;
    int64_t shelf_id;
    int64_t own_shelf_id;
    enum placement placement;
    bool express;
    bool enabled;
    bool has_address;
    struct registry_address address;
};

MUST_USE bool registry_find_warehouse(const struct registry *registry, int64_t id,
                                      struct warehouse_facts *facts);

struct market_warehouse_facts {
    int64_t id;
    struct bytes name;
    bool returns;
    int64_t number; /* For market_shelf_id(). */
};

MUST_USE bool registry_find_market_warehouse(const struct registry *registry, int64_t id,
                                             struct market_warehouse_facts *facts);

/* --- Listings: each returns how many rows it wrote. --- */

/* Entries of one business, or of all: 0. `first` of them are left out. */
struct registry_range {
    int64_t business_id;
    uint32_t first;
    uint32_t rows_max;
};

/* In the registry's order. *total: how many there are. */
uint32_t registry_list_campaigns(const struct registry *registry, struct registry_range range,
                                 struct campaign_facts *rows, uint32_t *total);

/* Stores that somebody looks for: whose number, or the number of whose business, begins with the
 * text, or that have it in their name, or in that of their business, warehouse or group. */
struct registry_search {
    struct bytes text; /* In small letters (base/fold.h); none: all. */
    uint32_t first;    /* Campaigns that are left out. */
    uint32_t rows_max;
};

struct store_facts {
    struct campaign_facts campaign;
    struct bytes warehouse_name; /* Of the seller's one; none without it. */
    struct bytes group_name;     /* Likewise. */
};

/* In the registry's order. Looks at a bounded number of campaigns; *next: how many are left out by
 * whoever goes on, 0: there are no more. */
uint32_t registry_search_stores(const struct registry *registry,
                                const struct registry_search *search, struct store_facts *rows,
                                uint32_t *next);

/* Of one business, whose id is greater than after_id; optionally of these campaigns alone. */
struct registry_warehouse_query {
    int64_t business_id; /* 0: of all. */
    int64_t after_id;
    const int64_t *campaign_ids;
    uint32_t campaign_ids_count; /* 0: of all campaigns. */
    uint32_t rows_max;
};

/* By id. */
uint32_t registry_list_warehouses(const struct registry *registry,
                                  const struct registry_warehouse_query *query,
                                  struct warehouse_facts *rows);

struct group_row {
    int64_t id;
    struct bytes name;
    int64_t main_warehouse_id; /* As set, or else the first member; 0: the group is empty. */
};

/* In the registry's order. */
uint32_t registry_list_groups(const struct registry *registry, struct registry_range range,
                              struct group_row *rows, uint32_t *total);

/* All of them, at most REGISTRY_MARKET_WAREHOUSES_MAX, in the registry's order. */
uint32_t
registry_list_market_warehouses(const struct registry *registry,
                                struct market_warehouse_facts rows[REGISTRY_MARKET_WAREHOUSES_MAX]);

/* In the registry's order. */
uint32_t registry_list_tokens(const struct registry *registry, struct registry_range range,
                              struct token_facts *rows, uint32_t *total);

/* A shop that is asked for its stocks (CONTRACT §3). */
struct push_row {
    int64_t campaign_id;
    int64_t business_id;
    int64_t warehouse_id;
    int64_t shelf_id;
    struct registry_push push;
};

/* Campaigns that have a shop to ask, in the registry's order. */
uint32_t registry_list_push(const struct registry *registry, struct registry_range range,
                            struct push_row *rows, uint32_t *total);

/* A shelf that campaigns sell from, and the first campaign that does. */
struct shelf_row {
    int64_t shelf_id;
    int64_t campaign_id;
};

/* Each once, in the order of their campaigns. */
uint32_t registry_list_shelves(const struct registry *registry, struct registry_range range,
                               struct shelf_row *rows, uint32_t *total);

#endif
