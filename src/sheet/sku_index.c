/* Records lie one behind the other in chunks that never move; a table of slots leads from the hash
 * of what a SKU looks like to the first of those that look so, which are linked. A slot carries 32
 * bits of the hash, whose upper ones say where it belongs, so that growth reads no record; what
 * they let pass is compared. A chain has an end: what comes behind has slots by their own hashes,
 * so that a file made of one SKU in all its forms is no slower than another. */
#include "sheet/sku_index.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/large.h"
#include "sheet/letters.h"

enum {
    CHUNK_BYTES = 1 << 20,
    CHUNKS_MAX = SKU_INDEX_BYTES_MAX / CHUNK_BYTES,
    UNIT_BYTES = 8, /* Records begin at multiples of it, and are named by them. */
    CHUNK_UNITS = CHUNK_BYTES / UNIT_BYTES,
    SLOT_BITS_MIN = 10,
    SLOT_BITS_MAX = 28,
    CHAIN_MAX = 8,
    HASH_BITS = 32,
};

struct slot {
    uint32_t hash;
    uint32_t record; /* 0: empty. */
};

struct record {
    uint64_t position;
    uint32_t next; /* Of the same look; 0: none. */
    uint16_t sku_bytes;
    uint8_t sku[];
};

struct sku_index {
    struct slot *slots;
    uint32_t slot_bits;
    uint32_t slots_used;
    uint8_t *chunks[CHUNKS_MAX];
    uint32_t chunks_count;
    uint32_t units_used; /* Of the last chunk. */
    struct buffer folded;
    struct buffer other;
};

/* Empty slots. NULL: no memory. */
static struct slot *slots_make(uint32_t slot_bits)
{
    const size_t bytes = sizeof(struct slot) << slot_bits;
    struct slot *slots = large_resize(NULL, 0, bytes);
    if (slots != NULL)
        memset(slots, 0, bytes);
    return slots;
}

static void slots_free(struct slot *slots, uint32_t slot_bits)
{
    large_free(slots, sizeof(struct slot) << slot_bits);
}

struct sku_index *sku_index_create(void)
{
    struct sku_index *index = calloc(1, sizeof(*index));
    if (index == NULL)
        return NULL;
    buffer_init(&index->folded);
    buffer_init(&index->other);
    index->slot_bits = SLOT_BITS_MIN;
    index->slots = slots_make(index->slot_bits);
    if (index->slots == NULL) {
        free(index);
        return NULL;
    }
    return index;
}

void sku_index_destroy(struct sku_index *index)
{
    if (index == NULL)
        return;
    for (uint32_t i = 0; i < index->chunks_count; i++)
        free(index->chunks[i]);
    buffer_deinit(&index->folded);
    buffer_deinit(&index->other);
    slots_free(index->slots, index->slot_bits);
    free(index);
}

/* A letter as it is compared. In capitals more of them look the same than in small ones, and which
 * of the two it is must not matter. */
static uint32_t letter_fold(uint32_t letter)
{
    if (letter < 0x80)
        return letter_small(letter);
    return letter_small(letter_latin_twin(letter_capital(letter)));
}

/* The same of visible ASCII, which nearly every SKU is. */
static void fold_plain(struct bytes sku, struct buffer *folded)
{
    while (sku.size > 1 && sku.data[0] == '0')
        sku = (struct bytes){sku.data + 1, sku.size - 1};
    uint8_t *at = buffer_room(folded, sku.size);
    if (at == NULL)
        return;
    for (size_t i = 0; i < sku.size; i++) {
        const uint8_t byte = sku.data[i];
        const bool is_capital = byte >= 'A' && byte <= 'Z';
        at[i] = (uint8_t)(byte | is_capital << 5);
    }
    buffer_end_at(folded, at + sku.size);
}

