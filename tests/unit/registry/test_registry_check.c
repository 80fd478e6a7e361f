/* Documents whose entries do not fit together or not with what is known: each has its complaint. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../support/expect.h"
#include "../../support/json_case.h"
#include "registry/registry.h"

/* What is known before each row is applied. */
static const char known[] =
    "{\"businesses\":[{\"id\":1,\"name\":\"one\"},{\"id\":2,\"name\":\"two\"}],"
    "\"campaigns\":["
    "{\"id\":11,\"businessId\":1,\"domain\":\"d\",\"placementType\":\"FBS\"},"
    "{\"id\":12,\"businessId\":1,\"domain\":\"d\",\"placementType\":\"DBS\"},"
    "{\"id\":14,\"businessId\":1,\"domain\":\"d\",\"placementType\":\"FBY\"}],"
    "\"warehouseGroups\":[{\"id\":77,\"businessId\":1,\"name\":\"g\",\"mainWarehouseId\":501},"
    "{\"id\":78,\"businessId\":2,\"name\":\"g\"}],"
    "\"warehouses\":[{\"id\":501,\"campaignId\":11,\"name\":\"w\",\"groupId\":77},"
    "{\"id\":502,\"campaignId\":12,\"name\":\"w\"}],"
    "\"tokens\":[{\"name\":\"t\",\"businessId\":1,\"apiKey\":\"key\"}]}";

static const char *const rows[][2] = {
    {"{\"campaigns\":[{\"id\":15,\"businessId\":9,\"domain\":\"d\",\"placementType\":\"FBY\"}]}",
     "campaign 15: businessId 9 is not a business of this registry; add it to 'businesses'"},
    {"{\"campaigns\":[{\"id\":15,\"businessId\":1,\"domain\":\"d\",\"placementType\":\"FBS\"}]}",
     "campaign 15: a campaign of model FBS needs a warehouse; add one to 'warehouses'"},
    {"{\"campaigns\":[{\"id\":15,\"businessId\":1,\"domain\":\"d\",\"placementType\":\"DBS\"}]}",
     "campaign 15: a campaign of model DBS needs a warehouse; add one to 'warehouses'"},
    {"{\"campaigns\":[{\"id\":11,\"businessId\":1,\"domain\":\"d\",\"placementType\":\"FBY\"}]}",
     "warehouse 501: campaign 11 is FBY and sells from the Market's warehouses, it has none of its "
     "own"},
    {"{\"warehouseGroups\":[{\"id\":79,\"businessId\":9,\"name\":\"g\"}]}",
     "warehouse group 79: businessId 9 is not a business of this registry; add it to "
     "'businesses'"},
    {"{\"warehouseGroups\":[{\"id\":79,\"businessId\":1,\"name\":\"g\",\"mainWarehouseId\":502}]}",
     "warehouse group 79: mainWarehouseId 502 is not a warehouse of this group"},
    {"{\"warehouseGroups\":[{\"id\":77,\"businessId\":1,\"name\":\"g\",\"mainWarehouseId\":999}]}",
     "warehouse group 77: mainWarehouseId 999 is not a warehouse of this group"},
    {"{\"warehouses\":[{\"id\":501,\"campaignId\":11,\"name\":\"w\"}]}", /* The main one leaves. */
     "warehouse group 77: mainWarehouseId 501 is not a warehouse of this group"},
    {"{\"warehouses\":[{\"id\":503,\"campaignId\":99,\"name\":\"w\"}]}",
     "warehouse 503: campaignId 99 is not a campaign of this registry; add it to 'campaigns'"},
    {"{\"warehouses\":[{\"id\":503,\"campaignId\":14,\"name\":\"w\"}]}",
     "warehouse 503: campaign 14 is FBY and sells from the Market's warehouses, it has none of its "
     "own"},
    {"{\"warehouses\":[{\"id\":503,\"campaignId\":11,\"name\":\"w\"}]}",
     "warehouse 503: campaign 11 has another warehouse already"},
    {"{\"warehouses\":[{\"id\":502,\"campaignId\":12,\"name\":\"w\",\"groupId\":99}]}",
     "warehouse 502: groupId 99 is not a group of this registry; add it to 'warehouseGroups'"},
    {"{\"warehouses\":[{\"id\":502,\"campaignId\":12,\"name\":\"w\",\"groupId\":78}]}",
     "warehouse 502: group 78 belongs to another business"},
    {"{\"warehouseGroups\":[{\"id\":77,\"businessId\":2,\"name\":\"g\",\"mainWarehouseId\":501}]}",
     "warehouse 501: group 77 belongs to another business"},
    {"{\"tokens\":[{\"name\":\"n\",\"businessId\":9,\"apiKey\":\"k\"}]}",
     "token 'n': businessId 9 is not a business of this registry"},
    {"{\"tokens\":[{\"name\":\"n\",\"businessId\":1,\"apiKey\":\"key\"}]}",
     "token 'n': another token has the same secret"},
    {"{\"tokens\":[{\"name\":\"n\",\"businessId\":2,\"oauth\":\"key\"}]}",
     "token 'n': another token has the same secret"},
    {"{\"tokens\":[{\"name\":\"n\",\"businessId\":1,\"apiKey\":\"a\"},"
     "{\"name\":\"n\",\"businessId\":1,\"apiKey\":\"b\"}]}",
     "tokens[1]: an entry with the same name stands above it"},
    {"{\"businesses\":[{\"id\":5,\"name\":\"x\"},{\"id\":6,\"name\":\"y\"},{\"id\":5,\"name\":"
     "\"x\"}]}",
     "businesses[2]: an entry with the same id stands above it"},
    {"{\"campaigns\":[{\"id\":14,\"businessId\":1,\"domain\":\"d\",\"placementType\":\"FBY\"},"
     "{\"id\":14,\"businessId\":1,\"domain\":\"d\",\"placementType\":\"FBY\"}]}",
     "campaigns[1]: an entry with the same id stands above it"},
    {"{\"warehouseGroups\":[{\"id\":78,\"businessId\":2,\"name\":\"g\"},"
     "{\"id\":78,\"businessId\":2,\"name\":\"g\"}]}",
     "warehouseGroups[1]: an entry with the same id stands above it"},
    {"{\"warehouses\":[{\"id\":502,\"campaignId\":12,\"name\":\"w\"},"
     "{\"id\":502,\"campaignId\":12,\"name\":\"w\"}]}",
     "warehouses[1]: an entry with the same id stands above it"},
    {"{\"marketWarehouses\":[{\"id\":3,\"name\":\"m\"},{\"id\":3,\"name\":\"m\"}]}",
     "marketWarehouses[1]: an entry with the same id stands above it"},
};

