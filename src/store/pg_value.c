/* Sorting compares numbers first: of each SKU the eight bytes behind what all of them begin with.
 */
#include "store/pg_value.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "base/put.h"

enum {
    ARRAY_HEAD_BYTES = 20, /* Dimensions, whether NULLs are in it, type, length, first index. */
    LENGTH_BYTES = 4,      /* In front of each element. */
};

/* --- Sorting. --- */

struct sort_entry {
    uint64_t head; /* Big-endian; what is missing is 0. */
    struct bytes sku;
    uint32_t number;
};

static const struct stock_key *key_at(const struct stock_key *keys, size_t stride, uint32_t number)
{
    return (const struct stock_key *)(const void *)((const uint8_t *)keys + number * stride);
}

static size_t common_prefix(const struct stock_key *keys, size_t stride, uint32_t count)
{
    const struct bytes first = keys->sku;
    size_t common = first.size;
    for (uint32_t i = 1; i < count && common > 0; i++) {
        const struct bytes sku = key_at(keys, stride, i)->sku;
        size_t same = 0;
        while (same < common && same < sku.size && sku.data[same] == first.data[same])
            same++;
        common = same;
    }
    return common;
}

static uint64_t head_of(struct bytes sku, size_t from)
{
    uint8_t head[8] = {0};
    const size_t left = sku.size - from;
    memcpy(head, sku.data + from, left < sizeof(head) ? left : sizeof(head));
    uint64_t word = 0;
    memcpy(&word, head, sizeof(word));
    return be64toh(word);
}

static int compare_bytes(struct bytes left, struct bytes right)
{
    const size_t size = left.size < right.size ? left.size : right.size;
    const int order = memcmp(left.data, right.data, size);
    return order != 0 ? order : (left.size > right.size) - (left.size < right.size);
}

static int compare_entries(const void *left_entry, const void *right_entry)
{
    const struct sort_entry *left = left_entry;
    const struct sort_entry *right = right_entry;
    if (left->head != right->head)
        return left->head < right->head ? -1 : 1;
    const int order = compare_bytes(left->sku, right->sku);
    return order != 0 ? order : (left->number > right->number) - (left->number < right->number);
}

/* Fills the entries. True: they are in order already, as those of many clients are. */
static bool entries_fill(struct sort_entry *entries, const struct stock_key *keys, size_t stride,
                         uint32_t count)
{
    const size_t from = common_prefix(keys, stride, count);
    bool sorted = true;
    for (uint32_t i = 0; i < count; i++) {
        const struct bytes sku = key_at(keys, stride, i)->sku;
        entries[i] = (struct sort_entry){head_of(sku, from), sku, i};
        sorted = sorted && (i == 0 || compare_entries(&entries[i - 1], &entries[i]) < 0);
    }
    return sorted;
}

const uint32_t *pg_sort_keys(struct arena *arena, const struct stock_key *keys, size_t stride,
                             uint32_t count)
{
    ASSERT(count > 0);
    uint32_t *order = arena_allocate(arena, count * sizeof(*order));
    const struct arena_mark mark = arena_mark(arena);
    struct sort_entry *entries = arena_allocate(arena, count * sizeof(*entries));
    if (order == NULL || entries == NULL)
        return NULL;
    if (!entries_fill(entries, keys, stride, count))
        qsort(entries, count, sizeof(*entries), compare_entries);
    for (uint32_t i = 0; i < count; i++)
        order[i] = entries[i].number;
    arena_rewind(arena, mark);
    return order;
}

/* --- Writing. --- */

struct pg_writer pg_write_begin(struct pg_request *request, struct arena *arena)
{
    request->values_count = 0;
    return (struct pg_writer){request, arena, false};
}

/* Room for the next value. NULL: no memory. */
static uint8_t *value_add(struct pg_writer *writer, size_t bytes)
{
    struct pg_request *request = writer->request;
    ASSERT(request->values_count < PG_VALUES_MAX);
    ASSERT(bytes <= INT32_MAX);
    uint8_t *data = writer->failed ? NULL : arena_allocate(writer->arena, bytes);
    writer->failed = data == NULL;
    request->values[request->values_count++] = (struct pg_value){data, (int32_t)bytes};
    return data;
}