void sku_fold(struct bytes sku, struct buffer *folded)
{
    if (bytes_are_visible(sku)) {
        fold_plain(sku, folded);
        return;
    }
    const size_t start = folded->size;
    bool space = false;
    while (sku.size > 0) {
        const uint32_t letter = letter_take(&sku);
        if (letter_is_space(letter)) {
            space = folded->size > start;
            continue;
        }
        const bool is_leading_zero = letter == '0' && folded->size == start && sku.size > 0;
        if (is_leading_zero)
            continue;
        if (space)
            buffer_append_u8(folded, ' ');
        space = false;
        const uint32_t fold = letter_fold(letter);
        if (fold < 0x80)
            buffer_append_u8(folded, (uint8_t)fold);
        else
            letter_append(folded, fold);
    }
}

static struct record *record_at(const struct sku_index *index, uint32_t number)
{
    const uint32_t unit = number - 1;
    uint8_t *chunk = index->chunks[unit / CHUNK_UNITS];
    /* Chunks come from malloc, and units keep its alignment. */
    return (struct record *)(void *)(chunk + (size_t)(unit % CHUNK_UNITS) * UNIT_BYTES);
}

static struct bytes record_sku(const struct record *record)
{
    return (struct bytes){record->sku, record->sku_bytes};
}

/* Keeps a SKU. Gives the record's number. */
static enum err record_add(struct sku_index *index, struct bytes sku, uint64_t position,
                           uint32_t *number)
{
    const size_t bytes = offsetof(struct record, sku) + sku.size;
    const uint32_t units = (uint32_t)((bytes + UNIT_BYTES - 1) / UNIT_BYTES);
    ASSERT(sku.size <= UINT16_MAX);
    if (index->chunks_count == 0 || index->units_used + units > CHUNK_UNITS) {
        if (index->chunks_count == CHUNKS_MAX)
            return ERR_FULL;
        uint8_t *chunk = malloc(CHUNK_BYTES);
        if (chunk == NULL)
            return ERR_MEMORY;
        index->chunks[index->chunks_count++] = chunk;
        index->units_used = 0;
    }
    *number = (index->chunks_count - 1) * CHUNK_UNITS + index->units_used + 1;
    index->units_used += units;
    struct record *record = record_at(index, *number);
    record->position = position;
    record->next = 0;
    record->sku_bytes = (uint16_t)sku.size;
    if (sku.size > 0)
        memcpy(record->sku, sku.data, sku.size);
    return OK;
}

static uint32_t slot_home(uint32_t hash, uint32_t slot_bits)
{
    return hash >> (HASH_BITS - slot_bits);
}

static enum err slots_grow(struct sku_index *index)
{
    const uint32_t bits = index->slot_bits + 1;
    if (bits > SLOT_BITS_MAX)
        return ERR_FULL;
    struct slot *slots = slots_make(bits);
    if (slots == NULL)
        return ERR_MEMORY;
    const uint32_t mask = (UINT32_C(1) << bits) - 1;
    for (size_t i = 0; i < (size_t)1 << index->slot_bits; i++) {
        if (index->slots[i].record == 0)
            continue;
        uint32_t at = slot_home(index->slots[i].hash, bits);
        while (slots[at].record != 0)
            at = (at + 1) & mask;
        slots[at] = index->slots[i];
    }
    slots_free(index->slots, index->slot_bits);
    index->slots = slots;
    index->slot_bits = bits;
    return OK;
}

/* Whether the SKU looks like the one that index->folded was made of. */
static bool looks_so(struct sku_index *index, struct bytes sku)
{
    buffer_clear(&index->other);
    sku_fold(sku, &index->other);
    return bytes_equal(buffer_bytes(&index->folded), buffer_bytes(&index->other));
}

/* The slot of those that look so, or the empty one where they belong. */
static struct slot *slot_of_look(struct sku_index *index, uint32_t hash)
{
    const uint32_t mask = (UINT32_C(1) << index->slot_bits) - 1;
    uint32_t at = slot_home(hash, index->slot_bits);
    for (;; at = (at + 1) & mask) {
        struct slot *slot = &index->slots[at];
        if (slot->record == 0)
            return slot;
        if (slot->hash == hash && looks_so(index, record_sku(record_at(index, slot->record))))
            return slot;
    }
}

