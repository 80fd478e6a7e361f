/* A table says where texts stand in the entries of each list. A block is sized before it is made,
 * so adopting a document needs one allocation, and keeping it can only fail to be found again. */
#include "registry/registry_texts.h"

#include <stddef.h>
#include <stdlib.h>

#include "base/hash.h"

enum { TEXTS_PER_ENTRY_MAX = 6 };

struct registry_text_block {
    struct registry_text_block *next;
    struct bytes *items; /* Behind this struct. */
    uint32_t items_count;
    uint32_t items_max;
    uint8_t *end; /* Behind the last text. */
};

/* Where texts stand in the entries of a list. */
struct text_list {
    size_t array_offset;
    size_t count_offset;
    size_t entry_bytes;
    size_t texts_count;
    size_t texts[TEXTS_PER_ENTRY_MAX];
};

/* clang-format off */
/* NOLINTBEGIN(bugprone-macro-parentheses): `array` is a member. */
#define LIST(array) offsetof(struct registry_document, array), \
    offsetof(struct registry_document, array##_count), \
    sizeof(*((struct registry_document *)NULL)->array)
/* NOLINTEND(bugprone-macro-parentheses) */
#define WAREHOUSE_TEXT(member) offsetof(struct registry_warehouse, member)

static const struct text_list text_lists[] = {
    {LIST(businesses), 1, {offsetof(struct registry_business, name)}},
    {LIST(campaigns), 3, {offsetof(struct registry_campaign, domain),
                          offsetof(struct registry_campaign, push.url),
                          offsetof(struct registry_campaign, push.token)}},
    {LIST(groups), 1, {offsetof(struct registry_group, name)}},
    {LIST(warehouses), 6, {WAREHOUSE_TEXT(name), WAREHOUSE_TEXT(address.city),
                           WAREHOUSE_TEXT(address.street), WAREHOUSE_TEXT(address.number),
                           WAREHOUSE_TEXT(address.building), WAREHOUSE_TEXT(address.block)}},
    {LIST(market_warehouses), 1, {offsetof(struct registry_market_warehouse, name)}},
    {LIST(tokens), 1, {offsetof(struct registry_token, name)}},
};
/* clang-format on */

enum { TEXT_LISTS_COUNT = sizeof(text_lists) / sizeof(text_lists[0]) };

void registry_texts_init(struct registry_texts *texts)
{
    *texts = (struct registry_texts){.blocks = NULL};
    map_init(&texts->by_hash);
}

void registry_texts_deinit(struct registry_texts *texts)
{
    while (texts->blocks != NULL) {
        struct registry_text_block *next = texts->blocks->next;
        free(texts->blocks);
        texts->blocks = next;
    }
    map_deinit(&texts->by_hash);
    free(texts->items);
}

static int64_t key_of(struct bytes text)
{
    return (int64_t)bytes_hash(text);
}

/* The kept text of these bytes; NULL: there is none. */
static const struct bytes *find_text(const struct registry_texts *texts, struct bytes text)
{
    const uint32_t at = map_get(&texts->by_hash, key_of(text));
    return at != MAP_ABSENT && bytes_equal(texts->items[at], text) ? &texts->items[at] : NULL;
}

/* A text of the document, in the order of the table. */
static struct bytes *text_at(const struct text_list *list, struct registry_document *document,
                             uint32_t entry_at, size_t text)
{
    uint8_t *entries = *(uint8_t **)(void *)((uint8_t *)document + list->array_offset);
    return (struct bytes *)(void *)(entries + entry_at * list->entry_bytes + list->texts[text]);
}

static uint32_t entries_count(const struct text_list *list,
                              const struct registry_document *document)
{
    return *(const uint32_t *)(const void *)((const uint8_t *)document + list->count_offset);
}

/* Puts a copy behind the last text of the block, which has room for it. */
static struct bytes block_add(struct registry_text_block *block, struct bytes text)
{
    ASSERT(block->items_count < block->items_max);
    const struct bytes copy = {block->end, text.size};
    memcpy(block->end, text.data, text.size);
    block->end += text.size;
    block->items[block->items_count++] = copy;
    return copy;
}

static struct registry_text_block *block_create(size_t items_max, size_t text_bytes)
{
    struct registry_text_block *block =
        malloc(sizeof(*block) + items_max * sizeof(struct bytes) + text_bytes);
    if (block == NULL)
        return NULL;
    struct bytes *items = (struct bytes *)(void *)(block + 1);
    *block = (struct registry_text_block){NULL, items, 0, (uint32_t)items_max,
                                          (uint8_t *)(items + items_max)};
    return block;
}

/* What the block of a document's new texts has to hold. */
struct text_need {
    size_t items_count;
    size_t bytes;
};

/* Counts what is new, or, with a block, puts it there and points every text to where it is kept. */
static struct text_need walk_texts(const struct registry_texts *texts,
                                   struct registry_document *document,
                                   struct registry_text_block *block)
{
    struct text_need need = {0, 0};
    for (size_t list = 0; list < TEXT_LISTS_COUNT; list++) {
        const size_t total =
            entries_count(&text_lists[list], document) * text_lists[list].texts_count;
        for (size_t i = 0; i < total; i++) {
            const size_t texts_count = text_lists[list].texts_count;
            struct bytes *text =
                text_at(&text_lists[list], document, (uint32_t)(i / texts_count), i % texts_count);
            if (text->size == 0)
                continue;
            const struct bytes *kept = find_text(texts, *text);
            need.items_count += kept == NULL;
            need.bytes += kept == NULL ? text->size : 0;
            if (block != NULL)
                *text = kept != NULL ? *kept : block_add(block, *text);
        }
    }
    return need;
}

struct registry_text_block *registry_texts_adopt(const struct registry_texts *texts,
                                                 struct registry_document *document)
{
    const struct text_need need = walk_texts(texts, document, NULL);
    struct registry_text_block *block = block_create(need.items_count, need.bytes);
    if (block != NULL)
        (void)walk_texts(texts, document, block);
    return block;
}

/* Makes a text findable. Where there is no memory it is not, and its bytes may be kept twice. */
static void index_text(struct registry_texts *texts, struct bytes text)
{
    if (map_get(&texts->by_hash, key_of(text)) != MAP_ABSENT)
        return;
    if (texts->items_count == texts->items_max) {
        const uint32_t items_max = texts->items_max == 0 ? 64 : texts->items_max * 2;
        struct bytes *items = realloc(texts->items, items_max * sizeof(*items));
        if (items == NULL)
            return;
        texts->items = items;
        texts->items_max = items_max;
    }
    if (map_set(&texts->by_hash, key_of(text), texts->items_count) == OK)
        texts->items[texts->items_count++] = text;
}

void registry_texts_keep(struct registry_texts *texts, struct registry_text_block *block)
{
    for (uint32_t i = 0; i < block->items_count; i++)
        index_text(texts, block->items[i]);
    block->next = texts->blocks;
    texts->blocks = block;
}

void registry_texts_drop(struct registry_text_block *block)
{
    free(block);
}
