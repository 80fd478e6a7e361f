/* What is known and what a document says, merged into one. For registry.c. */
#ifndef REGISTRY_REGISTRY_MERGE_H
#define REGISTRY_REGISTRY_MERGE_H

#include "wire/registry_document.h"

/* Leaves out what the document removes, replaces entries by those of the same key, and appends the
 * others, all in the arena; texts are lent from both. ERR_INVALID: `errors` tell what stands twice
 * or is not there to be removed; ERR_MEMORY. */
MUST_USE enum err registry_merge(const struct registry_document *known,
                                 const struct registry_document *document, struct arena *arena,
                                 struct registry_document *merged, struct error_list *errors);

#endif
