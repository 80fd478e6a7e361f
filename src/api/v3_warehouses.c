/* Warehouses in v3 (CONTRACT §14): the paged list with models, and switching a model off and on. A
 * warehouse works by one model, so that switching it is switching the warehouse. */
#include <stdlib.h>
#include <string.h>

#include "api/v3.h"
#include "api/warehouse_list.h"

enum { IDS_MAX = 500, LIMIT_DEFAULT = 15 };

static bool decode_page(struct api_call *call, const struct json_value *root)
{
    static const struct query_limits limits = {
        .otherwise = LIMIT_DEFAULT,
        .max = WAREHOUSE_PAGE_MAX,
    };
    static const struct warehouses_rules rules = {"warehouseIds", IDS_MAX, false};
    return warehouse_page_decode(call, root, &limits, &rules);
}

static int compare_ids(const void *left, const void *right)
{
    const int64_t a = *(const int64_t *)left;
    const int64_t b = *(const int64_t *)right;
    return a < b ? -1 : a > b;
}

/* The next of the warehouses that were asked for by id; those of others, or of nobody, are left
 * out. Returns how many rows it wrote. */
static uint32_t list_asked(struct api_call *call, const struct warehouse_page *page,
                           struct warehouse_facts *rows, uint32_t rows_max)
{
    const struct warehouses_request *request = &page->request;
    uint32_t count = 0;
    qsort(request->ids, request->ids_count, sizeof(*request->ids), compare_ids);
    for (uint32_t i = 0; i < request->ids_count && count < rows_max; i++) {
        if (request->ids[i] > page->after_id &&
            registry_find_warehouse(call->api->registry, request->ids[i], &rows[count]) &&
            rows[count].business_id == call->subject_id)
            count++;
    }
    return count;
}

static bool begin_page(struct api_call *call)
{
    const struct warehouse_page *page = call->state;
    struct warehouse_facts rows[WAREHOUSE_PAGE_MAX + 1];
    if (!v3_check_groups(call))
        return false;
    const struct registry_warehouse_query query = {
        .business_id = call->subject_id,
        .after_id = page->after_id,
        .rows_max = page->limit + 1,
    };
    const uint32_t count = page->request.listed
                               ? list_asked(call, page, rows, page->limit + 1)
                               : registry_list_warehouses(call->api->registry, &query, rows);
    warehouse_page_reply(call, rows, count, WAREHOUSES_MODELS);
    return false;
}

const struct operation operation_v3_page_warehouses = {decode_page, begin_page, NULL, false};

static bool decode_status(struct api_call *call, const struct json_value *root)
{
    struct warehouses_model_status *request =
        arena_allocate(&call->call.exchange->arena, sizeof(*request));
    call->state = request;
    return request != NULL && warehouses_decode_model_status(*root, request, &call->call.errors);
}

static bool begin_status(struct api_call *call)
{
    const struct warehouses_model_status *request = call->state;
    struct warehouse_facts warehouse;
    if (!v3_check_warehouse(call, request->warehouse_id, &warehouse))
        return false;
    const char *model = warehouses_model(warehouse.placement, warehouse.express);
    if (strcmp(model, request->model) != 0) {
        refuse(call, 400, "model must be %s for warehouse '%lld' (rejected value: %s)", model,
               (long long)warehouse.id, request->model);
        return false;
    }
    if (!warehouse_enable(call, warehouse.id, request->enabled))
        return false;
    call->call.exchange->status = 200;
    reply_encode_ok(&call->call.exchange->reply);
    return false;
}

const struct operation operation_v3_model_status = {decode_status, begin_status, NULL, true};