static uint8_t *put_u32(uint8_t *at, uint32_t value)
{
    const uint32_t word = htobe32(value);
    memcpy(at, &word, sizeof(word));
    return at + sizeof(word);
}

static uint8_t *put_u64(uint8_t *at, uint64_t value)
{
    const uint64_t word = htobe64(value);
    memcpy(at, &word, sizeof(word));
    return at + sizeof(word);
}

void pg_write_int8(struct pg_writer *writer, int64_t value)
{
    uint8_t *at = value_add(writer, sizeof(value));
    if (at != NULL)
        (void)put_u64(at, (uint64_t)value);
}

void pg_write_int4(struct pg_writer *writer, int32_t value)
{
    uint8_t *at = value_add(writer, sizeof(value));
    if (at != NULL)
        (void)put_u32(at, (uint32_t)value);
}

void pg_write_bool(struct pg_writer *writer, bool value)
{
    uint8_t *at = value_add(writer, 1);
    if (at != NULL)
        *at = value;
}

void pg_write_bytes(struct pg_writer *writer, struct bytes value)
{
    uint8_t *at = value_add(writer, value.size);
    if (at != NULL)
        (void)bytes_put(at, value);
}

/* Room for an array whose elements take so many bytes, lengths included; its head is written. */
static uint8_t *array_add(struct pg_writer *writer, uint32_t type, uint32_t count, size_t bytes)
{
    ASSERT(count > 0);
    uint8_t *at = value_add(writer, ARRAY_HEAD_BYTES + bytes);
    if (at == NULL)
        return NULL;
    at = put_u32(at, 1);
    at = put_u32(at, 0);
    at = put_u32(at, type);
    at = put_u32(at, count);
    return put_u32(at, 1);
}

void pg_write_skus(struct pg_writer *writer, const struct stock_key *keys, size_t stride,
                   uint32_t count, const uint32_t *order)
{
    size_t bytes = 0;
    for (uint32_t i = 0; i < count; i++)
        bytes += LENGTH_BYTES + key_at(keys, stride, i)->sku.size;
    uint8_t *at = array_add(writer, PG_OID_TEXT, count, bytes);
    for (uint32_t i = 0; i < count && at != NULL; i++) {
        const struct bytes sku = key_at(keys, stride, order == NULL ? i : order[i])->sku;
        at = bytes_put(put_u32(at, (uint32_t)sku.size), sku);
    }
}

uint8_t *pg_write_int8s(struct pg_writer *writer, uint32_t count)
{
    return array_add(writer, PG_OID_INT8, count, count * (LENGTH_BYTES + sizeof(int64_t)));
}

uint8_t *pg_write_int4s(struct pg_writer *writer, uint32_t count)
{
    return array_add(writer, PG_OID_INT4, count, count * (LENGTH_BYTES + sizeof(int32_t)));
}

uint8_t *pg_put_int8(uint8_t *at, int64_t value)
{
    return put_u64(put_u32(at, sizeof(value)), (uint64_t)value);
}

uint8_t *pg_put_int4(uint8_t *at, int32_t value)
{
    return put_u32(put_u32(at, sizeof(value)), (uint32_t)value);
}

void pg_write_places(struct pg_writer *writer, const uint32_t *order, uint32_t count)
{
    uint8_t *at = pg_write_int4s(writer, count);
    for (uint32_t i = 0; i < count && at != NULL; i++)
        at = pg_put_int4(at, (int32_t)order[i]);
}

struct bytes pg_sku_at(const struct pg_value *skus, uint32_t index)
{
    const uint8_t *at = (const uint8_t *)skus->data + ARRAY_HEAD_BYTES;
    for (;;) {
        uint32_t word = 0;
        memcpy(&word, at, sizeof(word));
        const uint32_t size = be32toh(word);
        at += LENGTH_BYTES;
        if (index-- == 0)
            return (struct bytes){at, size};
        at += size;
    }
}
