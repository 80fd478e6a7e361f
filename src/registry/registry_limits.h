/* Limits that documents got after the first ones were kept. For registry.c. */
#ifndef REGISTRY_REGISTRY_LIMITS_H
#define REGISTRY_REGISTRY_LIMITS_H

#include "registry/registry_state.h"

/* Holds what is new in a document to the limits; what was known before, and comes again, is not
 * touched. `merged` is what the document leads to. ERR_INVALID: `errors` tell what is beyond. */
MUST_USE enum err registry_check_limits(const struct registry_state *known,
                                        const struct registry_document *document,
                                        const struct registry_document *merged,
                                        struct error_list *errors);

#endif
