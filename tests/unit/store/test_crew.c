/* A crew: each share of a job is done once, by its member, before crew_end() returns. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store/crew.h"

enum { JOBS = 200 };

/* How often each member did its share; members touch nothing of each other. */
struct shares {
    int done[CREW_MEMBERS_MAX];
};

static void do_share(void *context, uint32_t member)
{
    struct shares *shares = context;
    shares->done[member]++;
}

static void every_share_of_every_job_is_done_once(void **state)
{
    (void)state;
    for (uint32_t threads = 0; threads <= CREW_MEMBERS_MAX; threads++) {
        struct crew *crew = crew_create(threads);
        struct shares shares = {{0}};
        assert_non_null(crew);
        assert_int_equal(crew_members_count(crew), threads == 0 ? 1 : threads);
        assert_int_equal(crew_has_threads(crew), threads > 0);
        for (int job = 1; job <= JOBS; job++) {
            crew_begin(crew, do_share, &shares);
            crew_end(crew);
            for (uint32_t member = 0; member < CREW_MEMBERS_MAX; member++)
                assert_int_equal(shares.done[member], member < crew_members_count(crew) ? job : 0);
        }
        crew_destroy(crew);
    }
    crew_destroy(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_share_of_every_job_is_done_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
