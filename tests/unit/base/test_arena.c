/* Arenas: pieces do not overlap, a reset takes all back and keeps a bounded amount of memory. */
#include <setjmp.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../support/chance.h"
#include "base/arena.h"
#include "base/limits.h"

static void pieces_are_aligned_and_do_not_overlap(void **state)
{
    (void)state;
    struct chance chance = chance_begin(__func__);
    struct arena arena;
    arena_init(&arena);
    enum { PIECES_COUNT = 300 };
    for (int round = 0; round < 50; round++) {
        uint8_t *pieces[PIECES_COUNT];
        size_t sizes[PIECES_COUNT];
        for (size_t i = 0; i < PIECES_COUNT; i++) {
            sizes[i] = (size_t)(chance_below(&chance, 200000) >> chance_below(&chance, 18));
            pieces[i] = arena_allocate(&arena, sizes[i]);
            assert_non_null(pieces[i]);
            assert_int_equal((uintptr_t)pieces[i] % alignof(max_align_t), 0);
            memset(pieces[i], (int)(i & 0xFF), sizes[i]);
        }
        for (size_t i = 0; i < PIECES_COUNT; i++) {
            for (size_t at = 0; at < sizes[i]; at++)
                assert_true(pieces[i][at] == (uint8_t)i);
        }
        arena_reset(&arena);
    }
    arena_deinit(&arena);
}

static void reset_arena_gives_the_same_memory_again(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena);
    void *first = arena_allocate(&arena, 100);
    void *second = arena_allocate(&arena, 100);
    assert_non_null(first);
    assert_non_null(second);
    arena_reset(&arena);
    assert_ptr_equal(arena_allocate(&arena, 100), first);
    assert_ptr_equal(arena_allocate(&arena, 100), second);
    arena_deinit(&arena);
    assert_null(arena.first);
}

static void arena_tells_what_it_holds(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena);
    assert_int_equal(arena_bytes(&arena), 0);
    assert_non_null(arena_allocate(&arena, 1));
    const size_t least = arena_bytes(&arena);
    assert_in_range(least, 1, ARENA_KEPT_BYTES_MAX);
    assert_non_null(arena_allocate(&arena, 2 * ARENA_KEPT_BYTES_MAX));
    assert_in_range(arena_bytes(&arena), least + 2 * ARENA_KEPT_BYTES_MAX,
                    least + 2 * ARENA_KEPT_BYTES_MAX + 4096);
    arena_reset(&arena);
    assert_int_equal(arena_bytes(&arena), least);
    arena_deinit(&arena);
    assert_int_equal(arena_bytes(&arena), 0);
}

/* Rounds of the same work take the same memory again, and what was there before stays. */
static void rewound_arena_gives_the_same_memory_again(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena);
    const struct arena_mark start = arena_mark(&arena);
    uint8_t *kept = arena_allocate(&arena, 1000);
    assert_non_null(kept);
    memset(kept, 7, 1000);
    const struct arena_mark mark = arena_mark(&arena);
    void *pieces[20] = {NULL};
    for (int round = 0; round < 3; round++) {
        for (size_t i = 0; i < 20; i++) {
            uint8_t *piece = arena_allocate(&arena, 50000);
            assert_non_null(piece);
            memset(piece, 9, 50000);
            assert_true(round == 0 || piece == pieces[i]);
            pieces[i] = piece;
        }
        arena_rewind(&arena, mark);
    }
    for (size_t i = 0; i < 1000; i++)
        assert_int_equal(kept[i], 7);
    arena_rewind(&arena, start);
    assert_ptr_equal(arena_allocate(&arena, 1000), kept);
    arena_deinit(&arena);
}

static void large_memory_is_not_kept_over_a_reset(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena);
    assert_non_null(arena_allocate(&arena, 100));
    struct arena_block *small = arena.first;
    assert_non_null(arena_allocate(&arena, ARENA_KEPT_BYTES_MAX));
    arena_reset(&arena);
    assert_ptr_equal(arena.first, small);
    assert_non_null(arena_allocate(&arena, 100));
    arena_deinit(&arena);

    arena_init(&arena);
    assert_non_null(arena_allocate(&arena, ARENA_KEPT_BYTES_MAX + 1));
    arena_reset(&arena);
    assert_null(arena.first);
    arena_deinit(&arena);
}

static void impossible_size_gives_nothing_and_harms_nothing(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena);
    assert_null(arena_allocate(&arena, SIZE_MAX));
    assert_null(arena_allocate(&arena, SIZE_MAX / 2 + 1));
    assert_non_null(arena_allocate(&arena, 0));
    assert_non_null(arena_allocate(&arena, 8));
    arena_reset(&arena);
    arena_deinit(&arena);
    arena_deinit(&arena);
    arena_reset(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_are_aligned_and_do_not_overlap),
        cmocka_unit_test(reset_arena_gives_the_same_memory_again),
        cmocka_unit_test(arena_tells_what_it_holds),
        cmocka_unit_test(rewound_arena_gives_the_same_memory_again),
        cmocka_unit_test(large_memory_is_not_kept_over_a_reset),
        cmocka_unit_test(impossible_size_gives_nothing_and_harms_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
