/* Changes the registry while requests are served, so that a change is in the store before anybody
 * sees it, and strands nothing:
 *
 *     prepare, which closes the shelves concerned → nothing may lie on what is taken away →
 *     keep the document → commit, or abandon → carry what moves → keep that it was → open
 *
 * A power cut, or a full disk, before the last step leaves those shelves closed: nobody sells by
 * numbers that are under way. The next start, or the next change, carries on.
 *
 * From any thread, one change at a time; each call blocks until the change is durable. */
#ifndef CALL_REGISTRY_KEEPER_H
#define CALL_REGISTRY_KEEPER_H

#include "registry/registry.h"
#include "store/store.h"

struct registry_keeper;

/* Both are lent and outlive the keeper. NULL: no memory. */
MUST_USE struct registry_keeper *registry_keeper_create(struct registry *registry,
                                                        struct store *store);
void registry_keeper_destroy(struct registry_keeper *keeper);

/* Takes a document that the store kept; `context` is the registry. For struct store_documents. */
enum err registry_take_document(void *context, struct bytes name, struct bytes content);

/* Holds changes back until the release: what the store keeps of the registry and what it is are one
 * then. Waits for a change that is under way, with what it carries. */
void registry_keeper_hold(struct registry_keeper *keeper);
void registry_keeper_release(struct registry_keeper *keeper);

/* Gives what leads to the registry as it is, a change that is not finished included, while it is
 * held. ERR_MEMORY, or the sink's error. */
MUST_USE enum err registry_keeper_give(const struct registry_keeper *keeper,
                                       const struct store_document_sink *sink);

/* Why ERR_INVALID or ERR_NOT_FOUND, where that is a question of more than words. */
enum registry_refusal {
    REGISTRY_REFUSAL_NONE,
    REGISTRY_REFUSAL_TOKEN_EXISTS,    /* Of that name in that business, revoked or not. */
    REGISTRY_REFUSAL_TOO_MANY_TOKENS, /* REGISTRY_TOKENS_MAX of the business are not revoked. */
};

struct registry_outcome {
    bool changed;         /* False: the registry said all that already. */
    uint32_t moves_count; /* Shelves that were copied. */
    enum registry_refusal refusal;
};

/* All that follow may give
 *
 *     ERR_INVALID      `errors` tell what is wrong with the document,
 *     ERR_BUSY         `errors` tell what would be stranded, and what to do before,
 *     ERR_FULL         the store has no room, try again,
 *     ERR_UNSUPPORTED  so many entries do not fit in one record, apply the document in parts,
 *     ERR_MEMORY, ERR_IO
 *
 * and then the registry is as it was. When units had to be carried to a group that somebody uses
 * and keeping the document failed, they stay there; the same document again ends that. */

/* Carries on with what the last change left, and gives numbers to what documents of an older stockd
 * left without. Once, before requests. A full disk leaves what is to be carried to the next change;
 * until then its shelves are closed. */
MUST_USE enum err registry_keeper_complete(struct registry_keeper *keeper,
                                           struct error_list *errors);

/* Ends what another node began in a store that is shared, and does not end: carries what is to be
 * carried; or, where there is nothing, opens shelves that were fenced for a change, which will then
 * be refused. ERR_BUSY: somebody else is at it. */
MUST_USE enum err registry_keeper_end(struct registry_keeper *keeper);

/* Applies a document as JSON, or decoded; `document` is lent, and gets its shelf numbers. */
MUST_USE enum err registry_keeper_apply_text(struct registry_keeper *keeper, struct bytes text,
                                             struct error_list *errors,
                                             struct registry_outcome *outcome);
MUST_USE enum err registry_keeper_apply(struct registry_keeper *keeper,
                                        struct registry_document *document,
                                        struct error_list *errors,
                                        struct registry_outcome *outcome);

/* Adds a key of a new name. ERR_INVALID with a refusal: `errors` tell it, too. */
MUST_USE enum err registry_keeper_add_token(struct registry_keeper *keeper,
                                            const struct registry_token *token,
                                            struct error_list *errors,
                                            struct registry_outcome *outcome);

/* Revokes a token, for ever. ERR_NOT_FOUND: the business has none of that name. */
MUST_USE enum err registry_keeper_revoke_token(struct registry_keeper *keeper, int64_t business_id,
                                               struct bytes name, struct error_list *errors,
                                               struct registry_outcome *outcome);

/* Switches a warehouse of a seller on or off (CONTRACT §6). ERR_NOT_FOUND: there is no such one. */
MUST_USE enum err registry_keeper_enable_warehouse(struct registry_keeper *keeper,
                                                   int64_t warehouse_id, bool enabled,
                                                   struct error_list *errors,
                                                   struct registry_outcome *outcome);

#endif