/* The slot of this very SKU behind a full chain, or the empty one where it belongs. */
static struct slot *slot_of_sku(struct sku_index *index, uint32_t hash, struct bytes sku)
{
    const uint32_t mask = (UINT32_C(1) << index->slot_bits) - 1;
    uint32_t at = slot_home(hash, index->slot_bits);
    for (;; at = (at + 1) & mask) {
        struct slot *slot = &index->slots[at];
        if (slot->record == 0)
            return slot;
        if (slot->hash == hash && bytes_equal(sku, record_sku(record_at(index, slot->record))))
            return slot;
    }
}

static struct sku_met met_of(const struct record *record, enum sku_meeting meeting)
{
    return (struct sku_met){meeting, record_sku(record), record->position};
}

/* Puts a record of a SKU that was not there into an empty slot. */
static enum err slot_fill(struct sku_index *index, struct slot *slot, uint32_t hash,
                          struct bytes sku, uint64_t position)
{
    uint32_t number = 0;
    const enum err error = record_add(index, sku, position, &number);
    if (error != OK)
        return error;
    *slot = (struct slot){hash, number};
    index->slots_used++;
    return OK;
}

/* Looks along a chain for the SKU. Gives its last record, and how long it is. */
static const struct record *chain_find(const struct sku_index *index, uint32_t first,
                                       struct bytes sku, struct record **last, int *length)
{
    *length = 0;
    for (uint32_t at = first; at != 0; at = (*last)->next) {
        *last = record_at(index, at);
        (*length)++;
        if (bytes_equal(sku, record_sku(*last)))
            return *last;
    }
    return NULL;
}

/* Adds a SKU to those that look like it. */
static enum err add_to_look(struct sku_index *index, const struct slot *look, struct bytes sku,
                            uint64_t position, struct sku_met *met)
{
    struct record *last = NULL;
    int length = 0;
    const struct record *first = record_at(index, look->record);
    const struct record *same = chain_find(index, look->record, sku, &last, &length);
    *met = met_of(same != NULL ? same : first, same != NULL ? SKU_SAME : SKU_TWIN);
    if (same != NULL)
        return OK;
    if (length < CHAIN_MAX)
        return record_add(index, sku, position, &last->next);
    const uint32_t hash = (uint32_t)(bytes_hash(sku) >> HASH_BITS);
    struct slot *own = slot_of_sku(index, hash, sku);
    if (own->record == 0)
        return slot_fill(index, own, hash, sku, position);
    *met = met_of(record_at(index, own->record), SKU_SAME);
    return OK;
}

enum err sku_index_add(struct sku_index *index, struct bytes sku, uint64_t position,
                       struct sku_met *met)
{
    if ((uint64_t)index->slots_used * 4 >= (UINT64_C(3) << index->slot_bits)) {
        const enum err error = slots_grow(index);
        if (error != OK)
            return error;
    }
    buffer_clear(&index->folded);
    sku_fold(sku, &index->folded);
    if (index->folded.failed)
        return ERR_MEMORY;
    const uint32_t hash = (uint32_t)(bytes_hash(buffer_bytes(&index->folded)) >> HASH_BITS);
    struct slot *slot = slot_of_look(index, hash);
    if (index->other.failed)
        return ERR_MEMORY;
    if (slot->record != 0)
        return add_to_look(index, slot, sku, position, met);
    *met = (struct sku_met){.meeting = SKU_NEW};
    return slot_fill(index, slot, hash, sku, position);
}

enum err sku_index_has(struct sku_index *index, struct bytes sku, bool *has)
{
    *has = false;
    buffer_clear(&index->folded);
    sku_fold(sku, &index->folded);
    if (index->folded.failed)
        return ERR_MEMORY;
    const uint32_t look = (uint32_t)(bytes_hash(buffer_bytes(&index->folded)) >> HASH_BITS);
    const struct slot *slot = slot_of_look(index, look);
    if (index->other.failed)
        return ERR_MEMORY;
    struct record *last = NULL;
    int length = 0;
    *has = slot->record != 0 && chain_find(index, slot->record, sku, &last, &length) != NULL;
    if (!*has && length >= CHAIN_MAX) {
        const uint32_t own = (uint32_t)(bytes_hash(sku) >> HASH_BITS);
        *has = slot_of_sku(index, own, sku)->record != 0;
    }
    return OK;
}
