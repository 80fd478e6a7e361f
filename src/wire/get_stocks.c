/* The request is small and read by name; the answer is written straight into the reply. */
#include "wire/get_stocks.h"

#include "base/date.h"
#include "base/limits.h"
#include "base/put.h"
#include "wire/field.h"
#include "wire/page_token.h"
#include "wire/sku_list.h"
#include "wire/stock_type.h"

/* The members of the body that count; NULL where one is absent. */
struct members {
    struct json_value values[5];
    bool present[5];
};

enum member {
    MEMBER_WAREHOUSE,
    MEMBER_HAS_STOCKS,
    MEMBER_TURNOVER,
    MEMBER_ARCHIVED,
    MEMBER_OFFERS
};

static const struct bytes member_names[] = {
    [MEMBER_WAREHOUSE] = BYTES_INIT("stocksWarehouseId"),
    [MEMBER_HAS_STOCKS] = BYTES_INIT("hasStocks"),
    [MEMBER_TURNOVER] = BYTES_INIT("withTurnover"),
    [MEMBER_ARCHIVED] = BYTES_INIT("archived"),
    [MEMBER_OFFERS] = BYTES_INIT("offerIds"),
};

enum { MEMBERS_COUNT = sizeof(member_names) / sizeof(member_names[0]) };

static struct members members_read(struct json_value root)
{
    struct members members = {.present = {false}};
    struct json_walk walk = json_walk_begin(root);
    struct bytes key;
    struct json_value value;
    while (json_next_member(&walk, &key, &value)) {
        for (int i = 0; i < MEMBERS_COUNT; i++) {
            if (!bytes_equal(key, member_names[i]))
                continue;
            members.values[i] = value;
            members.present[i] = json_type(value) != JSON_NULL;
        }
    }
    return members;
}

static const struct json_value *member(const struct members *members, enum member which)
{
    return members->present[which] ? &members->values[which] : NULL;
}

bool get_stocks_decode(struct json_value root, struct arena *arena, struct get_stocks *request,
                       struct error_list *errors)
{
    *request = (struct get_stocks){.warehouse_id = 0};
    if (!field_is(&root, JSON_OBJECT, FIELD("$"), errors))
        return false;
    const struct members members = members_read(root);
    const struct json_value *warehouse = member(&members, MEMBER_WAREHOUSE);
    bool valid = warehouse == NULL || field_int64(warehouse, FIELD("stocksWarehouseId"), 1,
                                                  INT64_MAX, &request->warehouse_id, errors);
    request->has_stocks_given = members.present[MEMBER_HAS_STOCKS];
    valid &= field_bool(member(&members, MEMBER_HAS_STOCKS), FIELD("hasStocks"), false,
                        &request->has_stocks, errors);
    valid &= field_bool(member(&members, MEMBER_TURNOVER), FIELD("withTurnover"), false,
                        &request->with_turnover, errors);
    valid &= field_bool(member(&members, MEMBER_ARCHIVED), FIELD("archived"), false,
                        &request->archived, errors);
    request->listed = members.present[MEMBER_OFFERS];
    if (request->listed) {
        struct sku_list offers;
        valid &= sku_list_decode(member(&members, MEMBER_OFFERS), "offerIds", GET_OFFER_IDS_MAX,
                                 arena, &offers, errors);
        request->offers = offers.keys;
        request->offers_count = offers.keys_count;
    }
    if (valid && request->has_stocks_given && warehouse == NULL) {
        error_list_add(errors, "hasStocks must be used together with stocksWarehouseId");
        valid = false;
    }
    return valid;
}

/* Class bounds of CONTRACT §12, in tenths of a day: up to and without `below`. */
static const struct {
    int64_t below;
    const char *name;
} turnover_classes[] = {
    {450, "VERY_HIGH"}, {1000, "HIGH"}, {1200, "ALMOST_LOW"}, {INT64_MAX, "LOW"}};

