/* Stores come by page numbers, which every edition knows, or by tokens where an answer has one;
 * warehouses by tokens. */
#include "ctl/stores.h"

#include <inttypes.h>

#include "ctl/escape.h"

enum { STORES_PER_PAGE = 50, WAREHOUSES_PER_PAGE = 25 };

static bool not_the_api(struct session *session)
{
    session_stop_for_answer(session, ERR_INVALID);
    return false;
}

static struct store_fact store_read(struct json_value row)
{
    struct json_value business;
    struct store_fact store = {
        .id = answer_number(row, "id"),
        .name = answer_text(row, "domain"),
        .placement = answer_text(row, "placementType"),
        .availability = answer_text(row, "apiAvailability"),
    };
    if (answer_member(row, "business", JSON_OBJECT, &business)) {
        store.business_id = answer_number(business, "id");
        store.business_name = answer_text(business, "name");
    }
    return store;
}

/* Makes the query of the page behind the answer. False: it was the last. */
static bool next_page(struct json_value root, int64_t *page, struct buffer *query)
{
    struct json_value pager;
    const struct bytes token = answer_next_token(root);
    buffer_clear(query);
    if (token.size > 0) {
        buffer_append_format(query, "limit=%d", STORES_PER_PAGE);
        escape_append_parameter(query, "page_token", token);
        return true;
    }
    if (!answer_member(root, "pager", JSON_OBJECT, &pager) ||
        answer_number(pager, "pagesCount") <= *page)
        return false;
    (*page)++;
    buffer_append_format(query, "page=%" PRId64 "&pageSize=%d", *page, STORES_PER_PAGE);
    return true;
}

static bool stores_page(struct session *session, struct bytes query, struct json_value *root,
                        store_visit *visit, void *context)
{
    const struct call_request request = {
        .method = "GET", .path = BYTES("/v2/campaigns"), .query = query, .items = 1};
    struct json_value list;
    if (!ask_once(session, &request, root))
        return false;
    if (!answer_member(*root, "campaigns", JSON_ARRAY, &list))
        return not_the_api(session);
    struct json_walk walk = json_walk_begin(list);
    struct json_value row;
    while (json_next_element(&walk, &row)) {
        const struct store_fact store = store_read(row);
        if (store.id <= 0)
            return not_the_api(session);
        if (!visit(context, &store))
            return false;
    }
    return true;
}

bool stores_read(struct session *session, store_visit *visit, void *context)
{
    struct buffer query;
    buffer_init(&query);
    buffer_append_format(&query, "page=1&pageSize=%d", STORES_PER_PAGE);
    int64_t page = 1;
    bool good = true;
    bool more = true;
    while (good && more) {
        struct json_value root;
        good = stores_page(session, buffer_bytes(&query), &root, visit, context);
        more = good && next_page(root, &page, &query);
        if (good && query.failed) {
            session_stop_for_memory(session);
            good = false;
        }
    }
    buffer_deinit(&query);
    return good;
}

static struct warehouse_fact warehouse_read(struct json_value row)
{
    struct json_value part;
    struct warehouse_fact warehouse = {
        .id = answer_number(row, "id"),
        .campaign_id = answer_number(row, "campaignId"),
        .name = answer_text(row, "name"),
        .express = answer_member(row, "express", JSON_TRUE, &part),
    };
    if (answer_member(row, "groupInfo", JSON_OBJECT, &part)) {
        warehouse.group_id = answer_number(part, "id");
        warehouse.group_name = answer_text(part, "name");
    }
    if (answer_member(row, "address", JSON_OBJECT, &part))
        warehouse.city = answer_text(part, "city");
    if (answer_member(row, "status", JSON_OBJECT, &part))
        warehouse.off = bytes_equal(answer_text(part, "status"), BYTES("DISABLED_MANUALLY"));
    return warehouse;
}

static bool warehouses_page(struct session *session, struct bytes path, struct buffer *query,
                            warehouse_visit *visit, void *context)
{
    const struct call_request request = {
        .method = "POST",
        .path = path,
        .query = buffer_bytes(query),
        .body = BYTES("{\"components\":[\"ADDRESS\",\"STATUS\"]}"),
        .items = 1,
    };
    struct json_value root;
    struct json_value result;
    struct json_value list;
    if (!ask_once(session, &request, &root))
        return false;
    if (!answer_member(root, "result", JSON_OBJECT, &result) ||
        !answer_member(result, "warehouses", JSON_ARRAY, &list))
        return not_the_api(session);
    struct json_walk walk = json_walk_begin(list);
    struct json_value row;
    while (json_next_element(&walk, &row)) {
        const struct warehouse_fact warehouse = warehouse_read(row);
        if (!visit(context, &warehouse))
            return false;
    }
    const struct bytes token = answer_next_token(result);
    buffer_clear(query);
    if (token.size == 0)
        return true;
    buffer_append_format(query, "limit=%d", WAREHOUSES_PER_PAGE);
    escape_append_parameter(query, "page_token", token);
    return true;
}

bool warehouses_read(struct session *session, int64_t business_id, warehouse_visit *visit,
                     void *context)
{
    struct buffer path;
    struct buffer query;
    buffer_init(&path);
    buffer_init(&query);
    buffer_append_format(&path, "/v2/businesses/%" PRId64 "/warehouses", business_id);
    buffer_append_format(&query, "limit=%d", WAREHOUSES_PER_PAGE);
    bool good = true;
    while (good && query.size > 0) {
        good = warehouses_page(session, buffer_bytes(&path), &query, visit, context);
        if (good && (query.failed || path.failed)) {
            session_stop_for_memory(session);
            good = false;
        }
    }
    buffer_deinit(&path);
    buffer_deinit(&query);
    return good;
}
