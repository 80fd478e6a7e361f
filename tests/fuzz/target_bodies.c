/* Bodies of the public API. */
#include "base/limits.h"
#include "body.h"
#include "fuzz.h"
#include "wire/campaign_offers.h"
#include "wire/get_stocks.h"
#include "wire/hidden_offers.h"
#include "wire/offer_archive.h"
#include "wire/put_stocks.h"
#include "wire/v3_stocks.h"
#include "wire/warehouses.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* The rules of both editions. */
static const struct put_stocks_rules rules_2025 = {FUZZ_NOW_MS, 60000, -1, 501};
static const struct put_stocks_rules rules_2026 = {FUZZ_NOW_MS, 60000, PAST_TOLERANCE_MS, 501};

static void tell_keys(struct buffer *told, const struct stock_key *keys, uint32_t count)
{
    check_keys(keys, sizeof(*keys), count);
    for (uint32_t i = 0; i < count; i++)
        tell_bytes(told, keys[i].sku);
    tell_number(told, count);
}

static void tell_list(struct buffer *told, const struct sku_list *list, size_t max)
{
    ASSERT(list->keys_count >= 1 && list->keys_count <= list->elements_count);
    ASSERT(list->elements_count <= max);
    tell_keys(told, list->keys, list->keys_count);
    tell_number(told, list->elements_count);
}

static void tell_writes(struct buffer *told, const struct stock_write *items, uint32_t count,
                        const struct put_stocks_rules *rules)
{
    ASSERT(count >= 1 && count <= PUT_SKUS_MAX);
    check_keys(&items[0].key, sizeof(items[0]), count);
    for (uint32_t i = 0; i < count; i++) {
        const struct stock_write *item = &items[i];
        ASSERT(item->count >= 0 && item->count <= STOCK_COUNT_MAX);
        check_moment(item->updated_at_ms);
        ASSERT(item->updated_at_ms <= rules->now_ms + rules->future_tolerance_ms);
        ASSERT(rules->past_tolerance_ms < 0 ||
               item->updated_at_ms >= rules->now_ms - rules->past_tolerance_ms);
        tell_bytes(told, item->key.sku);
        tell_number(told, item->count);
        tell_number(told, item->updated_at_ms);
    }
}

static bool read_put(struct body *body, const struct put_stocks_rules *rules,
                     struct put_stocks *request)
{
    if (!put_stocks_decode(body->root, rules, body->arena, request, body->errors))
        return false;
    ASSERT(request->skus_count == request->items_count);
    tell_writes(body->told, request->items, request->items_count, rules);
    return true;
}

static bool put_again(struct body *body)
{
    struct put_stocks request;
    return read_put(body, &rules_2025, &request);
}

static bool put_2025(struct body *body)
{
    struct put_stocks request;
    if (!read_put(body, &rules_2025, &request))
        return false;
    struct buffer text;
    buffer_init(&text);
    put_stocks_encode_begin(&text);
    for (uint32_t i = 0; i < request.items_count; i++) {
        const struct stock_write *item = &request.items[i];
        put_stocks_encode_item(&text, item->key.sku, item->count, item->updated_at_ms);
    }
    put_stocks_encode_end(&text);
    body_again(&text, put_again, body->told);
    buffer_deinit(&text);
    return true;
}

static bool put_2026(struct body *body)
{
    struct put_stocks request;
    return read_put(body, &rules_2026, &request);
}

void fuzz_put_stocks(struct bytes input)
{
    static body_decode *const decoders[] = {put_2025, put_2026};
    body_run(input, decoders, COUNT_OF(decoders));
}

static bool get_request(struct body *body)
{
    struct get_stocks request;
    if (!get_stocks_decode(body->root, body->arena, &request, body->errors))
        return false;
    ASSERT(request.warehouse_id >= 0);
    ASSERT(request.has_stocks_given || !request.has_stocks);
    ASSERT(!request.has_stocks_given || request.warehouse_id >= 1);
    ASSERT(request.listed == (request.offers_count > 0));
    ASSERT(request.offers_count <= GET_OFFER_IDS_MAX);
    tell_number(body->told, request.warehouse_id);
    tell_number(body->told, request.has_stocks_given + 2 * request.has_stocks +
                                4 * request.with_turnover + 8 * request.archived);
    tell_keys(body->told, request.offers, request.offers_count);
    return true;
}

static void tell_views(struct buffer *told, const struct get_stocks_answer *answer)
{
    for (uint32_t i = 0; i < answer->views_count; i++) {
        const struct stock_view *view = &answer->views[i];
        ASSERT(bytes_are_utf8(view->sku));
        check_moment(view->updated_at_ms);
        tell_bytes(told, view->sku);
        tell_number(told, view->available);
        tell_number(told, view->reserved);
        tell_number(told, view->updated_at_ms);
    }
    ASSERT(bytes_are_utf8(answer->next_token));
    tell_bytes(told, answer->next_token);
}

