/* The two writing methods differ in what they make of a SKU that comes twice; what is asked for by
 * the query keeps the rules of a list in a body. */
#include "wire/hidden_offers.h"

#include "base/hash.h"
#include "base/limits.h"
#include "wire/page_token.h"

bool hidden_offers_decode(struct json_value root, enum offer_repeats repeats, struct arena *arena,
                          struct sku_list *list, struct error_list *errors)
{
    const struct offer_list_rules rules = {"hiddenOffers", OFFERS_MAX, repeats};
    struct offer_walk walk;
    const bool begun = offer_list_begin(root, &rules, arena, &walk, errors);
    struct json_value element;
    bool added = false;
    while (begun && offer_list_next(&walk, &element, &added))
        continue;
    *list = walk.list;
    return begun && errors->count == 0;
}

bool hidden_offers_decode_ids(const struct bytes *texts, size_t texts_count, struct arena *arena,
                              struct sku_list *list, struct error_list *errors)
{
    *list = (struct sku_list){.elements_count = (uint32_t)texts_count};
    if (texts_count < 1 || texts_count > OFFERS_MAX) {
        error_list_add(errors, "offer_id size must be between 1 and %d (rejected size: %zu)",
                       OFFERS_MAX, texts_count);
        return false;
    }
    struct seen_table seen;
    list->keys = arena_allocate(arena, texts_count * sizeof(*list->keys));
    if (list->keys == NULL || seen_table_init(&seen, arena, texts_count) != OK)
        return false;
    for (size_t i = 0; i < texts_count; i++) {
        struct stock_key *key = &list->keys[list->keys_count];
        if (!field_sku_text(texts[i], FIELD_OF("offer_id", i, ""), &key->sku, errors))
            continue;
        key->hash = bytes_hash(key->sku);
        if (seen_before(&seen, list->keys, sizeof(*key), list->keys_count))
            error_list_add_rejected(errors, "offer_id elements must be unique", key->sku);
        else
            list->keys_count++;
    }
    return errors->count == 0;
}

void hidden_offers_encode_begin(struct buffer *body, struct bytes next_token,
                                struct bytes prev_token)
{
    buffer_append(body, BYTES("{\"status\":\"OK\",\"result\":{"));
    page_token_encode_paging(body, next_token, prev_token);
    buffer_append(body, BYTES(",\"hiddenOffers\":["));
}

void hidden_offers_encode_offer(struct buffer *body, struct bytes sku)
{
    if (body->size > 0 && body->data[body->size - 1] == '}')
        buffer_append(body, BYTES(","));
    buffer_append(body, BYTES("{\"offerId\":"));
    json_write_string(body, sku);
    buffer_append(body, BYTES("}"));
}

void hidden_offers_encode_end(struct buffer *body)
{
    buffer_append(body, BYTES("]}}"));
}
