/* Memory of large tables: what is in it stays while it grows, and where there is none the old
 * bytes stay. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/large.h"

#define MIB ((size_t)1024 * 1024)

static uint8_t byte_of(size_t at)
{
    return (uint8_t)(at * 31 + at / 4096);
}

static void fill(uint8_t *data, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++)
        data[i] = byte_of(i);
}

static size_t wrong_bytes(const uint8_t *data, size_t size)
{
    size_t wrong = 0;
    for (size_t i = 0; i < size; i++)
        wrong += data[i] != byte_of(i);
    return wrong;
}

static void contents_stay_while_it_grows(void **state)
{
    (void)state;
    static const size_t sizes[] = {1,       4096,    2 * MIB - 1, 2 * MIB,     2 * MIB + 1,
                                   4 * MIB, 4 * MIB, 4 * MIB + 1, 9 * MIB + 7, 64 * MIB + 3};
    for (size_t first = 0; first < sizeof(sizes) / sizeof(sizes[0]); first++) {
        uint8_t *data = NULL;
        size_t size = 0;
        for (size_t i = first; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
            uint8_t *larger = large_resize(data, size, sizes[i]);
            assert_non_null(larger);
            fill(larger, size, sizes[i]);
            data = larger;
            size = sizes[i];
            assert_int_equal(wrong_bytes(data, size), 0);
            if (size >= 2 * MIB)
                assert_int_equal((uintptr_t)data % (2 * MIB), 0);
        }
        large_free(data, size);
    }
    large_free(NULL, 0);
    large_free(NULL, 3 * MIB);
}

/* Pages that were given back are not there any more: so much is never in use. */
static void memory_is_given_back(void **state)
{
    (void)state;
    for (int i = 0; i < 2000; i++) {
        uint8_t *data = large_resize(NULL, 0, 64 * MIB);
        assert_non_null(data);
        data[0] = data[64 * MIB - 1] = 1;
        uint8_t *larger = large_resize(data, 64 * MIB, 128 * MIB);
        assert_non_null(larger);
        large_free(larger, 128 * MIB);
    }
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
static int grow_without_memory(void)
{
    uint8_t *data = large_resize(NULL, 0, 3 * MIB);
    if (data == NULL)
        return 1;
    fill(data, 0, 3 * MIB);
    const struct rlimit limit = {0, 0};
    if (setrlimit(RLIMIT_AS, &limit) != 0)
        return 2;
    if (large_resize(data, 3 * MIB, 64 * MIB) != NULL || large_resize(NULL, 0, 3 * MIB) != NULL)
        return 3;
    return wrong_bytes(data, 3 * MIB) == 0 ? 0 : 4;
}

static void without_memory_the_old_bytes_stay(void **state)
{
    (void)state;
    const pid_t child = fork();
    if (child == 0)
        _exit(grow_without_memory());
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(contents_stay_while_it_grows),
        cmocka_unit_test(memory_is_given_back),
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
        cmocka_unit_test(without_memory_the_old_bytes_stay), /* Sanitizers need memory. */
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
