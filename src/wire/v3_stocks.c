/* A body may name many warehouses in any order; it is put in order by warehouse, so that each gets
 * what is its own as one list. */
#include "wire/v3_stocks.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/limits.h"
#include "wire/field.h"
#include "wire/page_token.h"
#include "wire/sku_list.h"
#include "wire/stock_write.h"

/* An element of `skuItems`. */
struct item {
    struct stock_key pair; /* Warehouse and SKU as one text: what may come once only. */
    struct stock_write write;
    int64_t warehouse_id;
    size_t index;
};

/* Copies the pair into the arena; the SKU lends from the copy. False: no memory. */
static bool keep_pair(struct item *item, struct arena *arena)
{
    const size_t size = sizeof(uint64_t) + item->write.key.sku.size;
    struct buffer pair = {arena_allocate(arena, size), 0, size, false};
    if (pair.data == NULL)
        return false;
    buffer_append_u64(&pair, (uint64_t)item->warehouse_id);
    buffer_append(&pair, item->write.key.sku);
    item->pair = (struct stock_key){buffer_bytes(&pair), bytes_hash(buffer_bytes(&pair))};
    item->write.key.sku.data = pair.data + sizeof(uint64_t);
    return true;
}

static bool decode_members(struct stock_write_decoder *decoder, struct json_value element,
                           struct item *item)
{
    struct json_value slots[2];
    bool valid = stock_write_sku(decoder, field_member(element, "sku", slots), &item->write);
    valid &= field_int64(field_member(element, "partnerWarehouseId", slots),
                         FIELD_OF(decoder->array, decoder->index, ".partnerWarehouseId"), 1,
                         INT64_MAX, &item->warehouse_id, decoder->errors);
    valid &= stock_write_numbers(decoder, field_member(element, "count", &slots[0]),
                                 field_member(element, "updatedAt", &slots[1]), &item->write);
    return valid && stock_write_check_moment(decoder, &item->write);
}

static bool decode_element(struct stock_write_decoder *decoder, struct json_value element,
                           struct item *item)
{
    item->index = decoder->index;
    if (json_type(element) != JSON_NULL) {
        return field_is(&element, JSON_OBJECT, FIELD_OF(decoder->array, decoder->index, ""),
                        decoder->errors) &&
               decode_members(decoder, element, item);
    }
    field_add_error(decoder->errors, FIELD(decoder->array),
                    "elements must be not null (rejected value: null)");
    return false;
}

/* Decodes all elements. NULL: `errors` tell, or there is no memory. */
static struct item *decode_items(struct stock_write_decoder *decoder, struct json_value sku_items,
                                 struct arena *arena, uint32_t *items_count)
{
    const size_t count = json_count(sku_items);
    struct seen_table seen;
    struct item *items = arena_allocate(arena, count * sizeof(*items));
    if (items == NULL || seen_table_init(&seen, arena, count) != OK)
        return NULL;
    struct json_walk walk = json_walk_begin(sku_items);
    struct json_value element;
    *items_count = 0;
    for (; !error_list_is_full(decoder->errors) && json_next_element(&walk, &element);
         decoder->index++) {
        struct item *item = &items[*items_count];
        if (!decode_element(decoder, element, item))
            continue;
        if (!keep_pair(item, arena)) {
            error_list_clear(decoder->errors); /* Whatever is wrong beside that. */
            return NULL;
        }
        if (seen_before(&seen, &items[0].pair, sizeof(*item), *items_count)) {
            error_list_add(decoder->errors, "Duplicate shop-sku '%.*s' for warehouse '%" PRId64 "'",
                           BYTES_ARG(item->write.key.sku), item->warehouse_id);
        } else {
            ++*items_count;
        }
    }
    return decoder->errors->count == 0 ? items : NULL;
}

/* By warehouse, and within one as in the document. */
static int compare_items(const void *left, const void *right)
{
    const struct item *a = left;
    const struct item *b = right;
    if (a->warehouse_id != b->warehouse_id)
        return a->warehouse_id < b->warehouse_id ? -1 : 1;
    return a->index < b->index ? -1 : 1;
}

