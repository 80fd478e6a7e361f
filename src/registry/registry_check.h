/* Whether the entries of a registry fit together. For registry.c. */
#ifndef REGISTRY_REGISTRY_CHECK_H
#define REGISTRY_REGISTRY_CHECK_H

#include "registry/registry_index.h"

/* Fills the maps of an empty index and checks every reference. ERR_INVALID: `errors` tell what to
 * mend; ERR_MEMORY. */
MUST_USE enum err registry_check(const struct registry_document *document,
                                 struct registry_index *index, struct error_list *errors);

/* Whether businesses keep what is theirs: a group, a campaign and a warehouse never pass to another
 * business, for their units would pass along. ERR_INVALID: `errors` tell which. */
MUST_USE enum err registry_check_owners(const struct registry_document *known,
                                        const struct registry_index *known_index,
                                        const struct registry_document *document,
                                        const struct registry_index *index,
                                        struct error_list *errors);

#endif