static uint8_t *turnover_put(uint8_t *at, const struct get_stocks_offer *offer)
{
    const struct stock_details *details = offer->view->details;
    const int64_t tenths = details == NULL ? -1 : details->turnover_tenths;
    const char *name = "NO_SALES";
    for (size_t i = sizeof(turnover_classes) / sizeof(turnover_classes[0]); i-- > 0 && tenths >= 0;)
        name = tenths < turnover_classes[i].below ? turnover_classes[i].name : name;
    if (offer->free_storage)
        name = "FREE_STORE";
    at = bytes_put(at, BYTES(",\"turnoverSummary\":{\"turnover\":\""));
    at = bytes_put(text_put(at, name), BYTES("\""));
    if (tenths >= 0) {
        at = int64_put(bytes_put(at, BYTES(",\"turnoverDays\":")), tenths / 10);
        at = int64_put(bytes_put(at, BYTES(".")), tenths % 10);
    }
    return bytes_put(at, BYTES("}"));
}

/* Types beside FIT, only where there are units of them (C24). */
static uint8_t *unfit_put(uint8_t *at, const struct stock_details *details)
{
    for (int i = 0; i < STOCK_UNFIT_COUNT; i++) {
        if (details->unfit[i] == 0)
            continue;
        at = bytes_put(at, BYTES("},{\"type\":\""));
        at = text_put(at, stock_type_name((enum stock_type)(STOCK_UNFIT_FIRST + i)));
        at = int64_put(bytes_put(at, BYTES("\",\"count\":")), details->unfit[i]);
    }
    return at;
}

/* Room for the longest offer without its SKU: some 200 bytes, 100 of turnover, and for each type
 * its name and number. */
enum { OFFER_BYTES_MAX = 512, TYPE_BYTES_MAX = 64 };

void get_stocks_encode_offer(struct buffer *body, const struct get_stocks_offer *offer,
                             struct date_day *day)
{
    const struct stock_view *view = offer->view;
    uint8_t *at = buffer_room(body, JSON_STRING_BYTES_MAX(view->sku.size) + OFFER_BYTES_MAX +
                                        (size_t)STOCK_UNFIT_COUNT * TYPE_BYTES_MAX);
    if (at == NULL)
        return;
    if (body->size > 0 && at[-1] == '}')
        *at++ = ',';
    at = json_string_put(bytes_put(at, BYTES("{\"offerId\":")), view->sku);
    if (offer->with_turnover)
        at = turnover_put(at, offer);
    at = bytes_put(at, BYTES(",\"stocks\":[{\"type\":\"FIT\",\"count\":"));
    at = int64_put(at, view->available + view->reserved);
    at = int64_put(bytes_put(at, BYTES("},{\"type\":\"FREEZE\",\"count\":")), view->reserved);
    at = int64_put(bytes_put(at, BYTES("},{\"type\":\"AVAILABLE\",\"count\":")), view->available);
    if (view->details != NULL)
        at = unfit_put(at, view->details);
    at = bytes_put(at, BYTES("}]"));
    if (view->updated_at_ms != STOCK_NEVER_UPDATED) {
        at = bytes_put(at, BYTES(",\"updatedAt\":\""));
        at += date_format_iso8601_of_day(view->updated_at_ms, day, (char *)at);
        at = bytes_put(at, BYTES("\""));
    }
    buffer_end_at(body, bytes_put(at, BYTES("}")));
}

void get_stocks_encode_begin(struct buffer *body, const struct get_stocks_paging *paging)
{
    buffer_append(body, BYTES("{\"status\":\"OK\",\"result\":{"));
    page_token_encode_paging(body, paging->next_token, paging->prev_token);
    buffer_append(body, BYTES(",\"warehouses\":["));
}

void get_stocks_encode_warehouse(struct buffer *body, int64_t warehouse_id)
{
    const bool first = body->size > 0 && body->data[body->size - 1] == '[';
    buffer_append_text(body, first ? "{\"warehouseId\":" : "]},{\"warehouseId\":");
    buffer_append_int64(body, warehouse_id);
    buffer_append(body, BYTES(",\"offers\":["));
}

