/* Both APIs while the Nth allocation of a request fails: the answer is the usual one, byte by
 * byte, or 503 with a wait, and then nothing was done, but for a change of the registry that was
 * kept and is not carried to its end yet. The same request again is answered as ever, and all is as
 * it should be. */
#include "service_fault.h"

#include <stdio.h>
#include <string.h>

#include "allocation.h"

/* clang-format off */
#define STOCKS_11  "/v2/campaigns/11/offers/stocks"
#define ORDERS_11  "/api/v1/campaigns/11/orders"
#define UPLOADS_11 "/api/v1/campaigns/11/uploads"
#define SKUS(list) "{\"skus\":[" list "]}"
#define SKU(sku, count)                                                                            \
    "{\"sku\":\"" sku "\",\"items\":[{\"count\":" count ",\"updatedAt\":\"2025-09-17T09:06:00Z\"}" \
    "]}"

static const struct service_request requests[] = {
    {SIDE_SELLER, "PUT", STOCKS_11, "", SKUS(SKU("a", "7") "," SKU("new", "8")), 200},
    {SIDE_SELLER, "PUT", "/v2/campaigns/12/offers/stocks", "", SKUS(SKU("b", "7")), 200},
    {SIDE_SELLER, "PUT", "/v2/campaigns/13/offers/stocks", "", SKUS(SKU("d", "1")), 200},
    {SIDE_SELLER, "PUT", STOCKS_11, "", SKUS(SKU("a", "-7") "," SKU("", "1")), 400},
    {SIDE_SELLER, "PUT", STOCKS_11, "", "{\"skus\":", 400},
    {SIDE_SELLER, "PUT", STOCKS_11, "", SKUS(SKU("a", "123456789012345678901234567890")), 400},
    {SIDE_SELLER, "POST", STOCKS_11, "limit=1", "{\"withTurnover\":true}", 200},
    {SIDE_SELLER, "POST", STOCKS_11, "", "{\"offerIds\":[\"a\",\"b\",\"none\"]}", 200},
    {SIDE_SELLER, "POST", "/v2/campaigns/14/offers/stocks", "", "{\"withTurnover\":true}", 200},
    {SIDE_SELLER, "POST", "/v2/campaigns/11/hidden-offers", "",
     "{\"hiddenOffers\":[{\"offerId\":\"a\"},{\"offerId\":\"x\"}]}", 200},
    {SIDE_SELLER, "GET", "/v2/campaigns/11/hidden-offers", "limit=1", "", 200},
    {SIDE_SELLER, "POST", "/v2/campaigns/11/hidden-offers/delete", "",
     "{\"hiddenOffers\":[{\"offerId\":\"b\"}]}", 200},
    {SIDE_SELLER, "POST", "/v2/campaigns/11/offers", "", "{\"offerIds\":[\"a\",\"b\"]}", 200},
    {SIDE_SELLER, "POST", "/v2/campaigns/11/offers", "limit=1", "{}", 200},
    {SIDE_SELLER, "POST", "/v2/campaigns/11/offers/delete", "", "{\"offerIds\":[\"a\"]}", 200},
    {SIDE_SELLER, "POST", "/v2/campaigns/11/offers/update", "",
     "{\"offers\":[{\"offerId\":\"b\"}]}", 200},
    {SIDE_SELLER, "POST", "/v2/businesses/1/offer-mappings/archive", "",
     "{\"offerIds\":[\"a\",\"c\",\"none\"]}", 200},
    {SIDE_SELLER, "POST", "/v2/businesses/1/offer-mappings/unarchive", "",
     "{\"offerIds\":[\"a\",\"c\"]}", 200},
    {SIDE_SELLER, "POST", "/v2/businesses/1/offer-mappings", "limit=1", "{}", 200},
    {SIDE_SELLER, "POST", "/v2/businesses/1/offer-mappings", "", "{\"offerIds\":[\"a\"]}", 200},
    {SIDE_SELLER, "GET", "/v2/campaigns", "", "", 200},
    {SIDE_SELLER, "GET", "/v2/campaigns/11", "", "", 200},
    {SIDE_SELLER, "GET", "/v2/campaigns/99", "", "", 404},
    {SIDE_SELLER, "GET", "/v2/nothing", "", "", 404},
    {SIDE_SELLER, "PUT", "/v2/campaigns", "", "", 405},
    {SIDE_SELLER, "GET", "/v2/warehouses", "", "", 200},
    {SIDE_SELLER, "GET", "/v2/businesses/1/warehouses", "", "", 200},
    {SIDE_SELLER, "POST", "/v2/businesses/1/warehouses", "", "{\"campaignIds\":[11,13]}", 200},
    {SIDE_SELLER, "POST", "/v2/businesses/1/warehouses", "", "{\"campaignIds\":[21]}", 403},
    {SIDE_SELLER, "POST", "/v2/campaigns/13/warehouse/status", "", "{\"enabled\":false}", 200},
    {SIDE_SELLER, "POST", "/v2/auth/token", "", "", 200},
    {SIDE_OTHER_SELLER, "POST", "/v3/businesses/2/offers/stocks/update", "",
     "{\"skuItems\":[{\"sku\":\"v\",\"partnerWarehouseId\":601,\"count\":4}]}", 200},
    {SIDE_OTHER_SELLER, "POST", "/v3/businesses/2/offers/stocks", "",
     "{\"partnerWarehouseId\":601}", 200},
    {SIDE_OTHER_SELLER, "POST", "/v3/businesses/2/warehouses", "", "{}", 200},
    {SIDE_OTHER_SELLER, "POST", "/v3/businesses/2/warehouse/models/status", "",
     "{\"warehouses\":[{\"warehouseId\":601,\"enabled\":false}]}", 400},
    {SIDE_OTHER_SELLER, "PUT", STOCKS_11, "", SKUS(SKU("a", "1")), 403},

    {SIDE_OPERATOR, "POST", ORDERS_11, "",
     "{\"orderId\":\"o\",\"items\":[{\"sku\":\"a\",\"count\":1},{\"sku\":\"b\",\"count\":2}],"
     "\"expiresAt\":\"2199-01-01T00:00:00Z\"}", 200},
    {SIDE_OPERATOR, "POST", "/api/v1/campaigns/14/orders", "",
     "{\"orderId\":\"m\",\"items\":[{\"sku\":\"m\",\"count\":1}]}", 200},
    {SIDE_OPERATOR, "POST", ORDERS_11, "",
     "{\"orderId\":\"l\",\"items\":[{\"sku\":\"a\",\"count\":1000}]}", 409},
    {SIDE_OPERATOR, "GET", "/api/v1/stores", "search=D", "", 200},
    {SIDE_OPERATOR, "GET", "/api/v1/stores", "limit=1", "", 200},
    {SIDE_OPERATOR, "GET", "/api/v1/campaigns/11/stocks", "limit=1", "", 200},
    {SIDE_OPERATOR, "GET", "/api/v1/campaigns/11/stocks", "search=A", "", 200},
    {SIDE_OPERATOR, "GET", "/api/v1/campaigns/12/stocks", "filter=HIDDEN", "", 200},
    {SIDE_OPERATOR, "GET", "/api/v1/campaigns/14/stocks", "sku=m", "", 200},
    {SIDE_OPERATOR, "GET", ORDERS_11 "/open", "", "", 200},
    {SIDE_OPERATOR, "POST", ORDERS_11 "/open/pack", "", "", 200},
    {SIDE_OPERATOR, "POST", ORDERS_11 "/open/ship", "", "", 200},
    {SIDE_OPERATOR, "POST", ORDERS_11 "/open/cancel", "", "", 200},
    {SIDE_OPERATOR, "GET", ORDERS_11 "/none", "", "", 404},
    {SIDE_OPERATOR, "PUT", "/api/v1/campaigns/14/warehouses/147/stocks", "",
     "{\"items\":[{\"sku\":\"m\",\"type\":\"FIT\",\"count\":7},"
     "{\"sku\":\"n\",\"type\":\"EXPIRED\",\"count\":1}]}", 200},
    {SIDE_OPERATOR, "POST", "/api/v1/campaigns/14/offers/free-storage", "",
     "{\"offerIds\":[\"m\"],\"free\":true}", 200},
    {SIDE_OPERATOR, "POST", UPLOADS_11, "name=f&sheet=s",
     "sku;count\na;1\na;2\nб;3\nx;-1\nnew;4\n", 200},
    {SIDE_OPERATOR, "POST", UPLOADS_11, "full=true", "sku,count\na,1\n,2\nb,\n", 200},
    {SIDE_OPERATOR, "POST", UPLOADS_11, "", "sku,price\na,1\n", 400},
    {SIDE_OPERATOR, "GET", UPLOADS_11 "/none", "", "", 404},
    {SIDE_OPERATOR, "GET", "/api/v1/campaigns/11/template.xlsx", "with=stocks&lang=ru", "", 200},
    {SIDE_OPERATOR, "GET", "/api/v1/registry", "", "", 200},
    {SIDE_OPERATOR, "POST", "/api/v1/registry", "",
     "{\"campaigns\":[{\"id\":15,\"businessId\":1,\"domain\":\"e\",\"placementType\":\"FBS\"}],"
     "\"warehouses\":[{\"id\":505,\"campaignId\":15,\"name\":\"w\"}],\"tokens\":[{\"name\":\"t\","
     "\"businessId\":1,\"scopes\":[\"pricing\"],\"apiKey\":\"third\"}]}", 200},
    {SIDE_OPERATOR, "POST", "/api/v1/registry", "",
     "{\"warehouses\":[{\"id\":503,\"campaignId\":13,\"name\":\"w\",\"groupId\":77}]}", 200},
    {SIDE_OPERATOR, "POST", "/api/v1/registry", "",
     "{\"warehouses\":[{\"id\":502,\"campaignId\":12,\"name\":\"w\"}]}", 200},
    {SIDE_OPERATOR, "POST", "/api/v1/registry", "",
     "{\"remove\":{\"campaigns\":[13],\"warehouses\":[503]}}", 409},
    {SIDE_OPERATOR, "POST", "/api/v1/registry", "",
     "{\"campaigns\":[{\"id\":0,\"domain\":7}],\"warehouses\":[{\"id\":9}]}", 400},
    {SIDE_OPERATOR, "GET", "/api/v1/tokens", "businessId=1", "", 200},
    {SIDE_OPERATOR, "POST", "/api/v1/tokens", "",
     "{\"name\":\"made\",\"businessId\":1,\"scopes\":[\"pricing\"]}", 200},
    {SIDE_OPERATOR, "POST", "/api/v1/tokens/revoke", "",
     "{\"name\":\"full\",\"businessId\":1}", 200},
    {SIDE_OPERATOR, "GET", "/api/v1/requests", "status=4xx&limit=5", "", 200},
    {SIDE_OPERATOR, "GET", "/api/v1/requests", "", "", 200},
    {SIDE_OPERATOR, "GET", "/api/v1/push", "", "", 200},
    {SIDE_OPERATOR, "GET", "/metrics", "", "", 200},
    {SIDE_OPERATOR, "GET", "/readyz", "", "", 200},
    {SIDE_OPERATOR, "GET", "/help", "", "", 200},
    {SIDE_OPERATOR, "GET", "/api/v1/health", "", "", 200},
    {SIDE_OPERATOR, "GET", "/api/v1/session", "", "", 200},
    {SIDE_OPERATOR, "POST", "/api/v1/session", "", "{\"token\":\"secret\"}", 200},
};
/* clang-format on */