/* An answer that is none has no errors, but a `false` to tell it. */
static bool get_answer(struct body *body)
{
    struct get_stocks_answer answer;
    const bool decoded = get_stocks_decode_answer(body->root, body->arena, &answer);
    tell_number(body->told, decoded);
    if (!decoded)
        return true;
    tell_views(body->told, &answer);
    return true;
}

/* What the server writes of the numbers that were read is what stockctl reads. */
static bool get_answer_again(struct body *body)
{
    struct get_stocks_answer answer;
    if (!get_stocks_decode_answer(body->root, body->arena, &answer))
        return true;
    tell_number(body->told, true);
    tell_views(body->told, &answer);
    struct buffer text;
    buffer_init(&text);
    get_stocks_encode_begin(&text, &(struct get_stocks_paging){answer.next_token, {NULL, 0}});
    bool writable = true;
    for (uint32_t i = 0; i < answer.views_count; i++) {
        const struct stock_view *view = &answer.views[i];
        int64_t fit = 0;
        writable &= !__builtin_add_overflow(view->available, view->reserved, &fit);
        if (i % 3 == 0)
            get_stocks_encode_warehouse(&text, 501 + i);
        if (writable)
            get_stocks_encode_offer(&text, &(struct get_stocks_offer){view, i % 2 == 0, false},
                                    &(struct date_day){.number = 0});
    }
    get_stocks_encode_end(&text);
    if (writable)
        body_again(&text, get_answer, body->told);
    buffer_deinit(&text);
    return true;
}

void fuzz_get_stocks(struct bytes input)
{
    static body_decode *const decoders[] = {get_request, get_answer, get_answer_again};
    body_run(input, decoders, COUNT_OF(decoders));
}

static bool read_hidden(struct body *body, enum offer_repeats repeats)
{
    struct sku_list list;
    if (!hidden_offers_decode(body->root, repeats, body->arena, &list, body->errors))
        return false;
    tell_list(body->told, &list, OFFERS_MAX);
    return true;
}

static bool hidden_add(struct body *body)
{
    return read_hidden(body, OFFER_REPEATS_TOLD);
}

static bool hidden_delete(struct body *body)
{
    return read_hidden(body, OFFER_REPEATS_TOLERATED);
}

/* The texts of the document as a query would bring them. */
static bool hidden_query(struct body *body)
{
    struct bytes texts[OFFERS_MAX + 1];
    size_t count = 0;
    if (json_type(body->root) == JSON_ARRAY) {
        struct json_walk walk = json_walk_begin(body->root);
        struct json_value element;
        while (json_next_element(&walk, &element) && count < COUNT_OF(texts)) {
            if (json_type(element) == JSON_STRING)
                texts[count++] = json_string(element);
        }
    }
    struct sku_list list;
    if (!hidden_offers_decode_ids(texts, count, body->arena, &list, body->errors))
        return false;
    tell_list(body->told, &list, OFFERS_MAX);
    return true;
}

void fuzz_hidden_offers(struct bytes input)
{
    static body_decode *const decoders[] = {hidden_add, hidden_delete, hidden_query};
    body_run(input, decoders, COUNT_OF(decoders));
}

static bool offers_filter(struct body *body)
{
    struct campaign_offers request;
    if (!campaign_offers_decode(body->root, body->arena, &request, body->errors))
        return false;
    ASSERT(request.statuses < 1U << OFFER_STATUSES_COUNT);
    ASSERT(!request.listed || (request.statuses == 0 && !request.catalogue_only));
    if (request.listed)
        tell_list(body->told, &request.offers, CAMPAIGN_OFFER_IDS_MAX);
    tell_number(body->told, request.statuses);
    tell_number(body->told, request.catalogue_only);
    return true;
}

static bool offers_update(struct body *body)
{
    struct offer_updates updates;
    if (!offer_updates_decode(body->root, body->arena, &updates, body->errors))
        return false;
    ASSERT(updates.elements_count >= 1 && updates.elements_count <= OFFERS_MAX);
    ASSERT(updates.hidden_count + updates.shown_count <= updates.elements_count);
    tell_keys(body->told, updates.hidden, updates.hidden_count);
    tell_keys(body->told, updates.shown, updates.shown_count);
    return true;
}

void fuzz_campaign_offers(struct bytes input)
{
    static body_decode *const decoders[] = {offers_filter, offers_update};
    body_run(input, decoders, COUNT_OF(decoders));
}

