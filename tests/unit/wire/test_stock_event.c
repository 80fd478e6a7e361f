/* What happened to a SKU, as the operator API shows it: each kind has its members, and what is not
 * known is left out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../support/expect.h"
#include "wire/stock_event.h"

#define AT_MS INT64_C(1704067200123)
#define CAUSE                                                                                      \
    {                                                                                              \
        STOCK_SOURCE_API, AT_MS, BYTES_INIT("sync"), UINT64_C(0x18cc251f47babcde)                  \
    }
#define SHOWN(kind)                                                                                \
    "{\"at\":\"2024-01-01T00:00:00.123Z\",\"kind\":\"" kind "\",\"source\":\"API\","               \
    "\"token\":\"sync\",\"requestId\":\"18cc251f47babcde\""
#define OF_ORDER                                                                                   \
    ",\"available\":1,\"freeze\":2,\"count\":3,\"campaignId\":10,\"orderId\":\"o\\\"1\"}"

static void each_kind_has_its_members(void **state)
{
    (void)state;
    static const struct {
        enum stock_event_kind kind;
        const char *text;
    } rows[] = {
        {STOCK_EVENT_WRITE,
         SHOWN(
             "WRITE") ",\"available\":1,\"freeze\":2,\"updatedAt\":\"2024-01-01T00:00:00.123Z\"}"},
        {STOCK_EVENT_COUNT,
         SHOWN("COUNT") ",\"available\":1,\"freeze\":2,\"type\":\"DEFECT\",\"count\":3,"
                        "\"updatedAt\":\"2024-01-01T00:00:00.123Z\"}"},
        {STOCK_EVENT_MARK, SHOWN("MARK") ",\"set\":[\"HIDDEN\",\"DELETED\"],"
                                         "\"cleared\":[\"ARCHIVED\",\"FREE_STORAGE\",\"PLACED\"]}"},
        {STOCK_EVENT_RESERVE, SHOWN("RESERVE") OF_ORDER},
        {STOCK_EVENT_PACK, SHOWN("PACK") OF_ORDER},
        {STOCK_EVENT_SHIP, SHOWN("SHIP") OF_ORDER},
        {STOCK_EVENT_CANCEL, SHOWN("CANCEL") OF_ORDER},
        {STOCK_EVENT_EXPIRE, SHOWN("EXPIRE") OF_ORDER},
    };
    struct buffer text;
    buffer_init(&text);
    for (size_t i = 0; i < ROWS_COUNT_OF(rows); i++) {
        const struct stock_event event = {
            .kind = rows[i].kind,
            .cause = CAUSE,
            .available = 1,
            .reserved = 2,
            .type = STOCK_DEFECT,
            .count = 3,
            .updated_at_ms = AT_MS,
            .marks_set = STOCK_HIDDEN | STOCK_DELETED,
            .marks_clear = STOCK_ARCHIVED | STOCK_FREE_STORAGE | STOCK_PLACED,
            .campaign_id = 10,
            .order_id = BYTES("o\"1"),
        };
        buffer_clear(&text);
        stock_event_encode(&text, &event, 0);
        EXPECT_TEXT(buffer_bytes(&text), rows[i].text);
    }
    buffer_deinit(&text);
}

static void what_is_not_known_is_left_out(void **state)
{
    (void)state;
    static const char *const sources[STOCK_SOURCES_COUNT] = {"",
                                                             ",\"source\":\"API\"",
                                                             ",\"source\":\"OPERATOR\"",
                                                             ",\"source\":\"PUSH\"",
                                                             ",\"source\":\"EXPIRY\"",
                                                             ",\"source\":\"MOVE\""};
    struct buffer text;
    struct buffer expected;
    buffer_init(&text);
    buffer_init(&expected);
    for (size_t i = 0; i < STOCK_SOURCES_COUNT; i++) {
        const struct stock_event event = {
            .kind = STOCK_EVENT_MARK,
            .cause = {.source = (enum stock_source)i},
            .available = STOCK_NOT_KNOWN,
            .reserved = STOCK_NOT_KNOWN,
        };
        buffer_clear(&text);
        buffer_clear(&expected);
        stock_event_encode(&text, &event, 501);
        buffer_append_format(&expected,
                             "{\"at\":\"1970-01-01T00:00:00Z\",\"kind\":\"MARK\"%s,"
                             "\"warehouseId\":501,\"set\":[],\"cleared\":[]}",
                             sources[i]);
        EXPECT_BYTES(buffer_bytes(&text), buffer_bytes(&expected));
    }
    buffer_deinit(&text);
    buffer_deinit(&expected);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_kind_has_its_members),
        cmocka_unit_test(what_is_not_known_is_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
