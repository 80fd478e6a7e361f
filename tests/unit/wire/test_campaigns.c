/* The answers with campaigns: no envelope, the pager's places, the tokens. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../support/expect.h"
#include "wire/campaigns.h"

static const struct campaigns_item store = {
    .id = 10003,
    .business_id = 861370,
    .business_name = BYTES_INIT("Demo \"Trade\""),
    .domain = BYTES_INIT("Moscow store"),
    .placement = PLACEMENT_FBS,
    .availability = AVAILABILITY_AVAILABLE,
};

#define STORE                                                                                      \
    "{\"domain\":\"Moscow store\",\"id\":10003,\"clientId\":0,\"business\":{\"id\":861370,"        \
    "\"name\":\"Demo \\\"Trade\\\"\"},\"placementType\":\"FBS\","                                  \
    "\"apiAvailability\":\"AVAILABLE\"}"

static void single_campaign_has_no_status(void **state)
{
    (void)state;
    struct buffer body;
    buffer_init(&body);
    campaigns_encode_single(&body, &store);
    EXPECT_TEXT(buffer_bytes(&body), "{\"campaign\":" STORE "}");
    buffer_deinit(&body);
}

static void model_and_availability_have_their_names(void **state)
{
    (void)state;
    struct buffer body;
    buffer_init(&body);
    struct campaigns_item item = store;
    item.business_name = item.domain = BYTES("x");
    item.placement = PLACEMENT_LAAS;
    item.availability = AVAILABILITY_DISABLED_BY_NO_ACTIVE_CONTRACT;
    campaigns_encode_item(&body, &item);
    EXPECT_TEXT(buffer_bytes(&body),
                "{\"domain\":\"x\",\"id\":10003,\"clientId\":0,\"business\":{\"id\":861370,"
                "\"name\":\"x\"},\"placementType\":\"LAAS\","
                "\"apiAvailability\":\"DISABLED_BY_NO_ACTIVE_CONTRACT\"}");
    buffer_deinit(&body);
}

static void pager_counts_places_from_one(void **state)
{
    (void)state;
    static const struct {
        struct campaigns_pager pager;
        const char *text;
    } rows[] = {
        {{.total = 1, .page = 1, .page_size = 50, .shown = 1},
         "\"total\":1,\"from\":1,\"to\":1,\"currentPage\":1,\"pagesCount\":1,\"pageSize\":50"},
        {{.total = 101, .page = 2, .page_size = 50, .shown = 50},
         "\"total\":101,\"from\":51,\"to\":100,\"currentPage\":2,\"pagesCount\":3,\"pageSize\":50"},
        {{.total = 100, .page = 2, .page_size = 50, .shown = 50},
         "\"total\":100,\"from\":51,\"to\":100,\"currentPage\":2,\"pagesCount\":2,\"pageSize\":50"},
        {{.total = 5, .page = 10000, .page_size = 100, .shown = 0},
         "\"total\":5,\"from\":0,\"to\":0,\"currentPage\":10000,\"pagesCount\":1,\"pageSize\":100"},
        {{.total = 0, .page = 1, .page_size = 50, .shown = 0},
         "\"total\":0,\"from\":0,\"to\":0,\"currentPage\":1,\"pagesCount\":0,\"pageSize\":50"},
    };
    for (size_t i = 0; i < ROWS_COUNT_OF(rows); i++) {
        struct buffer body;
        struct buffer expected;
        buffer_init(&body);
        buffer_init(&expected);
        campaigns_encode_begin(&body);
        campaigns_encode_end_page(&body, &rows[i].pager);
        buffer_append_format(&expected, "{\"campaigns\":[],\"pager\":{%s}}", rows[i].text);
        EXPECT_BYTES(buffer_bytes(&body), buffer_bytes(&expected));
        buffer_deinit(&expected);
        buffer_deinit(&body);
    }
}

static void tokens_stand_instead_of_the_pager(void **state)
{
    (void)state;
    struct buffer body;
    buffer_init(&body);
    campaigns_encode_begin(&body);
    campaigns_encode_item(&body, &store);
    campaigns_encode_item(&body, &store);
    campaigns_encode_end_tokens(&body, BYTES("abc"));
    EXPECT_TEXT(buffer_bytes(&body),
                "{\"campaigns\":[" STORE "," STORE "],\"paging\":{\"nextPageToken\":\"abc\"}}");
    buffer_clear(&body);
    campaigns_encode_begin(&body);
    campaigns_encode_end_tokens(&body, (struct bytes){NULL, 0});
    EXPECT_TEXT(buffer_bytes(&body), "{\"campaigns\":[],\"paging\":{}}");
    buffer_deinit(&body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(single_campaign_has_no_status),
        cmocka_unit_test(model_and_availability_have_their_names),
        cmocka_unit_test(pager_counts_places_from_one),
        cmocka_unit_test(tokens_stand_instead_of_the_pager),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