/* What a request without faults is answered with, and leaves behind. */
struct expected {
    const struct service_request *request;
    struct buffer before;
    struct buffer reply;
    struct buffer after;
    bool varies; /* The answer holds a secret or a figure, */
    bool has_id; /* or one in front that nobody can guess. */
};

static const char *label_of(const struct service_request *request)
{
    static char label[160];
    const int line = (int)strcspn(request->body, "\n");
    (void)snprintf(label, sizeof(label), "%s %s %.*s", request->method, request->path,
                   line < 60 ? line : 60, request->body);
    return label;
}

static void expect_state(struct service_world *world, const struct buffer *expected)
{
    struct buffer now;
    buffer_init(&now);
    service_world_show(world, &now);
    EXPECT_BYTES(buffer_bytes(&now), buffer_bytes(expected));
    buffer_deinit(&now);
}

/* 503 has a wait, and its words where there was memory for them. */
static void expect_unavailable(struct service_world *world, const struct expected *expected)
{
    const struct http_exchange *exchange = &world->one.exchange;
    const char *label = label_of(expected->request);
    EXPECT(label, exchange->status == 503);
    EXPECT(label, exchange->retry_after_s == 1);
    EXPECT(label, exchange->reply.failed ||
                      bytes_starts_with(exchange_case_reply(&world->one),
                                        BYTES("{\"status\":\"ERROR\",\"errors\":[{\"code\":"
                                              "\"SERVICE_UNAVAILABLE\"")));
}