void get_stocks_encode_end(struct buffer *body)
{
    const bool empty = body->size > 0 && body->data[body->size - 1] == '[';
    buffer_append_text(body, empty ? "]}}" : "]}]}}");
}

/* The member of an object, if it is there and of that type. */
static bool find_member(struct json_value object, struct bytes name, enum json_type type,
                        struct json_value *found)
{
    return json_find(object, name, found) && json_type(*found) == type;
}

static bool decode_view_count(struct json_value stock, struct stock_view *view)
{
    struct json_value type;
    struct json_value count;
    int64_t number = 0;
    if (json_type(stock) != JSON_OBJECT || !find_member(stock, BYTES("type"), JSON_STRING, &type) ||
        !find_member(stock, BYTES("count"), JSON_INT64, &count) || !json_to_int64(count, &number))
        return false;
    if (bytes_equal(json_string(type), BYTES("AVAILABLE")))
        view->available = number;
    else if (bytes_equal(json_string(type), BYTES("FREEZE")))
        view->reserved = number;
    return true;
}

static bool decode_view(struct json_value offer, struct stock_view *view)
{
    struct json_value sku;
    struct json_value stocks;
    struct json_value updated_at;
    *view = (struct stock_view){.updated_at_ms = 0};
    if (json_type(offer) != JSON_OBJECT ||
        !find_member(offer, BYTES("offerId"), JSON_STRING, &sku) ||
        !find_member(offer, BYTES("stocks"), JSON_ARRAY, &stocks))
        return false;
    view->sku = json_string(sku);
    struct json_walk walk = json_walk_begin(stocks);
    struct json_value stock;
    while (json_next_element(&walk, &stock)) {
        if (!decode_view_count(stock, view))
            return false;
    }
    return !find_member(offer, BYTES("updatedAt"), JSON_STRING, &updated_at) ||
           date_parse_iso8601(json_string(updated_at), &view->updated_at_ms);
}

/* Decodes the offers of one warehouse behind those that are there. */
static bool decode_warehouse(struct json_value warehouse, struct arena *arena,
                             struct get_stocks_answer *answer)
{
    struct json_value offers;
    if (json_type(warehouse) != JSON_OBJECT ||
        !find_member(warehouse, BYTES("offers"), JSON_ARRAY, &offers))
        return false;
    const size_t count = answer->views_count + json_count(offers);
    struct stock_view *views = arena_allocate(arena, (count + 1) * sizeof(*views));
    if (views == NULL)
        return false;
    for (uint32_t i = 0; i < answer->views_count; i++)
        views[i] = answer->views[i];
    answer->views = views;
    struct json_walk walk = json_walk_begin(offers);
    struct json_value offer;
    while (json_next_element(&walk, &offer)) {
        if (!decode_view(offer, &views[answer->views_count++]))
            return false;
    }
    return true;
}

bool get_stocks_decode_answer(struct json_value root, struct arena *arena,
                              struct get_stocks_answer *answer)
{
    struct json_value result;
    struct json_value warehouses;
    struct json_value paging;
    struct json_value token;
    *answer = (struct get_stocks_answer){.views = NULL};
    if (json_type(root) != JSON_OBJECT ||
        !find_member(root, BYTES("result"), JSON_OBJECT, &result) ||
        !find_member(result, BYTES("warehouses"), JSON_ARRAY, &warehouses))
        return false;
    struct json_walk walk = json_walk_begin(warehouses);
    struct json_value warehouse;
    while (json_next_element(&walk, &warehouse)) {
        if (!decode_warehouse(warehouse, arena, answer))
            return false;
    }
    if (find_member(result, BYTES("paging"), JSON_OBJECT, &paging) &&
        find_member(paging, BYTES("nextPageToken"), JSON_STRING, &token))
        answer->next_token = json_string(token);
    return true;
}
