/* How long a catalogue takes under the limits of the API. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ctl/estimate.h"

struct world {
    struct estimate_limits limits;
    int64_t start_ms;
    int64_t requests;
    int64_t skus; /* Of each. */
    int64_t duration_ms;
    int64_t without_rate_ms;
    int64_t minutes;
};

static const struct world worlds[] = {
    /* Nothing, one request, a whole minute of them. */
    {{100000, 100000, 2, 500}, 0, 0, 2000, 0, 0, 0},
    {{100000, 100000, 2, 500}, 0, 1, 2000, 500, 500, 1},
    {{100000, 100000, 2, 500}, 0, 50, 2000, 12500, 12500, 1},
    /* The 51st waits for the next minute; a million takes nine of them and a part. */
    {{100000, 100000, 2, 500}, 0, 51, 2000, 60500, 13000, 2},
    {{100000, 100000, 2, 500}, 0, 500, 2000, 9 * 60000 + 12500, 125000, 10},
    /* Smaller requests leave a rest of each minute unused: 58 of 1,700 make 98,600. */
    {{100000, 100000, 2, 500}, 0, 59, 1700, 60500, 15000, 2},
    /* Begun near the end of a minute, and with less left of it. */
    {{100000, 100000, 2, 500}, 50000, 51, 2000, 13000, 13000, 2},
    {{100000, 4000, 2, 500}, 50000, 3, 2000, 10500, 1000, 2},
    {{100000, 0, 2, 500}, 0, 1, 2000, 60500, 500, 1},
    /* Slow requests: the parallel limit binds, over several minutes. */
    {{100000, 100000, 2, 10000}, 0, 50, 2000, 250000, 250000, 5},
    {{100000, 100000, 4, 10000}, 0, 50, 2000, 130000, 130000, 3},
    {{100000, 100000, 1, 500}, 0, 50, 2000, 25000, 25000, 1},
    /* No rate limit. */
    {{0, 0, 2, 500}, 0, 500, 2000, 125000, 125000, 3},
};

static void time_follows_from_rate_and_requests_at_once(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(worlds) / sizeof(worlds[0]); i++) {
        const struct world *world = &worlds[i];
        struct estimate estimate;
        estimate_init(&estimate, &world->limits, world->start_ms);
        for (int64_t k = 0; k < world->requests; k++)
            estimate_add(&estimate, world->skus, 1000);
        assert_int_equal(estimate_ms(&estimate), world->duration_ms);
        assert_int_equal(estimate_without_rate_ms(&estimate), world->without_rate_ms);
        assert_int_equal(estimate.minutes, world->minutes);
        assert_int_equal(estimate.requests, world->requests);
        assert_int_equal(estimate.skus, world->requests * world->skus);
        assert_int_equal(estimate.bytes, world->requests * 1000);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(time_follows_from_rate_and_requests_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
