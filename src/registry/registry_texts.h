/* The texts of all entries that ever were: each once, as long as the registry lives, so that what a
 * look-up copied out stays good whatever changes. Changes come from one thread; what was handed out
 * is read by any. For registry.c. */
#ifndef REGISTRY_REGISTRY_TEXTS_H
#define REGISTRY_REGISTRY_TEXTS_H

#include "base/map.h"
#include "wire/registry_document.h"

/* Texts that came together. */
struct registry_text_block;

struct registry_texts {
    struct registry_text_block *blocks;
    struct map by_hash; /* Hash of a text → index into `items`. */
    struct bytes *items;
    uint32_t items_count;
    uint32_t items_max;
};

void registry_texts_init(struct registry_texts *texts);
void registry_texts_deinit(struct registry_texts *texts);

/* Points every text of the document to the one that is kept, or to a copy in a new block, which the
 * caller hands on to one of the two functions below. NULL: no memory. */
MUST_USE struct registry_text_block *registry_texts_adopt(const struct registry_texts *texts,
                                                          struct registry_document *document);

/* Takes the block. */
void registry_texts_keep(struct registry_texts *texts, struct registry_text_block *block);
void registry_texts_drop(struct registry_text_block *block);

#endif