/* What is the same in every answer. */
static struct bytes behind_id(const struct expected *expected, struct bytes reply)
{
    enum { ID_ENDS = sizeof("{\"status\":\"OK\",\"result\":{\"uploadId\":\"0123456789abcdef") };
    const size_t from = expected->has_id && reply.size > ID_ENDS ? ID_ENDS : 0;
    return (struct bytes){reply.data + from, reply.size - from};
}

static void expect_usual(struct service_world *world, const struct expected *expected)
{
    const struct http_exchange *exchange = &world->one.exchange;
    const struct bytes reply = exchange_case_reply(&world->one);
    const struct bytes usual = buffer_bytes(&expected->reply);
    EXPECT(label_of(expected->request), exchange->status == expected->request->status);
    if (!exchange->reply.failed && !expected->varies)
        EXPECT_BYTES(behind_id(expected, reply), behind_id(expected, usual));
}

/* A change of the registry that was kept and not carried yet is none the second time. */
static bool is_known_change(struct service_world *world)
{
    return world->one.exchange.status == 200 &&
           bytes_equal(exchange_case_reply(&world->one),
                       BYTES("{\"status\":\"OK\",\"result\":{\"changed\":false,\"moves\":0}}"));
}

static bool run_request(const void *context, uint64_t number)
{
    const struct expected *expected = context;
    const struct service_request *request = expected->request;
    struct service_world world;
    service_world_begin(&world);
    service_world_ask(&world, request);
    allocation_fail_at(number);
    const int status = service_world_run(&world, request);
    const bool reached = allocation_end();
    if (status == request->status)
        expect_usual(&world, expected);
    else
        expect_unavailable(&world, expected);
    EXPECT(label_of(request), reached || !world.one.exchange.reply.failed);
    exchange_case_deinit(&world.one);

    if (status != request->status) {
        if (strcmp(request->path, "/api/v1/registry") != 0)
            expect_state(&world, &expected->before);
        service_world_ask(&world, request);
        (void)service_world_run(&world, request);
        if (!is_known_change(&world))
            expect_usual(&world, expected);
        exchange_case_deinit(&world.one);
    }
    expect_state(&world, &expected->after);
    service_world_end(&world);
    return reached;
}

