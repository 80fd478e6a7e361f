/* Whether the entries of a registry fit together. For registry.c. */
#ifndef REGISTRY_REGISTRY_CHECK_H
#define REGISTRY_REGISTRY_CHECK_H

#include "base/map.h"
#include "wire/registry_document.h"

/* Where entries stand in a document, by id. */
struct registry_index {
    struct map business_by_id;
    struct map campaign_by_id;
    struct map group_by_id;
    struct map warehouse_by_id;
    struct map warehouse_by_campaign; /* Campaign id → its warehouse. */
};

void registry_index_init(struct registry_index *index);
void registry_index_deinit(struct registry_index *index);

/* Fills an empty index and checks every reference. ERR_INVALID: `errors` tell what to mend;
 * ERR_MEMORY. */
MUST_USE enum err registry_check(const struct registry_document *document,
                                 struct registry_index *index, struct error_list *errors);

/* Whether businesses keep what is theirs: a group, a campaign and a warehouse never pass to another
 * business, for their units would pass along. Entries of `known` stand in `document` at the same
 * places. ERR_INVALID: `errors` tell which. */
MUST_USE enum err registry_check_owners(const struct registry_document *known,
                                        const struct registry_index *known_index,
                                        const struct registry_document *document,
                                        const struct registry_index *index,
                                        struct error_list *errors);

#endif