static bool offers_named(struct body *body)
{
    struct sku_list list;
    if (!offer_list_decode_body(body->root, OFFERS_MAX, body->arena, &list, body->errors))
        return false;
    tell_list(body->told, &list, OFFERS_MAX);
    return true;
}

static bool offers_mapped(struct body *body)
{
    enum { OFFERS_OF_2026 = 100 };
    struct offer_mappings request;
    if (!offer_mappings_decode(body->root, OFFERS_OF_2026, body->arena, &request, body->errors))
        return false;
    ASSERT(request.archived_given || !request.archived);
    if (request.listed)
        tell_list(body->told, &request.offers, OFFERS_OF_2026);
    tell_number(body->told, request.archived_given + 2 * request.archived);
    return true;
}

void fuzz_offer_list(struct bytes input)
{
    static body_decode *const decoders[] = {offers_named, offers_mapped};
    body_run(input, decoders, COUNT_OF(decoders));
}

static bool read_v3_put(struct body *body, const struct put_stocks_rules *rules)
{
    struct v3_stocks_put request;
    if (!v3_stocks_decode_put(body->root, rules, body->arena, &request, body->errors))
        return false;
    uint32_t items_count = 0;
    for (uint32_t i = 0; i < request.parts_count; i++) {
        const struct v3_stocks_part *part = &request.parts[i];
        ASSERT(part->warehouse_id >= 1);
        for (uint32_t k = 0; k < i; k++)
            ASSERT(request.parts[k].warehouse_id != part->warehouse_id);
        tell_number(body->told, part->warehouse_id);
        tell_writes(body->told, part->items, part->items_count, rules);
        items_count += part->items_count;
    }
    ASSERT(items_count >= 1 && items_count <= PUT_SKUS_MAX);
    return true;
}

static bool v3_put_2025(struct body *body)
{
    return read_v3_put(body, &rules_2025);
}

static bool v3_put_2026(struct body *body)
{
    return read_v3_put(body, &rules_2026);
}

static bool v3_get(struct body *body)
{
    struct v3_stocks_get request;
    if (!v3_stocks_decode_get(body->root, body->arena, &request, body->errors))
        return false;
    ASSERT(request.warehouse_id >= 1);
    ASSERT(request.listed == (request.offers_count > 0));
    tell_number(body->told, request.warehouse_id);
    tell_number(body->told, request.archived);
    tell_keys(body->told, request.offers, request.offers_count);
    return true;
}

void fuzz_v3_stocks(struct bytes input)
{
    static body_decode *const decoders[] = {v3_put_2025, v3_put_2026, v3_get};
    body_run(input, decoders, COUNT_OF(decoders));
}

static bool read_warehouses(struct body *body, const struct warehouses_rules *rules)
{
    struct warehouses_request request;
    if (!warehouses_decode(body->root, rules, body->arena, &request, body->errors))
        return false;
    ASSERT(request.listed == (request.ids_count > 0) && request.ids_count <= rules->ids_max);
    ASSERT(rules->has_status || !request.with_status);
    for (uint32_t i = 0; i < request.ids_count; i++) {
        ASSERT(request.ids[i] >= 1);
        for (uint32_t k = 0; k < i; k++)
            ASSERT(request.ids[k] != request.ids[i]);
        tell_number(body->told, request.ids[i]);
    }
    tell_number(body->told, request.with_address + 2 * request.with_status);
    return true;
}

static bool warehouses_v2(struct body *body)
{
    static const struct warehouses_rules rules = {"campaignIds", 25, true};
    return read_warehouses(body, &rules);
}

static bool warehouses_v3(struct body *body)
{
    static const struct warehouses_rules rules = {"warehouseIds", 50, false};
    return read_warehouses(body, &rules);
}

static bool warehouse_enabled(struct body *body)
{
    bool enabled = false;
    if (!warehouses_decode_enabled(body->root, &enabled, body->errors))
        return false;
    tell_number(body->told, enabled);
    return true;
}

static bool warehouse_model(struct body *body)
{
    struct warehouses_model_status request;
    if (!warehouses_decode_model_status(body->root, &request, body->errors))
        return false;
    ASSERT(request.warehouse_id >= 1);
    ASSERT(strcmp(request.model, "FBS") == 0 || strcmp(request.model, "DBS") == 0 ||
           strcmp(request.model, "EXPRESS") == 0);
    tell_number(body->told, request.warehouse_id);
    tell_bytes(body->told, bytes_from_text(request.model));
    tell_number(body->told, request.enabled);
    return true;
}

void fuzz_warehouses(struct bytes input)
{
    static body_decode *const decoders[] = {warehouses_v2, warehouses_v3, warehouse_enabled,
                                            warehouse_model};
    body_run(input, decoders, COUNT_OF(decoders));
}