static void sweep_request(const struct service_request *request)
{
    struct expected expected = {.request = request,
                                .varies = strcmp(request->path, "/api/v1/tokens") == 0 ||
                                          strcmp(request->path, "/metrics") == 0,
                                .has_id = strcmp(request->path, UPLOADS_11) == 0 &&
                                          request->status == 200};
    struct service_world world;
    buffer_init(&expected.before);
    buffer_init(&expected.reply);
    buffer_init(&expected.after);
    service_world_begin(&world);
    service_world_show(&world, &expected.before);
    service_world_ask(&world, request);
    const int status = service_world_run(&world, request);
    buffer_append(&expected.reply, exchange_case_reply(&world.one));
    if (status != request->status)
        fail_msg("%s: %d %.*s", label_of(request), status,
                 BYTES_ARG(exchange_case_reply(&world.one)));
    exchange_case_deinit(&world.one);
    service_world_show(&world, &expected.after);
    service_world_end(&world);
    allocation_sweep(label_of(request), run_request, &expected);
    buffer_deinit(&expected.before);
    buffer_deinit(&expected.reply);
    buffer_deinit(&expected.after);
}

static void request_without_memory_is_answered_503_or_as_ever(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS_COUNT_OF(requests); i++)
        sweep_request(&requests[i]);
}

static bool run_start(const void *context, uint64_t number)
{
    (void)context;
    struct service_world world;
    struct buffer before;
    buffer_init(&before);
    service_world_begin(&world);
    service_world_show(&world, &before);
    service_world_close(&world);
    allocation_fail_at(number);
    const enum err error = service_world_open(&world);
    const bool reached = allocation_end();
    assert_true(error == ERR_MEMORY || error == OK);
    assert_true(reached || error == OK);
    if (error != OK) {
        service_world_close(&world);
        assert_int_equal(service_world_open(&world), OK);
    }
    expect_state(&world, &before);
    service_world_end(&world);
    buffer_deinit(&before);
    return reached;
}

static void start_without_memory_is_refused_and_can_be_repeated(void **state)
{
    (void)state;
    allocation_sweep("start of a service", run_start, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(request_without_memory_is_answered_503_or_as_ever),
        cmocka_unit_test(start_without_memory_is_refused_and_can_be_repeated),
    };
    log_set_level(LOG_ERROR);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
