/* Lists of warehouses: what a body may choose, what an answer shows; switching one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../support/body_case.h"
#include "../../support/expect.h"
#include "wire/warehouses.h"

static const struct warehouses_rules v2 = {"campaignIds", 3, true};
static const struct warehouses_rules v3 = {"warehouseIds", 3, false};

static bool decode(struct body_case *body, const char *text, const struct warehouses_rules *rules,
                   struct warehouses_request *request)
{
    const struct json_value root = body_case_root(body, bytes_from_text(text));
    return warehouses_decode(root, rules, &body->arena, request, &body->errors);
}

static void body_without_anything_chooses_everything(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "{}",
        "{\"campaignIds\":null,\"components\":null}",
        "{\"CampaignIds\":[],\"Components\":[1],\"warehouseIds\":[]}",
    };
    struct body_case body;
    body_case_init(&body);
    for (size_t i = 0; i < ROWS_COUNT_OF(rows); i++) {
        struct warehouses_request request;
        EXPECT(rows[i], decode(&body, rows[i], &v2, &request));
        EXPECT(rows[i], !request.listed && request.ids_count == 0);
        EXPECT(rows[i], !request.with_address && !request.with_status);
    }
    body_case_deinit(&body);
}

static void every_member_is_read(void **state)
{
    (void)state;
    struct body_case body;
    body_case_init(&body);
    struct warehouses_request request;
    assert_true(decode(&body,
                       "{\"campaignIds\":[9223372036854775807,2.0,1],"
                       "\"components\":[\"STATUS\",\"ADDRESS\"]}",
                       &v2, &request));
    assert_true(request.listed);
    assert_int_equal(request.ids_count, 3);
    assert_true(request.ids[0] == INT64_MAX && request.ids[1] == 2 && request.ids[2] == 1);
    assert_true(request.with_address && request.with_status);
    assert_true(
        decode(&body, "{\"warehouseIds\":[5],\"components\":[\"ADDRESS\"]}", &v3, &request));
    assert_int_equal(request.ids[0], 5);
    assert_true(request.with_address && !request.with_status);
    body_case_deinit(&body);
}

static void wrong_bodies_are_refused_with_these_words(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"[]", "Illegal input at '$'"},
        {"{\"campaignIds\":7}", "Illegal input at 'campaignIds'"},
        {"{\"campaignIds\":[]}", "campaignIds size must be between 1 and 3 (rejected size: 0)"},
        {"{\"campaignIds\":[1,2,3,4]}",
         "campaignIds size must be between 1 and 3 (rejected size: 4)"},
        {"{\"campaignIds\":[1,0]}",
         "campaignIds[1] must be greater than or equal to 1 (rejected value: 0)"},
        {"{\"campaignIds\":[1,\"2\"]}", "Illegal input at 'campaignIds[1]'"},
        {"{\"campaignIds\":[1,1.5]}", "Illegal input at 'campaignIds[1]'"},
        {"{\"campaignIds\":[null]}",
         "campaignIds elements must be not null (rejected value: null)"},
        {"{\"campaignIds\":[8,1,8]}", "campaignIds elements must be unique (rejected value: 8)"},
        {"{\"components\":\"ADDRESS\"}", "Illegal input at 'components'"},
        {"{\"components\":[]}", "components must not be empty (rejected value: [])"},
        {"{\"components\":[\"ADDRESS\",\"address\"]}", "Illegal input at 'components[1]'"},
        {"{\"components\":[5]}", "Illegal input at 'components[0]'"},
        {"{\"components\":[null]}", "components elements must be not null (rejected value: null)"},
        {"{\"components\":[\"STATUS\",\"STATUS\"]}",
         "components elements must be unique (rejected value: STATUS)"},
    };
    struct body_case body;
    body_case_init(&body);
    struct warehouses_request request;
    for (size_t i = 0; i < ROWS_COUNT_OF(rows); i++) {
        EXPECT(rows[i][0], !decode(&body, rows[i][0], &v2, &request));
        EXPECT_ERROR(&body.errors, rows[i][1]);
    }
    assert_false(decode(&body, "{\"components\":[\"STATUS\"]}", &v3, &request));
    EXPECT_ERROR(&body.errors, "Illegal input at 'components[0]'");
    body_case_deinit(&body);
}

static void errors_come_in_the_documents_order(void **state)
{
    (void)state;
    struct body_case body;
    body_case_init(&body);
    struct warehouses_request request;
    assert_false(decode(&body, "{\"campaignIds\":[0,7,7],\"components\":[\"x\"]}", &v2, &request));
    assert_int_equal(body.errors.count, 3);
    EXPECT_TEXT(error_at(&body.errors, 0),
                "campaignIds[0] must be greater than or equal to 1 (rejected value: 0)");
    EXPECT_TEXT(error_at(&body.errors, 1),
                "campaignIds elements must be unique (rejected value: 7)");
    EXPECT_TEXT(error_at(&body.errors, 2), "Illegal input at 'components[0]'");
    body_case_deinit(&body);
}

static const struct registry_address address = {
    .city = BYTES_INIT("Moscow"),
    .street = BYTES_INIT("Tverskaya"),
    .building = BYTES_INIT("2a"),
    .latitude = 55.75,
    .longitude = -37.617635,
};

static const struct warehouses_item warehouse = {
    .id = 501,
    .name = BYTES_INIT("W\"1"),
    .campaign_id = 10003,
    .group_id = 77,
    .group_name = BYTES_INIT("MSK"),
    .placement = PLACEMENT_FBS,
    .availability = AVAILABILITY_MANUALLY_DISABLED,
    .address = &address,
    .enabled = true,
};

#define ADDRESS                                                                                    \
    ",\"address\":{\"city\":\"Moscow\",\"street\":\"Tverskaya\",\"building\":\"2a\","              \
    "\"gps\":{\"latitude\":55.75,\"longitude\":-37.617635}}"

static void answers_show_the_parts_that_are_asked_for(void **state)
{
    (void)state;
    static const struct {
        uint32_t parts;
        const char *text;
    } rows[] = {
        {0, "{\"id\":501,\"name\":\"W\\\"1\"}"},
        {WAREHOUSES_CAMPAIGN,
         "{\"id\":501,\"name\":\"W\\\"1\",\"campaignId\":10003,\"express\":false}"},
        {WAREHOUSES_GROUP,
         "{\"id\":501,\"name\":\"W\\\"1\",\"groupInfo\":{\"id\":77,\"name\":\"MSK\"}}"},
        {WAREHOUSES_MODELS,
         "{\"id\":501,\"name\":\"W\\\"1\",\"models\":[{\"placementType\":\"FBS\","
         "\"apiAvailability\":\"MANUALLY_DISABLED\"}]}"},
        {WAREHOUSES_ADDRESS, "{\"id\":501,\"name\":\"W\\\"1\"" ADDRESS "}"},
        {WAREHOUSES_STATUS, "{\"id\":501,\"name\":\"W\\\"1\",\"status\":{\"status\":\"OTHER\"}}"},
    };
    for (size_t i = 0; i < ROWS_COUNT_OF(rows); i++) {
        struct buffer body;
        buffer_init(&body);
        warehouses_encode_item(&body, &warehouse, rows[i].parts);
        EXPECT_TEXT(buffer_bytes(&body), rows[i].text);
        buffer_deinit(&body);
    }
}

static void parts_that_are_not_there_are_left_out(void **state)
{
    (void)state;
    struct warehouses_item item = warehouse;
    item.group_id = 0;
    item.address = NULL;
    item.express = true;
    item.enabled = false;
    struct buffer body;
    buffer_init(&body);
    warehouses_encode_begin(&body);
    warehouses_encode_item(&body, &item,
                           WAREHOUSES_CAMPAIGN | WAREHOUSES_GROUP | WAREHOUSES_MODELS |
                               WAREHOUSES_ADDRESS | WAREHOUSES_STATUS);
    warehouses_encode_item(&body, &item, 0);
    warehouses_encode_end_paged(&body, BYTES("next"));
    EXPECT_TEXT(buffer_bytes(&body),
                "{\"status\":\"OK\",\"result\":{\"warehouses\":[{\"id\":501,\"name\":\"W\\\"1\","
                "\"campaignId\":10003,\"express\":true,\"models\":[{\"placementType\":\"EXPRESS\","
                "\"apiAvailability\":\"MANUALLY_DISABLED\"}],"
                "\"status\":{\"status\":\"DISABLED_MANUALLY\"}},{\"id\":501,\"name\":\"W\\\"1\"}],"
                "\"paging\":{\"nextPageToken\":\"next\"}}}");
    buffer_deinit(&body);
}

static void groups_follow_the_warehouses_without_one(void **state)
{
    (void)state;
    struct buffer body;
    buffer_init(&body);
    warehouses_encode_begin(&body);
    warehouses_encode_item(&body, &warehouse, 0);
    warehouses_encode_groups_begin(&body);
    for (int i = 0; i < 2; i++) {
        warehouses_encode_group_begin(&body, BYTES("MSK"), &warehouse, 0);
        warehouses_encode_item(&body, &warehouse, 0);
        warehouses_encode_item(&body, &warehouse, 0);
        warehouses_encode_group_end(&body);
    }
    warehouses_encode_groups_end(&body);
#define ONE   "{\"id\":501,\"name\":\"W\\\"1\"}"
#define GROUP "{\"name\":\"MSK\",\"mainWarehouse\":" ONE ",\"warehouses\":[" ONE "," ONE "]}"
    EXPECT_TEXT(buffer_bytes(&body), "{\"status\":\"OK\",\"result\":{\"warehouses\":[" ONE
                                     "],\"warehouseGroups\":[" GROUP "," GROUP "]}}");
    buffer_deinit(&body);
}

static void enabled_is_required_and_a_boolean(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"{}", "enabled must not be null (rejected value: null)"},
        {"{\"enabled\":null}", "enabled must not be null (rejected value: null)"},
        {"{\"enabled\":1}", "Illegal input at 'enabled'"},
        {"{\"enabled\":\"true\"}", "Illegal input at 'enabled'"},
        {"[true]", "Illegal input at '$'"},
    };
    struct body_case body;
    body_case_init(&body);
    bool enabled = false;
    assert_true(warehouses_decode_enabled(body_case_root(&body, BYTES("{\"enabled\":true}")),
                                          &enabled, &body.errors));
    assert_true(enabled);
    for (size_t i = 0; i < ROWS_COUNT_OF(rows); i++) {
        const struct json_value root = body_case_root(&body, bytes_from_text(rows[i][0]));
        EXPECT(rows[i][0], !warehouses_decode_enabled(root, &enabled, &body.errors));
        EXPECT_ERROR(&body.errors, rows[i][1]);
    }
    struct buffer answer;
    buffer_init(&answer);
    warehouses_encode_status(&answer, false);
    EXPECT_TEXT(buffer_bytes(&answer),
                "{\"status\":\"OK\",\"result\":{\"status\":\"DISABLED_MANUALLY\"}}");
    buffer_deinit(&answer);
    body_case_deinit(&body);
}

static void model_status_needs_all_three_members(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"{\"model\":\"FBS\",\"enabled\":true}",
         "partnerWarehouseId must not be null (rejected value: null)"},
        {"{\"partnerWarehouseId\":0,\"model\":\"FBS\",\"enabled\":true}",
         "partnerWarehouseId must be greater than or equal to 1 (rejected value: 0)"},
        {"{\"partnerWarehouseId\":1,\"enabled\":true}",
         "model must not be null (rejected value: null)"},
        {"{\"partnerWarehouseId\":1,\"model\":\"FBY\",\"enabled\":true}",
         "Illegal input at 'model'"},
        {"{\"partnerWarehouseId\":1,\"model\":[],\"enabled\":true}", "Illegal input at 'model'"},
        {"{\"partnerWarehouseId\":1,\"model\":\"DBS\"}",
         "enabled must not be null (rejected value: null)"},
    };
    struct body_case body;
    body_case_init(&body);
    struct warehouses_model_status request;
    assert_true(warehouses_decode_model_status(
        body_case_root(&body, BYTES("{\"partnerWarehouseId\":7,\"model\":\"EXPRESS\","
                                    "\"enabled\":false}")),
        &request, &body.errors));
    assert_int_equal(request.warehouse_id, 7);
    assert_string_equal(request.model, warehouses_model(PLACEMENT_FBS, true));
    assert_false(request.enabled);
    for (size_t i = 0; i < ROWS_COUNT_OF(rows); i++) {
        const struct json_value root = body_case_root(&body, bytes_from_text(rows[i][0]));
        EXPECT(rows[i][0], !warehouses_decode_model_status(root, &request, &body.errors));
        EXPECT_ERROR(&body.errors, rows[i][1]);
    }
    assert_false(
        warehouses_decode_model_status(body_case_root(&body, BYTES("{}")), &request, &body.errors));
    assert_int_equal(body.errors.count, 3);
    body_case_deinit(&body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(body_without_anything_chooses_everything),
        cmocka_unit_test(every_member_is_read),
        cmocka_unit_test(wrong_bodies_are_refused_with_these_words),
        cmocka_unit_test(errors_come_in_the_documents_order),
        cmocka_unit_test(answers_show_the_parts_that_are_asked_for),
        cmocka_unit_test(parts_that_are_not_there_are_left_out),
        cmocka_unit_test(groups_follow_the_warehouses_without_one),
        cmocka_unit_test(enabled_is_required_and_a_boolean),
        cmocka_unit_test(model_status_needs_all_three_members),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