static enum err apply(struct registry *registry, const char *text, struct error_list *errors)
{
    struct json_case json;
    json_case_init(&json);
    struct registry_document document;
    struct registry_change change;
    error_list_clear(errors);
    assert_true(registry_document_decode(json_case_root(&json, text), registry_arena(registry),
                                         &document, errors));
    const enum err error = registry_apply(registry, &document, REGISTRY_NEW, &change, errors);
    json_case_deinit(&json);
    return error;
}

static void entries_that_do_not_fit_are_refused(void **state)
{
    (void)state;
    struct registry *registry = registry_create();
    assert_non_null(registry);
    struct error_list errors;
    error_list_init(&errors);
    struct buffer before;
    buffer_init(&before);
    assert_int_equal(apply(registry, known, &errors), OK);
    registry_encode(registry, &before);
    for (size_t i = 0; i < ROWS_COUNT_OF(rows); i++) {
        EXPECT(rows[i][0], apply(registry, rows[i][0], &errors) == ERR_INVALID);
        EXPECT_ERROR(&errors, rows[i][1]);
        struct buffer after;
        buffer_init(&after);
        registry_encode(registry, &after);
        EXPECT_BYTES(buffer_bytes(&after), buffer_bytes(&before));
        buffer_deinit(&after);
    }
    buffer_deinit(&before);
    error_list_deinit(&errors);
    registry_destroy(registry);
}

static void everything_that_does_not_fit_is_told_at_once(void **state)
{
    (void)state;
    struct registry *registry = registry_create();
    assert_non_null(registry);
    struct error_list errors;
    error_list_init(&errors);
    assert_int_equal(
        apply(registry,
              "{\"campaigns\":[{\"id\":1,\"businessId\":9,\"domain\":\"d\",\"placementType\":"
              "\"FBS\"}],\"tokens\":[{\"name\":\"t\",\"businessId\":8,\"apiKey\":\"k\"}]}",
              &errors),
        ERR_INVALID);
    assert_int_equal(errors.count, 3);
    EXPECT_TEXT(error_at(&errors, 2), "token 't': businessId 8 is not a business of this registry");
    error_list_deinit(&errors);
    registry_destroy(registry);
}

static void warehouse_may_be_handed_from_one_campaign_to_another(void **state)
{
    (void)state;
    struct registry *registry = registry_create();
    assert_non_null(registry);
    struct error_list errors;
    error_list_init(&errors);
    assert_int_equal(apply(registry, known, &errors), OK);
    const enum err error =
        apply(registry,
              "{\"warehouses\":[{\"id\":501,\"campaignId\":12,\"name\":\"w\",\"groupId\":77},"
              "{\"id\":502,\"campaignId\":11,\"name\":\"w\"}]}",
              &errors);
    EXPECT_ERROR(&errors, NULL);
    assert_int_equal(error, OK);
    struct campaign_facts facts;
    assert_true(registry_find_campaign(registry, 11, &facts));
    assert_int_equal(facts.warehouse_id, 502);
    assert_true(registry_find_campaign(registry, 12, &facts));
    assert_int_equal(facts.warehouse_id, 501);
    error_list_deinit(&errors);
    registry_destroy(registry);
}

int main(void)
{
    cmocka_set_message_output(CM_OUTPUT_TAP);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(entries_that_do_not_fit_are_refused),
        cmocka_unit_test(everything_that_does_not_fit_is_told_at_once),
        cmocka_unit_test(warehouse_may_be_handed_from_one_campaign_to_another),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
