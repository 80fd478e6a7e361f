/* Ids that tell when they were made. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../support/expect.h"
#include "base/moment_id.h"

#define NOW_MS INT64_C(1704067200123)

static void an_id_tells_its_moment(void **state)
{
    (void)state;
    static const int64_t moments[] = {1, NOW_MS, (INT64_C(1) << 43) - 1};
    struct moment_ids ids;
    moment_ids_init(&ids, UINT64_MAX); /* The count goes round. */
    for (size_t i = 0; i < ROWS_COUNT_OF(moments); i++) {
        for (int again = 0; again < 3; again++) {
            const uint64_t id = moment_id_make(&ids, moments[i]);
            assert_true(moment_id_ms(id) == moments[i]);
            assert_true(id <= INT64_MAX);
        }
    }
}

static void ids_of_one_moment_differ(void **state)
{
    (void)state;
    struct moment_ids ids;
    struct moment_ids others;
    moment_ids_init(&ids, 7);
    moment_ids_init(&others, 500);
    uint64_t before = moment_id_make(&ids, NOW_MS);
    for (int i = 0; i < 100; i++) {
        const uint64_t id = moment_id_make(&ids, NOW_MS);
        assert_true(id == before + 1);
        assert_true(moment_id_make(&others, NOW_MS) > id); /* Of another start. */
        before = id;
    }
}

static void an_id_is_read_as_it_was_written(void **state)
{
    (void)state;
    static const uint64_t ids[] = {1, UINT64_C(0x18cc251f47b00000), UINT64_MAX};
    static const char *const texts[] = {"0000000000000001", "18cc251f47b00000", "ffffffffffffffff"};
    struct buffer text;
    buffer_init(&text);
    for (size_t i = 0; i < ROWS_COUNT_OF(ids); i++) {
        uint64_t id = 0;
        buffer_clear(&text);
        moment_id_append(&text, ids[i]);
        EXPECT_TEXT(buffer_bytes(&text), texts[i]);
        assert_true(moment_id_read(buffer_bytes(&text), &id));
        assert_true(id == ids[i]);
    }
    buffer_deinit(&text);
}

static void what_is_no_id_is_not_read(void **state)
{
    (void)state;
    static const char *const texts[] = {"",
                                        "1",
                                        "18cc251f47b0000",
                                        "18cc251f47b000001",
                                        "0000000000000000",
                                        "18CC251F47B00000",
                                        "18cc251f47b0000g",
                                        "0x18cc251f47b000",
                                        " 18cc251f47b0000",
                                        "18cc251f47b0000/"};
    for (size_t i = 0; i < ROWS_COUNT_OF(texts); i++) {
        uint64_t id = 0;
        EXPECT(texts[i], !moment_id_read(bytes_from_text(texts[i]), &id));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_id_tells_its_moment),
        cmocka_unit_test(ids_of_one_moment_differ),
        cmocka_unit_test(an_id_is_read_as_it_was_written),
        cmocka_unit_test(what_is_no_id_is_not_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
