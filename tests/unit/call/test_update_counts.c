/* Pieces of five minutes: they move on with the clock, and never back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "call/update_counts.h"

#define PIECE INT64_C(300000)
#define NOW   (INT64_C(5860000) * PIECE)

enum { LAST = UPDATE_COUNTS_PIECES - 1 };

static int begin(void **state)
{
    *state = update_counts_create();
    return *state == NULL ? -1 : 0;
}

static int end(void **state)
{
    update_counts_destroy(*state);
    return 0;
}

/* All that is told at a moment, and the count in one piece. */
static uint64_t told(struct update_counts *counts, int64_t campaign_id, int64_t now_ms, int piece,
                     uint32_t *in_piece)
{
    uint32_t pieces[UPDATE_COUNTS_PIECES];
    uint64_t sum = 0;
    update_counts_read(counts, campaign_id, now_ms, pieces);
    for (int i = 0; i < UPDATE_COUNTS_PIECES; i++)
        sum += pieces[i];
    *in_piece = pieces[piece];
    return sum;
}

static void expect(struct update_counts *counts, int64_t now_ms, int piece, uint32_t in_piece,
                   uint64_t in_all)
{
    uint32_t found = 0;
    assert_int_equal(told(counts, 7, now_ms, piece, &found), in_all);
    assert_int_equal(found, in_piece);
}

static void updates_are_added_up_by_piece(void **state)
{
    struct update_counts *counts = *state;
    expect(counts, NOW, LAST, 0, 0);
    update_counts_add(counts, 7, 5, NOW);
    update_counts_add(counts, 7, 2, NOW + PIECE - 1);
    update_counts_add(counts, 7, 100, NOW + PIECE);
    update_counts_add(counts, 7, 0, NOW + 5 * PIECE);
    update_counts_add(counts, 8, 1000, NOW);
    expect(counts, NOW + PIECE, LAST, 100, 107);
    expect(counts, NOW + PIECE, LAST - 1, 7, 107);
    expect(counts, NOW, LAST, 7, 7); /* What came later is not told of an earlier moment. */
}

static void pieces_move_out_with_time(void **state)
{
    struct update_counts *counts = *state;
    update_counts_add(counts, 7, 5, NOW);
    expect(counts, NOW + LAST * PIECE, 0, 5, 5);
    expect(counts, NOW + (LAST + 1) * PIECE, 0, 0, 0);
    update_counts_add(counts, 7, 3, NOW + (LAST + 1) * PIECE); /* In the place of the first. */
    expect(counts, NOW + (LAST + 1) * PIECE, LAST, 3, 3);
    update_counts_add(counts, 7, 4, NOW + 3 * PIECE + (LAST + 1) * PIECE);
    expect(counts, NOW + (LAST + 4) * PIECE, LAST - 3, 3, 7);
    update_counts_add(counts, 7, 9, NOW + 1000 * PIECE);
    expect(counts, NOW + 1000 * PIECE, LAST, 9, 9);
}

static void a_clock_that_goes_back_does_no_harm(void **state)
{
    struct update_counts *counts = *state;
    update_counts_add(counts, 7, 5, NOW);
    update_counts_add(counts, 7, 1, NOW - 2 * PIECE);
    expect(counts, NOW, LAST - 2, 1, 6);
    update_counts_add(counts, 7, 1, NOW - 100 * PIECE); /* So long ago that nobody asks. */
    expect(counts, NOW, LAST, 5, 6);
    expect(counts, NOW - 100 * PIECE, LAST, 0, 0);
    update_counts_add(counts, 9, 1, -1); /* Before 1970. */
    update_counts_add(counts, 9, 2, 0);
    uint32_t in_piece = 0;
    assert_int_equal(told(counts, 9, 0, LAST - 1, &in_piece), 3);
    assert_int_equal(in_piece, 1);
}

static void many_campaigns_keep_their_own(void **state)
{
    struct update_counts *counts = *state;
    for (int64_t campaign = 1; campaign <= 1000; campaign++)
        update_counts_add(counts, campaign, (uint32_t)campaign, NOW);
    for (int64_t campaign = 1; campaign <= 1000; campaign++) {
        uint32_t in_piece = 0;
        assert_int_equal(told(counts, campaign, NOW, LAST, &in_piece), campaign);
    }
}

static void without_counts_nothing_is_told(void **state)
{
    (void)state;
    update_counts_add(NULL, 7, 5, NOW);
    expect(NULL, NOW, LAST, 0, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(updates_are_added_up_by_piece, begin, end),
        cmocka_unit_test_setup_teardown(pieces_move_out_with_time, begin, end),
        cmocka_unit_test_setup_teardown(a_clock_that_goes_back_does_no_harm, begin, end),
        cmocka_unit_test_setup_teardown(many_campaigns_keep_their_own, begin, end),
        cmocka_unit_test(without_counts_nothing_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