/* A part, and where the document begins it. */
struct begun_part {
    struct v3_stocks_part part;
    size_t index;
};

static int compare_parts(const void *left, const void *right)
{
    const struct begun_part *a = left;
    const struct begun_part *b = right;
    return a->index < b->index ? -1 : 1;
}

/* Cuts the items, in their order by warehouse, into parts. False: no memory. */
static bool make_parts(const struct item *items, uint32_t items_count, struct arena *arena,
                       struct v3_stocks_put *request)
{
    struct begun_part *begun = arena_allocate(arena, items_count * sizeof(*begun));
    struct stock_write *writes = arena_allocate(arena, items_count * sizeof(*writes));
    request->parts = arena_allocate(arena, items_count * sizeof(*request->parts));
    if (begun == NULL || writes == NULL || request->parts == NULL)
        return false;
    for (uint32_t i = 0; i < items_count; i++) {
        writes[i] = items[i].write;
        if (i == 0 || items[i].warehouse_id != items[i - 1].warehouse_id) {
            begun[request->parts_count++] =
                (struct begun_part){{items[i].warehouse_id, &writes[i], 0}, items[i].index};
        }
        begun[request->parts_count - 1].part.items_count++;
    }
    qsort(begun, request->parts_count, sizeof(*begun), compare_parts);
    for (uint32_t i = 0; i < request->parts_count; i++)
        request->parts[i] = begun[i].part;
    return true;
}

bool v3_stocks_decode_put(struct json_value root, const struct put_stocks_rules *rules,
                          struct arena *arena, struct v3_stocks_put *request,
                          struct error_list *errors)
{
    *request = (struct v3_stocks_put){NULL, 0};
    if (!field_is(&root, JSON_OBJECT, FIELD("$"), errors))
        return false;
    struct json_value slot;
    const struct json_value *sku_items = field_member(root, "skuItems", &slot);
    size_t count = 0;
    if (!field_array(sku_items, FIELD("skuItems"), 1, PUT_SKUS_MAX, &count, errors))
        return false;
    struct stock_write_decoder decoder = {
        .rules = rules,
        .errors = errors,
        .array = "skuItems",
        .count_name = ".count",
        .updated_at_name = ".updatedAt",
    };
    uint32_t items_count = 0;
    struct item *items = decode_items(&decoder, *sku_items, arena, &items_count);
    if (items == NULL)
        return false;
    qsort(items, items_count, sizeof(*items), compare_items);
    return make_parts(items, items_count, arena, request);
}

bool v3_stocks_decode_get(struct json_value root, struct arena *arena,
                          struct v3_stocks_get *request, struct error_list *errors)
{
    *request = (struct v3_stocks_get){.warehouse_id = 0};
    if (!field_is(&root, JSON_OBJECT, FIELD("$"), errors))
        return false;
    struct json_value slot;
    bool valid =
        field_int64(field_member(root, "partnerWarehouseId", &slot), FIELD("partnerWarehouseId"), 1,
                    INT64_MAX, &request->warehouse_id, errors);
    valid &= field_bool(field_member(root, "archived", &slot), FIELD("archived"), false,
                        &request->archived, errors);
    const struct json_value *offers = field_member(root, "offerIds", &slot);
    request->listed = offers != NULL && json_type(*offers) != JSON_NULL;
    if (!request->listed)
        return valid;
    struct sku_list list;
    valid &= sku_list_decode(offers, "offerIds", GET_OFFER_IDS_MAX, arena, &list, errors);
    request->offers = list.keys;
    request->offers_count = list.keys_count;
    return valid;
}

void v3_stocks_encode_begin(struct buffer *body, int64_t warehouse_id, struct bytes next_token)
{
    buffer_append(body, BYTES("{\"status\":\"OK\",\"result\":{\"partnerWarehouseId\":"));
    buffer_append_int64(body, warehouse_id);
    buffer_append(body, BYTES(","));
    page_token_encode_paging(body, next_token, (struct bytes){NULL, 0});
    buffer_append(body, BYTES(",\"offers\":["));
}

void v3_stocks_encode_end(struct buffer *body)
{
    buffer_append(body, BYTES("]}}"));
}
